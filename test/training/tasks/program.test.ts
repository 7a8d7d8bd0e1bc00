import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { gradients } from "../../../src/compute/gradients.ts";
import { readProgram } from "../../../src/training/tasks/program.ts";
import { performed, sharedWithin } from "../../support/tasks.ts";
import { resultOf, submissionOf, trained } from "../training.ts";

const folder = mkdtempSync(join(tmpdir(), "adjoint-program-"));
afterAll(() => rmSync(folder, { recursive: true }));
const shared = sharedWithin();
const read = performed(readProgram, shared);
const differentiate = performed(gradients, shared);

/** What is told of a job after its training, and what the loss of so many of its rows is by that. */
function told(job: object, rows: number) {
  const files = { assignment: join(folder, "assignment"), weights: join(folder, "weights") };
  const run = trained(job);
  writeFileSync(files.assignment, submissionOf(job));
  writeFileSync(files.weights, run.checkpoints.findLast(({ final }) => final)?.weights ?? new Uint8Array());
  const { body } = read("", { ...files, datasets: {}, rows, encoding: "list", told: { job_id: "job_1" } });
  const { request, ...beside } = JSON.parse(String(body)) as { readonly request: { readonly inputs: Record<string, unknown[]> } };
  expect(beside).toEqual({ job_id: "job_1" });
  const { outputs } = JSON.parse(String(differentiate(request, {}).body)) as { readonly outputs: Record<string, number> };
  return { request, outputs, loss: resultOf(run).loss };
}

describe("what a job trains is told as a request, which comes to the job's own loss", () => {
  test("for a network, with its weights, running statistics and rows behind their transforms", () => {
    const layers = [{ type: "Linear", in_features: 1, out_features: 3 }, { type: "Tanh" }, { type: "Linear", out_features: 1 }];
    const job = {
      network: { layers, loss: { type: "MSELoss" } },
      data: { input: [[0], [1], [2], [3]], target: [[1], [3], [5], [7]] },
      optimizer: { type: "Adam", lr: 0.1 },
      steps: 20,
    };
    const { request, outputs, loss } = told(job, 1000);
    expect(request).toMatchObject({ network: { layers: { length: 3 } }, parameters: { "0.weight": { length: 3 } }, seed: 0 });
    expect(outputs.loss).toBeCloseTo(Number(loss), 12);
    expect(told(job, 2).request.inputs).toEqual({ input: [[0], [1]], target: [[1], [3]] });
  });

  test("for an expression, whose weights are inputs like any other, and whose loss is named", () => {
    const job = {
      expression: "loss = mean((w * x - t)^2) * scale; y = w * x",
      parameters: { w: 0 },
      inputs: { scale: 2 },
      loss: "loss",
      data: { x: [1, 2], t: [2, 4] },
      optimizer: { type: "SGD", lr: 0.01 },
      steps: 3,
    };
    const { request, loss } = told(job, 5);
    expect(request).toMatchObject({ expression: job.expression, of: "loss", inputs: { x: [1, 2], t: [2, 4], scale: 2 } });
    expect(Number(loss)).toBeGreaterThan(0);
  });
});
