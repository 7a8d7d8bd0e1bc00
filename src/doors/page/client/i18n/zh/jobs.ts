import type { Texts } from "../en.ts";

export const jobs: Texts["jobs"] = {};
