import type { Value } from "../../ir/graph.ts";
import { has } from "../../ops/define.ts";
import { isFloating } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { BackwardPass } from "../backward.ts";
import type { Consumer, TapeStep, Tape } from "../tape.ts";
import type { Ground } from "./ground.ts";

/** A parameter with the edges by which penalties on it, such as λ ΣW², reach the objective. */
export interface Penalty {
  readonly parameter: Value;
  readonly edges: readonly Consumer[];
  /** What is added to the rest of the objective. */
  readonly terms: ReadonlySet<Value>;
}

const found = new WeakMap<Ground, readonly Penalty[]>();

/**
 * The penalties in an objective: terms that are added to it and depend on one parameter alone (and on single numbers), where the
 * parameter also acts on the rest.
 */
export function penaltiesOf(ground: Ground): readonly Penalty[] {
  let penalties = found.get(ground);
  if (penalties === undefined) found.set(ground, (penalties = findPenalties(ground)));
  return penalties;
}

export const isPenalty = (ground: Ground, edge: Consumer): boolean => penaltiesOf(ground).some(({ edges }) => edges.includes(edge));

function findPenalties(ground: Ground): Penalty[] {
  const { tape, backward } = ground;
  if (backward === null) return [];
  const sources = sourcesOf(ground);
  return [...ground.flowingEdges()].flatMap(([parameter, edges]): Penalty[] => {
    if (!ground.isLeaf(parameter) || sizeOf(parameter.shape) === 1) return [];
    const ends = edges.map((edge) => ({ edge, term: termFrom(tape, backward, sources, parameter, edge.step) }));
    const penalty = ends.flatMap(({ edge, term }) => (term === null ? [] : [edge]));
    if (penalty.length === 0 || penalty.length === edges.length) return [];
    return [{ parameter, edges: penalty, terms: new Set(ends.flatMap(({ term }) => term ?? [])) }];
  });
}

/** The input of more than one element that each value depends on; null for several of them, and no entry for none. */
export function sourcesOf(ground: Ground): ReadonlyMap<Value, Value | null> {
  const sources = new Map<Value, Value | null>();
  for (const { inputs, outputs } of ground.tape.steps) {
    let source: Value | null | undefined;
    for (const value of inputs) {
      if (value === null) continue;
      const own = ground.isLeaf(value) ? (sizeOf(value.shape) > 1 ? value : undefined) : sources.get(value);
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
  start: TapeStep,
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
