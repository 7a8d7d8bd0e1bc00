import { evaluated } from "../../../formula/evaluate.ts";
import { number, quotient, symbol, type Term } from "../../../formula/term.ts";
import { simplified } from "../../../formula/simplify.ts";
import type { Node, Value } from "../../../ir/graph.ts";
import { erfc } from "../../../kernels/gaussian.ts";
import { sameShape, sizeOf } from "../../../tensor/shape.ts";
import { Cuts, type Cut } from "./cuts.ts";
import { ofTensors } from "./gathered.ts";
import { ofNumbers } from "./single.ts";
import type { Domain, FunctionTitle, Gathered, Spelled } from "./spelled.ts";
import { isDisguise, isElementwise, tried } from "./trial.ts";

/** A group of nodes that is a known function. */
export interface Disguise {
  readonly title: FunctionTitle;
  readonly nodes: readonly Node[];
  /** What it is a function of; the derivative is the one by the first. */
  readonly operands: readonly Value[];
  readonly formula: (...operands: Term[]) => Term;
  /** By the result, by what comes back to it, and by the operands. */
  readonly derivative: (y: Term, delta: Term, ...operands: Term[]) => Term;
}

/** What is known of a program besides its nodes. */
interface Asked {
  /** Whether the client gave the result of a node a name: it is told then even within a larger group. */
  readonly isNamed: (node: Node) => boolean;
  /** Labels are the last of the operands, where the function does not mind. */
  readonly isLabel: (value: Value) => boolean;
  /** Whether nobody waits any more. */
  readonly isUnwanted: () => boolean;
}

/** So many nodes are looked at, the first ones. */
const mostNodes = 300;

/**
 * Groups of nodes that compute a known function, however they spell it out: a group is known by its numbers, at points where no two of
 * these functions agree. The larger of two groups is told.
 */
export function disguisesIn(nodes: readonly Node[], { isNamed, isLabel, isUnwanted }: Asked): Disguise[] {
  const cuts = new Cuts();
  const found: Disguise[] = [];
  for (const node of nodes.slice(0, mostNodes)) {
    if (isUnwanted()) break;
    const groups = cuts.of(node).filter((cut) => cut.leaves.length > 0 && isDisguise(cut));
    for (const { leaves, nodes: group } of groups.toSorted((a, b) => b.nodes.length - a.nodes.length)) {
      const cut = { nodes: group, leaves: leaves.toSorted((a, b) => Number(isLabel(a)) - Number(isLabel(b))) };
      const disguise = isElementwise(cut) ? amongNumbers(cut) : amongTensors(cut);
      if (disguise === null) continue;
      found.push(disguise);
      break;
    }
  }
  const covered = new Set<Node>();
  return found
    .toReversed()
    .filter(({ nodes: own }) => {
      const last = own.at(-1);
      if (own.every((node) => covered.has(node)) && (last === undefined || !isNamed(last))) return false;
      for (const node of own) covered.add(node);
      return true;
    })
    .toReversed();
}

/** Points at which functions are tried: so that no rule holds among them that does not hold everywhere. */
const points: Readonly<Record<Domain, readonly (readonly number[])[]>> = {
  real: [
    [-2.3, -1.1, -0.37, 0.21, 0.83, 1.46, 2.71],
    [1.7, -0.62, 0.44, -1.9, 0.97, -0.13, 1.21],
    [0.53, 1.31, -1.27, 0.71, -2.1, 1.93, -0.89],
  ],
  unit: [
    [0.13, 0.29, 0.41, 0.52, 0.68, 0.77, 0.91],
    [0.63, 0.11, 0.87, 0.34, 0.22, 0.95, 0.46],
    [0.37, 0.81, 0.17, 0.72, 0.58, 0.26, 0.05],
  ],
};

/** Far above what rounding does, and far below what any other function would differ by. */
const tolerance = 1e-10;

const isAlike = (found: Float64Array, wanted: ArrayLike<number>): boolean =>
  found.length === wanted.length && found.every((each, at) => Math.abs(each - wanted[at]) <= tolerance * Math.max(1, Math.abs(wanted[at])));

/** All orders of a few operands. */
function ordersOf<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, at) => ordersOf(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}

function amongNumbers(cut: Cut): Disguise | null {
  for (const domain of ["real", "unit"] as const) {
    const leaves = cut.leaves.map((_, at) => Float64Array.from(points[domain][at]));
    const result = tried(cut, leaves);
    if (result === null) return null;
    if (!result.every(Number.isFinite)) continue;
    for (const [place, spelled] of ofNumbers.entries()) {
      if (spelled.domains.length !== cut.leaves.length || spelled.domains.some((each) => each !== domain)) continue;
      for (const order of ordersOf([...cut.leaves.keys()])) {
        if (isAlike(result, valuesOf(place, order))) return disguiseOf(cut, spelled, order);
      }
    }
  }
  return null;
}

const names = ["a", "b", "c"];
const known = new Map<string, readonly number[]>();

/** What a function of single numbers is at the points, with its operands in an order; worked out once. */
function valuesOf(place: number, order: readonly number[]): readonly number[] {
  const key = [place, ...order].join();
  const before = known.get(key);
  if (before !== undefined) return before;
  const { formula, domains } = ofNumbers[place];
  const term = formula(...domains.map((_, at) => symbol(names[at])));
  const operands = order.map((at) => points[domains[0]][at]);
  const values = operands[0].map((_, point) =>
    evaluated(term, (name) => operands[names.indexOf(name)][point], { erf: (x) => 1 - erfc(x) }),
  );
  known.set(key, values);
  return values;
}

const disguiseOf = (cut: Cut, { title, formula, derivative }: Spelled, order: readonly number[]): Disguise => ({
  title,
  nodes: cut.nodes,
  operands: order.map((at) => cut.leaves[at]),
  formula,
  derivative: (y, _, ...operands) => derivative(y, ...operands),
});

function amongTensors(cut: Cut): Disguise | null {
  const [{ shape }] = cut.leaves;
  if (cut.leaves.some((leaf) => !sameShape(leaf.shape, shape)) || sizeOf(shape) < 2) return null;
  const result = cut.nodes.at(-1)?.outputs[0];
  if (result === undefined) return null;
  for (const gathered of ofTensors) {
    if (gathered.domains.length !== cut.leaves.length) continue;
    if (gathered.keepsShape !== sameShape(result.shape, shape)) continue;
    for (const order of ordersOf([...cut.leaves.keys()])) {
      const disguise = likeGathered(cut, gathered, order);
      if (disguise !== null) return disguise;
    }
  }
  return null;
}

/** Tried at two points, so that a multiple is the same at both. */
function likeGathered(cut: Cut, gathered: Gathered, order: readonly number[]): Disguise | null {
  const { domains, scales, alongAxis, keepsShape, title, formula, derivative } = gathered;
  const operands = order.map((at) => cut.leaves[at]);
  const { shape } = operands[0];
  const axes = alongAxis ? shape.flatMap((size, axis) => (size > 1 ? [axis] : [])) : [null];
  const trials = [0, 1].map((trial) => {
    const numbers = operands.map(({ shape: own }, at) => spread(points[domains[at]], sizeOf(own), trial + at));
    const leaves: Float64Array[] = [];
    order.forEach((at, place) => (leaves[at] = numbers[place]));
    return { numbers, result: tried(cut, leaves) };
  });
  for (const axis of axes) {
    const factors = trials.map(({ numbers, result }) => {
      if (result === null || !result.every(Number.isFinite)) return null;
      const wanted = gathered.value(axis, shape, ...numbers);
      const factor = scales ? result[0] / wanted[0] : 1;
      return isAlike(
        result,
        wanted.map((each) => each * factor),
      )
        ? factor
        : null;
    });
    const [first, second] = factors;
    if (first === null || second === null || !(Math.abs(first - second) <= tolerance * Math.abs(first)) || !(first > 0)) continue;
    const scale = scaleTerm(first);
    return {
      title,
      nodes: cut.nodes,
      operands,
      formula: (...terms) => formula(scale, ...terms),
      derivative: (y, delta, ...terms) => simplified(derivative(y, keepsShape ? delta : scale, ...terms)),
    };
  }
  return null;
}

/** As many numbers as are needed, no two of them alike. */
const spread = (rows: readonly (readonly number[])[], size: number, from: number): Float64Array =>
  Float64Array.from({ length: size }, (_, at) => {
    const row = rows[(from + Math.floor(at / 7)) % rows.length];
    return row[at % 7] * (1 - (0.37 * ((at * 7919 + from * 104729) % 1009)) / 1009);
  });

/** 1/n of a mean, 1/2 of a half; null for 1. */
function scaleTerm(factor: number): Term | null {
  if (Math.abs(factor - 1) <= tolerance) return null;
  const inverse = Math.round(1 / factor);
  return Math.abs(1 / factor - inverse) <= tolerance * inverse ? quotient(1, inverse) : number(factor);
}
