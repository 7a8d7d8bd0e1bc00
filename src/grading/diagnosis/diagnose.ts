import type { Value } from "../../ir/graph.ts";
import type { Mistake } from "../mistakes/define.ts";
import { scaleFactor } from "../mistakes/scale-factor.ts";
import type { Candidate } from "./candidate.ts";
import { closedForms } from "./closed-forms.ts";
import { countedBy, type FactorMeaning, type Counts } from "./factors.ts";
import { type Case, candidatesOf, scaledCandidates } from "./matching.ts";
import type { Observation } from "./observation.ts";
import { type CasesUnder, pairOf } from "./pairs.ts";

/** A cause, with the other places where the same mistake would give the same numbers. */
export interface Cause extends Candidate {
  readonly also: readonly string[];
  /** What the factor is the number of, where that is known. */
  readonly counted: FactorMeaning | null;
}

export interface Diagnosis {
  /** What explains everything that is wrong, most likely first; or, when nothing does, causes that together explain as much as possible. */
  readonly causes: readonly Cause[];
  /** Whether the causes are alternatives to each other, each by itself enough. */
  readonly areAlternatives: boolean;
  /** Wrong observations that no cause explains. */
  readonly unexplained: readonly number[];
}

/** How much more residual another cause may leave and still count as one that explains the same. */
const sameResidual = 20;
const leastResidual = 1e-5;
const mostCauses = 8;

export interface Evidence {
  readonly observations: readonly Observation[];
  /** The known mistakes with what they predict. */
  readonly cases: readonly Case[];
  readonly counts: Counts;
  /** Parameters with a penalty in the objective. */
  readonly penalised: ReadonlySet<Value>;
  readonly casesUnder: CasesUnder;
}

/** Finds the causes that are consistent with everything submitted. */
export function diagnose({ observations, cases, counts, penalised, casesUnder }: Evidence): Diagnosis {
  const wrong = new Set([...observations.keys()].filter((index) => !observations[index].passed));
  if (wrong.size === 0) return { causes: [], areAlternatives: false, unexplained: [] };
  const single = [...cases.flatMap((one) => candidatesOf(one, observations, counts)), ...closedForms(observations, counts, penalised)];
  const complete = [...single, ...unions(single, observations)].filter(({ explained }) => explained.size === wrong.size);
  if (complete.length > 0) return { causes: alternatives(complete, counts), areAlternatives: true, unexplained: [] };
  const several = cover(
    [...single, ...unions(single, observations), ...cases.flatMap((one) => scaledCandidates(one, observations, counts))],
    wrong,
    counts,
  );
  if (several.causes.length > 0) return several;
  const pair = pairOf(cases, observations, counts, casesUnder);
  return pair === null ? several : { causes: pair.map((cause) => causeOf(cause, [], counts)), areAlternatives: false, unexplained: [] };
}

/** The same mistake at several places that do not touch each other, as in every bias. */
function unions(candidates: readonly Candidate[], observations: readonly Observation[]): Candidate[] {
  const alike = Map.groupBy(
    candidates,
    ({ mistake, factor }) => `${mistake.name} ${mistake.perFactor === true ? factor?.toPrecision(3) : ""}`,
  );
  return [...alike.values()].flatMap((group) => {
    const chosen: Candidate[] = [];
    const explained = new Set<number>();
    // Of places that explain the same the one next to the objective is where it was made.
    const likely = group.toSorted(
      (a, b) => b.explained.size - a.explained.size || a.cost - b.cost || b.place - a.place || a.residual - b.residual,
    );
    for (const each of likely) {
      if (explained.size > 0 && [...each.explained].some((index) => explained.has(index))) continue;
      chosen.push(each);
      for (const index of each.explained) explained.add(index);
    }
    if (chosen.length < 2) return [];
    const [first] = chosen;
    const firstOf = ({ explained: own }: Candidate): number => Math.min(...own);
    const names = [...new Set(chosen.toSorted((a, b) => firstOf(a) - firstOf(b)).map(({ name }) => name))];
    const { costForAll } = first.mistake;
    const isOfAll = costForAll !== undefined && isEveryParameter(explained, observations);
    return [
      {
        ...first,
        name: names.join(", "),
        edges: chosen.flatMap(({ edges }) => edges),
        explained,
        residual: Math.max(...chosen.map(({ residual }) => residual)),
        cost: isOfAll ? costForAll : Math.max(...chosen.map(({ cost }) => cost)) + 0.1 * chosen.length,
      },
    ];
  });
}

function isEveryParameter(explained: ReadonlySet<number>, observations: readonly Observation[]): boolean {
  return observations.every(({ own, item }, index) => own === null || item.name.kind !== "gradient" || explained.has(index));
}

/** All that explain everything, those that leave more out; likely ones first, and among them those nearest to what is wrong. */
function alternatives(candidates: readonly Candidate[], counts: Counts): Cause[] {
  const least = Math.min(...candidates.map(({ residual }) => residual));
  const close = candidates.filter(({ residual }) => residual <= Math.max(sameResidual * least, leastResidual));
  const likely = close.toSorted(byLikelihood);
  // A factor by itself says nothing that a mistake with a name of its own does not say better.
  const sorted = likely[0].mistake === scaleFactor ? likely : likely.filter(({ mistake }) => mistake !== scaleFactor);
  const causes = [...Map.groupBy(sorted, ({ mistake }) => mistake).values()].map(([first, ...others]): Cause => {
    const also = [...new Set(others.map(({ name }) => name))].filter((name) => name !== first.name);
    return causeOf(first, also, counts);
  });
  return causes.slice(0, mostCauses);
}

const causeOf = (candidate: Candidate, also: readonly string[], counts: Counts): Cause => ({
  ...candidate,
  also: also.slice(0, mostCauses),
  counted: countedBy(candidate.factor, candidate.name, counts),
});

const byLikelihood = (a: Candidate, b: Candidate): number => a.cost - b.cost || placeOf(a) - placeOf(b) || a.residual - b.residual;

const placeOf = ({ place }: Candidate): number => (place < 0 ? Number.MAX_SAFE_INTEGER : place);

/** Causes that together explain as much as possible, each taking its turn by how much it adds. */
function cover(candidates: readonly Candidate[], wrong: ReadonlySet<number>, counts: Counts): Diagnosis {
  const rest = new Set(wrong);
  const causes: Cause[] = [];
  const named = new Set<Mistake>();
  const gain = ({ explained }: Candidate): number => [...explained].filter((index) => rest.has(index)).length;
  while (rest.size > 0 && causes.length < mostCauses) {
    const [best] = candidates.filter((each) => gain(each) > 0).toSorted((a, b) => gain(b) - gain(a) || byLikelihood(a, b));
    if (best === undefined) break;
    const same = candidates.filter((each) => each !== best && each.cost <= best.cost + 1 && isSame(each.explained, best.explained));
    for (const each of [best, ...same.filter(({ mistake }) => mistake !== best.mistake)]) {
      if (named.has(each.mistake) && each !== best) continue;
      const also = same.filter(({ mistake, name }) => mistake === each.mistake && name !== each.name).map(({ name }) => name);
      causes.push(causeOf(each, [...new Set(also)], counts));
      named.add(each.mistake);
    }
    for (const index of best.explained) rest.delete(index);
  }
  return { causes: causes.slice(0, mostCauses), areAlternatives: false, unexplained: [...rest] };
}

const isSame = (a: ReadonlySet<number>, b: ReadonlySet<number>): boolean => a.size === b.size && [...a].every((index) => b.has(index));
