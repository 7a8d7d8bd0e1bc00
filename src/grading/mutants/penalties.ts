import type { Value } from "../../ir/graph.ts";
import { has } from "../../ops/define.ts";
import { isFloating } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { BackwardPass } from "../backward.ts";
import type { Consumer, Step, Tape } from "../tape.ts";
import { without } from "./factors.ts";
import { flowingInputs, type Ground, type Mutant, type Places } from "./mutant.ts";

/** A parameter with the edges by which penalties on it, such as λ ΣW², reach the objective. */
export interface Penalty {
  readonly parameter: Value;
  readonly edges: readonly Consumer[];
}

/**
 * The penalties in an objective: terms that are added to it and depend on one parameter alone (and on single numbers), where the
 * parameter also acts on the rest.
 */
export function penaltiesOf({ tape, backward }: Ground, places: Places): Penalty[] {
  if (backward === null) return [];
  const sources = sourcesOf(tape, places);
  const parameters = new Map<Value, Consumer[]>();
  for (const step of tape.steps) {
    for (const at of flowingInputs(backward, step)) {
      const value = step.inputs[at];
      if (value === null || !places.isLeaf(value) || sizeOf(value.shape) === 1) continue;
      const list = parameters.get(value);
      if (list === undefined) parameters.set(value, [{ step, input: at }]);
      else list.push({ step, input: at });
    }
  }
  return [...parameters].flatMap(([parameter, edges]): Penalty[] => {
    const penalty = edges.filter(({ step }) => isTerm(tape, backward, sources, parameter, step));
    return penalty.length > 0 && penalty.length < edges.length ? [{ parameter, edges: penalty }] : [];
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

/** Whether the step begins a chain that depends on the parameter alone, ends in a single number, and is then added to something else. */
function isTerm(tape: Tape, backward: BackwardPass, sources: ReadonlyMap<Value, Value | null>, parameter: Value, start: Step): boolean {
  let step = start;
  for (;;) {
    const [output] = step.outputs;
    if (!isFloating(output.dtype)) return false;
    if (sources.get(output) !== parameter) return step !== start && has(step.op, "elementwise") && has(step.op, "linear");
    if (output === backward.objective) return false;
    const [next, ...others] = tape.consumers(output).filter(({ step: by }) => backward.flowAt(by, by.inputs.indexOf(output)) !== null);
    if (next === undefined || others.some((other) => other.step !== next.step)) return false;
    // The sum of a penalty is a single number before it is added.
    if (sources.get(next.step.outputs[0]) !== parameter && sizeOf(output.shape) !== 1) return false;
    step = next.step;
  }
}

/** Penalties left out of a gradient, or with a wrong factor, at one parameter or at all of them. */
export function penaltyMutants({ backward }: Ground, places: Places, penalties: readonly Penalty[]): Mutant[] {
  if (backward === null) return [];
  const part = { hasOthers: true, isPenalty: true, isLeaf: false, summed: [], constant: null, isSingle: false };
  const nameOf = ({ parameter, edges }: Penalty): string => places.nameOf(parameter) ?? edges[0].step.owner.name;
  const single = penalties.map((penalty) => without(penalty.edges, backward, places, { name: nameOf(penalty), family: "part", part }));
  if (penalties.length < 2) return single;
  const all = penalties.flatMap(({ edges }) => edges);
  const name = penalties.map(nameOf).join(", ");
  return [...single, { ...without(all, backward, places, { name, family: "part", part }), places: penalties.length }];
}
