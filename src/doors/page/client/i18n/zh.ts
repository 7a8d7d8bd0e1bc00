import type { Texts } from "./en.ts";
import { check } from "./zh/check.ts";
import { formula } from "./zh/formula.ts";
import { jobs } from "./zh/jobs.ts";
import { network } from "./zh/network.ts";
import { problems } from "./zh/problems.ts";
import { shell } from "./zh/shell.ts";

export const zh: Texts = { shell, problems, formula, network, check, jobs };
