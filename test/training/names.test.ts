import { describe, expect, test } from "vitest";
import { decodeCheckpoint } from "../../src/training/weights.ts";
import { faultOf } from "../support/problems.ts";
import { setupOf, trained } from "./training.ts";

/** A graph may call what is trained as it likes. */
const named = (...names: readonly string[]) => ({
  graph: {
    nodes: [
      { name: "y", op: "Sum", inputs: ["x", ...names] },
      { name: "square", op: "Mul", inputs: ["y", "y"] },
      { name: "loss", op: "ReduceMean", inputs: ["square"], attributes: { keepdims: 0 } },
    ],
    outputs: ["loss"],
  },
  parameters: Object.fromEntries(names.map((name) => [name, 0.5])),
  data: { x: [1, 2, 3] },
  optimizer: { type: "Adam" },
  steps: 6,
});

describe("what is trained keeps its name, and a run goes on with it", () => {
  test.each<readonly string[][]>([
    [["θ"]],
    [["a/b~c", "exp_avg/a", "parameters/a"]],
    [["constructor", "0"]],
    [["x.running_mean"]],
    [["x.num_batches_tracked"]],
    [["x.running_mean", "x.running_var", "x.num_batches_tracked"]],
  ])("%j", (names) => {
    const request = named(...names);
    const whole = trained(request);
    expect([...whole.weights.keys()].sort()).toEqual([...names].sort());
    let wishes = 0;
    const part = trained(request, { wish: () => (wishes++ < 3 ? "go on" : "pause") });
    const { weights, state } = part.checkpoints[part.checkpoints.length - 1];
    const resumed = decodeCheckpoint(weights, state ?? new Uint8Array());
    expect(trained(request, { resumed }).weights).toEqual(whole.weights);
  });

  test("but for the one that files of weights use for themselves", () => {
    expect(faultOf(() => setupOf(named("__metadata__")))).toMatchObject({
      code: "invalid_training",
      pointer: "/parameters/__metadata__",
    });
  });
});
