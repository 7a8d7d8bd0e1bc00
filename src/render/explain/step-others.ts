import { stepId } from "../../compute/steps.ts";
import { ellipsis, number, words } from "../../formula/term.ts";
import type { PortrayedEdge, PortrayedValue } from "../portrait.ts";
import { shownSum } from "./chain.ts";
import { isNumber, type Narration } from "./narration.ts";
import { mostTold } from "./numbers.ts";
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

/** So many of the nodes that use a value are named. */
const mostThrough = 6;

/** Where what comes back to a value along several edges is added. */
export function tellSum(value: PortrayedValue, edges: readonly PortrayedEdge[], narration: Narration): ToldStep {
  const { course, chains, voice } = narration;
  const { gradient } = value;
  const isScalar = gradient !== null && isNumber(gradient) && edges.every((edge) => edge.gradient !== null && isNumber(edge.gradient));
  const terms = shownSum(edges.length, (at) => {
    const { gradient: share } = edges[at];
    return isScalar && share !== null ? number(share.data[0]) : (chains.passed(edges[at]) ?? ellipsis);
  });
  const written = narration.equation(chains.upstream(value), terms, ...(isScalar ? [number(gradient.data[0])] : []));
  const sentence = voice.sum({
    value: narration.symbol(value),
    objective: narration.symbol(course.objective),
    through: edges.slice(0, mostThrough).map(({ to }) => narration.nodeSymbol(to)),
    count: edges.length,
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
    addends: edges.slice(0, mostTold).map((edge) => ({ to: edge.to.name, input: edge.input, gradient: edge.gradient })),
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
