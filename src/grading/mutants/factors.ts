import { has } from "../../ops/define.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { BackwardPass, Change } from "../backward.ts";
import type { Consumer, Step } from "../tape.ts";
import { constantDerivative, flowingEdges, type Ground, type Mutant, type Part, type Places } from "./mutant.ts";

/** Of a value with more edges than this nobody keeps just one. */
const mostKeptAlone = 32;

/**
 * A contribution to a gradient that is left out, or taken with a wrong factor or sign: each edge by itself, all edges of a value with
 * several, and all but one of many. `penalties` are edges that a mutant of their own stands for.
 */
export function* factorMutants({ tape, backward }: Ground, places: Places, penalties: ReadonlySet<string>): Iterable<Mutant> {
  if (backward === null) return;
  const objective = tape.at(backward.objective);
  for (const [value, edges] of flowingEdges(tape, backward)) {
    const hasOthers = edges.length > 1;
    const fanout = new Set(edges.map(({ step }) => step.owner)).size;
    const name = places.nameOf(value);
    for (const edge of edges) {
      if (penalties.has(placeKey(places, edge))) continue;
      const part: Part = {
        hasOthers,
        isPenalty: false,
        summed: summedOver(edge),
        constant: constantDerivative(edge),
        isSingle: sizeOf(value.shape) === 1 && edge.step.outputs.every(({ shape }) => sizeOf(shape) === 1),
      };
      yield without([edge], backward, places, { name: name ?? edge.step.owner.name, part, family: "part", fanout });
    }
    if (!hasOthers) continue;
    const summed = summedOver(edges[0]).filter((count) => edges.every((edge) => summedOver(edge).includes(count)));
    const whole: Part = { hasOthers: value === objective, isPenalty: false, summed, constant: null, isSingle: false };
    yield without(edges, backward, places, { name: name ?? edges[0].step.owner.name, part: whole, family: "part" });
    if (edges.length === 2 || edges.length > mostKeptAlone) continue;
    for (const kept of edges) {
      const others = edges.filter((edge) => edge !== kept);
      yield without(others, backward, places, { name: name ?? kept.step.owner.name, family: "fixed", fanout });
    }
  }
}

export const placeKey = (places: Places, { step, input: at }: Consumer): string => `${places.of(step)} ${at}`;

interface Left {
  readonly name: string;
  readonly family: "part" | "fixed";
  readonly part?: Part;
  readonly fanout?: number;
}

/** The pass in which nothing flows along some edges. */
export function without(edges: readonly Consumer[], backward: BackwardPass, places: Places, { name, family, part, fanout }: Left): Mutant {
  const changes = new Map<Step, Change>();
  for (const [step, consumers] of Map.groupBy(edges, (edge) => edge.step)) {
    const dropped = new Set(consumers.map((edge) => edge.input));
    changes.set(step, ({ flows }) => flows.map((flow, at) => (dropped.has(at) ? null : flow)));
  }
  return {
    mistake: "missing_fanout_sum",
    name,
    edges: places.edges(edges),
    place: Math.max(...edges.map(({ step }) => places.of(step))),
    places: 1,
    family,
    ...(part && { part }),
    ...(fanout !== undefined && { fanout }),
    outcome: () => ({ tape: backward.tape, backward: backward.amended({ changes }) }),
  };
}

/** Counts of the elements whose gradients are summed up on the way through an edge, as for a bias: all of them, or along the batch. */
function summedOver({ step, input: at }: Consumer): number[] {
  const value = step.inputs[at];
  const [output] = step.outputs;
  if (value === null || value.shape.length === 0 || sizeOf(value.shape) === 0) return [];
  const ratio = sizeOf(output.shape) / sizeOf(value.shape);
  if (ratio <= 1 || !Number.isInteger(ratio) || value.shape.length > output.shape.length) return [];
  // Weights are multiplied, not spread: their own rule adds up products.
  const spread = has(step.op, "elementwise") || value.shape.length === 1 || value.shape.filter((size) => size > 1).length <= 1;
  return spread ? [...new Set([ratio, output.shape[0]])].filter((count) => count > 1) : [];
}
