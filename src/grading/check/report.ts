import { record } from "../../tasks/outline.ts";
import { indexAt, sizeOf } from "../../tensor/shape.ts";
import { jsonNumber } from "../json-number.ts";
import type { CheckedDirection, CheckedGradient, DifferenceCheck } from "./response.ts";
import type { Compared } from "./examination.ts";
import { isCompared, type Pair, Jury } from "./verdict.ts";

/** What was compared entry by entry, as the answer has it. */
export function reportOfEntries(compared: readonly Compared[], step: number): DifferenceCheck {
  const jury = new Jury(compared.flatMap(({ comparisons }) => comparisons));
  const gradients = record(compared.map((one) => [one.variable.name, reportOfGradient(one, jury, step)] as const));
  return { passed: jury.passed, step, ...errorOf(jury), gradients };
}

/** What was compared along directions. */
export function reportOfDirections(comparisons: readonly Pair[]): {
  passed: boolean;
  error?: DifferenceCheck["error"];
  directions: CheckedDirection[];
} {
  const jury = new Jury(comparisons);
  return { passed: jury.passed, ...errorOf(jury), directions: comparisons.map((comparison) => jury.judge(comparison)) };
}

const errorOf = ({ error }: Jury): { error?: DifferenceCheck["error"] } => (error === undefined ? {} : { error: jsonNumber(error) });

function reportOfGradient({ variable, entries, comparisons }: Compared, jury: Jury, step: number): CheckedGradient {
  const { shape } = variable.value;
  const judged = comparisons.map((comparison, at) => ({
    index: indexAt(entries[at], shape),
    ...jury.judge(comparison),
    ...(comparison.step === step ? {} : { step: comparison.step }),
  }));
  const failed = judged.filter(({ verdict }) => verdict === "failed").length;
  const kinks = judged.filter(({ verdict }) => verdict === "kink").length;
  const unproven = judged.filter(({ verdict }) => verdict === "unproven").length;
  let worst = -1;
  let most = -1;
  comparisons.forEach((comparison, at) => {
    const excess = isCompared(comparison) ? jury.excess(comparison) : -1;
    if (excess > most) [worst, most] = [at, excess];
  });
  return {
    passed: failed === 0,
    entries_total: sizeOf(shape),
    checked: judged.length - kinks - unproven,
    failed,
    kinks,
    unproven,
    worst: worst < 0 ? null : judged[worst],
    entries: judged,
  };
}
