import { beforeAll, describe, expect, test } from "vitest";
import { loadGraphviz } from "../../../src/render/picture/graphviz.ts";
import { picture } from "../../../src/render/picture/picture.ts";
import { problemOf } from "../../support/problems.ts";
import { performed } from "../../support/tasks.ts";
import { overlaps, textBoxes } from "./boxes.ts";
import { cases, edgesOf } from "./cases.ts";
import { faultInXml } from "./well-formed.ts";

beforeAll(loadGraphviz);

const draw = performed(picture);
const drawn = (request: object): string => String(draw({ theme: "light", ...request }, { format: "svg" }).body);
const namesOf = (svg: string, kind: string): string[] =>
  Array.from(svg.matchAll(new RegExp(`<g class="${kind}" data-(?:node|value)="([^"]*)"`, "g")), ([, name]) => name);

/** Each node takes the one before it and x: y = (((y·x) + x)·x …). */
const chain = (length: number) => ({
  graph: {
    nodes: Array.from({ length }, (_, at) => ({
      name: `n${at}`,
      op: at % 2 === 0 ? "Mul" : "Add",
      inputs: [at === 0 ? "y" : `n${at - 1}`, "x"],
    })),
    outputs: [`n${length - 1}`],
  },
  inputs: { x: 0.5, y: 2 },
});

const sound = (svg: string): string => {
  expect(faultInXml(svg)).toBeNull();
  expect(overlaps(textBoxes(svg))).toEqual([]);
  return svg;
};

describe("what is large", () => {
  test("is drawn whole up to 300 nodes, with copies where wires would pass many others", () => {
    const svg = sound(drawn(chain(120)));
    expect(namesOf(svg, "node")).toHaveLength(120);
    expect(edgesOf(svg).filter(({ from, to }) => from === "x" && to !== null)).toHaveLength(120);
    expect(namesOf(svg, "value copy").length).toBeGreaterThan(60);
    expect(new Set(namesOf(svg, "value copy"))).toEqual(new Set(["x"]));
  });

  test("is drawn as segments above that, which can be opened, down to their nodes", () => {
    const request = chain(1000);
    const [segments] = [namesOf(sound(drawn(request)), "node group")];
    expect(segments).toHaveLength(24);
    expect(segments[0]).toBe("1-42");
    expect(segments.at(-1)).toBe("967-1000");
    const opened = sound(drawn({ ...request, open: ["43-84", "43-44"] }));
    expect(namesOf(opened, "node")).toEqual(["n42", "n43"]);
    expect(namesOf(opened, "node group")).toHaveLength(23 + 20);
  });

  test("is drawn whole where that is asked for, with its numbers in the nodes", () => {
    const svg = sound(drawn({ ...chain(500), collapse: "none" }));
    expect(namesOf(svg, "node")).toHaveLength(500);
    expect(svg).toMatch(/<text class="gradient small[^>]*>← /);
  });

  test("keeps to few boxes whatever the graph is", () => {
    const names = Array.from({ length: 2000 }, (_, at) => `x${at}`);
    const wide = {
      graph: { nodes: [{ name: "s", op: "Sum", inputs: names }], outputs: ["s"] },
      inputs: Object.fromEntries(names.map((name, at) => [name, at])),
    };
    expect(drawn(wide)).toContain("2,000 values");
    const same = {
      graph: { nodes: [{ name: "s", op: "Sum", inputs: Array.from({ length: 5000 }, () => "x") }], outputs: ["s"] },
      inputs: { x: 1 },
    };
    expect(edgesOf(drawn(same))).toHaveLength(2);
    const dense = Array.from({ length: 95 }, (_, at) => ({
      name: `n${at}`,
      op: "Sum",
      inputs: at === 0 ? ["x"] : Array.from({ length: at }, (__, k) => `n${k}`),
    }));
    expect(namesOf(drawn({ graph: { nodes: dense, outputs: ["n94"] }, inputs: { x: 1e-60 } }), "node group")).toHaveLength(24);
    const outputs = Array.from({ length: 500 }, (_, at) => ({ name: `y${at}`, op: "Neg", inputs: ["x"] }));
    expect(drawn({ graph: { nodes: outputs, outputs: outputs.map(({ name }) => name) }, inputs: { x: 1 }, of: "y3" })).toContain(
      "499 outputs",
    );
  });
});

describe("groups", () => {
  const calls = cases.functions;

  test("are the layers of a network, closed unless they are opened", () => {
    expect(namesOf(drawn(cases.network), "node group")).toEqual(["0", "1", "2", "loss"]);
    expect(namesOf(drawn({ ...cases.network, open: ["Linear"] }), "node group")).toEqual(["1", "loss"]);
    expect(namesOf(drawn({ ...cases.network, collapse: "none" }), "node group")).toEqual([]);
    const opened = String(draw({ ...cases.network, open: ["1"] }, { format: "dot" }).body);
    const [, framed] = /subgraph cluster_0 \{(.*?)\}/s.exec(opened) ?? [];
    expect(framed.match(/n\d+ \[/g)).toHaveLength(1);
    expect(drawn(cases.network)).toMatch(/>Linear<.*>1×2 → 1×3<.*>9 parameters<.*17 parameters in all/s);
  });

  test("are the calls of a formula's own functions, open unless they are closed", () => {
    expect(namesOf(drawn(calls), "frame")).toEqual(["f_1", "g_1", "f_2"]);
    expect(namesOf(drawn({ ...calls, collapse: ["f"] }), "node group")).toEqual(["f_1", "f_2"]);
    expect(namesOf(drawn({ ...calls, collapse: "all" }), "node group")).toEqual(["f_1", "g_1"]);
    expect(namesOf(drawn({ ...calls, collapse: "all", open: ["g"] }), "node group")).toEqual(["f_1", "f_2"]);
    const closed = edgesOf(drawn({ ...calls, collapse: ["g"] }));
    // 18 + 10 come back to b inside of g.
    expect(closed.find(({ to }) => to === "g_1")).toEqual({ from: "b", to: "g_1", value: "3", gradient: "28" });
  });

  test("that there are not are refused, with what may have been meant", () => {
    expect(problemOf(() => drawn({ ...cases.network, collapse: ["Liner"] })).errors).toMatchObject([
      { pointer: "/collapse/0", suggestion: "Linear" },
    ]);
    expect(problemOf(() => drawn({ ...cases.square, open: ["f"] })).detail).toBe("The program has no group named f: it has no groups");
  });
});
