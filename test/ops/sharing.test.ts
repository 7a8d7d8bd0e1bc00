import { describe, expect, test } from "vitest";
import { reverse } from "../../src/autodiff/reverse.ts";
import { graphOf, input } from "../../src/ir/graph.ts";
import { apply } from "../../src/ops/apply.ts";
import { catalogue } from "../../src/ops/catalogue.ts";
import { sameShape } from "../../src/tensor/shape.ts";
import { interpret } from "../support/interpret.ts";
import "../support/close.ts";
import { caseFor, specAt, tensorsOf } from "./cases.ts";
import { objectiveOf, runGradients } from "./derivatives.ts";

/** Probes in which two differentiable inputs have one shape, with the positions of the two. */
const shared = catalogue.flatMap((op) =>
  op.probes.flatMap((probe, at) => {
    const tensors = tensorsOf(op, probe);
    const open = tensors.flatMap((tensor, position) => {
      const { differentiable, static: fixed } = specAt(op, position);
      return tensor !== null && tensor.dtype === "float64" && differentiable && !fixed ? [{ position, shape: tensor.shape }] : [];
    });
    const second = open.find(({ shape }, k) => k > 0 && sameShape(shape, open[0].shape));
    return second === undefined ? [] : [[op.type, at, op, probe, open[0].position, second.position] as const];
  }),
);

describe("one value at two inputs", () => {
  test.each(shared)("%s, probe %i: two edges, whose gradients add up", (_, __, op, probe, first, second) => {
    const tensors = tensorsOf(op, probe);
    const same = tensors.with(second, tensors[first]);
    const apart = caseFor(op, same, probe);
    const objective = objectiveOf(apart);
    const separate = runGradients({
      ...objective,
      variables: [apart.inputs[first], apart.inputs[second]].filter((value) => value !== null),
    });

    const x = input(separate[0], null);
    const inputs = apart.inputs.map((value, at) => (at === first || at === second ? x : value));
    const outputs = apply(op, inputs, apart.attributes, probe.outputs);
    const of = objective.of.map((value) => outputs[value.index]);
    const { edges, gradientOf } = reverse(of, objective.weights);
    const feeds = new Map(objective.feeds).set(x, same[first] ?? separate[0]);
    const mine = edges.filter(({ from, to }) => from === x && to === outputs[0].node);
    expect(mine.map(({ input: position }) => position).toSorted((a, b) => a - b)).toEqual([first, second]);
    const found = interpret(graphOf([...feeds.keys()], [...mine.map(({ gradient }) => gradient), gradientOf(x) ?? x]), feeds);
    const near = { relative: 1e-12, absolute: 1e-12 };
    mine.forEach(({ input: position }, k) => expect(found[k], `edge ${position}`).toBeNear(separate[position === first ? 0 : 1], near));
    const sum = { ...separate[0], data: separate[0].data.map((number, i) => number + separate[1].data[i]) };
    expect(found.at(-1)).toBeNear(sum, near);
  });

  test("composites are among them", () => {
    expect(shared.length).toBeGreaterThan(5);
    expect(shared.some(([, , op]) => "body" in op)).toBe(true);
  });
});
