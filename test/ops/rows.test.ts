import { describe, expect, test } from "vitest";
import { paddedInputs } from "../../src/ops/apply.ts";
import { catalogue } from "../../src/ops/catalogue.ts";
import { isComposite, type OperatorPrimitive } from "../../src/ops/define.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { type Tensor, zeros } from "../../src/tensor/tensor.ts";
import "../support/close.ts";
import { caseFor, specAt, tensorsOf } from "./cases.ts";

type Tensors = readonly (Tensor | null)[];
type Axes = readonly (number | null)[];

/** The slices of an axis whose places are taken. */
function taken({ dtype, shape, data }: Tensor, axis: number, isTaken: (place: number) => boolean): Tensor {
  const inner = sizeOf(shape.slice(axis + 1));
  const places = Array.from({ length: shape[axis] }, (_, place) => place).filter(isTaken);
  const own = zeros(dtype, shape.with(axis, places.length));
  own.data.set(data.filter((_, at) => isTaken(Math.floor(at / inner) % shape[axis])));
  return own;
}

function run(op: OperatorPrimitive, tensors: Tensors, probe: OperatorPrimitive["probes"][number]): Tensor[] {
  const { outputs, attributes } = caseFor(op, tensors, probe);
  const made = outputs.map(({ dtype, shape }) => zeros(dtype, shape));
  op.kernel(paddedInputs<Tensor | null>(op, tensors) as readonly Tensor[], made, { ...op.defaults, ...attributes });
  return made;
}

/** Every way in which inputs of the probe may hold two rows or more. */
function waysOf(op: OperatorPrimitive, tensors: Tensors): Axes[] {
  let ways: (number | null)[][] = [[]];
  tensors.forEach((tensor, at) => {
    const axes = tensor === null || specAt(op, at).static ? [] : tensor.shape.flatMap((size, axis) => (size > 1 ? [axis] : []));
    ways = ways.flatMap((way) => [null, ...axes].map((axis) => [...way, axis]));
  });
  return ways.filter((way) => new Set(way.flatMap((axis, at) => (axis === null ? [] : [tensors[at]?.shape[axis]]))).size === 1);
}

const claims = catalogue.flatMap((op) => {
  if (isComposite(op) || op.rows === undefined) return [];
  return op.probes.flatMap((probe, at) => {
    const tensors = tensorsOf(op, probe);
    const { inputs, attributes } = caseFor(op, tensors, probe);
    return waysOf(op, tensors).flatMap((way) => {
      const padded = paddedInputs(op, inputs);
      const axes = padded.map((_, position) => way[position] ?? null);
      const found = op.rows?.(axes, padded, { ...op.defaults, ...attributes }) ?? null;
      return found === null ? [] : [{ title: `${op.type} ${at} ${JSON.stringify(way)}`, op, probe, tensors, way, found }];
    });
  });
});

describe("what operators say of rows holds of their kernels:", () => {
  test.each(claims)("$title", ({ op, probe, tensors, way, found }) => {
    const part = (isTaken: (place: number) => boolean): Tensor[] =>
      run(
        op,
        tensors.map((tensor, at) => (tensor === null || way[at] === null ? tensor : taken(tensor, way[at], isTaken))),
        probe,
      );
    const at = way.findIndex((axis) => axis !== null);
    const rows = tensors[at]?.shape[way[at] ?? 0] ?? 0;
    const [whole, first, rest] = [part(() => true), part((place) => place === 0), part((place) => place > 0)];
    whole.forEach((tensor, output) => {
      const near = { relative: 1e-12, absolute: 1e-12 };
      const axis = typeof found === "object" ? found[output] : found;
      if (typeof axis === "number") expect(taken(tensor, axis, (place) => place % rows > 0)).toBeNear(rest[output], near);
      else if (typeof found === "function") {
        const data = tensor.data.map((_, place) => found(first[output].data[place], rest[output].data[place], (rows - 1) / rows));
        expect({ ...tensor, data }).toBeNear(tensor, near);
      }
    });
  });
});
