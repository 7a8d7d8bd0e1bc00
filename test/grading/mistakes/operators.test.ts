import { describe, expect, test } from "vitest";
import { mistakes } from "../../../src/grading/mistakes/catalogue.ts";
import type { Application } from "../../../src/grading/mistakes/define.ts";
import { constant, graphOf, input, type Value } from "../../../src/ir/graph.ts";
import { apply } from "../../../src/ops/apply.ts";
import { catalogue } from "../../../src/ops/catalogue.ts";
import { isComposite, type Operator } from "../../../src/ops/define.ts";
import { type Tensor, tensorOf } from "../../../src/tensor/tensor.ts";
import { difference } from "../../support/close.ts";
import { interpret } from "../../support/interpret.ts";
import { Random } from "../../support/random.ts";
import { caseOf } from "../../ops/cases.ts";

const mistakesWith = (op: Operator) =>
  mistakes.flatMap(({ name, ways }) =>
    (ways?.operators ?? []).filter(({ operator }) => operator === op).map((way) => ({ ...way, mistake: name })),
  );

const cases = catalogue.flatMap((op) =>
  mistakesWith(op).flatMap((mistake) =>
    op.probes.map((probe, at) => [`${mistake.mistake} of ${op.type}, probe ${at}`, op, mistake, probe] as const),
  ),
);

/** What a wrong rule of `op` and the right one give at the same cotangent. */
function gradients(
  op: Operator,
  inputs: readonly (Value | null)[],
  attributes: Readonly<Record<string, unknown>>,
  wrong: (typeof cases)[number][2],
) {
  if (isComposite(op) || op.vjp === null) throw new Error(`${op.type} has no rule`);
  const { vjp } = op;
  const outputs = apply(op, inputs, attributes);
  const random = new Random(op.type);
  const grads = outputs.map((output) => constant(random.tensor(output.dtype, output.shape)));
  const padded = op.inputs.map((_, at) => inputs[at] ?? null) as readonly Value[];
  const application: Application = { inputs: padded, outputs, grads, attributes: outputs[0].node?.attributes ?? {} };
  const rule = (other: Application): readonly (Value | null)[] => vjp({ ...other });
  return { right: rule(application), wrong: wrong.gradients?.(application, rule) ?? [] };
}

test("there are some", () => {
  expect(new Set(cases.map(([, , { mistake }]) => mistake))).toEqual(
    new Set([
      "missing_target",
      "double_softmax",
      "softmax_jacobian",
      "softmax_wrong_axis",
      "nan_from_overflow",
      "kernel_flipped",
      "pool_ties_all",
      "missing_batch_mean",
      "missing_factor",
      "power_not_lowered",
      "quotient_not_squared",
    ]),
  );
});

describe.each(cases)("%s", (_, op, mistake, probe) => {
  test("has the shapes of what it replaces", () => {
    const { inputs, feeds } = caseOf(op, probe);
    const attributes = probe.attributes ?? {};
    const values = [...feeds.keys()];
    if (mistake.output !== undefined) {
      const [right] = apply(op, inputs, attributes);
      const operator = (own: readonly Value[]): Value => apply(op, own, attributes)[0];
      const wrong = mistake.output(inputs as readonly Value[], right.node?.attributes ?? {}, operator);
      expect(wrong).toMatchObject({ shape: right.shape, dtype: right.dtype });
    }
    if (mistake.gradients === undefined) return;
    const pairs = gradients(op, inputs, attributes, mistake);
    pairs.wrong.forEach((gradient, at) => {
      if (gradient === null) return;
      const right = pairs.right[at];
      expect(gradient).toMatchObject({ shape: right?.shape, dtype: right?.dtype });
      const [tensor] = interpret(graphOf(values, [gradient]), feeds);
      expect(tensor.data.every(Number.isFinite)).toBe(true);
    });
  });
});

/** The gradients by the first input of an operator, right and wrong, at given numbers. */
function firstGradients(
  name: string,
  mistake: string,
  x: Tensor,
  attributes: Readonly<Record<string, unknown>>,
  others: readonly Tensor[] = [],
): [Tensor, Tensor] {
  const op = catalogue.find(({ type }) => type === name);
  if (op === undefined) throw new Error(`there is no ${name}`);
  const found = mistakesWith(op).find((each) => each.mistake === mistake && each.gradients !== undefined);
  if (found === undefined) throw new Error(`${mistake} is not made with ${name}`);
  const tensors = [x, ...others];
  const inputs = tensors.map((tensor) => input(tensor));
  const { right, wrong } = gradients(op, inputs, attributes, found);
  const feeds = new Map(inputs.map((value, at) => [value, tensors[at]]));
  const of = ([gradient]: readonly (Value | null)[]): Tensor => {
    if (gradient === null || gradient === undefined) throw new Error("no gradient");
    return interpret(graphOf(inputs, [gradient]), feeds)[0];
  };
  return [of(right), of(wrong)];
}

describe("pools that give ties all of the gradient", () => {
  const attributes = { kernel_shape: [2, 2], strides: [2, 2] };

  test("are right where nothing ties", () => {
    const [right, wrong] = firstGradients("MaxPool", "pool_ties_all", new Random(1).tensor("float64", [2, 3, 4, 4]), attributes);
    expect(wrong).toBeNear(right);
  });

  test("are wrong where elements tie, by the gradient of the others", () => {
    const x = tensorOf("float64", [1, 1, 2, 4], [1, 1, 2, 0, 1, 0, 1, 2]);
    const [right, wrong] = firstGradients("MaxPool", "pool_ties_all", x, attributes);
    const [first, second] = right.data.filter((g) => g !== 0);
    expect([...right.data]).toEqual([first, 0, second, 0, 0, 0, 0, 0]);
    expect([...wrong.data]).toEqual([first, first, second, 0, first, 0, 0, second]);
  });

  test("overlapping windows and padding add up", () => {
    const x = tensorOf("float64", [1, 1, 3], [1, 1, 1]);
    const [, wrong] = firstGradients("MaxPool", "pool_ties_all", x, { kernel_shape: [2], strides: [1], pads: [1, 1] });
    const [, others] = firstGradients("MaxPool", "pool_ties_all", tensorOf("float64", [1, 1, 3], [3, 2, 1]), {
      kernel_shape: [2],
      strides: [1],
      pads: [1, 1],
    });
    // Four windows: each element of equal ones is in two of them.
    const total = (data: ArrayLike<number>): number => Array.from(data).reduce((sum, each) => sum + each, 0);
    expect(total(wrong.data)).not.toBeCloseTo(total(others.data));
  });
});

test("a kernel that is the same turned round hides that it was turned", () => {
  const random = new Random(2);
  const x = random.tensor("float64", [2, 1, 5]);
  const symmetric = tensorOf("float64", [1, 1, 3], [1, 5, 1]);
  const [right, wrong] = firstGradients("Conv", "kernel_flipped", x, {}, [symmetric]);
  expect(wrong).toBeNear(right, { relative: 1e-12 });
  const [other, spoilt] = firstGradients("Conv", "kernel_flipped", x, {}, [tensorOf("float64", [1, 1, 3], [1, 5, 2])]);
  expect(difference(spoilt, other, { relative: 1e-3 })).not.toBeNull();
});

test("under a cross-entropy the missing target is what is left without it", () => {
  const scores = tensorOf("float64", [1, 3], [0.2, -1, 0.7]);
  const op = catalogue.find(({ type }) => type === "LogSoftmax");
  if (op === undefined || isComposite(op) || op.vjp === null) throw new Error("there is no LogSoftmax");
  const x = input(scores);
  const outputs = apply(op, [x]);
  const target = tensorOf("float64", [1, 3], [0, -1, 0]);
  const application = { inputs: [x], outputs, grads: [constant(target)], attributes: { axis: -1 } };
  const { vjp } = op;
  const missing = mistakesWith(op).find(({ mistake }) => mistake === "missing_target");
  const values = [vjp(application)[0], missing?.gradients?.(application, (other) => vjp(other))[0]];
  if (!values.every((value) => value)) throw new Error("no gradient");
  const [right, wrong] = interpret(graphOf([x], values as Value[]), new Map([[x, scores]]));
  const p = [...wrong.data];
  expect(p.reduce((sum, each) => sum + each)).toBeCloseTo(1, 12);
  expect([...right.data]).toEqual([p[0], p[1] - 1, p[2]].map((each) => expect.closeTo(each, 12)));
});
