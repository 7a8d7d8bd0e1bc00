import { z } from "zod";
import type { Loss } from "../program/network/define.ts";
import { lossOf } from "../program/network/losses.ts";
import { Name } from "../request/values.ts";
import type { NamedValue, Program } from "../program/program.ts";
import type { Value } from "../ir/graph.ts";
import { formatShape, sameShape, sizeOf } from "../tensor/shape.ts";
import { nearest } from "../problems/nearest.ts";
import { pointerTo, problemAt } from "../problems/problems.ts";
import type { ProgramSource } from "../program/source.ts";
import { averages, confusion, rates, type RateName, rateNames, share } from "./class-tallies.ts";
import { type Decisions, decisionsOf } from "./decisions.ts";
import { averaged, explained, type Tally } from "./tallies.ts";

const types = ["loss", "accuracy", "mae", "mse", "rmse", "r2", ...rateNames, "confusion"] as const;
type MetricType = (typeof types)[number];

/** The names that scikit-learn has for a rate and how classes are averaged. */
const together = rateNames.flatMap((rate) => averages.map((average) => `${rate}_${average}` as const));
const names = [...types, ...together];

export const Metric = z
  .union([
    z.enum(names),
    z
      .strictObject({
        type: z.enum(names).meta({ description: "What is measured", examples: ["r2"] }),
        output: Name.optional().meta({ description: "The value that predicts; a network's output unless told", examples: ["y"] }),
        target: Name.optional().meta({ description: "The value that it is compared with; target unless told", examples: ["t"] }),
        average: z
          .enum([...averages, "none"])
          .nullable()
          .optional()
          .meta({
            description:
              "Of f1, precision and recall, with scikit-learn's names: of class 1 (binary), the mean over classes (macro), of all decisions together (micro), the mean by how often classes are true (weighted), or each class by itself (none or null: f1_0, f1_1 …). binary of two classes and macro of more unless told",
            examples: ["macro"],
          }),
        threshold: z
          .number()
          .optional()
          .meta({
            description: "What an output of the target's shape must exceed to be held true; 0.5, or 0 for logits, unless told",
            examples: [0.3],
          }),
      })
      .meta({ description: "A measure of named values" }),
  ])
  .meta({
    id: "Metric",
    description:
      "loss; accuracy (of the largest score against the class, or of a probability or logit against 0 and 1); f1, precision and recall, also as f1_macro, f1_micro and so on; confusion (how often each class, by rows, was taken for each, by columns; in the result alone); mae, mse and rmse (mean absolute, mean squared, and root of the mean squared error); r2 (the share of the variance that is explained). Targets that the loss ignores do not count",
    examples: ["accuracy"],
  });
export type Metric = z.output<typeof Metric>;

/** What is measured of two values of the program. */
export interface Measure {
  readonly name: string;
  readonly output: Value;
  readonly target: Value;
  readonly tally: Tally;
}

/** What measures have come to, by name; `prefix` stands before each. */
export const measuredBy = (measures: readonly Measure[], prefix = ""): Record<string, number> =>
  Object.assign({}, ...measures.map(({ name, tally }) => tally.values(prefix + name))) as Record<string, number>;

/** Those of them that are tables. */
export const tablesOf = (measures: readonly Measure[], prefix = ""): Record<string, unknown> =>
  Object.fromEntries(measures.flatMap(({ name, tally }) => (tally.table === undefined ? [] : [[prefix + name, tally.table()]])));

/** The measures that a job asks for beside its loss. Throws Problem with the place of one that the program has no values for. */
export function measuresOf(metrics: readonly Metric[], program: Program, source: ProgramSource): Measure[] {
  const taken = new Set<string>();
  return metrics.flatMap((metric, at) => {
    const pointer = pointerTo("metrics", at);
    const asked = typeof metric === "string" ? { type: metric } : metric;
    const { type, average } = readType(asked);
    if (type === "loss") return [];
    const name = average === undefined ? type : `${type}_${average}`;
    if (taken.has(name)) {
      throw problemAt("invalid_training", pointer, `${name} is measured already, and the history has one number by that name`);
    }
    taken.add(name);
    const [output, target] = [valueOf(program, asked.output ?? "output", pointer), valueOf(program, asked.target ?? "target", pointer)];
    const compared: Compared = { output, target, program, loss: lossIn(source), threshold: asked.threshold, pointer };
    return [{ name: average === "none" ? type : name, output, target, tally: tallyOf(type, average, compared) }];
  });
}

type Asked = Exclude<Metric, string>;
type Average = (typeof averages)[number] | "none";

function readType({ type: name, average }: Asked): { readonly type: MetricType; readonly average: Average | undefined } {
  const own = average === null ? "none" : average;
  const type = types.find((each) => each === name);
  if (type !== undefined) return { type, average: own };
  const [rate, named] = name.split("_");
  return { type: rateNames.find((each) => each === rate) ?? "loss", average: averages.find((each) => each === named) };
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

interface Compared {
  readonly output: Value;
  readonly target: Value;
  readonly program: Program;
  readonly loss: Loss | null;
  readonly threshold: number | undefined;
  readonly pointer: string;
}

function tallyOf(type: Exclude<MetricType, "loss">, average: Average | undefined, compared: Compared): Tally {
  const { output, target, pointer } = compared;
  const rate = rateNames.find((each) => each === type);
  if (average !== undefined && rate === undefined) {
    throw problemAt("invalid_training", `${pointer}/average`, `${type} is not averaged over classes`);
  }
  if (rate !== undefined) return rateOf(rate, average, compared);
  if (type === "accuracy") return share(decided(type, compared));
  if (type === "confusion") return tableOf(compared);
  if (!sameShape(output.shape, target.shape)) {
    const detail = `${type} compares values of one shape, not ${formatShape(output.shape)} with ${formatShape(target.shape)}`;
    throw problemAt("invalid_training", pointer, detail);
  }
  if (type === "r2") return explained(sizeOf(output.shape.slice(1)));
  if (type === "mae") return averaged(Math.abs, (mean) => mean);
  return averaged((difference) => difference * difference, type === "rmse" ? Math.sqrt : (mean) => mean);
}

function rateOf(rate: RateName, average: Average | undefined, compared: Compared): Tally {
  const decisions = decided(rate, compared);
  const isOfTwo = decisions.classes === 2 && decisions.labels === 1;
  if (average !== "binary" || isOfTwo) return rates(rate, average ?? (isOfTwo ? "binary" : "macro"), decisions);
  const many = decisions.labels === 1 ? `${decisions.classes} classes` : `${decisions.labels} labels`;
  throw problemAt("invalid_training", compared.pointer, `binary is of two classes, and there are ${many}`, "macro");
}

/** A table of more classes is not read by anybody. */
const mostClasses = 256;

function tableOf(compared: Compared): Tally {
  const decisions = decided("confusion", compared);
  if (decisions.classes * decisions.labels <= mostClasses) return confusion(decisions);
  throw problemAt(
    "invalid_training",
    compared.pointer,
    `A table of confusion has at most ${mostClasses} classes, not ${decisions.classes}`,
  );
}

function decided(type: MetricType, { output, target, program, loss, threshold, pointer }: Compared): Decisions {
  const ignored = program.inputs.find(({ value }) => value === target)?.counts?.ignored ?? null;
  const decisions = decisionsOf(output.shape, target, { decides: threshold ?? loss?.decides ?? 0.5, ignored });
  if (decisions !== null) return decisions;
  const detail = `${type} compares scores of classes or probabilities with what is true, not ${formatShape(output.shape)} with ${formatShape(target.shape)}`;
  throw problemAt("invalid_training", pointer, detail);
}
