import type { Value } from "../../ir/graph.ts";
import { nodesOf, type Unit } from "./unit.ts";

/** So many segments stand for a graph that is too large to be drawn. */
const mostSegments = 24;

/** Units in runs that follow on one another, each run as one; those that are named in `open` are divided again. */
export function segments(units: readonly Unit[], open: readonly string[]): Unit[] {
  // Nodes alone stand in forward order already.
  return divided(units.every(({ kind }) => kind === "node") ? units : inOrder(units), 0, open);
}

function divided(ordered: readonly Unit[], offset: number, open: readonly string[]): Unit[] {
  const length = Math.ceil(ordered.length / mostSegments);
  if (length <= 1) return [...ordered];
  return Array.from({ length: Math.ceil(ordered.length / length) }, (_, at) => ordered.slice(at * length, (at + 1) * length)).flatMap(
    (run, at): Unit[] => {
      const first = offset + at * length;
      const name = `${first + 1}-${first + run.length}`;
      if (open.includes(name)) return divided(run, first, open);
      if (run.length === 1) return [...run];
      const isLayers = run.every(({ kind }) => kind === "layer");
      return [{ kind: "segment", name, title: isLayers ? "layers" : "nodes", within: null, nodes: run.flatMap(nodesOf), sources: [] }];
    },
  );
}

/** The units in an order in which each comes behind all that it takes: no two segments then take from each other. */
function inOrder(units: readonly Unit[]): Unit[] {
  const producers = new Map<Value, number>();
  units.forEach((unit, at) => nodesOf(unit).forEach(({ node }) => node.outputs.forEach((output) => producers.set(output, at))));
  const waitsFor = new Int32Array(units.length);
  const takers = units.map((): number[] => []);
  units.forEach((unit, at) => {
    const from = new Set(
      nodesOf(unit).flatMap(({ node }) => node.inputs.flatMap((input) => (input === null ? [] : (producers.get(input) ?? [])))),
    );
    from.delete(at);
    for (const each of from) takers[each].push(at);
    waitsFor[at] = from.size;
  });
  const order = units.flatMap((_, at) => (waitsFor[at] === 0 ? [at] : []));
  for (const at of order) for (const taker of takers[at]) if (--waitsFor[taker] === 0) order.push(taker);
  return order.map((at) => units[at]);
}
