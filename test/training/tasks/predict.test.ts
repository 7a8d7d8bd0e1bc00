import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { problemAnswer } from "../../../src/workers/worker-loop.ts";
import { tensorOf } from "../../../src/tensor/tensor.ts";
import { decodeAssignment } from "../../../src/training/assignment.ts";
import { Setup } from "../../../src/training/setup.ts";
import { metadataOf } from "../../../src/training/datasets/metadata.ts";
import { planJob, readDatasets } from "../../../src/training/tasks/submit.ts";
import { decodeSafetensors, encodeSafetensors } from "../../../src/training/safetensors.ts";
import { jobGradients, predict } from "../../../src/training/tasks/predict.ts";
import { performed, sharedWithin } from "../../support/tasks.ts";
import "../../support/close.ts";
import { inputs, request } from "../fixtures/trained-network.ts";
import { submissionOf, trained, trainedAs } from "../training.ts";

const folder = mkdtempSync(join(tmpdir(), "adjoint-predict-"));
afterAll(() => rmSync(folder, { recursive: true }));
const goldens = new URL("../../goldens/", import.meta.url);
const shared = sharedWithin();
const tasks = { predict: performed(predict, shared), jobGradients: performed(jobGradients, shared) };

interface Files {
  readonly assignment: string;
  readonly weights: string;
  readonly datasets?: Record<string, string>;
  readonly names?: Record<string, Record<"categories" | "columns", Record<string, string[]>>>;
}

/** What a task makes of a request with the files of a job; a problem's document when it is refused. */
function asked(task: keyof typeof tasks, files: Files, body: object): Record<string, unknown> {
  const { datasets = {}, names = {}, ...own } = files;
  try {
    const { body: answer } = task === "predict" ? tasks.predict(body, { ...own, datasets, names }) : tasks.jobGradients(body, own);
    return JSON.parse(String(answer)) as Record<string, unknown>;
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

/** A job with datasets, planned and trained in this thread. */
function plannedWith(job: object, datasets: Record<string, string>): { assignment: Uint8Array; weights: Uint8Array } {
  const assignment = performed(planJob, shared)(job, { datasets }).body as Uint8Array;
  const { checkpoints } = trainedAs(new Setup(decodeAssignment(assignment), { ...shared, datasets: readDatasets(datasets) }));
  return { assignment, weights: checkpoints[0].weights };
}

function filesOfRun(name: string, { assignment, weights }: ReturnType<typeof plannedWith>): Files {
  const files = { assignment: join(folder, `${name}.submission`), weights: join(folder, `${name}.weights`) };
  writeFileSync(files.assignment, assignment);
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
    // A bias before batch normalisation has a gradient of rounding alone, which Adam makes steps of.
    for (const [name, tensor] of weights) expect(tensor, name).toBeNear(tensors.get(name) ?? tensor, { relative: 1e-9, absolute: 1e-8 });
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
    ["a target that is missing", { inputs: { x: [1] } }, "missing_input", "/inputs/t"],
    ["a value that there is not", { inputs: { x: [1] }, outputs: ["z"] }, "unknown_output", "/outputs/0"],
    ["an input that there is not", { inputs: { x: [1], u: 2 }, outputs: ["y"] }, "unexpected_input", "/inputs/u"],
    ["a misspelt member", { input: { x: [1] } }, "invalid_request", "/input"],
  ])("refuses %s", (_what, body, code, pointer) => {
    expect(asked("predict", files, body)).toMatchObject({ code, errors: [{ pointer }] });
  });
});

describe("rows of a dataset", () => {
  const known = (letter: string): string => `sha256:${letter.repeat(64)}`;
  const kept = (name: string, tensors: Record<string, ReturnType<typeof tensorOf>>): string => {
    const path = join(folder, `${name}.dataset`);
    writeFileSync(path, encodeSafetensors(new Map(Object.entries(tensors))));
    return path;
  };
  const flowers = kept("flowers", {
    input: tensorOf("float64", [5, 1], [10, 20, 30, 40, 50]),
    target: tensorOf("int64", [5], [0, 0, 1, 1, 1]),
  });
  const alone = kept("alone", { features: tensorOf("float32", [3, 1], [10, 30, 50]) });
  const other = kept("other", { a: tensorOf("float64", [3, 1], [1, 2, 3]), b: tensorOf("float64", [3, 1], [1, 2, 3]) });
  const wide = kept("wide", { input: tensorOf("float64", [3, 2], [1, 2, 3, 4, 5, 6]) });
  const datasets = { [known("a")]: flowers, [known("b")]: alone, [known("c")]: other, [known("d")]: wide };
  const job = {
    network: { layers: [{ type: "Linear", in_features: 1, out_features: 2 }], loss: { type: "CrossEntropyLoss" } },
    parameters: { "0.weight": [[-1], [1]], "0.bias": [0, 0] },
    data: { dataset: known("a"), transforms: { input: [{ type: "standardize" }] } },
    optimizer: { type: "SGD", lr: 0 },
    steps: 1,
  };
  const run = plannedWith(job, datasets);
  const files: Files = {
    ...filesOfRun("flowers", run),
    datasets,
    names: { [known("a")]: { categories: { target: ["setosa", "virginica"] }, columns: {} } },
  };
  const byNames = { dataset: known("a"), classes: true };

  test("are predicted after the job's transforms, with the names of their classes", () => {
    const answer = asked("predict", files, byNames);
    expect(answer).toMatchObject({ first_row: 0, rows: 5, of_rows: 5, classes: ["setosa", "setosa", "setosa", "virginica", "virginica"] });
    const inputs = { input: [[10], [20], [30], [40], [50]] };
    expect(asked("predict", files, { inputs, transform: true }).outputs).toEqual(answer.outputs);
  });

  test("come a page at a time", () => {
    const { outputs } = asked("predict", files, { dataset: known("a") }) as { outputs: { output: number[][] } };
    expect(asked("predict", files, { ...byNames, first_row: 3, rows: 9 })).toMatchObject({
      outputs: { output: outputs.output.slice(3) },
      first_row: 3,
      rows: 2,
      of_rows: 5,
    });
  });

  test("may be the only tensor of another dataset, whatever its name", () => {
    expect(asked("predict", files, { dataset: known("b"), classes: true })).toMatchObject({
      rows: 3,
      classes: ["setosa", "setosa", "virginica"],
    });
  });

  test("are refused where the columns have another order than those that were trained on", () => {
    const path = join(folder, "columns.dataset");
    const input = tensorOf("float64", [1, 1], [10]);
    writeFileSync(path, encodeSafetensors(new Map([["input", input]]), metadataOf({ columns: { input: ["b", "a"] } })));
    const predicted = (...columns: string[]) => {
      const names = { [known("a")]: { categories: {}, columns: { input: columns } } };
      return asked("predict", { ...files, names, datasets: { ...datasets, [known("f")]: path } }, { dataset: known("f") });
    };
    expect(predicted("a", "b")).toMatchObject({
      code: "invalid_training",
      errors: [{ pointer: "/dataset", detail: expect.stringContaining('Column 0 of input is "b" here, and "a"') as string }],
    });
    for (const columns of [["b", "a"], ["x", "y"], []]) expect(predicted(...columns)).toMatchObject({ rows: 1 });
  });

  test("are told by numbers where nobody has named them, and beside inputs that are given, too", () => {
    expect(asked("predict", { ...files, names: {} }, { inputs: { input: [[-1], [2]] }, classes: true }).classes).toEqual([0, 1]);
  });

  test.each<[what: string, body: object, code: string, pointer: string]>([
    ["rows beyond the end", { dataset: known("a"), first_row: 5 }, "invalid_request", "/first_row"],
    ["an unknown dataset", { dataset: known("e") }, "unknown_dataset", "/dataset"],
    ["one without an input", { dataset: known("c") }, "missing_input", "/dataset"],
    ["an input of its own for what the rows are", { dataset: known("a"), inputs: { input: [[1]] } }, "invalid_request", "/inputs/input"],
    ["rows of another shape", { dataset: known("d") }, "invalid_training", "/dataset"],
  ])("are refused: %s", (_what, body, code, pointer) => {
    expect(asked("predict", files, body)).toMatchObject({ code, errors: [{ pointer }] });
  });

  test("of a formula are those that it was fed with", () => {
    const line = {
      expression: "y = w * x; loss = mean((y - t)^2)",
      parameters: { w: 2 },
      data: { x: { dataset: known("f") }, t: { dataset: known("f") } },
      optimizer: { type: "SGD", lr: 0 },
      steps: 1,
    };
    const own = {
      [known("f")]: kept("line", {
        x: tensorOf("float64", [2], [1, 2]),
        t: tensorOf("float64", [2], [2, 4]),
        id: tensorOf("float64", [2], [7, 8]),
      }),
    };
    const found = { ...filesOfRun("line-data", plannedWith(line, own)), datasets: own };
    expect(asked("predict", found, { dataset: known("f"), outputs: ["y"] })).toMatchObject({ outputs: { y: [2, 4] }, rows: 2 });
    expect(asked("predict", found, { dataset: known("f"), classes: true })).toMatchObject({
      code: "invalid_request",
      errors: [{ pointer: "/classes" }],
    });
  });

  test("are of no class where they have NaN", () => {
    const inputs = { input: [["NaN"], [2]] };
    expect(asked("predict", files, { inputs, classes: true }).classes).toEqual([null, "virginica"]);
  });

  test("of two classes by one number, and of none", () => {
    const binary = {
      ...job,
      network: { layers: [{ type: "Linear", in_features: 1, out_features: 1 }], loss: { type: "BCEWithLogitsLoss" } },
      parameters: { "0.weight": [[1]], "0.bias": [0] },
      data: { input: [[1]], target: [[1]] },
    };
    const ofBinary = filesOf("binary", binary, trained(binary).checkpoints[0].weights);
    expect(asked("predict", ofBinary, { inputs: { input: [[-1], [1], ["NaN"]] }, classes: true }).classes).toEqual([[0], [1], [null]]);
    const real = { ...binary, network: { ...binary.network, loss: { type: "MSELoss" } } };
    const ofReal = filesOf("real", real, trained(real).checkpoints[0].weights);
    expect(asked("predict", ofReal, { inputs: { input: [[1]] }, classes: true })).toMatchObject({
      code: "invalid_request",
      errors: [{ pointer: "/classes" }],
    });
  });
});
