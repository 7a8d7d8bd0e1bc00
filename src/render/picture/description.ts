import type { Portrait } from "../portrait.ts";
import { shapeText } from "./blocks.ts";
import { shortened } from "./font.ts";
import { element } from "./numerals.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** The text that stands for a picture is at most about so long. */
const longest = 1500;
const mostNodes = 100;

/** What the picture says to whoever does not see it. */
export function described(portrait: Portrait, digits: number): { readonly title: string; readonly description: string } {
  const { values, nodes, objective, nonfinite } = portrait;
  const said = ({ shape, data, dtype }: Tensor): string =>
    shape.length === 0 ? element(data[0], dtype, digits) : `shape ${shapeText(shape)}`;
  const name = (text: string): string => shortened(text, 1, 24);
  const outputs = values.filter(({ isOutput }) => isOutput).map((value) => name(value.name ?? ""));
  const sentences: string[] = [];
  let length = 0;
  const say = (sentence: () => string): void => {
    if (length > longest) return;
    const text = sentence();
    length += text.length;
    sentences.push(length > longest ? "And so on." : text);
  };
  for (const value of values) {
    if (length > longest) break;
    if (value.role === "node" || value.name === null) continue;
    say(() => `${name(value.name ?? "")} is ${said(value.tensor)}.`);
  }
  const told = nodes.slice(0, mostNodes);
  const meant = new Set(told.flatMap(({ node }) => [...node.inputs, node.outputs[0]]));
  const known = new Map(values.flatMap((value) => (meant.has(value.value) ? [[value.value, value] as const] : [])));
  for (const { name: own, node } of told) {
    if (length > longest) break;
    const result = known.get(node.outputs[0]);
    const operands = node.inputs.map((input) => (input === null ? "nothing" : name(known.get(input)?.name ?? "a literal"))).join(" and ");
    say(() => `${node.op} of ${operands} gives ${name(own)}${result === undefined ? "" : `, ${said(result.tensor)}`}.`);
  }
  if (objective !== null) {
    for (const value of values) {
      if (length > longest) break;
      const { gradient } = value;
      if (value.role === "node" || value.name === null || gradient === null) continue;
      say(() => `The gradient of ${name(objective.name ?? "")} by ${name(value.name ?? "")} is ${said(gradient)}.`);
    }
  }
  if (nonfinite !== null)
    sentences.push(`The first number that is not finite is born in ${name(nonfinite.node)}, in the ${nonfinite.pass} pass.`);
  const of = outputs.length === 0 ? "" : ` of ${outputs.slice(0, 3).join(", ")}${outputs.length > 3 ? " and others" : ""}`;
  return { title: `Computation graph${of}`, description: sentences.join(" ") };
}
