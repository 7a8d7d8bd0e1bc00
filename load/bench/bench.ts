import type { Pace } from "./measure.ts";
import type { Python } from "./python.ts";

/** What a bench is given. */
export interface Setting {
  readonly pace: Pace;
  /** Null where PyTorch and its like are not installed. */
  readonly python: Python | null;
}

/** One comparison: a file of this folder. */
export interface Bench {
  readonly title: string;
  /** What is measured and how, and what the engine aims at. */
  readonly text: string;
  /** npm packages that take part. */
  readonly packages: readonly string[];
  /** Python packages that take part where they are installed. */
  readonly pythonPackages?: readonly string[];
  /** Measures; the answer is markdown, tables with ratios. */
  readonly run: (setting: Setting) => Promise<string>;
}

export const skipped = "\n\nThe Python rivals were skipped: they are not installed (`npm run bench -- --python` installs them).";
