import { stepId } from "../../compute/steps.ts";
import { fold } from "../../formula/fold.ts";
import type { Term } from "../../formula/term.ts";
import type { PortrayedNode } from "../portrait.ts";
import { isNumber, type Narration } from "./narration.ts";
import { shapeText } from "./numbers.ts";
import { formulaOf } from "./rules.ts";
import { elementTerm } from "./symbols.ts";
import type { ToldStep } from "./told.ts";

/** What a node computes. */
export function tellForward(node: PortrayedNode, narration: Narration): ToldStep {
  const { symbols, course, telling, voice } = narration;
  const terms = symbols.operandsOf(node);
  const formula = formulaOf(node, terms);
  const tensor = course.resultOf(node)?.tensor ?? null;
  const name = narration.nodeSymbol(node);
  const numbers = symbols.numbersOf(node);
  const isScalar = tensor !== null && isNumber(tensor) && numbers !== null;
  const written = narration.equation(name, ...(isScalar ? [formula, formulaOf(node, numbers), elementTerm(tensor)] : [formula]));
  const layer = telling.layerOf(node);
  // What the formula does not show, such as the axes of a sum, is none of its operands.
  const isShown = (term: Term): boolean => fold<boolean>(formula, (part, within) => part === term || within.includes(true));
  const operands = node.node.inputs.flatMap((input, at) =>
    input === null || input.shape.length === 0 || !isShown(terms[at]) ? [] : [shapeText(input.shape)],
  );
  const sentence = voice.forward({
    symbol: name,
    introduces: symbols.isIntroduced(node) ? formula : null,
    equation: written,
    shapes: isScalar || tensor === null ? null : { operands, result: tensor.shape.length === 0 ? null : shapeText(tensor.shape) },
    numbers: isScalar || tensor === null ? null : narration.text(tensor),
    layer,
  });
  return {
    id: stepId.forward(node.name),
    kind: "forward",
    ...aboutNode(node, narration),
    sentence,
    lead: sentence,
    formula: written,
    tensor,
    shape: tensor?.shape ?? [],
    edges: [],
    addends: [],
  };
}

/** What is said of a node at each of its steps. */
export const aboutNode = (node: PortrayedNode, { symbols, telling }: Narration): Pick<ToldStep, "node" | "symbol" | "op" | "layer"> => ({
  node: node.name,
  symbol: symbols.nameOf(node.name),
  op: node.node.op,
  layer: telling.layerOf(node),
});
