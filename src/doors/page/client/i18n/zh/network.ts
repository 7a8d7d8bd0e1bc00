import type { Texts } from "../en.ts";

export const network: Texts["network"] = {};
