import type { Texts } from "../en.ts";

export const check: Texts["check"] = {};
