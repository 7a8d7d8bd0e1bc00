import { z } from "zod";
import type { Instruction } from "../kernels/chain.ts";
import { type InstructionCall, composed, direct, type ElementFunction, looped, type InstructionTerm } from "../kernels/element.ts";
import type { Value } from "../ir/graph.ts";
import { broadcastShapes, formatShape, type Shape } from "../tensor/shape.ts";
import type { DType } from "../tensor/dtype.ts";
import type { TensorType } from "../tensor/tensor.ts";
import {
  type Accuracy,
  type Category,
  type Complex,
  defineOp,
  type Display,
  floats,
  type Kink,
  numbers,
  type Operator,
  type Probe,
  type Syntax,
} from "./define.ts";
import { OperatorError } from "./errors.ts";

/** The broadcast of all inputs' shapes; throws OperatorError naming the first input that does not fit. */
export function broadcastAll(op: string, inputs: readonly (TensorType | null)[]): Shape {
  let shape: Shape = [];
  for (let at = 0; at < inputs.length; at++) {
    const input = inputs[at];
    if (input === null) continue;
    const wider = broadcastShapes([shape, input.shape]);
    if (wider === null) {
      throw new OperatorError("shape", `${op} cannot broadcast ${formatShape(input.shape)} with ${formatShape(shape)}`, { input: at });
    }
    shape = wider;
  }
  return shape;
}

export const noAttributes = z.strictObject({});

interface UnaryFacts {
  readonly type: string;
  readonly since?: number;
  readonly category: Category;
  readonly summary: string;
  readonly f: (x: number) => number;
  /** The same as a SIMD instruction or several; absent where there is none. */
  readonly calls?: Instruction | ((x: InstructionTerm) => InstructionCall);
  /** The gradient from the cotangent, the operand and the result; null when nothing flows. */
  readonly gradient: ((g: Value, x: Value, y: Value) => Value) | null;
  readonly display: Display;
  readonly syntax?: Syntax;
  readonly kinks?: readonly Kink[];
  readonly accuracy?: Accuracy;
  /** Bounds of the probe's numbers, inside the domain and away from kinks. */
  readonly between?: readonly [number, number];
  readonly integersToo?: boolean;
  readonly linear?: boolean;
  readonly complex?: (z: Complex) => Complex;
  /** Tells the smooth pieces apart: see `branches`. */
  readonly branch?: (x: Value, y: Value) => Value;
}

/** A function of one number, applied to every element. */
export function elementwiseUnary(facts: UnaryFacts): Operator {
  const { f, calls, gradient, complex, branch, between = [-2, 2], integersToo = false, linear = false, ...rest } = facts;
  const element = calls === undefined ? looped(1, f) : typeof calls === "string" ? direct(calls, 1, f) : composed(1, f, calls);
  return defineOp({
    ...rest,
    inputs: [{ name: "X", type: "T", differentiable: true }],
    outputs: [{ name: "Y" }],
    types: { T: integersToo ? numbers : floats },
    attributes: noAttributes,
    traits: linear ? ["elementwise", "linear"] : ["elementwise"],
    infer: ([x]) => [x],
    element: () => element,
    vjp: gradient === null ? null : ({ inputs: [x], outputs: [y], grads: [g] }) => [gradient(g, x, y)],
    complex: complex && (({ inputs: [z] }) => [complex(z)]),
    branches: branch && (({ inputs: [x], outputs: [y] }) => [branch(x, y)]),
    probes: [{ inputs: [{ shape: [5], between }] }, { inputs: [{ shape: [2, 3], between }] }, { inputs: [{ shape: [], between }] }],
  });
}

interface BinaryFacts {
  readonly type: string;
  readonly since?: number;
  readonly category: Category;
  readonly summary: string;
  readonly element: (dtype: DType) => ElementFunction;
  readonly vjp: (g: Value, a: Value, b: Value, y: Value) => readonly [Value | null, Value | null];
  readonly linear?: boolean;
  readonly complex?: (a: Complex, b: Complex) => Complex;
  /** Tells the smooth pieces apart: see `branches`. */
  readonly branch?: (a: Value, b: Value, y: Value) => Value;
  /** Element types; all numbers unless told. */
  readonly types?: readonly DType[];
  readonly display: Display;
  readonly syntax?: Syntax;
  readonly kinks?: readonly Kink[];
  readonly accuracy?: Accuracy;
  readonly probes: readonly Probe[];
}

/** A function of two numbers of one type, under broadcasting. */
export function elementwiseBinary(facts: BinaryFacts): Operator {
  const { element, vjp, complex, branch, types = numbers, linear = false, ...rest } = facts;
  return defineOp({
    ...rest,
    inputs: [
      { name: "A", type: "T", differentiable: true },
      { name: "B", type: "T", differentiable: true },
    ],
    outputs: [{ name: "C" }],
    types: { T: types },
    attributes: noAttributes,
    traits: linear ? ["elementwise", "linear"] : ["elementwise"],
    infer: ([a, b]) => [{ dtype: a.dtype, shape: broadcastAll(facts.type, [a, b]) }],
    element: (_, [{ dtype }]) => element(dtype),
    vjp: ({ inputs: [a, b], outputs: [c], grads: [g] }) => vjp(g, a, b, c),
    complex: complex && (({ inputs: [a, b] }) => [complex(a, b)]),
    branches: branch && (({ inputs: [a, b], outputs: [c] }) => [branch(a, b, c)]),
  });
}

/** Probes that broadcast both ways, with operands between the given bounds. */
export const broadcastProbes = (a: readonly [number, number] = [-2, 2], b: readonly [number, number] = a): readonly Probe[] => [
  {
    inputs: [
      { shape: [4], between: a },
      { shape: [4], between: b },
    ],
  },
  {
    inputs: [
      { shape: [2, 3], between: a },
      { shape: [3], between: b },
    ],
  },
  {
    inputs: [
      { shape: [2, 1], between: a },
      { shape: [1, 3], between: b },
    ],
  },
  {
    inputs: [
      { shape: [], between: a },
      { shape: [], between: b },
    ],
  },
];
