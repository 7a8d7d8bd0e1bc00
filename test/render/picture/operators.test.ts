import { beforeAll, describe, expect, test } from "vitest";
import { loadGraphviz } from "../../../src/render/picture/graphviz.ts";
import { picture } from "../../../src/render/picture/picture.ts";
import { probed } from "../../grading/probed.ts";
import { performed } from "../../support/tasks.ts";
import { overlaps, textBoxes } from "./boxes.ts";
import { faultInXml } from "./well-formed.ts";

beforeAll(loadGraphviz);

const draw = performed(picture);

/** The first probe of each operator, with the sum of its result as the objective. */
const firsts = probed.filter(([, at]) => at === 0);

describe("an operator is drawn with all that may be shown of it:", () => {
  test.each(firsts)("%s", (_, __, { graph, inputs, wrt, of }) => {
    const nodes = [...graph.nodes, { name: "total", op: "ReduceSum", inputs: [of], attributes: { keepdims: 0 } }];
    const request = {
      graph: { nodes, outputs: ["total"] },
      inputs,
      wrt,
      show: ["values", "gradients", "locals", "formulas"],
      theme: "light",
    };
    const svg = String(draw(request, { format: "svg" }).body);
    expect(faultInXml(svg)).toBeNull();
    expect(overlaps(textBoxes(svg))).toEqual([]);
    expect(svg).toContain('data-node="total"');
  });
});
