import { uniform } from "../../kernels/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { normRatio, type Numbers } from "../compare.ts";
import type { Counts } from "../diagnosis/factors.ts";
import { mistakeOfFactor, nameOf } from "../mistakes/catalogue.ts";
import type { Mistake, Mutant } from "../mistakes/define.ts";
import { scaleFactor } from "../mistakes/scale-factor.ts";
import type { Prediction } from "../predictions.ts";
import type { KnownMistake } from "./response.ts";

/** How mistakes look at some inputs. */
export interface Distinction {
  readonly toldApart: readonly KnownMistake[];
  readonly indistinguishable: readonly (readonly KnownMistake[])[];
  readonly unseen: readonly KnownMistake[];
}

/** A mistake with what it makes of all items. */
interface Look {
  readonly known: KnownMistake;
  readonly place: number;
  readonly items: ReadonlyMap<number, Numbers>;
  /** One number that two looks share if they are alike. */
  readonly mark: number;
}

/** Tensors that differ by less than this are alike. */
const alike = 1e-6;

/** Which mistakes change what is submitted, and which of those look the same as others. */
export function distinguish(predictions: readonly Prediction[], expected: readonly Tensor[], counts: Counts): Distinction {
  const looks = predictions.flatMap((prediction) => looksOf(prediction, expected, counts));
  const seen = looks.filter(({ items }) => [...items].some(([item, numbers]) => differs(numbers, expected[item])));
  const unseen = looks.filter((look) => !seen.includes(look)).map(({ known }) => known);
  const groups = groupsOf(seen, expected);
  return {
    toldApart: distinct(groups.filter((group) => group.length === 1).flat()),
    indistinguishable: groups.filter((group) => group.length > 1),
    unseen: distinct(unseen.filter((known) => !seen.some((look) => isSame(look.known, known)))),
  };
}

/** A factor may be anything: it is looked at for those that have names of their own, and at another rate for updated weights. */
function looksOf({ mutant, tensors }: Prediction, expected: readonly Tensor[], counts: Counts): Look[] {
  const look = (mistake: Mistake, items: ReadonlyMap<number, Numbers>): Look => ({
    known: { mistake: nameOf(mistake), name: mutant.name },
    place: mutant.place,
    items,
    mark: markOf(items, expected),
  });
  if (mutant.family === "fixed") return [look(mutant.mistake, tensors)];
  const at = (k: number): Map<number, Numbers> =>
    new Map([...tensors].map(([item, tensor]) => [item, between(mutant, tensor, expected[item], k)] as const));
  const { contribution } = mutant;
  if (contribution === undefined) return [look(mutant.mistake, at(0.1))];
  const factors = [0, -1, 2, 0.5, ...contribution.summed.map((count) => 1 / count), ...counts.batch];
  return factors.flatMap((k) => {
    const mistake = mistakeOfFactor(k, contribution, counts);
    return mistake === null || mistake === scaleFactor ? [] : [look(mistake, at(k))];
  });
}

function between({ family }: Mutant, tip: Numbers, right: Numbers, k: number): Numbers {
  const [base, end] = family === "part" ? [tip, right] : [right, tip];
  return { shape: right.shape, data: Float64Array.from(base.data, (x, at) => x + k * (end.data[at] - x)) };
}

const differs = (a: Numbers, b: Numbers): boolean => a.data.length !== b.data.length || normRatio(a.data, b.data) > alike;

/** A random projection of what a mistake changes. */
function markOf(items: ReadonlyMap<number, Numbers>, expected: readonly Tensor[]): number {
  let mark = 0;
  for (const [item, { data }] of items) {
    const right = expected[item].data;
    for (let at = 0; at < data.length; at++) mark += (data[at] - (right[at] ?? 0)) * (0.5 + uniform(1, item, at));
  }
  return mark;
}

function groupsOf(looks: readonly Look[], expected: readonly Tensor[]): KnownMistake[][] {
  const sorted = looks.toSorted((a, b) => a.mark - b.mark);
  const groups: Look[][] = [];
  for (const look of sorted) {
    const near = groups.slice(-8).find(([first]) => isAlike(first, look, expected));
    if (near === undefined) groups.push([look]);
    else near.push(look);
  }
  return groups.map((group) => distinct(group.toSorted((a, b) => a.place - b.place).map(({ known }) => known)));
}

function isAlike(a: Look, b: Look, expected: readonly Tensor[]): boolean {
  const close = Math.abs(a.mark - b.mark) <= 1e-5 * Math.max(Math.abs(a.mark), Math.abs(b.mark), 1e-9);
  if (!close && Number.isFinite(a.mark - b.mark)) return false;
  return [...new Set([...a.items.keys(), ...b.items.keys()])].every(
    (item) => !differs(a.items.get(item) ?? expected[item], b.items.get(item) ?? expected[item]),
  );
}

const isSame = (a: KnownMistake, b: KnownMistake): boolean => a.mistake === b.mistake && a.name === b.name;

const distinct = (all: readonly KnownMistake[]): KnownMistake[] =>
  all.filter((known, at) => all.findIndex((other) => isSame(known, other)) === at);
