import type { InputSpec, Operator } from "../ops/define.ts";
import { type DType, isFloating } from "../tensor/dtype.ts";
import type { GivenTensor } from "../request/tensor.ts";
import type { Draft, GivenInputs } from "./draft.ts";
import type { Linked } from "./graph/link.ts";

/** The specification of an input by its position; a variadic one repeats. Undefined past the last. */
export function inputSpec(op: Operator, at: number): InputSpec | undefined {
  const last = op.inputs.at(-1);
  return op.inputs[at] ?? (last?.variadic === true ? last : undefined);
}

/** What is known of the numbers behind a value before any node is built. */
export type Origin =
  | { readonly dtype: DType }
  /** Numbers without a dtype; `numbers` is null when the request does not give them. */
  | { readonly dtype: null; readonly numbers: GivenTensor | null };

/** JSON's booleans are bool; numbers are whatever they are needed as. */
export function originOf(numbers: GivenTensor | null): Origin {
  if (numbers?.dtype) return { dtype: numbers.dtype };
  return numbers?.kind === "bool" ? { dtype: "bool" } : { dtype: null, numbers };
}

/** One per input and constant, in the order in which values are counted. */
export function originsOf(draft: Draft, given: GivenInputs | null): readonly Origin[] {
  return [
    ...draft.inputs.map(({ name, dtype }) => (dtype === null ? originOf(given?.tensors.get(name) ?? null) : { dtype })),
    ...draft.constants.map(({ tensor }) => originOf(tensor)),
  ];
}

/**
 * What an operator's input would have numbers without a dtype be, where `beside` holds the dtypes of the typed operands by type variable:
 * what its own variable is bound to; a type that is not floating where no floating one is taken; float32 next to float32. Numbers that
 * the request feeds stay floating wherever that is possible: whether they have a gradient may not depend on whether they are whole.
 */
export function demandOf(op: Operator, spec: InputSpec, beside: ReadonlyMap<string, DType>, isFed: boolean): DType | null {
  const bound = beside.get(spec.type);
  const allowed = op.types[spec.type];
  const mayFloat = allowed.includes("float64");
  if (bound !== undefined && (isFloating(bound) || !isFed || !mayFloat)) return bound;
  if (!mayFloat) return preferred.find((dtype) => allowed.includes(dtype)) ?? null;
  return allowed.includes("float32") && beside.values().some((dtype) => dtype === "float32") ? "float32" : null;
}

const preferred: readonly DType[] = ["float32", "int64", "int32", "bool"];

/** The dtype that numbers take where `wanted` is needed: float64 when nothing is, or when they are not whole and would have to be. */
export function fitted(numbers: GivenTensor | null, wanted: DType | null): DType {
  if (wanted === null || wanted === "float32") return wanted ?? "float64";
  return numbers === null || numbers.kind === "whole" ? wanted : "float64";
}

/**
 * What the consumers of each input and constant without a dtype demand of it: the first demand in the order of the nodes, where a typed
 * input, constant or literal beside it counts too. One pass over all operands.
 */
export function demands(draft: Draft, linked: Linked, ops: readonly Operator[], origins: readonly Origin[]): readonly (DType | null)[] {
  const demanded = new Array<DType | null>(origins.length).fill(null);
  if (origins.every(({ dtype }) => dtype !== null)) return demanded;
  for (let node = 0; node < ops.length; node++) {
    const op = ops[node];
    const { inputs } = draft.nodes[node];
    const first = linked.firstOperand[node];
    const originAt = (at: number): Origin | undefined => {
      const operand = inputs[at];
      return typeof operand === "object" && operand !== null ? originOf(operand) : origins[linked.operands[first + at]];
    };
    const beside = dtypesByVariable(op, inputs.length, (at) => originAt(at)?.dtype ?? null);
    for (let at = 0; at < inputs.length; at++) {
      const value = linked.operands[first + at];
      const spec = inputSpec(op, at);
      if (value < 0 || value >= origins.length || origins[value].dtype !== null || spec === undefined) continue;
      demanded[value] ??= demandOf(op, spec, beside, value < draft.inputs.length);
    }
  }
  return demanded;
}

/** The dtype of the first typed operand of each type variable. */
export function dtypesByVariable(op: Operator, operands: number, dtypeAt: (at: number) => DType | null): Map<string, DType> {
  const found = new Map<string, DType>();
  for (let at = 0; at < operands; at++) {
    const spec = inputSpec(op, at);
    if (spec === undefined || found.has(spec.type)) continue;
    const dtype = dtypeAt(at);
    if (dtype !== null) found.set(spec.type, dtype);
  }
  return found;
}
