import { beforeAll, describe, expect, test } from "vitest";
import { loadGraphviz, runGraphviz } from "../../../src/render/picture/graphviz.ts";
import { picture } from "../../../src/render/picture/picture.ts";
import { palettes } from "../../../src/render/picture/styles.ts";
import { performed, sharedWithin } from "../../support/tasks.ts";
import { outside, overlaps, textBoxes } from "./boxes.ts";
import { cases, edgesOf } from "./cases.ts";
import { faultInXml } from "./well-formed.ts";

beforeAll(loadGraphviz);

const draw = performed(picture);
const drawn = (request: object, format: "svg" | "dot" | "mermaid" = "svg"): string => String(draw(request, { format }).body);
const everyCase = Object.entries<object>(cases);

describe("the picture of", () => {
  test.each(everyCase)(
    "%s is as it was, well-formed, without labels on one another, and the same on a second thread",
    async (name, request) => {
      const svg = drawn(request);
      expect(faultInXml(svg)).toBeNull();
      expect(overlaps(textBoxes(svg))).toEqual([]);
      expect(outside(svg)).toEqual([]);
      expect(String(performed(picture, sharedWithin())(request, { format: "svg" }).body)).toBe(svg);
      await expect(svg).toMatchFileSnapshot(`snapshots/${name}.svg`);
    },
  );

  test.each(everyCase)("%s has the same parts in DOT, which Graphviz reads, and in Mermaid", (_, request) => {
    const [svg, dot, mermaid] = [drawn(request), drawn(request, "dot"), drawn(request, "mermaid")];
    const wires = svg.split('<path class="wire"').length - 1;
    const pieces = svg.match(/<g class="(node|value|literal)/g)?.length ?? 0;
    const read = JSON.parse(runGraphviz(dot)) as { objects: { name: string }[]; edges?: unknown[] };
    expect(read.edges ?? []).toHaveLength(wires);
    expect(read.objects.filter(({ name }) => /^n\d+$/.test(name))).toHaveLength(pieces);
    const lines = mermaid.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^flowchart (LR|TB)$/);
    expect(lines.filter((line) => /^ *n\d+(\(\(|\(\[|\[\[|\[)"[^"]*"[\])]+$/.test(line))).toHaveLength(pieces);
    expect(lines.filter((line) => /^ {2}n\d+ -->(\|"[^"]*"\|)? n\d+$/.test(line))).toHaveLength(wires);
  });
});

describe("without a number to take gradients of", () => {
  const layers = { network: { layers: [{ type: "Linear", in_features: 2, out_features: 3 }] }, inputs: { input: [[1, 2]] } };
  const vector = { expression: "y = tanh(x)", inputs: { x: [1, 2] } };
  const open = { expression: "a = 2*x; b = argmax(a)", inputs: { x: [1, 2] } };

  test.each([layers, vector, open])("values are drawn alone where nothing is said of gradients: %j", (request) => {
    expect(drawn(request)).toBe(drawn({ ...request, show: ["values"] }));
    expect(drawn(request)).not.toContain('class="back"');
  });

  test.each([{ show: ["gradients"] }, { wrt: ["x"] }, { thickness: true }])(
    "who asks for gradients with %j is told what lacks",
    (asked) => {
      expect(() => drawn({ ...vector, ...asked })).toThrow(expect.objectContaining({ code: "objective_not_scalar" }));
    },
  );

  test("values that are asked for alone are drawn without gradients", () => {
    expect(drawn({ ...cases.square, show: ["values"] })).not.toContain('class="back"');
  });
});

test("labels that stand on one another are found", () => {
  const svg = drawn(cases.square)
    .replace(/(<text class="gradient[^>]*) y="[^"]*"/g, '$1 y="60"')
    .replace(/(<text class="gradient[^>]*) x="[^"]*"/g, '$1 x="60"');
  expect(overlaps(textBoxes(svg))).not.toEqual([]);
  expect(faultInXml(drawn(cases.square).replace("</g>", ""))).not.toBeNull();
});

describe("numbers at the edges are those of the table:", () => {
  const at = (request: object): Record<string, string> =>
    Object.fromEntries(
      edgesOf(drawn({ ...request, digits: 10 })).flatMap(({ from, to, value, gradient }) =>
        gradient === null ? [] : [[`${from} ${to ?? ""}`, `${value} ${gradient}`]],
      ),
    );

  test("add and multiply nodes", () => {
    expect(at(cases["add-node"])).toEqual({ "x z": "10 1.3", "y z": "5 1.3", "z ": "15 1.3" });
    expect(at(cases["multiply-node"])).toEqual({ "x z": "10 6.5", "y z": "5 13", "z ": "50 1.3" });
  });

  test("apples and oranges", () => {
    expect(at(cases["apples-and-oranges"])).toEqual({
      "apple apple_price": "100 2.2",
      "apple_num apple_price": "2 110",
      "orange orange_price": "150 3.3",
      "orange_num orange_price": "3 165",
      "apple_price all_price": "200 1.1",
      "orange_price all_price": "450 1.1",
      "all_price total": "650 1.1",
      "tax total": "1.1 650",
      "total ": "715 1",
    });
    expect(at(cases.apples)).toMatchObject({
      "apple price": "100 2.2",
      "apple_num price": "2 110",
      "price total": "200 1.1",
      "tax total": "1.1 200",
    });
  });

  test("a square, and a sigmoid taken apart", () => {
    expect(at(cases.square)).toEqual({ "x t": "1 6", "y t": "2 6", "t z": "3 6", "z ": "9 1" });
    expect(at(cases.sigmoid)).toEqual({
      "x n": "1 0.1966119332",
      "n c": "−1 −0.1966119332",
      "c s": "0.3678794412 −0.5344466454",
      "s y": "1.367879441 −0.5344466454",
      "y ": "0.7310585786 1",
    });
  });

  test("the circuits of a course", () => {
    expect(at(cases.circuit)).toEqual({ "x q": "−2 −4", "y q": "5 −4", "q f": "3 −4", "z f": "−4 3", "f ": "−12 1" });
    expect(at(cases.neuron)).toMatchObject({
      "w0 mul_1": "2 −0.1966119332",
      "x0 mul_1": "−1 0.3932238665",
      "w1 mul_2": "−3 −0.3932238665",
      "x1 mul_2": "−2 −0.5898357997",
      "w2 add_2": "−3 0.1966119332",
    });
  });

  test("a fan-out, where 2 + 3 = 5 come back to b", () => {
    const svg = drawn(cases["fan-out"]);
    expect(at(cases["fan-out"])).toMatchObject({ "a c": "2 2", "b c": "1 2", "b d": "1 3", "c e": "3 2", "d e": "2 3" });
    expect(/<g class="sum" data-value="b">.*?<\/g>/s.exec(svg)?.[0]).toContain("2 + 3 = 5");
    expect(svg.match(/class="sum"/g)).toHaveLength(1);
  });

  test("the expression of micrograd", () => {
    expect(drawn({ ...cases.micrograd, digits: 12 })).toMatch(/data-value="a">.*= 138\.833819242</s);
    expect(drawn({ ...cases.micrograd, digits: 12 })).toMatch(/data-value="b">.*645\.577259475/s);
    expect(at(cases.micrograd)).toMatchObject({ "g ": "24.70408163 1" });
  });
});

describe("a picture", () => {
  test("has all digits in its titles, and tells what it shows in words", () => {
    const svg = drawn(cases.sigmoid);
    expect(svg).toContain("gradient -0.1966119332414818");
    expect(svg).toMatch(
      /role="img" aria-labelledby="(t\w+) (d\w+)">\n<title id="\1">Computation graph of y<\/title>\n<desc id="\2">x is 1\. Neg of x gives n, −1\./,
    );
  });

  test("marks where a NaN or an infinity was born, and only there", () => {
    expect(Array.from(drawn(cases["not-finite"]).matchAll(/class="node birthplace" data-node="(\w+)"/g), ([, name]) => name)).toEqual([
      "log_1",
    ]);
    expect(Array.from(drawn(cases.overflow).matchAll(/class="node birthplace" data-node="(\w+)"/g), ([, name]) => name)).toEqual(["y"]);
    expect(drawn(cases["not-finite"], "dot")).toContain("not finite from here");
  });

  test("holds a client's names as text only", () => {
    const svg = drawn(cases.names);
    expect(svg).not.toContain("<script");
    expect(svg).not.toMatch(/<text[^>]*>[^<]*\u202e/);
    expect(svg).toContain('data-node="&lt;script&gt;alert(1)&lt;/script&gt;"');
    expect(drawn(cases.names, "dot")).not.toContain('"]; digraph');
    expect(drawn(cases.names, "mermaid")).not.toMatch(/<(?!br>)|script>|"\];/);
  });

  test("shows the sum of a value beside which its node gives others", () => {
    const nodes = [
      { op: "Split", inputs: ["x"], outputs: ["a", "b"], attributes: { num_outputs: 2 } },
      { name: "t", op: "Mul", inputs: ["b", "b"] },
      { name: "y", op: "Add", inputs: ["a", "t"] },
    ];
    const svg = drawn({ graph: { nodes, outputs: ["y"] }, inputs: { x: [1, 2] }, cotangent: [1] });
    expect(svg).toMatch(/<g class="sum" data-value="b">.*>4</);
  });

  test("shows numbers to as many places as it is told, formulas and local derivatives where they are asked for", () => {
    expect(edgesOf(drawn({ ...cases.sigmoid, digits: 2 })).find(({ to }) => to === "s")).toMatchObject({
      value: "0.37",
      gradient: "−0.53",
    });
    expect(drawn(cases["square-formulas"])).toContain(">2·t<");
    expect(drawn(cases["affine-formulas"])).toContain(">xᵀ·∂L/∂u<");
    expect(drawn(cases["fan-out-down"])).toContain(">local 3<");
    const forward = edgesOf(drawn({ ...cases.square, show: ["values"] }));
    expect(forward.every(({ gradient }) => gradient === null)).toBe(true);
  });

  test("has colours of text that stand out from their ground, light or dark", () => {
    for (const { ground, face, bad, ink, muted, value, gradient, factor } of Object.values(palettes)) {
      for (const colour of [ink, muted, value, gradient, factor])
        expect(Math.min(contrast(colour, ground), contrast(colour, face))).toBeGreaterThan(4.5);
      expect(contrast(ink, bad)).toBeGreaterThan(4.5);
    }
  });

  test("is thicker where gradients are larger", () => {
    const widths = Array.from(drawn(cases["neuron-thickness"]).matchAll(/stroke-width="([\d.]+)"/g), ([, width]) => Number(width));
    expect(Math.max(...widths)).toBeGreaterThan(2 * Math.min(...widths));
  });
});

/** Of two colours, as WCAG counts it. */
function contrast(a: string, b: string): number {
  const [light, dark] = [a, b].map(luminance).toSorted((one, other) => other - one);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
