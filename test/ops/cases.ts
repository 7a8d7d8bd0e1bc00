import { input, type Value } from "../../src/ir/graph.ts";
import { apply } from "../../src/ops/apply.ts";
import { has, type InputSpec, type Operator, type Probe, type ProbeInput } from "../../src/ops/define.ts";
import { type DType, isFloating } from "../../src/tensor/dtype.ts";
import { type Shape, sizeOf } from "../../src/tensor/shape.ts";
import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import { Random } from "../support/random.ts";

/** An operator applied to inputs, with the numbers to feed. */
export interface Case {
  readonly op: Operator;
  readonly inputs: readonly (Value | null)[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly outputs: readonly Value[];
  readonly feeds: ReadonlyMap<Value, Tensor>;
  /** The floating inputs that the operator says it is differentiable by. */
  readonly variables: readonly Value[];
}

/** What the operator says of an input; the last one's, which may repeat, beyond the end. */
export const specAt = ({ inputs }: Operator, at: number): InputSpec => inputs[Math.min(at, inputs.length - 1)] ?? none;

/** For an input of an operator that takes none. */
const none: InputSpec = { name: "none", type: "none" };

/** A probe's numbers: drawn from a seed, as `element` where the operator allows that type. Floating numbers are exact in float32. */
export function tensorsOf(op: Operator, probe: Probe, element: DType = "float64", seed = op.type): (Tensor | null)[] {
  const random = new Random(seed);
  const types = bindTypes(op, probe, element);
  return probe.inputs.map((wanted, at) => {
    if (wanted === null) return null;
    const dtype = types.get(specAt(op, at).type) ?? element;
    if ("dtype" in wanted) return tensorOf(dtype, wanted.shape, rounded(wanted.values, dtype));
    const [low, high] = bounds(wanted, dtype);
    const between = isFloating(dtype) ? ([low, high] as const) : ([Math.round(low), Math.round(high)] as const);
    return tensorOf(dtype, shapeOf(wanted), rounded(Array.from(random.tensor(dtype, shapeOf(wanted), between).data), dtype));
  });
}

/** An application to given numbers, with inputs that decide shapes bound to theirs. */
export function caseFor(op: Operator, tensors: readonly (Tensor | null)[], probe: Pick<Probe, "attributes" | "outputs"> = {}): Case {
  const attributes = op.attributes.parse(probe.attributes ?? {});
  const feeds = new Map<Value, Tensor>();
  const variables: Value[] = [];
  const inputs = tensors.map((tensor, at) => {
    if (tensor === null) return null;
    const spec = specAt(op, at);
    const value = input(tensor, spec.static ? tensor : null);
    feeds.set(value, tensor);
    if (spec.differentiable && isFloating(value.dtype)) variables.push(value);
    return value;
  });
  return { op, inputs, attributes, outputs: apply(op, inputs, attributes, probe.outputs), feeds, variables };
}

export const caseOf = (op: Operator, probe: Probe, element: DType = "float64", seed = op.type): Case =>
  caseFor(op, tensorsOf(op, probe, element, seed), probe);

/** An elementwise operator's first probe with larger tensors, for the loops and kernels that only those meet. */
export function largeCases(op: Operator, element: DType): Case[] {
  const [probe] = op.probes;
  if (!has(op, "elementwise") || probe.inputs.some((wanted) => wanted !== null && "dtype" in wanted && sizeOf(wanted.shape) === 1))
    return [];
  const shape = [7, 143];
  const inputs = probe.inputs.map((wanted): ProbeInput | null => {
    if (wanted === null) return null;
    if (!("dtype" in wanted)) return { shape, between: "between" in wanted ? wanted.between : [-2, 2] };
    const values = Array.from({ length: sizeOf(shape) }, (_, at) => wanted.values[at % wanted.values.length]);
    return { ...wanted, shape, values };
  });
  return [caseOf(op, { ...probe, inputs }, element)];
}

/** Every element type that some input may take. */
export const elementsOf = (op: Operator): DType[] => [...new Set(Object.values(op.types).flat())];

// Told apart by keys that arrays do not have, as they have `values`.
export const shapeOf = (wanted: ProbeInput): Shape => ("shape" in wanted ? wanted.shape : wanted);

function bounds(wanted: ProbeInput, dtype: DType): readonly [number, number] {
  if (dtype === "bool") return [0, 1];
  return "between" in wanted ? wanted.between : [-2, 2];
}

const rounded = (numbers: readonly number[], dtype: DType): number[] => numbers.map(isFloating(dtype) ? Math.fround : (x) => Math.round(x));

/** Element types for the operator's type variables: those of explicit numbers stay, except that one floating type may replace the other. */
function bindTypes(op: Operator, probe: Probe, element: DType): Map<string, DType> {
  const types = new Map<string, DType>();
  const preferred = (allowed: readonly DType[]): DType =>
    [element, "float64" as const, "int64" as const].find((t) => allowed.includes(t)) ?? allowed[0];
  const given = probe.inputs.map((wanted, at) => ({ wanted, spec: specAt(op, at) }));
  for (const { wanted, spec } of given) {
    if (wanted === null || !("dtype" in wanted)) continue;
    const swap = isFloating(wanted.dtype) && isFloating(element) && op.types[spec.type].includes(element);
    types.set(spec.type, swap ? element : wanted.dtype);
  }
  for (const { wanted, spec } of given) {
    if (wanted !== null && !("dtype" in wanted)) types.set(spec.type, preferred(op.types[spec.type]));
  }
  return types;
}
