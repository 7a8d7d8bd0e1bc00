import type { Texts } from "../en.ts";

export const formula: Texts["formula"] = {};
