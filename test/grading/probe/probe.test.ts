import { describe, expect, test } from "vitest";
import { problemOf } from "../../support/problems.ts";
import { grade, probe } from "../answers.ts";
import { twoLayers } from "../students/two-layers.ts";

const named = (known: readonly { readonly mistake: string; readonly name: string }[]): string[] =>
  known.map(({ mistake, name }) => `${mistake} ${name}`);

const network = {
  network: {
    layers: [{ type: "Linear", in_features: 3, out_features: 4 }, { type: "ReLU" }, { type: "Linear", out_features: 3 }],
    loss: { type: "CrossEntropyLoss" },
  },
  generate: { input: { shape: [6, 3] } },
};

describe("inputs", () => {
  test("are the same for the same request, and others for another seed", () => {
    const request = { expression: "e = (a+b)*(b+1)" };
    expect(probe(request)).toEqual(probe(request));
    expect(probe({ ...request, seed: 1 }).inputs).not.toEqual(probe(request).inputs);
  });

  test("have the shapes that the request, the program or else nothing says", () => {
    const graph = {
      inputs: { x: { shape: [null, 3], dtype: "float64" }, k: {} },
      nodes: [
        { name: "s", op: "Mul", inputs: ["x", "k"] },
        { name: "y", op: "ReduceSum", inputs: ["s"] },
      ],
    };
    const { inputs } = probe({ graph });
    expect(inputs.x).toHaveLength(5);
    expect(inputs.k).toBeTypeOf("number");
    expect(probe({ graph, generate: { x: { shape: [2, 3] } } }).inputs.x).toHaveLength(2);
  });

  test("that are given stay as they are", () => {
    expect(probe({ expression: "y = lambda * w^2", inputs: { lambda: 0.1 } }).inputs).toMatchObject({ lambda: 0.1 });
  });

  test("keep to their bounds, and are one-hot where asked for", () => {
    const { inputs } = probe({
      expression: "y = -sum(t * log_softmax(z, axis=1)) + sum(k)",
      generate: { z: { shape: [5, 4] }, t: { shape: [5, 4], one_hot: true }, k: { shape: [50], between: [2, 3] } },
    });
    const rows = inputs.t as number[][];
    for (const row of rows) expect(row.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 1]);
    expect(new Set(rows.map((row) => row.indexOf(1))).size).toBeGreaterThan(1);
    expect((inputs.k as number[]).every((k) => k >= 2 && k <= 3)).toBe(true);
  });

  test("of a network come with parameters, none near 0, and a target that fits the loss", () => {
    const { inputs, parameters, away_from_kinks } = probe(network);
    expect(inputs.target).toHaveLength(6);
    for (const label of inputs.target as number[]) expect([0, 1, 2]).toContain(label);
    for (const b of (parameters ?? {})["0.bias"] as number[]) expect(Math.abs(b)).toBeGreaterThan(0.1);
    expect(away_from_kinks).toBe(true);
    const regression = { ...network.network, loss: { type: "MSELoss" } };
    expect(probe({ ...network, network: regression }).inputs.target).toHaveLength(6);
    expect((probe({ ...network, network: regression }).inputs.target as number[][])[0]).toHaveLength(3);
  });

  test("are inside the domain, and come with a cotangent where the objective is not a scalar", () => {
    const { inputs, cotangent } = probe({ expression: "y = log(x) + sqrt(x)", generate: { x: { shape: [4] } } });
    for (const x of inputs.x as number[]) expect(x).toBeGreaterThan(0);
    expect(cotangent).toHaveLength(4);
  });

  test("can be graded at as they come", () => {
    const { inputs, parameters } = probe(network);
    const verdict = grade({ network: network.network, inputs, parameters, submission: { outputs: { loss: 0 } } });
    expect(verdict.items[0].verdict).toBe("wrong");
  });
});

describe("mistakes", () => {
  test("that change the same numbers alike are said to be indistinguishable", () => {
    const { told_apart, indistinguishable } = probe({ expression: "e = (a+b)*(b+1)" });
    expect(named(told_apart)).toContain("missing_fanout_sum b");
    expect(indistinguishable.map(named)).toEqual([["wrong_sign b", "wrong_sign add_2"]]);
  });

  test("are told apart by more that is submitted", () => {
    const { indistinguishable } = probe({ expression: "d = b+1; e = (a+b)*d", items: { gradients: ["a", "b", "d"] } });
    expect(indistinguishable).toEqual([]);
  });

  test("that show nowhere are said to be unseen", () => {
    const { request, probe: wanted } = twoLayers("relu");
    const all = probe({ ...request, ...wanted });
    // Of a ReLU's output the derivative is the same as of its input.
    expect(named(all.unseen)).toContain("derivative_of_activated_value h");
    const known = [...all.told_apart, ...all.indistinguishable.flat()].map(({ mistake }) => mistake);
    for (const mistake of [
      "missing_batch_mean",
      "missing_regularizer",
      "label_off_by_one",
      "bias_first_row_only",
      "used_updated_weights",
    ]) {
      expect(known).toContain(mistake);
    }
    expect(named(probe({ ...request, ...wanted, items: { gradients: ["b2"] } }).unseen).length).toBeGreaterThan(10);
  });

  test("at ties show where ties are asked for", () => {
    const request = { expression: "y = sum(max_pool(x, kernel_shape=[2, 2], strides=[2, 2])^2)", generate: { x: { shape: [2, 1, 6, 6] } } };
    expect(named(probe(request).unseen)).toContain("pool_ties_all max_pool_1");
    const tied = probe({ ...request, ties: true });
    expect(named(tied.told_apart)).toContain("pool_ties_all max_pool_1");
    expect(tied.away_from_kinks).toBe(false);
  });
});

describe("what cannot be probed is refused with its place", () => {
  test.each<[string, object, code: string, pointer: string]>([
    ["shapes that nobody says", { expression: "y = sum(x @ w)" }, "missing_input", "/generate"],
    ["an input twice", { expression: "y = x", inputs: { x: 1 }, generate: { x: {} } }, "invalid_request", "/generate/x"],
    ["an input that is not there", { expression: "y = x", generate: { z: { shape: [2] } } }, "unexpected_input", "/generate/z"],
    ["a network of no shape", { ...network, generate: {} }, "missing_input", "/generate"],
    ["bounds in the wrong order", { expression: "y = x", generate: { x: { between: [2, 1] } } }, "invalid_request", "/generate/x/between"],
    ["a tensor without end", { expression: "y = x", generate: { x: { shape: [1e6, 1e6] } } }, "tensor_too_large", "/generate/x"],
    ["items that are not there", { expression: "y = x", items: { gradients: ["z"] } }, "undefined_name", "/items/gradients/0"],
    ["no program", {}, "invalid_request", ""],
  ])("%s", (_, request, code, pointer) => {
    expect(problemOf(() => probe(request))).toMatchObject({ code, errors: [{ pointer }] });
  });

  test("numbers that are never finite", () => {
    expect(problemOf(() => probe({ expression: "y = log(-x*x)" }))).toMatchObject({ code: "invalid_request" });
  });
});
