import type { z } from "zod";
import { cases, product, relation, type Term, type TermLike } from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { type InstructionCall, composed, type InstructionTerm } from "../../kernels/element.ts";
import { where } from "../arithmetic/where.ts";
import {
  type Accuracy,
  type Attributes,
  type Complex,
  defineOp,
  type Display,
  floats,
  type Kink,
  type Operator,
  type Probe,
  type Syntax,
} from "../define.ts";
import { greater } from "../logic/comparison.ts";

interface ActivationFacts<S extends z.ZodType<Attributes>> {
  readonly type: string;
  readonly since?: number;
  readonly summary: string;
  readonly attributes: S;
  readonly f: (x: number, attributes: z.output<S>) => number;
  /** The same in SIMD instructions. */
  readonly calls: (x: InstructionTerm, attributes: z.output<S>) => InstructionCall;
  /** The gradient from the cotangent, the operand, the attributes and the result. */
  readonly gradient: (g: Value, x: Value, attributes: z.output<S>, y: Value) => Value;
  readonly complex?: (z: Complex, attributes: z.output<S>) => Complex | null;
  /** Tells the smooth pieces apart: see `branches`. */
  readonly branch?: (x: Value, attributes: z.output<S>, y: Value) => Value;
  readonly display: Display;
  readonly syntax?: Syntax;
  readonly kinks?: readonly Kink[];
  readonly accuracy?: Accuracy;
  readonly probes: readonly Probe[];
}

/** A function of one number with a shape of its own, set by attributes. */
export function activation<S extends z.ZodType<Attributes>>(facts: ActivationFacts<S>): Operator {
  const { f, calls, gradient, complex, branch, ...rest } = facts;
  return defineOp({
    ...rest,
    category: "activation",
    inputs: [{ name: "X", type: "T", differentiable: true }],
    outputs: [{ name: "Y" }],
    types: { T: floats },
    traits: ["elementwise"],
    infer: ([x]) => [x],
    element: (attributes) =>
      composed(
        1,
        (x) => f(x, attributes),
        (x) => calls(x, attributes),
      ),
    vjp: ({ inputs: [x], outputs: [y], grads: [g], attributes }) => [gradient(g, x, attributes, y)],
    complex:
      complex &&
      (({ inputs: [z], attributes }) => {
        const form = complex(z, attributes);
        return form && [form];
      }),
    branches: branch && (({ inputs: [x], outputs: [y], attributes }) => [branch(x, attributes, y)]),
  });
}

/** The operand where it is not positive, 0 elsewhere: what exponentials may be taken of without overflow, even where they are masked. */
export const negativePart = (x: Value): Value => where(greater(x, 0), 0, x);

/** Numbers on both sides of 0, and away from the kinks of every activation with its default attributes. */
export const aroundZero: Probe["inputs"][number] = { values: [-1.75, -0.6, 0.25, 1.5, -2.3, 0.75], shape: [2, 3], dtype: "float64" };

/** Probes over the attributes given, the defaults first. */
export const activationProbes = (...attributes: readonly Attributes[]): readonly Probe[] => [
  { inputs: [aroundZero] },
  { inputs: [{ shape: [], between: [0.5, 1] }] },
  ...attributes.map((each) => ({ inputs: [aroundZero], attributes: each })),
];

/** A formula for positive operands and another for the rest. */
export const bySign = (positive: TermLike, operand: Term, otherwise: TermLike): Term =>
  cases(positive, relation(operand, ">", 0), otherwise);

/** A constant times a term, which stands alone when the constant is 1. */
export const scaled = (constant: unknown, term: Term): Term => (constant === 1 ? term : product(Number(constant), term));
