import { stepId } from "../../compute/steps.ts";
import { equation, number, product, type Term } from "../../formula/term.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { PortrayedEdge, PortrayedNode } from "../portrait.ts";
import { isNumber, type Narration } from "./narration.ts";
import { shapeText } from "./numbers.ts";
import { joined } from "./prose.ts";
import { countsRows, formulaOf, shapesPassedBack } from "./rules.ts";
import { aboutNode } from "./step-forward.ts";
import type { ToldEdge, ToldStep } from "./told.ts";

/** Of a node's inputs so many are told one by one. */
const mostEdges = 64;

/** What a node passes back to its inputs. */
export function tellBackward(node: PortrayedNode, edges: readonly PortrayedEdge[], narration: Narration): ToldStep {
  const { symbols, course, telling, voice } = narration;
  const incoming = course.resultOf(node)?.gradient ?? null;
  const upstream = narration.upstream(node);
  const told = edges.slice(0, mostEdges).map((edge) => tellEdge(edge, incoming, narration));
  const lead = voice.backward({
    node: narration.nodeSymbol(node),
    formula: formulaOf(node, symbols.operandsOf(node)),
    incoming: incoming !== null && isNumber(incoming) ? equation(upstream, number(incoming.data[0])) : upstream,
    layer: telling.layerOf(node),
    count: edges.length,
    told: told.length,
    isScalar: edges.every(({ local, from }) => local !== null && isNumber(from.tensor)),
  });
  return {
    id: stepId.backward(node.name),
    kind: "backward",
    ...aboutNode(node, narration),
    sentence: joined([lead, ...told.map(({ sentence }) => sentence)], voice.between),
    lead,
    formula: told[0].formula,
    tensor: incoming,
    shape: incoming?.shape ?? [],
    edges: told,
    addends: [],
  };
}

function tellEdge(edge: PortrayedEdge, incoming: Tensor | null, narration: Narration): ToldEdge {
  const { local, gradient } = edge;
  const numbers = [incoming, local, gradient].flatMap((tensor) => (tensor !== null && isNumber(tensor) ? [tensor.data[0]] : []));
  const { from, input } = edge;
  const common = { from: from.name ?? "", input, incoming, gradient };
  return { ...common, ...(numbers.length === 3 ? byNumbers(edge, numbers, narration) : byTensors(edge, narration)) };
}

type Passed = Pick<ToldEdge, "local" | "formula" | "sentence">;

/** Upstream gradient times local derivative, of single numbers. */
function byNumbers(edge: PortrayedEdge, [incoming, local, gradient]: readonly number[], narration: Narration): Passed {
  const { course, voice, chains } = narration;
  const isShare = course.usesOf(edge.from).length > 1;
  // At the objective itself what arrives is the 1 of the seed.
  const isTop = !course.isSeeded && course.resultOf(edge.to) === course.objective;
  const formula = localEquation(edge, local, narration);
  const left = isShare ? [] : [chains.upstream(edge.from)];
  const factors = isTop || isOneOfTwo(edge, narration) ? [] : [product(narration.upstream(edge.to), narration.localSymbol(edge))];
  return {
    local: { formula, value: edge.local },
    formula: narration.equation(...left, ...factors, product(number(incoming), number(local)), number(gradient)),
    sentence: voice.edge({
      from: narration.symbol(edge.from),
      incoming: number(incoming),
      local: formula,
      gradient: isShare ? number(gradient) : equation(chains.upstream(edge.from), number(gradient)),
      isShare,
    }),
  };
}

/** ∂z/∂t = 2t = 2·3 = 6 */
function localEquation(edge: PortrayedEdge, value: number, narration: Narration): Term {
  const local = narration.chains.local(edge);
  const sides = local === null ? [] : [local, narration.symbols.inNumbers(local)];
  const left = isOneOfTwo(edge, narration) ? [] : [narration.localSymbol(edge)];
  return narration.equation(...left, ...sides, number(value));
}

/** Whether the node takes the value in several places, as x·x does: ∂u/∂x is the sum over all of them, and each has no sign of its own. */
const isOneOfTwo = ({ from, to }: PortrayedEdge, { course }: Narration): boolean =>
  course.usesOf(from).filter((other) => other.to === to).length > 1;

/** What the rule of the operator makes of the upstream gradient. */
function byTensors(edge: PortrayedEdge, narration: Narration): Passed {
  const { from, to, local, gradient } = edge;
  const { course, chains, voice } = narration;
  const isShare = course.usesOf(from).length > 1;
  const passed = chains.passed(edge);
  const localTerm = local === null ? null : chains.local(edge);
  const left = chains.upstream(from);
  return {
    local: { formula: localTerm && narration.equation(narration.localSymbol(edge), localTerm), value: local },
    formula: passed === null ? left : isShare ? passed : narration.equation(left, passed),
    sentence: voice.tensorEdge({
      from: narration.symbol(from),
      formula: passed,
      shapes: shapesPassedBack(edge, narration.symbols.operandsOf(to)),
      passed: from.value.shape.length === 0 ? null : shapeText(from.value.shape),
      summed: passed?.kind === "call" && passed.name === "Σ" && passed.index?.kind === "words" ? passed.index.text : null,
      isElementwise: passed?.kind === "elementwise",
      numbers: gradient === null ? "" : narration.text(gradient),
      counts: passed !== null && !narration.symbols.isTaken("n") && countsRows(passed),
      isShare,
    }),
  };
}
