import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { problemAnswer } from "../../../src/workers/worker-loop.ts";
import { tensorOf } from "../../../src/tensor/tensor.ts";
import { decodeSafetensors } from "../../../src/training/safetensors.ts";
import { jobGradients, predict } from "../../../src/training/tasks/predict.ts";
import { performed, sharedWithin } from "../../support/tasks.ts";
import "../../support/close.ts";
import { inputs, request } from "../fixtures/trained-network.ts";
import { submissionOf, trained } from "../training.ts";

const folder = mkdtempSync(join(tmpdir(), "adjoint-predict-"));
afterAll(() => rmSync(folder, { recursive: true }));
const goldens = new URL("../../goldens/", import.meta.url);
const shared = sharedWithin();
const tasks = { predict: performed(predict, shared), jobGradients: performed(jobGradients, shared) };

/** What a task makes of a request with the files of a job; a problem's document when it is refused. */
function asked(task: keyof typeof tasks, files: { assignment: string; weights: string }, body: object): Record<string, unknown> {
  try {
    return JSON.parse(String(tasks[task](body, files).body)) as Record<string, unknown>;
  } catch (error) {
    return JSON.parse(String(problemAnswer(error).body)) as Record<string, unknown>;
  }
}

function filesOf(name: string, job: object, weights: Uint8Array): { assignment: string; weights: string } {
  const files = { assignment: join(folder, `${name}.submission`), weights: join(folder, `${name}.weights`) };
  writeFileSync(files.assignment, submissionOf(job));
  writeFileSync(files.weights, weights);
  return files;
}

const numbersOf = (json: unknown): number[] => (Array.isArray(json) ? json.flatMap(numbersOf) : [json as number]);
const vector = (json: unknown) => tensorOf("float64", [numbersOf(json).length], numbersOf(json));

describe("a network that PyTorch has loaded", () => {
  const { output } = JSON.parse(readFileSync(new URL("trained.json", goldens), "utf8")) as { readonly output: number[][] };
  const file = readFileSync(fileURLToPath(new URL("trained.safetensors", goldens)));

  test("predicts the same here", () => {
    const files = filesOf("network", request, file);
    const { outputs } = asked("predict", files, { inputs: { input: inputs } }) as { outputs: { output: unknown } };
    expect(vector(outputs.output)).toBeNear(vector(output), { relative: 1e-12, absolute: 1e-14 });
    const other = filesOf("untrained", request, trained({ ...request, epochs: 1 }).checkpoints[0].weights);
    const { outputs: before } = asked("predict", other, { inputs: { input: inputs } }) as { outputs: { output: unknown } };
    expect(vector(before.output)).not.toBeNear(vector(output), { relative: 1e-3 });
  });

  test("says of an input that does not fit where it stands in this request", () => {
    const files = filesOf("network", request, file);
    const wrong = { inputs: { input: [[1, 2, 3, 4, 5, 6, 7]] } };
    for (const task of ["predict", "jobGradients"] as const) {
      expect(asked(task, files, wrong)).toMatchObject({ code: "shape_mismatch", errors: [{ pointer: "/inputs/input" }] });
    }
  });

  test("and is trained to those weights", () => {
    const { weights } = trained(request);
    const { tensors } = decodeSafetensors(file);
    expect([...weights.keys()]).toEqual([...tensors.keys()]);
    for (const [name, tensor] of weights) expect(tensor, name).toBeNear(tensors.get(name) ?? tensor, { relative: 1e-9, absolute: 1e-12 });
  });

  test("has gradients with its loss, or of its output with a cotangent", () => {
    const files = filesOf("gradients", request, file);
    const own = { input: inputs, target: [0, 1, 2, 0, 1] };
    const ofLoss = asked("jobGradients", files, { inputs: own, wrt: ["input"], return: ["outputs", "gradients"] });
    expect(ofLoss).toMatchObject({ outputs: { loss: expect.any(Number) as number }, gradients: { input: expect.any(Array) as number[] } });
    expect(asked("jobGradients", files, { inputs: { input: inputs } })).toMatchObject({ code: "objective_not_scalar" });
    const cotangent = output.map(() => [1, 0, 0]);
    expect(asked("jobGradients", files, { inputs: { input: inputs }, cotangent, wrt: ["0.bias"], return: ["gradients"] })).toMatchObject({
      gradients: { "0.bias": [expect.any(Number), expect.any(Number), expect.any(Number), expect.any(Number)] as number[] },
    });
  });
});

describe("a formula", () => {
  const line = {
    expression: "y = w * x + b; loss = mean((y - t)^2)",
    parameters: { w: 0, b: 0 },
    data: { x: [0, 1, 2], t: [1, 3, 5] },
    optimizer: { type: "SGD", lr: 0.2 },
    steps: 300,
  };
  const files = filesOf("line", line, trained(line).checkpoints[0].weights);

  test("is asked for a value before its loss, which needs no target", () => {
    const { outputs } = asked("predict", files, { inputs: { x: [10, -1] }, outputs: ["y"] }) as { outputs: { y: number[] } };
    expect(vector(outputs.y)).toBeNear(vector([21, -1]), { absolute: 1e-6 });
  });

  test.each<[what: string, body: object, code: string, pointer: string]>([
    ["a target that is missing", { inputs: { x: [1] } }, "missing_input", "/inputs"],
    ["a value that there is not", { inputs: { x: [1] }, outputs: ["z"] }, "unknown_output", "/outputs/0"],
    ["an input that there is not", { inputs: { x: [1], u: 2 }, outputs: ["y"] }, "unexpected_input", "/inputs/u"],
    ["a misspelt member", { input: { x: [1] } }, "invalid_request", "/input"],
  ])("refuses %s", (_what, body, code, pointer) => {
    expect(asked("predict", files, body)).toMatchObject({ code, errors: [{ pointer }] });
  });
});
