import type { ItemPlace, Verdict } from "./response.ts";
import type { Diagnosis } from "../diagnosis/diagnose.ts";
import { isValue, keyOf } from "../items.ts";
import { messageOf, undecided } from "../diagnosis/message.ts";
import type { Language } from "../language.ts";
import { nameOf } from "../mistakes/catalogue.ts";
import { gradedItem, hasPassed, isJudged, type Judged, ungradedItem, type Unjudged } from "./judge.ts";

export interface Credit {
  /** Points of each item by its key; null: each is worth one. */
  readonly worth: ReadonlyMap<string, number> | null;
  readonly partial: "items" | "elements" | "none";
}

/** A judged item with its place in the order of computation. */
export interface Ordered extends Judged {
  readonly order: number;
  /** The step of an explanation that tells what is right; null where there is none. */
  readonly step: string | null;
}

/** The judged items that a diagnosis was made from, by its observations' positions. */
export interface Diagnosed {
  readonly diagnosis: Diagnosis;
  readonly observed: readonly Judged[];
  /** What the client wrote for values that it gave no names. */
  readonly written: ReadonlyMap<string, string>;
}

/** The verdict on a submission, as an answer has it. */
export function verdictOf(
  id: string | undefined,
  entries: readonly (Ordered | Unjudged)[],
  credit: Credit,
  findings: Diagnosed | null,
  language: Language,
): Verdict {
  const isWorth = (entry: Ordered | Unjudged): number => {
    if (credit.worth === null) return 1;
    const key = isJudged(entry) ? keyOf(entry.name) : entry.key;
    return (key === null ? undefined : credit.worth.get(key)) ?? 0;
  };
  const passed = entries.every((each) => isJudged(each) && hasPassed(each));
  const earned = (each: Ordered): number => {
    if (hasPassed(each)) return credit.partial === "none" && !passed ? 0 : isWorth(each);
    return credit.partial === "elements" ? isWorth(each) * each.share : 0;
  };
  const points = entries.reduce((sum, each) => sum + (isJudged(each) ? earned(each) : 0), 0);
  const maxPoints = entries.reduce((sum, each) => sum + isWorth(each), 0);
  const wrong = entries
    .filter((each) => !isJudged(each) || each.verdict !== "correct")
    .toSorted((a, b) => orderOf(a) - orderOf(b) || pointOf(a) - pointOf(b));
  const verdict: Verdict = {
    ...(id === undefined ? {} : { id }),
    passed,
    score: maxPoints === 0 ? Number(passed) : points / maxPoints,
    points,
    max_points: maxPoints,
    items: entries.map((each) =>
      isJudged(each)
        ? { ...gradedItem(each, earned(each), isWorth(each), language), ...stepOf(each) }
        : ungradedItem(each, isWorth(each), language),
    ),
    first_wrong: wrong.length === 0 ? null : isJudged(wrong[0]) ? { ...placeOf(wrong[0]), ...stepOf(wrong[0]) } : wrong[0].place,
    diagnosis: [],
  };
  if (findings === null) return verdict;
  const { diagnosis, observed, written } = findings;
  const { causes, areAlternatives, unexplained } = diagnosis;
  verdict.diagnosis = causes.map((cause) => ({
    mistake: nameOf(cause.mistake),
    name: cause.name,
    edges: cause.edges.map((edge) => ({ ...edge })),
    ...(cause.factor === null ? {} : { factor: Number(cause.factor.toPrecision(6)) }),
    residual: cause.residual,
    explains: [...cause.explained].toSorted((a, b) => a - b).map((index) => placeOf(observed[index])),
    also: [...cause.also],
    message: messageOf(
      cause,
      language,
      written,
      [...cause.explained].every((index) => isValue(observed[index].name)),
    ),
  }));
  if (areAlternatives && causes.length > 1) verdict.undecided = undecided[language](causes.length);
  if (unexplained.length > 0) verdict.unexplained = unexplained.map((index) => placeOf(observed[index]));
  return verdict;
}

/** Behind what was computed wrong comes what cannot be compared, and last what is missing. */
const orderOf = (entry: Ordered | Unjudged): number => {
  if (!isJudged(entry)) return Number.MAX_SAFE_INTEGER - 1;
  return entry.verdict === "missing" ? Number.MAX_SAFE_INTEGER : Math.min(entry.order, Number.MAX_SAFE_INTEGER - 2);
};

const pointOf = (entry: Ordered | Unjudged): number => (isJudged(entry) ? entry.point : entry.place.point) ?? 0;

const stepOf = ({ step }: Ordered): Pick<ItemPlace, "step"> => (step === null ? {} : { step });

const placeOf = ({ name, point }: Judged): ItemPlace => ({ ...name, ...(point === null ? {} : { point }) });
