import fc from "fast-check";
import { catalogue } from "../../../src/ops/catalogue.ts";
import { has, type Operator } from "../../../src/ops/define.ts";
import { type Attempt, attempt, asked, graphsPath, type Json, stray } from "./attempt.ts";
import { anyName, legalNames } from "./names.ts";
import { mostly, stranger } from "./numbers.ts";
import { fitting } from "./schema.ts";
import { meantOf, written } from "./tensors.ts";

/** Graphs of several nodes: wiring, names, order, and what is asked of them. */

/** Operators of one or two floating operands that fit most tensors. */
const easy = catalogue.filter(
  (op) =>
    op.inputs.length <= 2 &&
    op.inputs.length > 0 &&
    op.inputs.every(({ type, static: fixed }) => fixed !== true && op.types[type].includes("float64")) &&
    (has(op, "elementwise") || has(op, "reduction")),
);

const smooth = easy.filter(({ inputs, outputs }) => outputs.length === 1 && inputs.every(({ differentiable }) => differentiable === true));

/** Shapes that broadcast with one another. */
const family = [[], [3], [2, 3], [1, 3], [2, 1], [1], [4, 2, 3]] as const;

interface Wiring {
  readonly op: Operator;
  readonly name: string;
  readonly from: readonly number[];
  readonly attributes: unknown;
  readonly literal: unknown;
}

const wiring: fc.Arbitrary<Wiring> = mostly(fc.constantFrom(...smooth), fc.constantFrom(...easy), 12).chain((op) =>
  fc.record({
    op: fc.constant(op),
    name: mostly(fc.constantFrom("a", "b", "c", "d", "f", "g", "h"), anyName, 8),
    from: fc.array(fc.nat({ max: 40 }), { minLength: op.inputs.length, maxLength: op.inputs.length }),
    attributes: mostly(fc.constant({}), fitting(op.attributes), 8),
    literal: mostly(fc.constantFrom(2, 0.5, [1, 2, 3], true), stranger, 20),
  }),
);

interface Layout {
  readonly wirings: readonly Wiring[];
  readonly sources: readonly string[];
  readonly tensors: readonly unknown[];
  readonly isShuffled: boolean;
  readonly declares: boolean;
  readonly isLoose: boolean;
}

const layout: fc.Arbitrary<Layout> = fc.record({
  wirings: fc.array(wiring, { minLength: 1, maxLength: 9 }),
  sources: fc.shuffledSubarray([...legalNames], { minLength: 3, maxLength: 3 }),
  tensors: fc.array(
    fc.constantFrom(...family).chain((shape) => meantOf("float64", shape).chain(written)),
    { minLength: 3, maxLength: 3 },
  ),
  isShuffled: fc.boolean(),
  declares: fc.boolean(),
  /** Whether names may be used that come later or nowhere. */
  isLoose: mostly(fc.constant(false), fc.constant(true), 8),
});

/** The request of a layout. Unless it is loose, every name is defined once and every operand before it is used. */
function bodyOf({ wirings, sources, tensors, isShuffled, declares, isLoose }: Layout): Json {
  const defined = sources.slice(0, 2);
  const all = [...defined, ...wirings.map(({ name }) => name), "nowhere"];
  const nodes = wirings.map(({ op, name, from, attributes, literal }, at) => {
    const own = !isLoose && defined.includes(name) ? `${name.slice(0, 200)}${at}` : name;
    const candidates = isLoose ? all : [...defined];
    const inputs = from.map((place) => (place > 36 ? literal : candidates[place % candidates.length]));
    defined.push(own);
    return { name: own, op: op.type, inputs, attributes };
  });
  const [x, y] = sources;
  const used = nodes.flatMap(({ inputs }) => inputs);
  const given = [x, y].map((name, at) => [name, tensors[at]] as const).filter(([name]) => declares || used.includes(name));
  return {
    graph: {
      ...(declares ? { inputs: { [x]: {}, [y]: {} } } : {}),
      nodes: isShuffled ? nodes.toReversed() : nodes,
      outputs: [nodes.at(-1)?.name],
    },
    inputs: Object.fromEntries(given),
  };
}

const graph: fc.Arbitrary<Json> = layout.map(bodyOf);

/** The last node summed, so that there is something to differentiate. */
const summed: fc.Arbitrary<Json> = graph.map((body) => {
  const { nodes, outputs } = body.graph as { nodes: object[]; outputs: string[] };
  const sum = { name: "the sum", op: "ReduceSum", inputs: outputs, attributes: { keepdims: 0 } };
  return { ...body, graph: { ...(body.graph as object), nodes: [...nodes, sum], outputs: ["the sum"] } };
});

/** Points that give the program's own inputs anew, with or without a mistake. */
const atPoints: fc.Arbitrary<Json> = fc
  .tuple(summed, fc.array(mostly(fc.constant(1), stranger, 30), { maxLength: 4 }))
  .map(([body, scales]) => ({
    ...body,
    points: scales.map((scale) =>
      scale === 1 ? body.inputs : Object.fromEntries(Object.keys(body.inputs as object).map((name) => [name, scale])),
    ),
  }));

export const graphAttempts: fc.Arbitrary<Attempt> = fc.oneof(
  { weight: 3, arbitrary: asked(summed) },
  { weight: 1, arbitrary: asked(graph, stray) },
  {
    weight: 1,
    arbitrary: asked(
      summed,
      atPoints.map(({ points }) => ({ points })),
    ),
  },
  { weight: 1, arbitrary: asked(atPoints) },
  { weight: 1, arbitrary: summed.map((body) => attempt(graphsPath, { graph: body.graph })) },
);
