import { z } from "zod";
import { account } from "../memory/account.ts";
import { uniform } from "../kernels/random.ts";
import { Name } from "../request/values.ts";
import { nearest } from "../problems/nearest.ts";
import { problemAt } from "../problems/problems.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

export const splitShare = z
  .number()
  .positive()
  .refine((share) => share < 1 || Number.isInteger(share), "Expected a share below 1, or a whole number of rows")
  .meta({ description: "The rows of the data that are not trained on: a share below 1, or a number of rows", examples: [0.2] });

/** How rows are held back from the data that are trained on. */
export const splitMembers = {
  split: splitShare.optional(),
  shuffle: z
    .boolean()
    .optional()
    .meta({ description: "Whether the rows that are held back are drawn from `seed`; the last ones unless told", examples: [true] }),
  stratify: z
    .union([z.boolean(), Name])
    .optional()
    .meta({
      description:
        "Whether of each class as large a share is held back, drawn from `seed`: true for the classes of `target`, or the name of the data that has them",
      examples: [true],
    }),
};

interface Split {
  readonly split?: number | undefined;
  readonly shuffle?: boolean | undefined;
  readonly stratify?: boolean | string | undefined;
}

/** A stream of random numbers of its own: far from those of parameters, layers and the order of epochs. */
const splitStream = 2 ** 39;

/** How many rows a split holds back; at least one, and not all. */
export function heldBack(share: number | undefined, rows: number): number {
  if (share === undefined) return 0;
  const held = share < 1 ? Math.max(1, Math.round(share * rows)) : Math.floor(share);
  if (held < rows) return held;
  throw problemAt(
    "invalid_training",
    "/validation/split",
    `Of the ${rows} rows, ${held} would be held back, and none would be left to train on`,
  );
}

/**
 * The numbers of the rows, those that are trained on first and then those that are held back, either in their order; null where these are
 * the last ones anyway. `data` are the tensors by name. Throws Problem.
 */
export function splitOrder(
  how: Split | undefined,
  seed: number,
  data: ReadonlyMap<string, Pick<Tensor, "shape" | "data">>,
): Int32Array | null {
  const isStratified = how?.stratify !== undefined && how.stratify !== false;
  if (how?.split === undefined || (how.shuffle !== true && !isStratified)) return null;
  const rows = [...data.values()][0]?.shape[0] ?? 0;
  const held = heldBack(how.split, rows);
  const groups = isStratified
    ? classesOf(how.stratify === true ? "target" : how.stratify, data)
    : [Array.from({ length: rows }, (_, row) => row)];
  const isHeld = new Uint8Array(rows);
  let drawn = 0;
  shared(
    held,
    groups.map(({ length }) => length),
  ).forEach((count, at) => {
    const group = groups[at];
    for (let taken = 0; taken < count; taken++) {
      const other = taken + Math.floor(uniform(seed, splitStream, drawn++) * (group.length - taken));
      [group[taken], group[other]] = [group[other], group[taken]];
      isHeld[group[taken]] = 1;
    }
  });
  const order = new Int32Array(rows);
  let [trainedAt, heldAt] = [0, rows - held];
  isHeld.forEach((mark, row) => (order[mark === 0 ? trainedAt++ : heldAt++] = row));
  return order;
}

/** So many rows shared out over groups by their sizes: what is left over goes where most is missing to a whole row. */
function shared(held: number, sizes: readonly number[]): number[] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const exact = sizes.map((size) => (held * size) / all);
  const counts = exact.map(Math.floor);
  const missing = held - counts.reduce((sum, count) => sum + count, 0);
  const order = exact.map((_, at) => at).sort((a, b) => exact[b] - counts[b] - (exact[a] - counts[a]) || a - b);
  for (const at of order.slice(0, missing)) counts[at]++;
  return counts;
}

/** The rows of each class, in the order of their first rows. */
function classesOf(name: string, data: ReadonlyMap<string, Pick<Tensor, "shape" | "data">>): number[][] {
  const tensor = data.get(name);
  if (tensor === undefined) {
    const detail = `There are no data named ${name} to take classes from: \`stratify\` names those that have them`;
    throw problemAt("invalid_training", "/validation/stratify", detail, nearest(name, data.keys())[0]);
  }
  const size = sizeOf(tensor.shape.slice(1));
  const groups = new Map<string, number[]>();
  const rows = tensor.shape[0] ?? 0;
  for (let row = 0; row < rows; row++) {
    const key = tensor.data.subarray(row * size, (row + 1) * size).join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  if (groups.size <= rows / 2) return [...groups.values()];
  const detail = `The ${rows} rows of ${name} are of ${groups.size} kinds: these are no classes of which shares could be held back`;
  throw problemAt("invalid_training", "/validation/stratify", detail);
}

/** The rows of a tensor in an order. */
export function arranged({ dtype, shape, data }: Tensor, order: Int32Array): Tensor {
  const size = sizeOf(shape.slice(1));
  account().charge(data.byteLength);
  const own = data.slice();
  order.forEach((row, at) => own.set(data.subarray(row * size, (row + 1) * size), at * size));
  return { dtype, shape, data: own };
}
