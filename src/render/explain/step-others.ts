import { stepId } from "../../compute/steps.ts";
import { ellipsis, number, sum, words } from "../../formula/term.ts";
import type { PortrayedEdge, PortrayedValue } from "../portrait.ts";
import { isNumber, type Narration } from "./narration.ts";
import type { ToldStep } from "./told.ts";

/** Where the way back begins. */
export function tellSeed(narration: Narration): ToldStep {
  const { course, chains, voice } = narration;
  const { objective, isSeeded } = course;
  const { gradient } = objective;
  const left = chains.upstream(objective);
  const right = gradient === null ? [] : [isNumber(gradient) ? number(gradient.data[0]) : words(narration.text(gradient))];
  const written = narration.equation(left, ...right);
  const sentence = voice.seed(narration.symbol(objective), written, isSeeded ? course.top : null);
  return {
    id: stepId.seed(objective.name ?? ""),
    kind: "seed",
    ...aboutValue(objective, narration),
    sentence,
    lead: sentence,
    formula: written,
  };
}

/** Where what comes back to a value along several edges is added. */
export function tellSum(value: PortrayedValue, edges: readonly PortrayedEdge[], narration: Narration): ToldStep {
  const { course, chains, voice } = narration;
  const { gradient } = value;
  const numbers = edges.flatMap((edge) => (edge.gradient !== null && isNumber(edge.gradient) ? [number(edge.gradient.data[0])] : []));
  const isScalar = gradient !== null && isNumber(gradient) && numbers.length === edges.length;
  const terms = isScalar ? numbers : edges.map((edge) => chains.passed(edge) ?? ellipsis);
  const written = narration.equation(chains.upstream(value), sum(...terms), ...(isScalar ? [number(gradient.data[0])] : []));
  const sentence = voice.sum({
    value: narration.symbol(value),
    objective: narration.symbol(course.objective),
    through: edges.map(({ to }) => narration.nodeSymbol(to)),
    isAll: chains.waysFrom(value) === edges.length,
    equation: written,
  });
  return {
    id: stepId.sum(value.name ?? ""),
    kind: "sum",
    ...aboutValue(value, narration),
    sentence,
    lead: sentence,
    formula: written,
    addends: edges.map((edge) => ({ to: edge.to.name, input: edge.input, gradient: edge.gradient })),
  };
}

const aboutValue = ({ name, gradient, value }: PortrayedValue, { symbols }: Narration) => ({
  node: name ?? "",
  symbol: symbols.nameOf(name ?? ""),
  op: null,
  layer: null,
  tensor: gradient,
  shape: value.shape,
  edges: [],
  addends: [],
});
