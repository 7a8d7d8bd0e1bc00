import type { ItemPlace, Verdict } from "./response.ts";
import type { Diagnosis } from "../diagnosis/diagnose.ts";
import { keyOf } from "../items.ts";
import { messageOf, undecided } from "../diagnosis/message.ts";
import type { Language } from "../language.ts";
import { nameOf } from "../mistakes/catalogue.ts";
import { gradedItem, hasPassed, type Judged } from "./judge.ts";

export interface Credit {
  /** Points of each item by its key; null: each is worth one. */
  readonly worth: ReadonlyMap<string, number> | null;
  readonly partial: "items" | "elements" | "none";
}

/** A judged item with its place in the order of computation. */
export interface Ordered extends Judged {
  readonly order: number;
}

/** The judged items that a diagnosis was made from, by its observations' positions. */
export interface Diagnosed {
  readonly diagnosis: Diagnosis;
  readonly observed: readonly Judged[];
}

/** The verdict on a submission, as an answer has it. */
export function verdictOf(
  id: string | undefined,
  judged: readonly Ordered[],
  credit: Credit,
  findings: Diagnosed | null,
  language: Language,
): Verdict {
  const isWorth = ({ name }: Judged): number => (credit.worth === null ? 1 : (credit.worth.get(keyOf(name)) ?? 0));
  const passed = judged.every(hasPassed);
  const earned = (each: Judged): number => {
    if (hasPassed(each)) return credit.partial === "none" && !passed ? 0 : isWorth(each);
    return credit.partial === "elements" ? isWorth(each) * each.share : 0;
  };
  const points = judged.reduce((sum, each) => sum + earned(each), 0);
  const maxPoints = judged.reduce((sum, each) => sum + isWorth(each), 0);
  const wrong = judged
    .filter(({ verdict }) => verdict !== "correct" && verdict !== "missing")
    .toSorted((a, b) => a.order - b.order || (a.point ?? 0) - (b.point ?? 0));
  const verdict: Verdict = {
    ...(id === undefined ? {} : { id }),
    passed,
    score: maxPoints === 0 ? Number(passed) : points / maxPoints,
    points,
    max_points: maxPoints,
    items: judged.map((each) => gradedItem(each, earned(each), isWorth(each))),
    first_wrong: wrong.length === 0 ? null : placeOf(wrong[0]),
    diagnosis: [],
  };
  if (findings === null) return verdict;
  const { diagnosis, observed } = findings;
  const { causes, areAlternatives, unexplained } = diagnosis;
  verdict.diagnosis = causes.map((cause) => ({
    mistake: nameOf(cause.mistake),
    name: cause.name,
    edges: cause.edges.map((edge) => ({ ...edge })),
    ...(cause.factor === null ? {} : { factor: Number(cause.factor.toPrecision(6)) }),
    residual: cause.residual,
    explains: [...cause.explained].toSorted((a, b) => a - b).map((index) => placeOf(observed[index])),
    also: [...cause.also],
    message: messageOf(cause, language),
  }));
  if (areAlternatives && causes.length > 1) verdict.undecided = undecided[language](causes.length);
  if (unexplained.length > 0) verdict.unexplained = unexplained.map((index) => placeOf(observed[index]));
  return verdict;
}

const placeOf = ({ name, point }: Judged): ItemPlace => ({ ...name, ...(point === null ? {} : { point }) });
