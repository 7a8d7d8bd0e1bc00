import { z } from "zod";
import type { Loss } from "../program/network/define.ts";
import { lossOf } from "../program/network/losses.ts";
import { Name } from "../request/values.ts";
import type { NamedValue, Program } from "../program/program.ts";
import type { Value } from "../ir/graph.ts";
import { isFloating } from "../tensor/dtype.ts";
import { formatShape, sameShape, type Shape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { nearest } from "../problems/nearest.ts";
import { pointerTo, problemAt } from "../problems/problems.ts";
import type { ProgramSource } from "../program/source.ts";

export const metricNames = ["loss", "accuracy", "mae", "mse", "rmse", "r2"] as const;
export type MetricName = (typeof metricNames)[number];

export const Metric = z
  .union([
    z.enum(metricNames),
    z
      .strictObject({
        type: z.enum(metricNames).meta({ description: "What is measured", examples: ["r2"] }),
        output: Name.optional().meta({ description: "The value that predicts; a network's output unless told", examples: ["y"] }),
        target: Name.optional().meta({ description: "The value that it is compared with; target unless told", examples: ["t"] }),
      })
      .meta({ description: "A measure of named values" }),
  ])
  .meta({
    id: "Metric",
    description:
      "loss; accuracy (of the largest score against the class, or of a probability or logit against 0 and 1); mae, mse and rmse (mean absolute, mean squared, and root of the mean squared error); r2 (the share of the variance that is explained)",
    examples: ["accuracy"],
  });
export type Metric = z.output<typeof Metric>;

/** Adds batches up to one number. */
export interface Tally {
  add(output: Tensor, target: Tensor): void;
  value(): number;
  reset(): void;
  /** What was added so far, and the same again: a run goes on in the middle of an epoch. */
  state(): number[];
  restore(state: readonly number[]): void;
}

/** What is measured of two values of the program. */
export interface Measure {
  readonly name: MetricName;
  readonly output: Value;
  readonly target: Value;
  readonly tally: Tally;
}

/** The measures that a job asks for beside its loss. Throws Problem with the place of one that the program has no values for. */
export function measuresOf(metrics: readonly Metric[], program: Program, source: ProgramSource): Measure[] {
  const names = new Set<MetricName>();
  return metrics.flatMap((metric, at) => {
    const pointer = pointerTo("metrics", at);
    const { type, output = "output", target = "target" } = typeof metric === "string" ? { type: metric } : metric;
    if (type === "loss") return [];
    if (names.has(type))
      throw problemAt("invalid_training", pointer, `${type} is measured already, and the history has one number by that name`);
    names.add(type);
    const [predicted, wanted] = [valueOf(program, output, pointer), valueOf(program, target, pointer)];
    return [{ name: type, output: predicted, target: wanted, tally: tallyOf(type, predicted, wanted, lossIn(source), pointer) }];
  });
}

function valueOf(program: Program, name: string, pointer: string): Value {
  const found = program.values.find((each: NamedValue) => each.name === name);
  if (found !== undefined) return found.value;
  const meant = nearest(
    name,
    program.values.map((each) => each.name),
  )[0];
  const detail = `The program has no value named ${name}: name what to compare with {"type", "output", "target"}`;
  throw problemAt("invalid_training", pointer, detail, meant);
}

const lossIn = ({ kind, source }: ProgramSource): Loss | null => (kind === "network" && source.loss ? lossOf(source.loss) : null);

function tallyOf(type: Exclude<MetricName, "loss">, output: Value, target: Value, loss: Loss | null, pointer: string): Tally {
  if (type === "accuracy") return accuracyOf(output.shape, target, loss, pointer);
  if (!sameShape(output.shape, target.shape)) {
    const detail = `${type} compares values of one shape, not ${formatShape(output.shape)} with ${formatShape(target.shape)}`;
    throw problemAt("invalid_training", pointer, detail);
  }
  if (type === "r2") return explained(sizeOf(output.shape.slice(1)));
  if (type === "mae") return averaged(Math.abs, (mean) => mean);
  return averaged((difference) => difference * difference, type === "rmse" ? Math.sqrt : (mean) => mean);
}

function accuracyOf(output: Shape, target: Value, loss: Loss | null, pointer: string): Tally {
  // Scores of classes lie along the second axis, or the only one.
  const axis = output.length > 1 ? 1 : 0;
  const without = output.filter((_, at) => at !== axis);
  const isOfClasses = !isFloating(target.dtype) && sameShape(target.shape, without);
  const decides = loss?.decides ?? 0.5;
  const isOfScores = decides === "largest" && sameShape(target.shape, output);
  if (isOfClasses || isOfScores) return share(classHits(output, axis, isOfScores));
  if (decides !== "largest" && sameShape(target.shape, output)) {
    return share(({ data }, wanted) => count(data.length, (at) => data[at] > decides === wanted.data[at] > 0.5));
  }
  const detail = `accuracy compares scores of classes or probabilities with what is true, not ${formatShape(output)} with ${formatShape(target.shape)}`;
  throw problemAt("invalid_training", pointer, detail);
}

type Hits = (output: Tensor, target: Tensor) => { readonly hits: number; readonly of: number };

function count(of: number, isHit: (at: number) => boolean): { hits: number; of: number } {
  let hits = 0;
  for (let at = 0; at < of; at++) if (isHit(at)) hits++;
  return { hits, of };
}

function classHits(shape: Shape, axis: number, ofScores: boolean): Hits {
  const classes = shape[axis];
  const inner = sizeOf(shape.slice(axis + 1));
  const largest = ({ data }: Tensor, first: number): number => {
    let best = 0;
    for (let each = 1; each < classes; each++) if (data[first + each * inner] > data[first + best * inner]) best = each;
    return best;
  };
  return (output, target) =>
    count(output.data.length / classes, (at) => {
      const first = Math.floor(at / inner) * classes * inner + (at % inner);
      return largest(output, first) === (ofScores ? largest(target, first) : target.data[at]);
    });
}

/** The share of hits. */
function share(hitsOf: Hits): Tally {
  let hits = 0;
  let all = 0;
  return {
    add: (output, target) => {
      const found = hitsOf(output, target);
      hits += found.hits;
      all += found.of;
    },
    value: () => hits / all,
    reset: () => void (hits = all = 0),
    state: () => [hits, all],
    restore: (state) => void ([hits, all] = state),
  };
}

/** The mean of a function of the difference, over all elements. */
function averaged(of: (difference: number) => number, finish: (mean: number) => number): Tally {
  let sum = 0;
  let all = 0;
  return {
    add: ({ data }, target) => {
      for (let at = 0; at < data.length; at++) sum += of(data[at] - target.data[at]);
      all += data.length;
    },
    value: () => finish(sum / all),
    reset: () => void (sum = all = 0),
    state: () => [sum, all],
    restore: (state) => void ([sum, all] = state),
  };
}

/**
 * 1 less the squared errors over the squared distances from the mean, averaged over columns; by Welford's sums, which lose no digits. A column
 * that is constant counts as in scikit-learn: 1 where it is met exactly, else 0.
 */
function explained(columns: number): Tally {
  // Per column: the mean of the targets, their squared distances from it, and the squared errors.
  const sums = new Float64Array(3 * columns);
  let rows = 0;
  return {
    add: ({ data }, target) => {
      for (let at = 0; at < data.length; at++) {
        const column = 3 * (at % columns);
        if (column === 0) rows++;
        const distance = target.data[at] - sums[column];
        sums[column] += distance / rows;
        sums[column + 1] += distance * (target.data[at] - sums[column]);
        sums[column + 2] += (target.data[at] - data[at]) ** 2;
      }
    },
    value: () => {
      let total = 0;
      for (let column = 0; column < sums.length; column += 3) {
        const [, spread, error] = sums.subarray(column, column + 3);
        total += spread === 0 ? Number(error === 0) : 1 - error / spread;
      }
      return total / columns;
    },
    reset: () => {
      rows = 0;
      sums.fill(0);
    },
    state: () => [rows, ...sums],
    restore: ([first, ...others]) => {
      rows = first;
      sums.set(others);
    },
  };
}
