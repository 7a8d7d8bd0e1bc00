import { describe, expect, test } from "vitest";
import { compileDraft } from "../../src/program/compile.ts";
import { inRegistered, draftOfGraph } from "../../src/program/graph/json.ts";
import { defaultLimits } from "../../src/request/limits.ts";
import { faultOf, problemOf } from "../support/problems.ts";
import { compileGraph, graphDraft, printed } from "./programs.ts";

const square = { name: "z", op: "Mul", inputs: ["t", "t"] };
const sum = { name: "t", op: "Add", inputs: ["x", "y"] };

describe("what a graph becomes", () => {
  test("values in forward order, inputs first", () => {
    const program = compileGraph({ constants: { k: 2 }, nodes: [sum, { name: "z", op: "Mul", inputs: ["t", "k"] }] }, { x: 1, y: 2 });
    expect(program.values.map(({ name }) => name)).toEqual(["x", "y", "k", "t", "z"]);
    expect(program.nodes.map(({ name, pointer }) => [name, pointer])).toEqual([
      ["t", "/graph/nodes/0"],
      ["z", "/graph/nodes/1"],
    ]);
    expect(program.inputs).toMatchObject([
      { name: "x", role: "input", initial: null },
      { name: "y", role: "input", initial: null },
    ]);
    expect(program.objective?.name).toBe("z");
    expect(printed(program)).toMatchInlineSnapshot(`
      "input %0: float64[]
      input %1: float64[]
      %2: float64[] = Add(%0, %1)
      %3: float64[] = Mul(%2, 2)
      return %3"
    `);
  });

  test("names are arbitrary", () => {
    const names = ["constructor", "toString", "hasOwnProperty", "权重", "a b", "0.weight"];
    const nodes = names.slice(1).map((name, at) => ({ name, op: "Neg", inputs: [names[at]] }));
    expect(compileGraph({ nodes }, { constructor: 1 }).values.map(({ name }) => name)).toEqual(names);
  });

  test("declared inputs come in declared order, consumed or not", () => {
    const { inputs, outputs } = compileGraph(
      { inputs: { y: {}, unused: {}, x: {} }, nodes: [sum], outputs: ["t", "y"] },
      { x: 1, y: 2, unused: [3] },
    );
    expect(inputs.map(({ name }) => name)).toEqual(["y", "unused", "x"]);
    expect(outputs.map(({ name }) => name)).toEqual(["t", "y"]);
  });

  test("outputs left out are what the last node produces; the only floating one is the objective", () => {
    const nodes = [{ outputs: ["values", "indices"], op: "TopK", inputs: ["x", [2]] }];
    const program = compileGraph({ nodes }, { x: [3, 1, 2] });
    expect(program.outputs.map(({ name, value }) => [name, value.dtype])).toEqual([
      ["values", "float64"],
      ["indices", "int64"],
    ]);
    expect(program.objective?.name).toBe("values");
    expect(compileGraph({ nodes: [sum, square], outputs: ["t", "z"] }, { x: 1, y: 1 }).objective).toBeNull();
  });

  test("nodes without a name are named after their operators, past the names that are taken", () => {
    const nodes = [
      { op: "Neg", inputs: ["neg_1"] },
      { op: "LogSoftmax", inputs: ["neg_1"] },
      { outputs: [null, "i"], op: "TopK", inputs: ["neg_1", 1] },
    ];
    const program = compileGraph({ nodes }, { neg_1: [1, 2] });
    expect(program.values.map(({ name }) => name)).toEqual(["neg_1", "neg_2", "log_softmax_1", "i"]);
    expect(program.nodes.map(({ name }) => name)).toEqual(["neg_2", "log_softmax_1", "i"]);
  });

  test("a program may have no nodes", () => {
    const program = compileGraph({ inputs: { x: {} }, nodes: [], outputs: ["x"] }, { x: [1, 2] });
    expect(program.outputs[0].value).toBe(program.inputs[0].value);
  });

  test("types alone are enough where everything is declared", () => {
    const json = {
      inputs: { x: { shape: [2, 3], dtype: "float32" }, i: { shape: [2] } },
      nodes: [{ name: "y", op: "Gather", inputs: ["x", "i"] }],
    };
    const program = compileDraft(graphDraft(json), null, defaultLimits);
    expect(program.inputs.map(({ value }) => value.dtype)).toEqual(["float32", "int64"]);
    expect(program.outputs[0].value.shape).toEqual([2, 3]);
    const open = { inputs: { x: { shape: [null] } }, nodes: [{ name: "y", op: "Neg", inputs: ["x"] }] };
    expect(faultOf(() => compileDraft(graphDraft(open), null, defaultLimits))).toMatchObject({
      code: "missing_input",
      pointer: "/graph/inputs/x",
    });
  });

  test("random nodes draw different seeds, the same for the same request", () => {
    const dropout = (name: string, attributes = {}) => ({ name, op: "Dropout", inputs: ["x", 0.5, true], attributes });
    const draft = graphDraft({ nodes: [dropout("a"), dropout("b"), dropout("c", { seed: 7 })], outputs: ["a", "b", "c"] });
    const given = {
      tensors: new Map([["x", graphDraft({ constants: { x: [1] }, nodes: [], outputs: ["x"] }).constants[0].tensor]]),
      pointers: new Map(),
    };
    const seeds = (seed: number) => compileDraft(draft, given, defaultLimits, { seed }).nodes.map(({ node }) => node.attributes.seed);
    expect(seeds(1)).toEqual(seeds(1));
    expect(new Set([...seeds(1), ...seeds(2)]).size).toBe(5);
    expect(seeds(1)[2]).toBe(7);
  });
});

describe("inputs that decide shapes", () => {
  test("are bound to their numbers", () => {
    const program = compileGraph({ nodes: [{ name: "y", op: "Reshape", inputs: ["x", "s"] }] }, { x: [1, 2, 3, 4], s: [2, -1] });
    expect(program.outputs[0].value.shape).toEqual([2, 2]);
    expect(program.inputs.map(({ value }) => value.known !== null)).toEqual([false, true]);
    expect(program.inputs[1].value).toMatchObject({ dtype: "int64" });
  });

  test("also through other nodes, but not through those that read only shapes", () => {
    const nodes = [
      { name: "s", op: "Shape", inputs: ["like"] },
      { name: "t", op: "Mul", inputs: ["s", "k"] },
      { name: "y", op: "Expand", inputs: ["x", "t"] },
    ];
    const program = compileGraph({ nodes }, { x: 1, like: [1, 2, 3], k: { shape: [], dtype: "int64", data: 2 } });
    expect(program.outputs[0].value.shape).toEqual([6]);
    const known = Object.fromEntries(program.inputs.map(({ name, value }) => [name, value.known !== null]));
    expect(known).toEqual({ like: false, k: true, x: false });
  });
});

describe("order", () => {
  test("nodes may come in any order that has no cycle, and keep it where it serves", () => {
    const nodes = [
      { name: "d", op: "Neg", inputs: ["b"] },
      { name: "a", op: "Neg", inputs: ["x"] },
      { name: "c", op: "Neg", inputs: ["a"] },
      { name: "b", op: "Add", inputs: ["a", "c"] },
    ];
    const names = compileGraph({ nodes }, { x: 1 }).nodes.map(({ name }) => name);
    expect(names).toEqual(["a", "c", "b", "d"]);
  });

  test.each([
    [[{ name: "a", op: "Neg", inputs: ["a"] }], "a → a", "/graph/nodes/0"],
    [
      [
        { name: "s", op: "Neg", inputs: ["c"] },
        { name: "a", op: "Neg", inputs: ["c"] },
        { name: "b", op: "Neg", inputs: ["a"] },
        { name: "c", op: "Add", inputs: ["b", "x"] },
      ],
      "c → a → b → c",
      "/graph/nodes/3",
    ],
  ])("a cycle is answered with its path", (nodes, path, pointer) => {
    const problem = problemOf(() => compileGraph({ nodes }, { x: 1 }));
    expect(problem.code).toBe("cycle");
    expect(problem.detail).toBe(`The graph has a cycle: ${path}`);
    expect(problem.errors[0].pointer).toBe(pointer);
  });

  test("a long cycle is answered with both ends of its path", () => {
    const nodes = Array.from({ length: 100_000 }, (_, at) => ({ name: `n${at}`, op: "Neg", inputs: [`n${(at + 1) % 100_000}`] }));
    const { detail } = problemOf(() => compileGraph({ nodes, outputs: ["n0"] }));
    expect(detail).toContain("n0 → n99999 → ");
    expect(detail).toContain("… (99981 more)");
    expect(detail.length).toBeLessThan(400);
  });
});

describe("faults", () => {
  const neg = { name: "y", op: "Neg", inputs: ["x"] };

  test.each<[about: string, json: object, inputs: Record<string, unknown>, code: string, pointer: string, suggestion?: string]>([
    ["an unknown operator", { nodes: [{ ...neg, op: "Sofmax" }] }, { x: 1 }, "unknown_operator", "/graph/nodes/0/op", "Softmax"],
    ["another case", { nodes: [{ ...neg, op: "relu" }] }, { x: 1 }, "unknown_operator", "/graph/nodes/0/op", "Relu"],
    [
      "an undefined name",
      { inputs: { alpha: {} }, nodes: [{ ...neg, inputs: ["alhpa"] }] },
      { alpha: 1 },
      "undefined_name",
      "/graph/nodes/0/inputs/0",
      "alpha",
    ],
    ["an undefined output", { nodes: [neg], outputs: ["z"] }, { x: 1 }, "undefined_name", "/graph/outputs/0"],
    ["two nodes of one name", { nodes: [neg, neg] }, { x: 1 }, "duplicate_name", "/graph/nodes/1/name"],
    ["a node named like an input", { inputs: { x: {}, y: {} }, nodes: [neg] }, { x: 1, y: 1 }, "duplicate_name", "/graph/nodes/0/name"],
    [
      "a constant named like an input",
      { inputs: { x: {} }, constants: { x: 1 }, nodes: [neg] },
      { x: 1 },
      "duplicate_name",
      "/graph/constants/x",
    ],
    [
      "an output named twice",
      { nodes: [{ op: "TopK", outputs: ["a", "a"], inputs: ["x", 1] }] },
      { x: [1] },
      "duplicate_name",
      "/graph/nodes/0/outputs/1",
    ],
    ["name against outputs", { nodes: [{ ...neg, outputs: ["z"] }] }, { x: 1 }, "invalid_request", "/graph/nodes/0/outputs"],
    ["an input whose name is none", { nodes: [{ ...neg, inputs: ["\ud800"] }] }, { x: 1 }, "invalid_request", "/graph/nodes/0/inputs/0"],
    ["a name that is kept for objects", { nodes: [{ ...neg, inputs: ["__proto__"] }] }, {}, "invalid_request", "/graph/nodes/0/inputs/0"],
    ["nothing at all", { nodes: [] }, {}, "invalid_request", "/graph/outputs"],
    ["no tensor for an input", { nodes: [neg] }, {}, "missing_input", "/inputs/x"],
    [
      "a tensor under nearly the right name",
      { nodes: [{ ...neg, inputs: ["width"] }] },
      { widht: 1 },
      "missing_input",
      "/inputs/width",
      "widht",
    ],
    ["a tensor for nothing", { nodes: [neg] }, { x: 1, extra: 2 }, "unexpected_input", "/inputs/extra"],
    ["a tensor for a node", { nodes: [neg] }, { x: 1, y: 2 }, "unexpected_input", "/inputs/y"],
    ["another shape than declared", { inputs: { x: { shape: [2] } }, nodes: [neg] }, { x: [1, 2, 3] }, "shape_mismatch", "/inputs/x"],
    ["another rank than declared", { inputs: { x: { shape: [null] } }, nodes: [neg] }, { x: 1 }, "shape_mismatch", "/inputs/x"],
    [
      "another dtype than declared",
      { inputs: { x: { dtype: "float64" } }, nodes: [neg] },
      { x: { shape: [], dtype: "float32", data: 1 } },
      "type_mismatch",
      "/inputs/x",
    ],
    [
      "shapes that do not broadcast",
      { nodes: [{ ...neg, op: "Add", inputs: ["x", [1, 2, 3]] }] },
      { x: [[1, 2]] },
      "shape_mismatch",
      "/graph/nodes/0/inputs/1",
    ],
    [
      "a dtype that is not taken",
      { nodes: [{ ...neg, op: "Exp" }] },
      { x: { shape: [], dtype: "int64", data: 1 } },
      "type_mismatch",
      "/graph/nodes/0/inputs/0",
    ],
    [
      "fractions as indices",
      { nodes: [{ ...neg, op: "Gather", inputs: ["x", [0.5]] }] },
      { x: [1] },
      "type_mismatch",
      "/graph/nodes/0/inputs/1",
    ],
    ["too few inputs", { nodes: [{ ...neg, op: "Add" }] }, { x: 1 }, "wrong_arity", "/graph/nodes/0/inputs"],
    [
      "null for a needed input",
      { nodes: [{ ...neg, op: "Add", inputs: [null, "x"] }] },
      { x: 1 },
      "wrong_arity",
      "/graph/nodes/0/inputs/0",
    ],
    ["too many inputs", { nodes: [{ ...neg, inputs: ["x", "x"] }] }, { x: 1 }, "wrong_arity", "/graph/nodes/0/inputs/1"],
    ["too many outputs", { nodes: [{ op: "Neg", inputs: ["x"], outputs: ["a", "b"] }] }, { x: 1 }, "wrong_arity", "/graph/nodes/0/outputs"],
    [
      "an unknown attribute",
      { nodes: [{ ...neg, op: "Softmax", attributes: { axs: 1 } }] },
      { x: [1] },
      "invalid_attribute",
      "/graph/nodes/0/attributes/axs",
      "axis",
    ],
    [
      "an attribute of another type",
      { nodes: [{ ...neg, op: "Softmax", attributes: { axis: "1" } }] },
      { x: [1] },
      "invalid_attribute",
      "/graph/nodes/0/attributes/axis",
    ],
    [
      "an attribute out of range",
      { nodes: [{ ...neg, op: "Softmax", attributes: { axis: 1 } }] },
      { x: [1] },
      "invalid_attribute",
      "/graph/nodes/0/attributes/axis",
    ],
    [
      "a bad element of an attribute",
      { nodes: [{ ...neg, op: "Transpose", attributes: { perm: [0, "1"] } }] },
      { x: [[1]] },
      "invalid_attribute",
      "/graph/nodes/0/attributes/perm/1",
    ],
    [
      "a shape that cannot be known",
      {
        inputs: { x: {}, s: {} },
        nodes: [
          { name: "s2", op: "Cast", inputs: ["s"], attributes: { to: "int64" } },
          { ...neg, op: "Reshape", inputs: ["x", "s2"] },
        ],
      },
      { x: new Array(5000).fill(1), s: new Array(5000).fill(1) },
      "static_value_required",
      "/graph/nodes/1/inputs/1",
    ],
    [
      "a literal that is ragged",
      { nodes: [{ ...neg, op: "Add", inputs: ["x", [[1], [2, 3]]] }] },
      { x: 1 },
      "invalid_tensor",
      "/graph/nodes/0/inputs/1/1",
    ],
    ["a constant that is no tensor", { constants: { k: "1" }, nodes: [neg] }, { x: 1 }, "invalid_tensor", "/graph/constants/k"],
  ])("%s", (_, json, inputs, code, pointer, suggestion) => {
    expect(faultOf(() => compileGraph(json, inputs))).toEqual({ code, pointer, suggestion });
  });

  test("indices that are known and out of range", () => {
    const json = { constants: { k: [1, 2] }, nodes: [{ name: "y", op: "Gather", inputs: ["k", [2]] }] };
    expect(faultOf(() => compileGraph(json))).toMatchObject({ code: "index_out_of_range", pointer: "/graph/nodes/0/inputs/1" });
  });

  test("both shapes are in the detail, and the node's name", () => {
    const json = { nodes: [{ name: "y", op: "Add", inputs: ["x", "b"] }] };
    const { detail } = problemOf(() => compileGraph(json, { x: [[1, 2]], b: [1, 2, 3] }));
    expect(detail).toBe("Node y (Add): Add cannot broadcast [3] with [1, 2]");
  });

  test("all names that are wrong are listed at once", () => {
    const nodes = ["Ad", "Sub", "Mull"].map((op, at) => ({ name: `n${at}`, op, inputs: ["x", "x"] }));
    expect(problemOf(() => compileGraph({ nodes }, { x: 1 })).errors.map(({ pointer }) => pointer)).toEqual([
      "/graph/nodes/0/op",
      "/graph/nodes/2/op",
    ]);
    const missing = problemOf(() => compileGraph({ nodes: [sum] }, { X: 1, other: 2 }));
    expect(missing.errors).toMatchObject([{ pointer: "/inputs/x", suggestion: "X" }, { pointer: "/inputs/y" }]);
  });

  test("parameters that a graph does not have are called parameters", () => {
    const tensor = graphDraft({ constants: { x: 1 }, nodes: [], outputs: ["x"] }).constants[0].tensor;
    const given = {
      tensors: new Map([
        ["x", tensor],
        ["w", tensor],
      ]),
      pointers: new Map([["w", "/parameters/w"]]),
    };
    expect(faultOf(() => compileDraft(graphDraft({ nodes: [neg] }), given, defaultLimits))).toMatchObject({
      code: "unexpected_parameter",
      pointer: "/parameters/w",
    });
  });

  test("limits hold before anything is computed", () => {
    const limits = { ...defaultLimits, nodes: 2, elements: 10 };
    const three = ["a", "b", "c"].map((name) => ({ name, op: "Neg", inputs: ["x"] }));
    expect(faultOf(() => compileGraph({ nodes: three }, { x: 1 }, limits))).toMatchObject({
      code: "too_many_nodes",
      pointer: "/graph/nodes",
    });
    const wide = [{ name: "a", op: "Expand", inputs: ["x", [11]] }];
    expect(faultOf(() => compileGraph({ nodes: wide }, { x: 1 }, limits))).toMatchObject({
      code: "tensor_too_large",
      pointer: "/graph/nodes/0",
    });
    const outer = [{ name: "a", op: "Add", inputs: ["x", "y"] }];
    const column = Array.from({ length: 10_000 }, () => [1]);
    expect(faultOf(() => compileGraph({ nodes: outer }, { x: column, y: [column.flat()] }))).toMatchObject({ code: "tensor_too_large" });
  });

  test("faults of a registered graph point at its id", () => {
    const draft = draftOfGraph({ nodes: [{ ...neg, op: "Exp" }], outputs: ["y"] }, defaultLimits, inRegistered);
    const tensor = graphDraft({ constants: { x: true }, nodes: [], outputs: ["x"] }).constants[0].tensor;
    const given = { tensors: new Map([["x", tensor]]), pointers: new Map() };
    expect(faultOf(() => compileDraft(draft, given, defaultLimits))).toMatchObject({ code: "type_mismatch", pointer: "/graph_id" });
  });
});
