/** What a program makes of rows of data: which of its values add up over rows, so that its result over many follows from parts of them. */
import type { Node, Value } from "../ir/graph.ts";
import { paddedInputs } from "../ops/apply.ts";
import { has, isComposite, type Merge, type OperatorPrimitive, operatorOf } from "../ops/define.ts";
import { averaged } from "../ops/reduction/merges.ts";
import type { Data } from "../tensor/dtype.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import { type Tensor, tensorOf, zeros } from "../tensor/tensor.ts";

/** A value of the program that is made up of what its rows give. */
interface Sum {
  readonly value: Value;
  readonly merge: Merge;
}

/** A result as a function of values that add up over rows. */
export interface RowSums {
  readonly result: Value;
  readonly sums: readonly Sum[];
  /** What makes the result of them, in order. */
  readonly finale: readonly Node[];
}

/** Rows along an axis, each of which takes up so many places there, one after another; after the last may come the first again. */
interface Held {
  readonly axis: number;
  readonly each: number;
}

/** What a value is to rows: the same for all of them, slice by slice theirs, a function of sums over them, or neither. */
type Part = "same" | Held | "summary" | "mixed";

/** Sums of more numbers than these are not kept. */
const mostNumbers = 2 ** 16;

/**
 * The result as a function of sums over the rows of `data`, which are along their first axes; null where it is none. Where the rows of a
 * batch are `together`, what depends on several rows of it counts as theirs.
 */
export function rowSumsOf(
  result: Value,
  data: readonly Value[],
  rows: number,
  { together }: { readonly together: boolean },
): RowSums | null {
  const parts = new Map<Value, Part>(data.map((value) => [value, { axis: 0, each: 1 }]));
  const merges = new Map<Value, Merge>();
  const partOf = (value: Value): Part => (value.known === null ? (parts.get(primitive(value)) ?? "same") : "same");
  for (const node of nodesOf(result)) {
    for (const output of node.outputs) {
      const found = partAfter(output, partOf, { rows, together });
      parts.set(output, typeof found === "function" ? "summary" : found);
      if (typeof found === "function") merges.set(output, found);
    }
  }
  const last = partOf(result);
  if (last !== "same" && last !== "summary") return null;
  const sums = new Map<Value, Merge>();
  const finale = new Set<Node>();
  const open = [primitive(result)];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    const merge = merges.get(value);
    if (value.known !== null) continue;
    if (merge !== undefined || value.node === null || partOf(value) === "same") sums.set(value, merge ?? averaged);
    else if (!finale.has(value.node)) {
      finale.add(value.node);
      open.push(...value.node.inputs.filter((input) => input !== null).map(primitive));
    }
  }
  const all = [...sums].map(([value, merge]) => ({ value, merge }));
  if (all.reduce((size, { value }) => size + sizeOf(value.shape), 0) > mostNumbers) return null;
  return { result: primitive(result), sums: all, finale: [...finale].sort((a, b) => a.id - b.id) };
}

/** What the result is where the sums have these numbers. */
export function resultOf({ result, sums, finale }: RowSums, numbers: readonly Tensor[]): Tensor {
  const tensors = new Map(sums.map(({ value }, at) => [value, tensorOf(value.dtype, value.shape, numbers[at].data)]));
  const numbersOf = (value: Value): Tensor => {
    const tensor = value.known ?? tensors.get(primitive(value));
    if (tensor === undefined) throw new Error("a value is used before it is computed");
    return tensor;
  };
  for (const { op, inputs, outputs, attributes } of finale) {
    const made = outputs.map(({ dtype, shape }) => zeros(dtype, shape));
    const operator = primitiveOperator(op);
    operator.kernel(
      paddedInputs(
        operator,
        inputs.map((value) => value && numbersOf(value)),
      ),
      made,
      attributes,
    );
    outputs.forEach((value, at) => tensors.set(value, made[at]));
  }
  return numbersOf(result);
}

/**
 * The same sums in a program that was made of the same source for fewer rows; null where it does not make them in the same way. `inputs` are
 * those of both, in pairs.
 */
export function sumsIn(sums: RowSums, result: Value, inputs: readonly (readonly [Value, Value])[]): Value[] | null {
  const [ours, theirs] = [nodesOf(sums.result), nodesOf(result)];
  if (ours.length !== theirs.length) return null;
  const finale = new Set(sums.finale);
  const other = new Map(inputs);
  for (const [at, node] of ours.entries()) {
    const like = theirs[at];
    if (node.op !== like.op || node.outputs.length !== like.outputs.length) return null;
    // A number that follows from how many rows there are may stand after the sums, and not before.
    if (!finale.has(node) && !haveSameConstants(node, like)) return null;
    node.outputs.forEach((value, index) => other.set(value, like.outputs[index]));
  }
  const found = sums.sums.map(({ value }) => other.get(value));
  return found.every((value) => value !== undefined) ? found : null;
}

/** The value that an output of an operator stands for which is defined by others. */
function primitive(value: Value): Value {
  let at = value;
  while (at.node !== null && at.node.expansion !== null) at = at.node.expansion.outputs[at.index];
  return at;
}

function primitiveOperator(type: string): OperatorPrimitive {
  const operator = operatorOf(type);
  if (isComposite(operator)) throw new Error(`${type} was not expanded`);
  return operator;
}

/** The nodes that a value depends on, operators that are defined by others replaced by these, in order. */
function nodesOf(result: Value): Node[] {
  const seen = new Set<Node>();
  const open: Node[] = [];
  const visit = (value: Value | null): void => {
    const node = value && primitive(value).node;
    if (node === null || seen.has(node)) return;
    seen.add(node);
    open.push(node);
  };
  visit(result);
  for (let node = open.pop(); node !== undefined; node = open.pop()) node.inputs.forEach(visit);
  return [...seen].sort((a, b) => a.id - b.id);
}

interface Given {
  readonly rows: number;
  readonly together: boolean;
}

function partAfter({ node, shape, index }: Value, partOf: (value: Value) => Part, { rows, together }: Given): Part | Merge {
  if (node === null) return "mixed";
  const operator = primitiveOperator(node.op);
  const inputs = paddedInputs<Value | null>(operator, node.inputs);
  const parts = inputs.map((value): Part => (value === null ? "same" : partOf(value)));
  if (parts.includes("mixed")) return "mixed";
  const held = parts.map((part) => (typeof part === "object" ? part : null));
  const [first] = held.filter((part) => part !== null);
  if (first === undefined) return parts.includes("summary") ? "summary" : "same";
  if (parts.includes("summary") && !together) return "mixed";
  if (has(operator, "elementwise")) return alignedRows(inputs, held, shape.length);
  const [value] = inputs;
  if (has(operator, "view") && value !== null) return viewedRows(value.shape, first, shape, rows);
  if (held.some((part) => part !== null && part.each !== first.each)) return "mixed";
  // What is drawn for a row is its own, though for the batch that it is in.
  if (together && has(operator, "random")) return first;
  const axes = held.map((part) => part && part.axis);
  const after = operator.rows?.(axes, inputs as readonly Value[], node.attributes) ?? "mixed";
  const found = typeof after === "object" ? (after[index] ?? "mixed") : after;
  return typeof found === "number" ? { axis: found, each: first.each } : found;
}

/** Operands are broadcast from their ends; one that is the same for all rows has one number for all of them. */
function alignedRows(inputs: readonly (Value | null)[], held: readonly (Held | null)[], rank: number): Part {
  const fromEnd = new Set(inputs.flatMap((value, at) => (value === null || held[at] === null ? [] : [held[at].axis - value.shape.length])));
  const each = new Set(held.flatMap((part) => (part === null ? [] : [part.each])));
  if (fromEnd.size !== 1 || each.size !== 1) return "mixed";
  const [place] = fromEnd;
  const isSame = inputs.every((value, at) => value === null || held[at] !== null || (value.shape.at(place) ?? 1) === 1 || isEven(value));
  return isSame ? { axis: rank + place, each: [...each][0] } : "mixed";
}

/** The numbers stay where they are in memory, and so do the rows: so many numbers from one to the next. */
function viewedRows(from: Shape, { axis, each }: Held, to: Shape, rows: number): Part {
  const stride = each * sizeOf(from.slice(axis + 1));
  for (let at = to.length - 1; at >= 0; at--) {
    const inner = sizeOf(to.slice(at + 1));
    const own = stride / inner;
    if (inner <= stride && stride < inner * to[at])
      return Number.isInteger(own) && to[at] % (rows * own) === 0 ? { axis: at, each: own } : "mixed";
  }
  return "mixed";
}

/** Whether a value holds one number in all its places, whatever its size. */
function isEven({ known, shape, node }: Value): boolean {
  if (known !== null) return isRepeated(known.data);
  if (sizeOf(shape) === 1) return true;
  if (node === null) return false;
  const operator = operatorOf(node.op);
  const repeats = !isComposite(operator) && (has(operator, "elementwise") || has(operator, "view") || has(operator, "broadcast"));
  return repeats && node.inputs.every((value, at) => value === null || operator.inputs[at]?.static === true || isEven(value));
}

/** Whether nodes that compute something take the same constants, but for how often one number is repeated. */
function haveSameConstants(node: Node, like: Node): boolean {
  if (node.outputs.every(({ known }) => known !== null)) return true;
  const { inputs } = operatorOf(node.op);
  return node.inputs.every((value, at) => {
    const [ours, theirs] = [value?.known ?? null, like.inputs[at]?.known ?? null];
    return ours === null || theirs === null || inputs[at]?.static === true || areAlike(ours.data, theirs.data);
  });
}

function areAlike(ours: Data, theirs: Data): boolean {
  if (ours.length === theirs.length) return ours.every((number, at) => Object.is(number, theirs[at]));
  return Object.is(ours[0], theirs[0]) && isRepeated(ours) && isRepeated(theirs);
}

const isRepeated = (data: Data): boolean => data.every((number) => Object.is(number, data[0]));
