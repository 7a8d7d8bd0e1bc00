import { describe, expect, test } from "vitest";
import { catalogue } from "../../src/ops/catalogue.ts";
import { has, type Operator, type Probe } from "../../src/ops/define.ts";
import { OperatorError } from "../../src/ops/errors.ts";
import { type Shape, sizeOf } from "../../src/tensor/shape.ts";
import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import { Random } from "../support/random.ts";
import { caseFor, type Case, tensorsOf } from "./cases.ts";
import { checkAgainstDifferences, objectiveOf } from "./derivatives.ts";
import { interpret } from "../support/interpret.ts";
import { graphOf } from "../../src/ir/graph.ts";

/** numpy's rule, said once more and plainly: shapes are aligned at their ends, and 1 goes with any size. null when they do not fit. */
function common(shapes: readonly Shape[]): number[] | null {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const result: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    const others = new Set(sizes.filter((size) => size !== 1));
    if (others.size > 1) return null;
    result.push([...others][0] ?? 1);
  }
  return result;
}

/** The element of `tensor` that stands at `index` of the broadcast shape. */
function elementAt(tensor: Tensor, index: readonly number[]): Tensor {
  const own = tensor.shape.map((size, axis) => (size === 1 ? 0 : index[axis + index.length - tensor.shape.length]));
  const place = own.reduce((sum, position, axis) => sum * tensor.shape[axis] + position, 0);
  return tensorOf(tensor.dtype, [], [tensor.data[place]]);
}

function indices(shape: Shape): number[][] {
  return Array.from({ length: sizeOf(shape) }, (_, place) => {
    const index: number[] = [];
    let rest = place;
    for (const size of shape.toReversed()) {
      index.unshift(rest % size);
      rest = Math.floor(rest / size);
    }
    return index;
  });
}

/** Operators of several operands that broadcast, with a probe whose bounds say where their numbers may lie. */
const broadcasting = catalogue.flatMap((op) => {
  const operands = op.inputs.filter(({ optional, static: fixed }) => !optional && !fixed).length;
  if (!has(op, "elementwise") || (operands < 2 && !op.inputs[0].variadic)) return [];
  return [[op.type, op, op.inputs[0].variadic ? 3 : operands] as const];
});

/** These stretch only their later operands. */
const oneWay = new Set(["PRelu"]);

const run = ({ outputs, feeds }: Case): Tensor => interpret(graphOf([...feeds.keys()], outputs), feeds)[0];

function operandsOf(op: Operator, shapes: readonly Shape[], seed: string): (Tensor | null)[] {
  const probe: Probe = {
    inputs: shapes.map((shape, at) => {
      const wanted = op.probes[0].inputs[Math.min(at, op.probes[0].inputs.length - 1)];
      return wanted !== null && "between" in wanted ? { shape, between: wanted.between } : shape;
    }),
  };
  return tensorsOf(op, probe, "float64", seed);
}

test("the operators that broadcast are found", () => {
  expect(broadcasting.length).toBeGreaterThan(15);
});

describe.each(broadcasting)("%s", (type, op, count) => {
  const draw = (random: Random): number[][] => {
    const whole = random.shape([0, 4], [1, 3]);
    if (whole.length > 0 && random.chance(0.1)) whole[0] = 0;
    return Array.from({ length: count }, () => whole.slice(random.integer(0, whole.length)).map((size) => (random.chance(0.3) ? 1 : size)));
  };

  test("stretches its operands as numpy does, element by element", () => {
    let refused = 0;
    for (let at = 0; at < 40; at++) {
      const random = new Random(`${type} ${at}`);
      const shapes = draw(random);
      const operands = operandsOf(op, shapes, `${type} ${at}`);
      const expected = common(shapes) ?? [];
      if (oneWay.has(type) && JSON.stringify(expected) !== JSON.stringify(shapes[0])) {
        expect(() => caseFor(op, operands)).toThrow(OperatorError);
        refused++;
        continue;
      }
      const result = run(caseFor(op, operands));
      expect(result.shape).toEqual(expected);
      const single = indices(expected).map(
        (index) =>
          run(
            caseFor(
              op,
              operands.map((tensor) => tensor && elementAt(tensor, index)),
            ),
          ).data[0],
      );
      expect(Array.from(result.data)).toEqual(single);
    }
    expect(refused > 0).toBe(oneWay.has(type));
  });

  test("sums gradients back to the shapes of its operands", () => {
    for (let at = 0; at < 6; at++) {
      const [first, ...others] = draw(new Random(`gradient ${type} ${at}`));
      const shapes = oneWay.has(type) ? [[2, 3], [3], ...others.slice(1)] : [first, ...others];
      const made = caseFor(op, operandsOf(op, shapes, `gradient ${type} ${at}`));
      // Kinks between operands are of no interest here: probes keep away from them, these numbers may not.
      if (made.variables.length > 0 && (op.kinks ?? []).length === 0) checkAgainstDifferences(objectiveOf(made));
    }
  });

  test("refuses shapes that do not fit, and says both", () => {
    const shapes = [[2, 3], [4, 3], [1]].slice(0, Math.max(2, count));
    expect(() => caseFor(op, operandsOf(op, shapes, type))).toThrow(/\[\d, 3\].*\[\d, 3\]/);
    expect(() => caseFor(op, operandsOf(op, shapes, type))).toThrow(OperatorError);
  });
});
