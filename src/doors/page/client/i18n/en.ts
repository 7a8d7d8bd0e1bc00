import { check } from "./en/check.ts";
import { formula } from "./en/formula.ts";
import { jobs } from "./en/jobs.ts";
import { network } from "./en/network.ts";
import { problems } from "./en/problems.ts";
import { shell } from "./en/shell.ts";

/** Every word of the page; each tab has a file of its own. */
export const en = { shell, problems, formula, network, check, jobs };
export type Texts = typeof en;
