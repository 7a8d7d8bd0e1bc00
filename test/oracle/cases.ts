import { type DType, isFloating } from "../../src/tensor/dtype.ts";
import type { Shape } from "../../src/tensor/shape.ts";
import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import type { Tolerance } from "../support/close.ts";
import type { Random } from "../support/random.ts";
import type { OnnxAttribute } from "./model.ts";

/** One application of an operator to given numbers. */
export interface OracleCase {
  readonly inputs: readonly (Tensor | null)[];
  /** As a client writes them; those left out are left out of the model too, so that defaults are compared. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Attributes that ONNX spells otherwise, in place of the ones above. */
  readonly encoded?: Readonly<Record<string, OnnxAttribute>>;
  /** How many outputs the node names; 1 unless told. */
  readonly outputs?: number;
  /** What the oracle is asked in its place, and how its answer is read. */
  readonly asked?: Pick<OracleCase, "inputs" | "attributes"> & { readonly answer: (outputs: Tensor[]) => Tensor[] };
}

export interface Oracle {
  /** The element types that the oracle runs of those that the operator takes. */
  readonly elements: readonly DType[];
  /** Attributes of which it knows a single value. */
  readonly fixed?: readonly string[];
  /** Inputs that the standard does not have. */
  readonly unknown?: readonly string[];
  /** Element types that it runs in a way of its own, with the reason beside them. */
  readonly incomparable?: readonly DType[];
  readonly make: (random: Random, element: DType, at: number) => OracleCase;
  /** In float32. Results of other types must agree to `elsewhere`. */
  readonly tolerance?: Tolerance;
  readonly elsewhere?: Tolerance;
  /** Cases in the first element type; the others get half as many. */
  readonly cases?: number;
}

export type OracleTable = Readonly<Record<string, Oracle>>;

export const floats: readonly DType[] = ["float32", "float64"];
export const numbers: readonly DType[] = ["float32", "float64", "int32", "int64"];
export const all: readonly DType[] = [...numbers, "bool"];

/** Numbers that elementwise functions must carry through as IEEE 754 says. */
const specials = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 3e38, -3e38, 1e-30, 100, -100];

/** Every fourth case in a floating type gets a few special numbers. */
export function salted(random: Random, tensor: Tensor, at: number): Tensor {
  if (!isFloating(tensor.dtype) || at % 4 !== 3) return tensor;
  for (let i = 0; i < tensor.data.length; i++) if (random.chance(0.4)) tensor.data[i] = random.pick(specials);
  return tensor;
}

/** Shapes that broadcast to a common one, each with leading axes missing and other axes of size 1. Now and then an axis is empty. */
export function broadcastable(random: Random, count: number, ranks: readonly [number, number] = [0, 4]): number[][] {
  const whole = random.shape(ranks);
  if (whole.length > 0 && random.chance(0.08)) whole[random.integer(0, whole.length - 1)] = 0;
  return Array.from({ length: count }, () => {
    const own = whole.slice(random.chance(0.6) ? 0 : random.integer(0, whole.length));
    return own.map((size) => (random.chance(0.25) ? 1 : size));
  });
}

export const int64s = (numbers: readonly number[]): Tensor => tensorOf("int64", [numbers.length], numbers);
export const int64 = (number: number): Tensor => tensorOf("int64", [], [number]);

/** An axis of a rank, counted from either end. */
export const axisOf = (random: Random, rank: number): number => random.integer(-rank, rank - 1);

/** Numbers of any type, large enough to tell elements apart. */
export const fill = (element: DType, shape: readonly number[], random: Random): Tensor =>
  random.tensor(element, shape, element === "bool" ? [0, 1] : [-9, 9]);

/** Now and then a shape with an empty axis. */
export function maybeEmpty(random: Random, ranks: readonly [number, number] = [1, 4]): number[] {
  const shape = random.shape(ranks);
  if (shape.length > 0 && random.chance(0.08)) shape[random.integer(0, shape.length - 1)] = 0;
  return shape;
}

/** A function of one tensor without attributes that are not told. */
export const unary = (
  facts: Omit<Oracle, "make"> & {
    readonly between?: readonly [number, number];
    readonly attributes?: (random: Random) => Readonly<Record<string, unknown>>;
    /** No special numbers: the oracle does not carry them through. */
    readonly plain?: boolean;
  },
): Oracle => {
  const { between, attributes, plain = false, ...rest } = facts;
  return {
    ...rest,
    make: (random, element, at) => {
      const x = random.tensor(element, maybeEmpty(random, [0, 4]), element === "bool" ? [0, 1] : (between ?? [-4, 4]));
      return { inputs: [plain ? x : salted(random, x, at)], attributes: attributes?.(random) };
    },
  };
};

/** A function of several tensors under broadcasting. */
export const broadcast = (
  facts: Omit<Oracle, "make"> & {
    readonly count?: number | "variadic";
    readonly between?: readonly [number, number];
    readonly plain?: boolean;
  },
): Oracle => {
  const { count = 2, between, plain = false, ...rest } = facts;
  return {
    ...rest,
    make: (random, element, at) => ({
      inputs: broadcastable(random, count === "variadic" ? random.integer(1, 4) : count).map((shape) => {
        const tensor = random.tensor(element, shape, element === "bool" ? [0, 1] : (between ?? [-4, 4]));
        return plain ? tensor : salted(random, tensor, at);
      }),
    }),
  };
};

/** Each attribute is told in about two of three cases. */
export function some(random: Random, attributes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attributes).filter(() => random.chance(0.67)));
}

export const shapeText = (inputs: readonly ({ readonly shape: Shape } | null)[]): string =>
  inputs.map((tensor) => (tensor === null ? "null" : `[${tensor.shape.join(",")}]`)).join(" ");
