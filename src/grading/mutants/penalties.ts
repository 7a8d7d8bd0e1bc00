import type { Value } from "../../ir/graph.ts";
import { has } from "../../ops/define.ts";
import { filled } from "../../ops/shape/expand.ts";
import { isFloating } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { BackwardPass } from "../backward.ts";
import type { Consumer, Step, Tape } from "../tape.ts";
import { without } from "./factors.ts";
import { flowingEdges, type Ground, type Mutant, type Outcome, type Places } from "./mutant.ts";

/** A parameter with the edges by which penalties on it, such as λ ΣW², reach the objective. */
export interface Penalty {
  readonly parameter: Value;
  readonly edges: readonly Consumer[];
  /** What is added to the rest of the objective. */
  readonly terms: ReadonlySet<Value>;
}

/**
 * The penalties in an objective: terms that are added to it and depend on one parameter alone (and on single numbers), where the
 * parameter also acts on the rest.
 */
export function penaltiesOf({ tape, backward }: Ground, places: Places): Penalty[] {
  if (backward === null) return [];
  const sources = sourcesOf(tape, places);
  return [...flowingEdges(tape, backward)].flatMap(([parameter, edges]): Penalty[] => {
    if (!places.isLeaf(parameter) || sizeOf(parameter.shape) === 1) return [];
    const found = edges.map((edge) => ({ edge, term: termFrom(tape, backward, sources, parameter, edge.step) }));
    const penalty = found.flatMap(({ edge, term }) => (term === null ? [] : [edge]));
    if (penalty.length === 0 || penalty.length === edges.length) return [];
    return [{ parameter, edges: penalty, terms: new Set(found.flatMap(({ term }) => term ?? [])) }];
  });
}

/** The input of more than one element that each value depends on; null for several of them, and no entry for none. */
export function sourcesOf(tape: Tape, places: Places): ReadonlyMap<Value, Value | null> {
  const sources = new Map<Value, Value | null>();
  for (const { inputs, outputs } of tape.steps) {
    let source: Value | null | undefined;
    for (const value of inputs) {
      if (value === null) continue;
      const own = places.isLeaf(value) ? (sizeOf(value.shape) > 1 ? value : undefined) : sources.get(value);
      if (own === undefined || own === source) continue;
      source = source === undefined ? own : null;
    }
    if (source !== undefined) for (const output of outputs) sources.set(output, source);
  }
  return sources;
}

/** The end of a chain from a step on that depends on the parameter alone, is a single number, and is then added to something else. */
function termFrom(
  tape: Tape,
  backward: BackwardPass,
  sources: ReadonlyMap<Value, Value | null>,
  parameter: Value,
  start: Step,
): Value | null {
  let step = start;
  for (;;) {
    const [output] = step.outputs;
    if (!isFloating(output.dtype) || sources.get(output) !== parameter || output === backward.objective) return null;
    const [next, ...others] = tape.consumers(output).filter(({ step: by }) => backward.flowAt(by, by.inputs.indexOf(output)) !== null);
    if (next === undefined || others.some((other) => other.step !== next.step)) return null;
    step = next.step;
    if (sources.get(step.outputs[0]) === parameter) continue;
    return sizeOf(output.shape) === 1 && has(step.op, "elementwise") && has(step.op, "linear") ? output : null;
  }
}

/** Penalties left out, of the gradients or of the objective as well, or with a wrong factor, at one parameter or at all of them. */
export function penaltyMutants(ground: Ground, places: Places, penalties: readonly Penalty[]): Mutant[] {
  const { tape, backward } = ground;
  if (backward === null) return [];
  const part = { hasOthers: true, isPenalty: true, summed: [], constant: null, isSingle: false };
  const groups = [...penalties.map((penalty) => [penalty]), ...(penalties.length > 1 ? [penalties] : [])];
  return groups.flatMap((group): Mutant[] => {
    const name = group.map(({ parameter, edges }) => places.nameOf(parameter) ?? edges[0].step.owner.name).join(", ");
    const edges = group.flatMap((penalty) => penalty.edges);
    const inGradients = { ...without(edges, backward, places, { name, family: "part", part }), places: group.length };
    const nothing = new Map(group.flatMap(({ terms }) => [...terms].map((term) => [term, filled(0, term)] as const)));
    const outcome = (): Outcome => {
      const { tape: other } = tape.rebuilt(nothing);
      return { tape: other, backward: backward.over(other) };
    };
    return [inGradients, { ...inGradients, mistake: "missing_regularizer", family: "fixed", outcome }];
  });
}
