import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import { metadataOf } from "../../src/training/datasets/metadata.ts";
import { encodeSafetensors } from "../../src/training/safetensors.ts";
import { Setup } from "../../src/training/setup.ts";
import { decodeAssignment } from "../../src/training/assignment.ts";
import { predict } from "../../src/training/tasks/predict.ts";
import { planJob, readDatasets } from "../../src/training/tasks/submit.ts";
import { train } from "../../src/training/train.ts";
import "../support/close.ts";
import { withBytes } from "../support/account.ts";
import { performed, sharedWithin } from "../support/tasks.ts";
import { faultOf, problemOf } from "../support/problems.ts";
import { Random } from "../support/random.ts";

const folder = mkdtempSync(join(tmpdir(), "adjoint-datasets-"));
afterAll(() => rmSync(folder, { recursive: true }));
const paths: Record<string, string> = {};

/** Keeps a dataset as an upload would; its id. */
function dataset(tensors: Readonly<Record<string, Tensor>>, names: Parameters<typeof metadataOf>[0] = {}): string {
  const bytes = encodeSafetensors(new Map(Object.entries(tensors)), metadataOf(names));
  const id = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  paths[id] = join(folder, id.slice(7));
  writeFileSync(paths[id], bytes);
  return id;
}

const shared = sharedWithin({}, 2 ** 20);
const plan = performed(planJob, shared);
const bytesOf = (request: object): Uint8Array => plan(request, { datasets: paths }).body as Uint8Array;
const setupOf = (request: object): Setup => new Setup(decodeAssignment(bytesOf(request)), { ...shared, datasets: readDatasets(paths) });

const random = new Random(8);
const rows = 30;
const raw = random.tensor("float64", [rows, 2], [100, 300]);
const classes = tensorOf(
  "float64",
  [rows],
  Array.from({ length: rows }, () => random.integer(0, 2)),
);
const id = dataset({ input: raw, target: classes });
const classifier = {
  network: { layers: [{ type: "Linear", in_features: 2, out_features: 3 }], loss: { type: "CrossEntropyLoss" } },
  data: { dataset: id, transforms: { input: [{ type: "standardize" }] } },
  optimizer: { type: "Adam", lr: 0.05 },
  epochs: 20,
  batch_size: 8,
  validation: { split: 6 },
};

/** The numbers less their means over the training rows, over their deviations. */
function standardized(tensor: Tensor, trained: Tensor, trainingRows: number): Tensor {
  const column = (at: number): number[] => Array.from({ length: trainingRows }, (_, row) => trained.data[2 * row + at]);
  const of = [0, 1].map((at) => {
    const mean = column(at).reduce((sum, x) => sum + x, 0) / trainingRows;
    return { mean, deviation: Math.sqrt(column(at).reduce((sum, x) => sum + (x - mean) ** 2, 0) / trainingRows) };
  });
  return { ...tensor, data: Float64Array.from(tensor.data, (x, at) => (x - of[at % 2].mean) / of[at % 2].deviation) };
}

describe("data of a dataset", () => {
  test("are fed as they are transformed, by statistics of the training rows alone", () => {
    const { training, validation } = setupOf(classifier);
    const all = standardized(raw, raw, rows - 6);
    expect(training.tensors.get("input")).toBeNear({ ...all, shape: [24, 2], data: all.data.subarray(0, 48) }, { absolute: 1e-12 });
    expect(validation?.tensors.get("input")).toBeNear({ ...all, shape: [6, 2], data: all.data.subarray(48) }, { absolute: 1e-12 });
    expect(training.tensors.get("target")?.dtype).toBe("int64");
  });

  test("hold for validation data of their own too, without being told again", () => {
    const other = random.tensor("float64", [5, 2], [0, 100]);
    const own = dataset({ input: other, target: tensorOf("float64", [5], [0, 1, 2, 0, 1]) });
    const expected = standardized(other, raw, rows);
    for (const transforms of [{}, { input: [{ type: "standardize" }] }]) {
      const { validation } = setupOf({ ...classifier, validation: { data: { dataset: own, transforms } } });
      expect(validation?.tensors.get("input")).toBeNear(expected, { absolute: 1e-12 });
    }
  });

  test("are mixed with tensors of the request, by name and by tensor", () => {
    const { training } = setupOf({
      ...classifier,
      validation: undefined,
      dtype: "float32",
      data: { input: { dataset: id, transforms: [{ type: "scale", factor: 0.01 }] }, target: Array.from(classes.data) },
    });
    expect(training.tensors.get("input")).toMatchObject({ dtype: "float32", shape: [rows, 2] });
    expect(training.tensors.get("input")).toBeNear({ ...raw, data: raw.data.map((x) => x * 0.01) }, { relative: 1e-6 });
  });

  test("inputs are transformed alike when they are predicted with", () => {
    const checkpoints: Uint8Array[] = [];
    const ending = train(setupOf(classifier), null, {
      wish: () => "go on",
      wasInterrupted: false,
      pauseAt: null,
      metrics: () => {},
      checkpoint: ({ weights }) => checkpoints.push(weights),
      now: () => performance.now(),
    });
    expect(ending.kind).toBe("done");
    const files = { assignment: join(folder, "submission"), weights: join(folder, "weights") };
    writeFileSync(files.assignment, bytesOf(classifier));
    writeFileSync(files.weights, checkpoints.at(-1) ?? new Uint8Array());
    const predicted = (inputs: Tensor, transform: boolean): Tensor => {
      const body = JSON.stringify({
        inputs: { input: { shape: inputs.shape, data: Array.from(inputs.data) } },
        transform,
        encoding: "flat",
      });
      const answer = performed(predict, shared)(body, { ...files, datasets: {}, names: {} });
      return (JSON.parse(String(answer.body)) as { outputs: { output: Tensor } }).outputs.output;
    };
    const ready = standardized(raw, raw, rows - 6);
    expect(predicted(raw, true)).toBeNear(predicted(ready, false), { relative: 1e-9, absolute: 1e-12 });
    expect(predicted(raw, false)).not.toBeNear(predicted(ready, false), { relative: 1e-3 });
    expect(faultOf(() => predicted(tensorOf("float64", [1, 3], [1, 2, 3]), true))).toMatchObject({ pointer: "/inputs/input" });
  });

  test.each<[what: string, data: object, code: string, pointer: string, suggestion?: string]>([
    [
      "a tensor that it does not have",
      { input: { dataset: id, tensor: "inputs" }, target: { dataset: id } },
      "invalid_training",
      "/data/input/tensor",
      "input",
    ],
    [
      "transforms of a tensor that it does not have",
      { dataset: id, transforms: { inputs: [] } },
      "invalid_training",
      "/data/transforms/inputs",
      "input",
    ],
    [
      "a transform that does not fit",
      { dataset: id, transforms: { input: [{ type: "reshape", shape: [3] }] } },
      "invalid_training",
      "/data/transforms/input/0/shape",
    ],
    [
      "a transform that there is not",
      { dataset: id, transforms: { input: [{ type: "standardise" }] } },
      "invalid_request",
      "/data/transforms/input/0/type",
      "standardize",
    ],
  ])("%s is refused", (_what, data, code, pointer, suggestion) => {
    expect(faultOf(() => setupOf({ ...classifier, data }))).toEqual({ code, pointer, suggestion });
  });

  test("a number that is not finite is named by its row", () => {
    const bad = dataset({ input: { ...raw, data: raw.data.with(13, Number.NaN) }, target: classes });
    const data = { input: { dataset: bad }, target: { dataset: bad } };
    expect(faultOf(() => setupOf({ ...classifier, data }))).toMatchObject({ code: "invalid_training", pointer: "/data/input" });
    expect(() => setupOf({ ...classifier, data })).toThrow(/Row 6 of input, at \[1\] is NaN/);
  });
  describe("with missing numbers", () => {
    const holes = { ...raw, data: raw.data.with(13, Number.NaN).with(58, Number.NaN) };
    const bad = dataset({ input: holes, target: classes });
    const kept = [...Array(rows).keys()].filter((row) => row !== 6 && row !== 29);
    const rowsWithout = (tensor: Tensor, width: number): number[] =>
      kept.flatMap((row) => [...tensor.data.subarray(row * width, (row + 1) * width)]);
    const trainedOn = (data: object): Setup => setupOf({ ...classifier, data, validation: undefined });

    test("are left out with their rows, of all tensors", () => {
      const { training } = trainedOn({ dataset: bad, transforms: { input: [{ type: "drop_missing" }, { type: "scale", factor: 1 }] } });
      expect(training.count).toBe(28);
      expect([...(training.tensors.get("input")?.data ?? [])]).toEqual(rowsWithout(raw, 2));
      expect([...(training.tensors.get("target")?.data ?? [])]).toEqual(rowsWithout(classes, 1));
    });

    test("of the request's own tensors, too", () => {
      const { training } = trainedOn({ input: { dataset: bad, transforms: [{ type: "drop_missing" }] }, target: Array.from(classes.data) });
      expect([...(training.tensors.get("target")?.data ?? [])]).toEqual(rowsWithout(classes, 1));
    });

    test("before the rows are split, and before statistics are taken", () => {
      const { training, validation } = setupOf({
        ...classifier,
        data: { dataset: bad, transforms: { input: [{ type: "drop_missing" }, { type: "standardize" }] } },
      });
      expect([training.count, validation?.count]).toEqual([22, 6]);
      const own = tensorOf("float64", [28, 2], rowsWithout(raw, 2));
      const all = standardized(own, own, 22);
      expect(training.tensors.get("input")).toBeNear({ ...all, shape: [22, 2], data: all.data.subarray(0, 44) }, { absolute: 1e-12 });
    });

    test("hold for validation data as they do for those that are trained on", () => {
      const transforms = { input: [{ type: "drop_missing" }] };
      const { validation } = setupOf({ ...classifier, data: { dataset: id, transforms }, validation: { data: { dataset: bad } } });
      expect(validation?.count).toBe(28);
    });

    test("are filled by statistics of the training rows", () => {
      const { training } = trainedOn({ dataset: bad, transforms: { input: [{ type: "fill", with: 7 }, { type: "drop_missing" }] } });
      expect([training.count, training.tensors.get("input")?.data[13]]).toEqual([rows, 7]);
    });

    test("are told with what can be done, and may not be all there is", () => {
      expect(() => trainedOn({ dataset: bad })).toThrow(/Row 6 of input, at \[1\] is NaN: .*fill.*drop_missing/);
      const none = dataset({ input: { ...raw, data: raw.data.map(() => Number.NaN) }, target: classes });
      const all = { dataset: none, transforms: { input: [{ type: "drop_missing" }] } };
      expect(() => trainedOn(all)).toThrow(/All 30 rows lack a number/);
      const odd = { input: { dataset: bad, transforms: [{ type: "drop_missing" }] }, target: [0, 1, 2] };
      expect(() => trainedOn(odd)).toThrow(/30 rows, but target has 3|3 rows, but input has 30/);
    });
  });

  test("numbers that float32 has no room for are refused", () => {
    const large = dataset({ input: { ...raw, data: raw.data.with(5, 1e39) }, target: classes });
    const data = { dataset: large };
    expect(() => setupOf({ ...classifier, data, dtype: "float32" })).toThrow(/1e\+39 is too large for float32/);
    expect(() => setupOf({ ...classifier, data: { dataset: large, transforms: { input: [{ type: "cast", dtype: "float32" }] } } })).toThrow(
      /Row 2 has 1e\+39, which is too large for float32/,
    );
  });

  test("so is a class that there is not", () => {
    const bad = dataset({ input: raw, target: { ...classes, data: classes.data.with(13, 3) } });
    const data = { dataset: bad };
    expect(faultOf(() => setupOf({ ...classifier, data }))).toMatchObject({ code: "index_out_of_range", pointer: "/data/dataset" });
    expect(() => setupOf({ ...classifier, data })).toThrow(/There is no class 3 \(row 13\)/);
  });
});

test("datasets that can never fit together are refused before any of them is read", () => {
  const unread = join(folder, "unread");
  writeFileSync(unread, "");
  truncateSync(unread, 2 ** 20);
  const ids = ["a", "b", "c"].map((digit) => `sha256:${digit.repeat(64)}`);
  const datasets = Object.fromEntries(ids.map((each) => [each, unread]));
  const request = { ...classifier, data: { input: { dataset: ids[0] }, target: { dataset: ids[1] } } };
  withBytes(2 ** 21, () => expect(faultOf(() => plan(request, { datasets })).code).toBe("memory_limit"));
  withBytes(2 ** 23, () => expect(faultOf(() => plan(request, { datasets })).code).toBe("invalid_dataset"));
});

describe("validation data of another file", () => {
  const table = { input: tensorOf("float64", [2, 2], [1, 2, 3, 4]), target: tensorOf("int64", [2], [0, 1]) };
  const judgedBy = (trained: Names, own: Names) => () =>
    setupOf({
      ...classifier,
      data: { dataset: dataset(table, trained) },
      validation: { data: { dataset: dataset({ ...table, input: tensorOf("float64", [2, 2], [5, 6, 7, 8]) }, own) } },
    });
  type Names = Parameters<typeof metadataOf>[0];

  test.each<[what: string, trained: Names, own: Names, sentence: string]>([
    [
      "classes",
      { categories: { target: ["cat", "dog", "emu"] } },
      { categories: { target: ["dog", "emu"] } },
      'Class 0 of target is "dog" here, and "cat" in the data that are trained on',
    ],
    [
      "columns",
      { columns: { input: ["a", "b"] } },
      { columns: { input: ["b", "a"] } },
      'Column 0 of input is "b" here, and "a" in the data',
    ],
  ])("whose %s have another order is refused", (_what, trained, own, sentence) => {
    const { code, errors } = problemOf(judgedBy(trained, own));
    expect([code, errors[0].pointer, errors[0].detail]).toEqual([
      "invalid_training",
      "/validation/data/dataset",
      expect.stringContaining(sentence),
    ]);
  });

  test.each<[Names, Names]>([
    [{ categories: { target: ["cat", "dog", "emu"] } }, { categories: { target: ["cat", "dog"] } }],
    [{ columns: { input: ["a", "b"] } }, { columns: { input: ["x", "y"] } }],
    [{ columns: { input: ["a", "b"] } }, {}],
  ])("may have other names: %j and %j", (trained, own) => {
    expect(judgedBy(trained, own)().validation?.count).toBe(2);
  });
});
