import { problemAt } from "../problems/problems.ts";

type Known = readonly string[] | undefined;

/** Each file numbers its own classes: a number must not be of another class than it was in training. Throws Problem. */
export function requireSameClasses(name: string, pointer: string, trained: Known = [], own: Known = []): void {
  const other = own.findIndex((each, number) => number < trained.length && each !== trained[number]);
  if (other < 0) return;
  const what = `Class ${other} of ${name} is ${JSON.stringify(own[other])} here, and ${JSON.stringify(trained[other])} in the data that are trained on`;
  const advice = "each file numbers its own classes: upload all rows in one and hold some of them back, or number the classes in both";
  throw problemAt("invalid_training", pointer, `${what}; ${advice}`);
}

/** The columns of a tensor that have the names of those that were trained on must have their order, too. Throws Problem. */
export function requireSameColumns(name: string, pointer: string, trained: Known = [], own: Known = []): void {
  const moved = own.findIndex((each, at) => each !== trained[at]);
  const sorted = trained.toSorted();
  const isReordered = own.length === trained.length && own.toSorted().every((each, at) => each === sorted[at]);
  if (moved < 0 || !isReordered) return;
  const what = `Column ${moved} of ${name} is ${JSON.stringify(own[moved])} here, and ${JSON.stringify(trained[moved])} in the data that are trained on`;
  throw problemAt("invalid_training", pointer, `${what}: upload it again with \`columns\` in the same order`);
}
