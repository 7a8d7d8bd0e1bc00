import { z } from "zod";
import { type DType, dtypes, isFloating } from "../tensor/dtype.ts";
import { formatShape, type Shape, sizeOf } from "../tensor/shape.ts";
import { type Tensor, tensorOf } from "../tensor/tensor.ts";

/** JSON has no NaN and no infinities. */
const element = z.union([z.number(), z.boolean(), z.enum(["NaN", "Infinity", "-Infinity"])]);
const nested = z.array(z.unknown());

/**
 * A tensor written out in an attribute: a number, a nested list, or an object with its type and shape. It stays plain data in its last
 * form, so that attributes survive JSON; `tensorOfLiteral` makes numbers of it.
 */
export const literal = z
  .union([
    element,
    nested,
    z.strictObject({
      dtype: z.enum(dtypes).optional(),
      shape: z.array(z.int().min(0)).optional(),
      data: z.union([element, nested]),
    }),
  ])
  .transform((given, context) => {
    const { dtype, shape, data } = typeof given === "object" && "data" in given ? given : { data: given };
    const read = readLiteral(data, dtype, shape);
    if (typeof read !== "string") return read;
    context.addIssue({ code: "custom", message: read });
    return z.NEVER;
  });

/** Element type, shape and elements in row-major order. */
export interface TensorLiteral {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: readonly Element[];
}

type Element = z.output<typeof element>;

export const tensorOfLiteral = ({ dtype, shape, data }: TensorLiteral): Tensor => tensorOf(dtype, shape, data.map(Number));

/** The literal, or what is wrong with it. */
function readLiteral(given: Element | readonly unknown[], dtype: DType | undefined, shape: Shape | undefined): TensorLiteral | string {
  const flat = flatten(given);
  if (typeof flat === "string") return flat;
  const { data } = flat;
  const type = dtype ?? (data.length > 0 && data.every((item) => typeof item === "boolean") ? "bool" : "float64");
  if (!isFloating(type) && !data.every((item) => isWhole(item, type))) return `some of the numbers are no ${type}`;
  if (shape !== undefined && sizeOf(shape) !== data.length) return `${data.length} numbers do not fill the shape ${formatShape(shape)}`;
  return { dtype: type, shape: shape ?? flat.shape, data };
}

function isWhole(item: Element, dtype: DType): boolean {
  const value = Number(item);
  return Number.isSafeInteger(value) && (dtype === "int64" || (dtype === "bool" ? value === 0 || value === 1 : (value | 0) === value));
}

/** The elements of a nested list in order with its shape, or what is wrong with it. Level by level, so that depth is no limit. */
function flatten(given: Element | readonly unknown[]): { readonly shape: Shape; readonly data: readonly Element[] } | string {
  const shape: number[] = [];
  let level: readonly unknown[] = [given];
  while (level.length > 0 && Array.isArray(level[0])) {
    const size = level[0].length;
    if (level.some((list) => !Array.isArray(list) || list.length !== size)) return "the lists differ in length or depth";
    shape.push(size);
    level = level.flat();
  }
  if (level.every(isElement)) return { shape, data: level };
  return "a tensor holds numbers, booleans, or the words NaN, Infinity and -Infinity";
}

const words: readonly unknown[] = element.options[2].options;

const isElement = (item: unknown): item is Element => typeof item === "number" || typeof item === "boolean" || words.includes(item);
