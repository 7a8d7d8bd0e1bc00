import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defaultLimits } from "../../src/request/limits.ts";
import { programOf } from "../../src/program/source.ts";
import { EvaluateRequest, GradientsRequest, GraphsRequest } from "../../src/compute/requests.ts";
import { EvaluateResponse, GradientsResponse, GraphResponse } from "../../src/compute/responses.ts";
import { validate } from "../../src/request/validate.ts";
import { faultOf, problemOf } from "../support/problems.ts";

const program = { expression: "x" };
const node = { op: "Neg", inputs: ["x"] };

describe("requests that fit", () => {
  test("defaults are filled in", () => {
    expect(validate(EvaluateRequest, program)).toEqual({ ...program, inputs: {}, encoding: "list", seed: 0, return: ["outputs"] });
    expect(validate(GradientsRequest, program).return).toEqual(["outputs", "gradients", "nodes", "edges"]);
  });

  test("tensors pass through as they are", () => {
    const inputs = { x: [[1], ["NaN"]], constructor: 1, toString: 2, "": undefined, θ: { shape: [], data: 1 } };
    const { "": _, ...named } = inputs;
    expect(validate(EvaluateRequest, { ...program, inputs: named }).inputs).toEqual(named);
  });

  test.each([
    [{ graph: { nodes: [node] } }, "graph"],
    [{ expression: "x" }, "expression"],
    [{ network: { layers: [{ type: "Sigmoid" }] } }, "network"],
    [{ graph_id: `sha256:${"0".repeat(64)}` }, "graph_id"],
  ])("%j holds a %s", (json, kind) => {
    expect(programOf(validate(GradientsRequest, json)).kind).toBe(kind);
  });
});

describe("requests that do not fit", () => {
  test.each<[json: unknown, pointer: string, suggestion?: string]>([
    [5, ""],
    [null, ""],
    [[], ""],
    [{}, ""],
    [{ ...program, graph_id: `sha256:${"0".repeat(64)}` }, ""],
    [{ ...program, inptus: {} }, "/inptus", "inputs"],
    [{ ...program, encoding: "bas64" }, "/encoding", "base64"],
    [{ ...program, return: ["node"] }, "/return/0", "nodes"],
    [{ ...program, return: ["nodes", "nodes"] }, "/return"],
    [{ ...program, seed: -1 }, "/seed"],
    [{ ...program, seed: 1.5 }, "/seed"],
    [{ ...program, inputs: [] }, "/inputs"],
    [{ ...program, inputs: { "": 1 } }, "/inputs/"],
    [{ ...program, inputs: { "a\u0000": 1 } }, "/inputs/a\u0000"],
    [{ ...program, inputs: { ["x".repeat(257)]: 1 } }, `/inputs/${"x".repeat(257)}`],
    [{ ...program, wrt: [] }, "/wrt"],
    [{ ...program, wrt: ["x", "x"] }, "/wrt"],
    [{ ...program, of: "\uD800" }, "/of"],
    [{ ...program, points: [] }, "/points"],
    [{ ...program, points: [{ x: 1 }, 2] }, "/points/1"],
    [{ expression: 3 }, "/expression"],
    [{ graph_id: "sha256:x" }, "/graph_id"],
    [{ graph: { nodes: [{ inputs: [] }] } }, "/graph/nodes/0/op"],
    [{ graph: { nodes: [{ ...node, attribute: {} }] } }, "/graph/nodes/0/attribute", "attributes"],
    [{ graph: { nodes: [{ ...node, outputs: ["a", ""] }] } }, "/graph/nodes/0/outputs/1"],
    [{ graph: { nodes: [{ ...node, name: "__proto__" }] } }, "/graph/nodes/0/name"],
    [{ graph: { nodes: [], outputs: ["a", "a"] } }, "/graph/outputs"],
    [{ graph: { nodes: [], inputs: { x: { shape: [-1] } } } }, "/graph/inputs/x/shape/0"],
    [{ graph: { nodes: [], inputs: { x: { dtype: "flaot32" } } } }, "/graph/inputs/x/dtype", "float32"],
    [{ network: { layers: [] } }, "/network/layers"],
  ])("%j: the fault is at %s", (json, pointer, suggestion) => {
    expect(faultOf(() => validate(GradientsRequest, json))).toEqual({ code: "invalid_request", pointer, suggestion });
  });

  test("what a program is, precisely", () => {
    expect(problemOf(() => validate(GradientsRequest, {})).detail).toBe(
      "A request has exactly one of graph, expression, network and graph_id, and here there is none",
    );
    const two = { expression: "x", graph: { nodes: [] } };
    expect(problemOf(() => validate(GraphsRequest, two)).detail).toContain("and here there are graph and expression");
  });

  test("a service may take more points than by default", () => {
    const points = Array.from({ length: defaultLimits.points + 1 }, () => ({ x: 1 }));
    const read = validate(GradientsRequest, { ...program, points }, { ...defaultLimits, points: points.length });
    expect(read.points).toHaveLength(points.length);
  });

  test("a missing member is called missing", () => {
    expect(problemOf(() => validate(EvaluateRequest, { graph: {} })).detail).toBe("At /graph/nodes: This member is missing");
  });

  test("many faults are listed, and not all of them", () => {
    const many = { ...program, inputs: Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`\u0001${at}`, 1])) };
    expect(problemOf(() => validate(EvaluateRequest, many)).errors).toHaveLength(20);
  });

  test("more faults than a stack holds", () => {
    const nodes = Array.from({ length: 250_000 }, () => ({ op: "Neg", extra: 1 }));
    expect(faultOf(() => validate(EvaluateRequest, { graph: { nodes } }))).toMatchObject({ code: "invalid_request" });
  });

  test("too many members are refused before each is looked at", () => {
    const limits = { ...defaultLimits, nodes: 2, points: 2 };
    const faulty = [{}, {}, {}];
    const of = (json: object) => faultOf(() => validate(GradientsRequest, json, limits));
    expect(of({ graph: { nodes: faulty } })).toMatchObject({ code: "too_many_nodes", pointer: "/graph/nodes" });
    expect(of({ network: { layers: faulty } })).toMatchObject({ code: "too_many_nodes", pointer: "/network/layers" });
    expect(of({ ...program, points: faulty })).toMatchObject({ code: "invalid_request", pointer: "/points" });
    expect(of({ ...program, inputs: { a: 1, b: 2, c: 3 } })).toMatchObject({ code: "invalid_request", pointer: "/inputs" });
  });
});

describe("the contract", () => {
  const schemas = { EvaluateRequest, GradientsRequest, GraphsRequest, EvaluateResponse, GradientsResponse, GraphResponse };

  /** Members of published objects, each as (path, schema). */
  function* membersOf(json: unknown, path: string): Generator<[string, Record<string, unknown>]> {
    if (typeof json !== "object" || json === null) return;
    for (const [key, part] of Object.entries(json)) {
      if (key === "properties")
        for (const [name, member] of Object.entries(part as object)) yield [`${path}/${name}`, member as Record<string, unknown>];
      // Forms of tensors describe themselves as a whole, and layers are another table.
      if (!["examples", "oneOf", "layers", "loss"].includes(key) && !("anyOf" in json && key === "anyOf"))
        yield* membersOf(part, `${path}/${key}`);
    }
  }

  test.each(Object.entries(schemas))("%s describes every member", (name, schema) => {
    const contract = z.toJSONSchema(schema, { io: name.endsWith("Request") ? "input" : "output" });
    expect(schema.meta()?.description).toBeTruthy();
    const bare = [...membersOf(contract, name)]
      .filter(([, member]) => member.description === undefined && member.$ref === undefined)
      .map(([path]) => path);
    expect(bare).toEqual([]);
  });

  test("examples are what they stand for", () => {
    for (const schema of [EvaluateRequest, GradientsRequest, GraphsRequest, GradientsResponse]) {
      for (const example of (schema.meta()?.examples ?? []) as unknown[]) expect(schema.safeParse(example).error).toBeUndefined();
    }
  });
});
