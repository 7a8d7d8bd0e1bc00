import { readFileSync } from "node:fs";
import type { z } from "zod";
import { catalogue } from "../../../src/ops/catalogue.ts";
import { EvaluateRequest, GradientsRequest, GraphsRequest } from "../../../src/compute/requests.ts";
import { tensorsOf } from "../../ops/cases.ts";
import { evaluatePath, gradientsPath, graphsPath, type Json } from "./attempt.ts";
import { writtenAs } from "./tensors.ts";

/** Bodies that the service answers, for mutation. */

export interface Valid {
  readonly path: string;
  readonly body: Json;
}

interface Golden {
  readonly network: Json;
  readonly parameters?: Json;
  readonly inputs: Json;
}

const goldens = ["networks", "layers"].flatMap((name): Valid[] => {
  const { cases } = JSON.parse(readFileSync(new URL(`../../goldens/${name}.json`, import.meta.url), "utf8")) as { cases: Golden[] };
  return cases
    .map(({ network, parameters, inputs }) => ({ path: gradientsPath, body: { network, ...(parameters && { parameters }), inputs } }))
    .filter(({ body }) => JSON.stringify(body).length < 1500);
});

const probes = catalogue.flatMap((op): Valid[] =>
  op.probes.slice(0, 2).map((probe) => {
    const tensors = tensorsOf(op, probe).map((tensor) => tensor && writtenAs({ ...tensor, numbers: [...tensor.data] }, "flat"));
    const node = { name: "y", op: op.type, inputs: tensors.map((tensor, at) => tensor && `i${at}`), attributes: probe.attributes ?? {} };
    return {
      path: evaluatePath,
      body: {
        graph: { nodes: [node] },
        inputs: Object.fromEntries(tensors.flatMap((tensor, at) => (tensor === null ? [] : [[`i${at}`, tensor]]))),
      },
    };
  }),
);

const examplesOf = (path: string, schema: z.ZodType): Valid[] =>
  ((schema.meta()?.examples ?? []) as Json[]).map((body) => ({ path, body }));

const textbook: readonly Valid[] = [
  { path: gradientsPath, body: { expression: "1/(1+exp(-x))", inputs: { x: 1 } } },
  {
    path: gradientsPath,
    body: {
      expression: "h = tanh(x @ w + b)\nmean(h^2, axis=[0, 1])",
      inputs: { x: [[1, 2]], w: [[0.5], [-1]], b: [0.1] },
      wrt: ["w", "b"],
      return: ["gradients"],
    },
  },
  {
    path: gradientsPath,
    body: {
      expression: "y = softmax(x, axis=-1)",
      inputs: { x: { shape: [2, 2], dtype: "float32", data: [1, 2, 3, 4] } },
      cotangent: [
        [1, 0],
        [0, 1],
      ],
      encoding: "base64",
    },
  },
  {
    path: gradientsPath,
    body: { expression: "x^2 + y", inputs: { y: 1 }, points: [{ x: 1 }, { x: 2 }, { x: "NaN" }], of: undefined, encoding: "flat" },
  },
  {
    path: gradientsPath,
    body: {
      graph: {
        inputs: { x: { shape: [null, 2], dtype: "float64" }, y: { dtype: "float64" } },
        constants: { k: { dtype: "float64", base64: "AAAAAAAAAEA=", shape: [] } },
        nodes: [
          { name: "t", op: "Add", inputs: ["x", "y"] },
          { name: "u", op: "Mul", inputs: ["t", "k"] },
          { outputs: ["values", "indices"], op: "TopK", inputs: ["u", [1]], attributes: { axis: 1 } },
          { name: "z", op: "ReduceSum", inputs: ["values"], attributes: { keepdims: 0 } },
        ],
        outputs: ["z"],
      },
      inputs: {
        x: [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        y: 1,
      },
      of: "z",
      wrt: ["x"],
      return: ["gradients", "nodes", "edges", "outputs"],
    },
  },
  { path: graphsPath, body: { network: { layers: [{ type: "Linear", in_features: 2, out_features: 1 }], loss: { type: "MSELoss" } } } },
  { path: evaluatePath, body: { graph_id: `sha256:${"0".repeat(64)}`, inputs: { x: 1 } } },
];

export const validBodies: readonly Valid[] = [
  ...textbook,
  ...examplesOf(evaluatePath, EvaluateRequest),
  ...examplesOf(gradientsPath, GradientsRequest),
  ...examplesOf(graphsPath, GraphsRequest),
  ...goldens,
  ...probes,
];
