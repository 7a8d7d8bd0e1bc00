import { describe, expect, test } from "vitest";
import { gradients as gradientsTask } from "../../../src/compute/gradients.ts";
import { performed } from "../../support/tasks.ts";
import { GradientsResponse } from "../../../src/compute/responses.ts";
import { everyNumber } from "../students/matrix.ts";
import { grade, probe } from "../answers.ts";

// Students who use a framework have its gradients: theirs are right for another network, or for other inputs, than was asked for.

const task = performed(gradientsTask);

const gradients = (request: object): Record<string, unknown> => {
  const { body } = task({ ...request, return: ["outputs", "gradients"] }, {});
  const answer = GradientsResponse.parse(JSON.parse(String(body)));
  return { outputs: { loss: answer.outputs?.loss }, gradients: onlyParameters(answer.gradients ?? {}) };
};

const onlyParameters = (all: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(all).filter(([name]) => /weight|bias/.test(name)));

const layers = [
  { type: "Linear", in_features: 4, out_features: 5 },
  { type: "BatchNorm1d", num_features: 5 },
  { type: "ReLU" },
  { type: "Linear", out_features: 3 },
];
const network = { layers, loss: { type: "CrossEntropyLoss" } };
const { inputs, parameters } = probe({ network, generate: { input: { shape: [6, 4] } } });
const asked = { network, inputs, parameters };

test("the network's own gradients pass", () => {
  expect(grade({ ...asked, submission: gradients(asked) })).toMatchObject({ passed: true, diagnosis: [] });
});

test.each<[string, object, mistake: string, place: RegExp]>([
  [
    "labels counted from 1",
    { inputs: { ...inputs, target: everyNumber(inputs.target, (label) => (label + 1) % 3) } },
    "label_off_by_one",
    /^target$/,
  ],
  [
    "a softmax before the loss that has one",
    { network: { ...network, layers: [...layers, { type: "Softmax", dim: 1 }] } },
    "double_softmax",
    /^loss$/,
  ],
  ["a loss that sums", { network: { ...network, loss: { type: "CrossEntropyLoss", reduction: "sum" } } }, "missing_batch_mean", /^loss$/],
])("%s", (_, instead, mistake, place) => {
  const [first] = grade({ ...asked, submission: gradients({ ...asked, ...instead }) }).diagnosis;
  expect(first).toMatchObject({ mistake, name: expect.stringMatching(place) as unknown });
});

describe("a step that was taken too early", () => {
  test("is seen in what lies before the weights, with its learning rate", () => {
    const { gradients: own } = gradients(asked) as { gradients: Record<string, number[][]> };
    const weights = (parameters ?? {})["3.weight"] as number[][];
    const moved = weights.map((row, i) => row.map((w, j) => w - 0.25 * own["3.weight"][i][j]));
    // The forward pass was with the old weights: what the layers before it receive is linear in the new ones.
    const cotangent = beforeTheLast(moved);
    const [first] = grade({ ...asked, submission: { gradients: { ...own, ...cotangent } } }).diagnosis;
    expect(first).toMatchObject({ mistake: "used_updated_weights", name: "3.weight" });
    expect(first.factor).toBeCloseTo(0.25, 6);
  });

  /** The gradients of the layers before the last when what comes back to them went through other weights. */
  function beforeTheLast(weights: number[][]): object {
    const { nodes } = GradientsResponse.parse(JSON.parse(String(task({ ...asked, return: ["nodes"] }, {}).body)));
    const scores = nodes?.find(({ name }) => name === "output")?.gradient as number[][];
    const arriving = scores.map((row) => weights[0].map((_, j) => row.reduce((sum, g, k) => sum + g * weights[k][j], 0)));
    const { target: _, ...input } = inputs;
    const own = Object.fromEntries(Object.entries(parameters ?? {}).filter(([name]) => !name.startsWith("3.")));
    const request = { network: { layers: layers.slice(0, 3), training: true }, inputs: input, parameters: own, cotangent: arriving };
    const { body } = task({ ...request, return: ["gradients"] }, {});
    return onlyParameters(GradientsResponse.parse(JSON.parse(String(body))).gradients ?? {});
  }
});
