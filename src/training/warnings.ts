import { z } from "zod";
import { crossingsIn } from "../program/crossings.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Judge } from "./judge.ts";
import type { Setup } from "./setup.ts";

const codes = ["broadcast_crosses_rows", "loss_of_batches", "classes_in_order"] as const;

/** What is accepted, and yet is most often a mistake. */
export const JobWarning = z
  .object({
    code: z.enum(codes).meta({
      description:
        "broadcast_crosses_rows: an operation combines every row with every other, by broadcasting [n] with [n, 1]. loss_of_batches: the loss is no function of sums over rows, so that of several batches the mean is told, by their rows. classes_in_order: the rows come class by class, and the last of them are held back",
      examples: ["classes_in_order"],
    }),
    pointer: z.string().meta({ description: "JSON pointer into the request", examples: ["/validation"] }),
    message: z
      .string()
      .meta({ description: "What it means and what to do", examples: ["sub_1 combines each of 4 numbers with each of 4"] }),
  })
  .meta({ id: "JobWarning", description: "Something in a job's request that is most often a mistake" });
export type JobWarning = z.output<typeof JobWarning>;

const mostCrossings = 3;

/** `judges` are those of the training data and of the validation. */
export function warningsOf(setup: Setup, judges: readonly Judge[]): JobWarning[] {
  const { program } = setup.compiled(setup.batch, "train");
  const crossings = crossingsIn(program).slice(0, mostCrossings);
  return [
    ...crossings.map(({ node, detail }): JobWarning => ({ code: "broadcast_crosses_rows", pointer: node.pointer, message: detail })),
    ...lossOfBatches(setup, judges),
    ...classesInOrder(setup),
  ];
}

function lossOfBatches(setup: Setup, judges: readonly Judge[]): JobWarning[] {
  const isExact = setup.epochParts?.sums !== null && judges.every((judge) => judge.isExact);
  if (isExact) return [];
  const { name } = setup.compiled(setup.batch, "train").objective;
  const message = `${name} is no function of sums or means over rows, so that what it is of all rows does not follow from batches of them: where it is told of several, it is their mean, by their rows`;
  return [{ code: "loss_of_batches", pointer: setup.spec.loss === undefined ? "/batch_size" : "/loss", message }];
}

/** Rows that are sorted by class and held back from their end leave classes out of the training, or out of the validation. */
function classesInOrder(setup: Setup): JobWarning[] {
  const { training, validation } = setup;
  const { split, shuffle, stratify } = setup.spec.validation ?? {};
  const isDrawn = shuffle === true || (stratify !== undefined && stratify !== false);
  if (split === undefined || isDrawn || validation === null) return [];
  const counted = setup.compiled(setup.batch, "train").data.filter(({ counts }) => counts?.what === "class");
  const isSorted = [...training.tensors].some(([name, tensor]) => {
    const both = [tensor, validation.tensors.get(name) ?? tensor];
    const isOfClasses = counted.some((input) => input.name === name) || both.every(({ data }) => data.every((x) => x === 0 || x === 1));
    if (!isOfClasses || tensor.data.length !== training.count) return false;
    const { kinds, changes } = runsOf(both);
    return kinds > 1 && changes === kinds - 1 && training.count + validation.count > 2 * kinds;
  });
  if (!isSorted) return [];
  const message = `The rows come class by class, and the last ${validation.count} are held back: some classes are trained on or judged by less than others, or not at all. {"split": ${split}, "shuffle": true} or {"split": ${split}, "stratify": true} draws them`;
  return [{ code: "classes_in_order", pointer: "/validation", message }];
}

/** How many different numbers there are, and how often one follows upon another. */
function runsOf(tensors: readonly Tensor[]): { readonly kinds: number; readonly changes: number } {
  const kinds = new Set<number>();
  let changes = 0;
  let last: number | null = null;
  for (const { data } of tensors) {
    for (const number of data) {
      kinds.add(number);
      if (last !== null && number !== last) changes++;
      last = number;
    }
  }
  return { kinds: kinds.size, changes };
}
