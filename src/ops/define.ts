import type { z } from "zod";
import type { Term } from "../formula/term.ts";
import type { Value } from "../ir/graph.ts";
import { type ElementFunction, mapElements } from "../kernels/element.ts";
import type { DType } from "../tensor/dtype.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor, TensorType } from "../tensor/tensor.ts";

/** Sets of element types that inputs are constrained to. */
export const floats: readonly DType[] = ["float64", "float32"];
export const integers: readonly DType[] = ["int64", "int32"];
export const numbers: readonly DType[] = [...floats, ...integers];
export const bools: readonly DType[] = ["bool"];
export const anyType: readonly DType[] = [...numbers, ...bools];

export interface InputSpec {
  readonly name: string;
  /** A key of the operator's `types`: inputs with the same key must have the same element type. */
  readonly type: string;
  readonly differentiable?: boolean;
  /** May be left out (null, or missing at the end). */
  readonly optional?: boolean;
  /** The only input, repeated once or more: see `variadic`. */
  readonly variadic?: boolean;
  /** Its numbers decide shapes or behaviour, so they must be known before anything runs. */
  readonly static?: boolean;
  /** One-dimensional: in formulas a single number stands for a list of one. */
  readonly list?: boolean;
}

export interface OutputSpec {
  readonly name: string;
  /** The only output, repeated as often as the node names outputs: see `variadic`. */
  readonly variadic?: boolean;
}

/**
 * Facts that passes may ask for in place of an operator's name.
 * - elementwise: each output element depends only on the input elements broadcast onto its place
 * - linear: linear in its differentiable inputs taken together
 * - reduction: outputs summarise axes of the input
 * - view: the same numbers in the same order under another shape
 * - broadcast: the elements of the first input, each repeated
 * - shapeOnly: outputs depend on the inputs' types, never on their numbers
 * - random: draws from its seed
 */
export type Trait = "elementwise" | "linear" | "reduction" | "view" | "broadcast" | "shapeOnly" | "random";

/** Where a derivative is not unique (or jumps), and what is taken there. Published by the API. */
export interface Kink {
  /** The place, in words or LaTeX, such as "x = 0". */
  readonly at: string;
  readonly convention: string;
  /** Whether an element sits there, by those of the operands that it is made of; none where that takes more than one of each. */
  readonly holds?: (...operands: number[]) => boolean;
}

/**
 * A complex number as a pair of values, for evaluating programs a tiny step off the real axis: Im f(x + ih) / h is f'(x) without a
 * difference of nearly equal numbers.
 */
export interface Complex {
  readonly re: Value;
  /** null: the number is real. */
  readonly im: Value | null;
}

/** A formal input of a probe: a shape filled with seeded numbers from `between` (-2 to 2 unless told), or explicit values. */
export type ProbeInput =
  | Shape
  | { readonly shape: Shape; readonly between: readonly [number, number] }
  | { readonly values: readonly number[]; readonly shape: Shape; readonly dtype: DType };

/** A case for the generic tests, which alone read it: away from kinks and outside no domain: central differences must hold there. */
export interface Probe {
  readonly inputs: readonly (ProbeInput | null)[];
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** How many outputs the node names; all of the operator's unless told. */
  readonly outputs?: number;
}

export interface Display {
  /** A short label for pictures, such as "×" or "softmax". */
  readonly label: string;
  /** The operator applied to its operands; one that is left out is `omitted`, or missing at the end. */
  readonly formula: (operands: readonly Term[], attributes: Attributes) => Term;
  /** The derivative by each operand, where it has a closed form for single numbers. */
  readonly derivatives?: (operands: readonly Term[], attributes: Attributes) => readonly (Term | null)[];
  /**
   * What comes back to each operand of an operator of tensors when `delta` comes back to its (first) result; null where nothing does or
   * where there is no short formula. Where an operator of linear algebra broadcasts an operand, the sum over that is left to say. The
   * number of elements that a mean is of is n.
   */
  readonly cotangents?: (operands: readonly Term[], attributes: Attributes, delta: Term, result: Term) => readonly (Term | null)[];
  /** Attributes that the catalogue's formula is written with, where one that it shows has no default. */
  readonly example?: Readonly<Record<string, unknown>>;
}

/** Another name that a function has in formulas. */
export interface FunctionName {
  readonly name: string;
  /** The number of positional operands that the name stands for; any when it does not say. */
  readonly arity?: number;
  /** The operator's operands where the name is for some of them: null for the next of the call's, numbers for those that it sets unless they are given. */
  readonly operands?: readonly (number | readonly number[] | null)[];
  /** Attributes that the name sets unless they are given. */
  readonly attributes?: Attributes;
}

/** How formulas write the operator besides its snake_case name. */
export interface Syntax {
  readonly infix?: string;
  readonly prefix?: string;
  readonly postfix?: string;
  /** The sign that stands on both sides of the operand, or opens a list of operands. */
  readonly around?: string;
  /** What the operator takes of a tensor whose places stand in brackets behind it. */
  readonly subscript?: "position" | "range";
  readonly names?: readonly FunctionName[];
  /** Other names for attributes or inputs, such as `axis` for `axes`. */
  readonly arguments?: Readonly<Record<string, string>>;
}

/** The specification of an operator whose only input (or output) repeats: an open list, so that its rules take and give lists. */
export const variadic = <const Spec extends InputSpec | OutputSpec>(spec: Spec): readonly (Spec & { readonly variadic: true })[] => [
  { ...spec, variadic: true },
];

type Member<Spec, Present> = Spec extends { readonly optional: true } ? Present | null : Present;
/** One entry per input (or output) of the specification; an open list for a variadic one. */
type Each<Specs extends readonly unknown[], Present> = { readonly [K in keyof Specs]: Member<Specs[K], Present> };
/** One gradient per input: a value for differentiable ones (null when none flows), null for the others. */
type Gradients<Specs extends readonly unknown[]> = { readonly [K in keyof Specs]: Gradient<Specs[K]> };
type Gradient<Spec> = Spec extends { readonly differentiable: true } ? Value | null : null;

export interface Rule<I extends readonly InputSpec[], O extends readonly OutputSpec[], A> {
  readonly inputs: Each<I, Value>;
  readonly outputs: Each<O, Value>;
  /** Cotangents, one per output, each of its output's type. */
  readonly grads: Each<O, Value>;
  readonly attributes: A;
}

export interface Tangents<I extends readonly InputSpec[], O extends readonly OutputSpec[], A> {
  readonly inputs: Each<I, Value>;
  readonly outputs: Each<O, Value>;
  /** One tangent per input; null where none is carried. */
  readonly tangents: readonly (Value | null)[];
  readonly attributes: A;
}

/** What a value of an operator's own is made of. */
interface Application<I extends readonly InputSpec[], O extends readonly OutputSpec[], A> {
  readonly inputs: Each<I, Value>;
  readonly outputs: Each<O, Value>;
  readonly attributes: A;
}

interface Facts<I extends readonly InputSpec[], O extends readonly OutputSpec[], S extends z.ZodType> {
  /** ONNX's name where ONNX has the operator. */
  readonly type: string;
  /** The version of the standard opset whose semantics hold; absent for Adjoint's own operators. */
  readonly since?: number;
  readonly category: Category;
  /** One or two sentences for the API's catalogue. */
  readonly summary: string;
  readonly inputs: I;
  readonly outputs: O;
  /** Element types allowed for each type variable of the inputs. */
  readonly types: Readonly<Record<string, readonly DType[]>>;
  readonly attributes: S;
  readonly traits?: readonly Trait[];
  readonly display: Display;
  readonly syntax?: Syntax;
  readonly kinks?: readonly Kink[];
  /** Where it is not that of elementwise operators: see `accuracyOf`. */
  readonly accuracy?: Accuracy;
  readonly probes: readonly Probe[];
}

export type Category = "arithmetic" | "trigonometry" | "logic" | "activation" | "reduction" | "linear algebra" | "shape" | "network";

/** What follows from what some rows gave and from what others gave, which are `share` of all of them. */
export type Merge = (some: number, others: number, share: number) => number;

export type RowsAfter = number | Merge | null | readonly (number | null)[];
/**
 * By how many units in the last place of their element type results may be off, over all numbers that the type holds. Units of numbers below
 * the normal ones are the distances between them. Published by the API, and held by the tests.
 */
export interface Accuracy {
  readonly value: number;
  /** Of the gradients, for a cotangent of 1 where the output is a number. */
  readonly gradient: number;
  /**
   * Whose units they are: the result's, unless told. Sums in which terms cancel are known no better than their terms: a unit is then that of
   * what the magnitudes of the terms add up to.
   */
  readonly of?: "result" | "terms";
}

/** One rounding at most. */
export const rounded: Accuracy = { value: 0.5, gradient: 0.5 };

/** What is computed in several steps, in none of which digits cancel. */
export const composed: Accuracy = { value: 16, gradient: 16 };

/** Sums of terms that may cancel. */
export const sumOfTerms: Accuracy = { ...composed, of: "terms" };

/** Numbers as they are, in other places; what comes back to a number is a sum. */
export const copied: Accuracy = { ...sumOfTerms, value: 0 };

/** What is stated of an operator; null where nothing is. */
export function accuracyOf(op: Operator): Required<Accuracy> | null {
  const stated = op.accuracy ?? (isDifferentiable(op) ? usual(op) : null);
  return stated && { ...stated, of: stated.of ?? "result" };
}

/** Of an operator that says nothing itself. */
function usual(op: Operator): Accuracy | null {
  if (has(op, "elementwise")) return { value: 2, gradient: 4 };
  return op.category === "shape" ? copied : null;
}

/** Whether gradients come back to floating-point numbers. */
export const isDifferentiable = ({ inputs, types }: Operator): boolean =>
  inputs.some(({ type, differentiable }) => differentiable && types[type].includes("float64"));

export interface Accumulation {
  readonly addend: number;
  readonly scaled: (scale: number) => Attributes;
}

/** An operator with its own loop over memory and its own gradient rule. */
export interface Primitive<I extends readonly InputSpec[], O extends readonly OutputSpec[], S extends z.ZodType> extends Facts<I, O, S> {
  /** Output types from input types and known values; throws OperatorError. `outputCount` is how many outputs the node names. */
  readonly infer: (inputs: Each<I, Value>, attributes: z.output<S>, outputCount: number) => readonly TensorType[];
  /** Fills every element of `outputs`, which may hold leftovers; not given where `element` says it all. */
  readonly kernel?: (inputs: Each<I, Tensor>, outputs: readonly Tensor[], attributes: z.output<S>) => void;
  /**
   * For an elementwise operator with one output: what its elements are, as a function of the operands that are not left out, by their
   * types. Lets the engine run the operator over single numbers, or in one pass with its neighbours.
   */
  readonly element?: (attributes: z.output<S>, inputs: Each<I, TensorType>) => ElementFunction;
  /** The input over which the kernel may write its only output, when the two have one type. */
  readonly overwrites?: number;
  /**
   * Where the operator can add its result, times a number, to an addend of the result's type with the bits of doing so step by step: the
   * place of that addend among the inputs, which is free, and the attributes to change.
   */
  readonly accumulates?: (inputs: Each<I, TensorType>, attributes: z.output<S>) => Accumulation | null;
  /**
   * Gradients for the inputs as values in the same vocabulary. A gradient may have the broadcast shape: the transform sums it back.
   * null: nothing flows back to any input.
   */
  readonly vjp: ((rule: Rule<I, O, z.output<S>>) => Gradients<I>) | null;
  /** Tangents of the outputs; when absent it is derived from `vjp`. */
  readonly jvp?: (rule: Tangents<I, O, z.output<S>>) => readonly (Value | null)[];
  /**
   * The outputs for complex inputs, at least one of which is not real. Left out, an operator that is linear is applied to the real and the
   * imaginary parts; any other has no complex form. null: none for these attributes.
   */
  readonly complex?: (rule: { readonly inputs: Each<I, Complex>; readonly attributes: z.output<S> }) => readonly Complex[] | null;
  /**
   * Values that stay the same for as long as the operands move without passing a kink (or a jump), and change when they pass one. Outputs
   * that are not floating-point say so by themselves.
   */
  readonly branches?: (rule: Application<I, O, z.output<S>>) => readonly Value[];
  /**
   * What becomes of rows: of slices along an axis of the inputs (by position; null for one that is the same for all rows). The axis along
   * which slices of the outputs depend on the same slices of the inputs alone; or, where the outputs are summaries of all rows, how those
   * of some and of others become one. null, or left out: rows mix. A list has an axis for each output.
   */
  readonly rows?: (axes: Each<I, number | null>, inputs: Each<I, Value>, attributes: z.output<S>) => RowsAfter;
  /** Floating-point operations of one run; the number of elements read and written unless told. */
  readonly operations?: (inputs: Each<I, TensorType>, outputs: readonly TensorType[], attributes: z.output<S>) => number;
}

/** An operator that is defined by a graph of other operators, as ONNX's function bodies are. */
export interface Composite<I extends readonly InputSpec[], O extends readonly OutputSpec[], S extends z.ZodType> extends Facts<I, O, S> {
  readonly body: (inputs: Each<I, Value>, attributes: z.output<S>, outputCount: number) => readonly Value[];
}

/** An operator as passes see it, its own input and attribute types forgotten. */
export type Operator = OperatorPrimitive | OperatorComposite;
export type OperatorPrimitive = Required<Pick<AnyPrimitive, "kernel">> & AnyPrimitive & Derived;
export type OperatorComposite = Composite<readonly InputSpec[], readonly OutputSpec[], z.ZodType<Attributes>> & Derived;
export type Attributes = Record<string, unknown>;
type AnyPrimitive = Primitive<readonly InputSpec[], readonly OutputSpec[], z.ZodType<Attributes>>;

/** What `defineOp` adds, besides the kernel that follows from `element`. */
interface Derived {
  /** The attributes when none is given; empty when one is required, for then all are given. */
  readonly defaults: Attributes;
}

const defined = new Map<string, Operator>();

/** The operators defined so far. */
export const definedOperators = (): Operator[] => [...defined.values()];

/** The operator of a node. That of a client, who may name any, is looked for in the catalogue. */
export function operatorOf(type: string): Operator {
  const op = defined.get(type);
  if (op === undefined) throw new Error(`no operator ${type} is defined`);
  return op;
}

/**
 * The one definition of an operator, by which it is known from then on. The generic parameters make a rule with the wrong number of gradients a compile error; they are
 * forgotten in the result, which is why the one cast stands here.
 */
export function defineOp<const I extends readonly InputSpec[], const O extends readonly OutputSpec[], S extends z.ZodType>(
  definition: Primitive<I, O, S> | Composite<I, O, S>,
): Operator {
  const defaults = definition.attributes.safeParse({});
  const given = { ...definition, defaults: defaults.success ? defaults.data : {} } as unknown as Operator;
  const operator = Object.freeze(isComposite(given) ? given : { ...given, kernel: given.kernel ?? elementKernel(given) });
  if (defined.has(operator.type)) throw new Error(`two operators are called ${operator.type}`);
  defined.set(operator.type, operator);
  return operator;
}

/** The loop over memory that `element` stands for. */
function elementKernel({ type, element }: AnyPrimitive): OperatorPrimitive["kernel"] {
  if (element === undefined) throw new Error(`${type} has neither a kernel nor a function of its elements`);
  return (inputs, [out], attributes) =>
    mapElements(
      element(attributes, inputs),
      inputs.filter((input: Tensor | null) => input !== null),
      out,
    );
}

export const isComposite = (op: Operator): op is OperatorComposite => "body" in op;
export const has = (op: Operator, trait: Trait): boolean => op.traits?.includes(trait) ?? false;
