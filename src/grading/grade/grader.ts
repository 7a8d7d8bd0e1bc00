import type { Feeding } from "../../run/run.ts";
import { isFloating } from "../../tensor/dtype.ts";
import { sameShape } from "../../tensor/shape.ts";
import { writtenIn } from "../../program/owner.ts";
import { type Tensor, tensorOf } from "../../tensor/tensor.ts";
import type { GradeRequest } from "./request.ts";
import type { ItemPlace, Verdict } from "./response.ts";
import type { Limits } from "../../request/limits.ts";
import { Problem } from "../../problems/problems.ts";
import type { GivenTensor } from "../../request/tensor.ts";
import { norm } from "../compare.ts";
import { diagnose } from "../diagnosis/diagnose.ts";
import type { Case } from "../diagnosis/matching.ts";
import { isRight, type Observation } from "../diagnosis/observation.ts";
import type { CasesUnder } from "../diagnosis/pairs.ts";
import type { Mutant } from "../mistakes/define.ts";
import type { Prediction } from "../predictions.ts";
import { type Item, type ItemFinder, type ItemRequest, keyOf } from "../items.ts";
import type { Language } from "../language.ts";
import { isSameRow } from "../shapes.ts";
import { booleans, claimedTwice, claimsNothing, clipped, type Flaw, mostFlaws, nothing, notInProgram, tooManyFlaws } from "./flaws.ts";
import { isJudged, judge, missing, type Unjudged } from "./judge.ts";
import type { PreparedGrading } from "./prepare.ts";
import { type ClaimedItem, readSubmission } from "./reading.ts";
import { type Diagnosed, type Ordered, verdictOf } from "./report.ts";
import { type Required, requiredItems } from "./worth.ts";

/** A program at a point, with what certain items of it should be. */
export interface Standard extends Feeding {
  readonly prepared: PreparedGrading;
  /** By item. */
  readonly expected: readonly Tensor[];
}

/** A judged item with where it came from. */
interface Judgement extends Ordered {
  readonly item: Item;
  readonly place: number;
  readonly standard: Standard;
}

/** A diagnosis looks at all points of a request that has at most this many, else at so many with something wrong. */
const mostPoints = 6;

/** Two mistakes at once are looked for in so many submissions of a request: it takes as much work as all the rest of many. */
const mostSearchedForTwo = 10;

/** What is wrong is explained for so many different lists of items: each takes all mistakes to be made anew. */
const mostExplained = 100;

/** Relative rounding noise that submissions in single precision have. */
const roundingNoise = 1e-6;

/** What a grader asks of the task, whose programs and limits it does not know. */
interface Basis {
  /** What the program has at each point. */
  readonly finders: readonly ItemFinder[];
  readonly standardAt: (point: number, items: readonly ItemRequest[]) => Standard;
  readonly language: Language;
  readonly limits: Limits;
}

/** Grades submissions to one request, each by itself; what they share is computed once. Throws the problems of the request alone. */
export class Grader {
  readonly #request: GradeRequest;
  readonly #basis: Basis;
  readonly #standards = new Map<string, Standard>();
  /** The submissions in which two mistakes at once were looked for. */
  #searchedForTwo = 0;
  readonly #explained = new Set<PreparedGrading>();
  readonly #required: readonly Required[];
  /** Points by item; null: each is worth one. */
  readonly #worth: ReadonlyMap<string, number> | null;

  constructor(request: GradeRequest, basis: Basis) {
    this.#request = request;
    this.#basis = basis;
    const [finder] = basis.finders;
    this.#required = request.worth === undefined ? [] : requiredItems(request.worth);
    const worth = new Map(this.#required.map(({ request: item, points }) => [keyOf(finder.find(item).name), points]));
    this.#worth = request.worth === undefined ? null : worth;
  }

  /** The verdict on whatever was submitted. */
  grade(submission: unknown, id?: string): Verdict {
    const { points, partial_credit: partial, diagnose: isExplained } = this.#request;
    const { language, limits } = this.#basis;
    const reading = readSubmission(submission, points?.length ?? null, limits, id);
    const tally: Tally = { listed: reading.strays.length, unlisted: reading.unlisted };
    const strays = reading.strays.map(({ kind, name, point, fault }) =>
      unjudged({ kind, ...(name === null ? {} : { name: clipped(name) }), ...this.#pointOf(kind === "edge" ? point : null) }, fault),
    );
    const entries = [...strays, ...reading.claims.flatMap((claims, point) => this.#judgePoint(claims, point, tally))];
    if (entries.length === 0) entries.push(unjudged({ kind: "submission" }, claimsNothing));
    if (tally.unlisted > 0) entries.push(unjudged({ kind: "submission" }, tooManyFlaws(tally.unlisted)));
    const judgements = entries.filter(isJudged);
    const isWrong = judgements.some(({ verdict }) => verdict !== "correct" && verdict !== "missing");
    const findings = isWrong && isExplained ? this.#diagnose(judgements) : null;
    return verdictOf(reading.id, entries, { worth: this.#worth, partial }, findings, language);
  }

  #pointOf(point: number | null): { readonly point?: number } {
    return point === null || this.#request.points === undefined ? {} : { point };
  }

  #standard(point: number, items: readonly ItemRequest[]): Standard {
    const key = JSON.stringify([point, items.map(({ pointer: _, ...name }) => name)]);
    let standard = this.#standards.get(key);
    if (standard === undefined) this.#standards.set(key, (standard = this.#basis.standardAt(point, items)));
    return standard;
  }

  /** The claims by the items of the program that they are about, in their order; what is about none is at fault. */
  #found(claims: readonly ClaimedItem[], point: number, tally: Tally): (Unjudged | Found)[] {
    const finder = this.#basis.finders[point];
    const seen = new Set<string>();
    return claims.flatMap(({ request, tensor, fault }): (Unjudged | Found)[] => {
      // Words for a name that nobody knows take a search.
      if (tally.listed >= mostFlaws && !finder.mayHave(request)) {
        tally.unlisted++;
        return [];
      }
      const found = itemOrFault(finder, request);
      const key = "subject" in found ? keyOf(found.name) : null;
      const isAgain = key !== null && seen.has(key);
      if (key !== null) seen.add(key);
      const wrong = "subject" in found ? (isAgain ? claimedTwice : fault) : found;
      if ("subject" in found && tensor !== null && wrong === null) return [{ item: found, key: keyOf(found.name), tensor }];
      if (key === null || isAgain) {
        if (tally.listed >= mostFlaws) {
          tally.unlisted++;
          return [];
        }
        tally.listed++;
      }
      const place = "subject" in found ? found.name : placeOfRequest(request);
      return [{ ...unjudged({ ...place, ...this.#pointOf(point) }, wrong ?? nothing), key }];
    });
  }

  #judgePoint(claims: readonly ClaimedItem[], point: number, tally: Tally): (Judgement | Unjudged)[] {
    const found = this.#found(claims, point, tally);
    const claimed = found.filter((each) => "item" in each);
    if (claimed.length + this.#required.length === 0) return found.filter((each) => "fault" in each);
    const standard = this.#standard(point, itemsOf(this.#required, claimed));
    const { prepared, expected } = standard;
    const common = (place: number): Pick<Judgement, "item" | "place" | "standard" | "name" | "point" | "order"> => {
      const item = prepared.items[place];
      return { item, place, standard, name: item.name, order: item.order, point: this.#request.points === undefined ? null : point };
    };
    const strict = found.map((each): Judgement | Unjudged => {
      if (!("item" in each)) return each;
      const place = prepared.places.get(each.key) ?? 0;
      const right = expected[place];
      if (each.tensor.kind === "bool" && right.dtype !== "bool") {
        return { ...unjudged({ ...each.item.name, ...this.#pointOf(point) }, booleans), key: each.key };
      }
      const cameAs = this.#request.shapes === "lenient" && isSameRow(each.tensor.shape, right.shape) ? each.tensor.shape : null;
      const tensor = cameAs === null ? each.tensor : { ...each.tensor, shape: right.shape };
      return { ...common(place), cameAs, ...judge(tensor, right, null, this.#request) };
    });
    const there = new Set(found.map(({ key }) => key));
    const absent = prepared.items
      .slice(0, this.#required.length)
      .flatMap(({ name }, place): Judgement[] =>
        there.has(keyOf(name)) ? [] : [{ ...common(place), cameAs: null, ...missing(expected[place]) }],
      );
    const judged = strict.filter(isJudged);
    if (!this.#request.follow_through || judged.every(({ verdict }) => verdict === "correct")) return [...strict, ...absent];
    const follows = this.#followThrough(standard, judged);
    const followed = strict.map((each): Judgement | Unjudged => {
      if (!isJudged(each) || each.verdict === "correct" || each.submitted === null) return each;
      return { ...each, ...judge(each.submitted, each.expected, follows[each.place], this.#request) };
    });
    return [...followed, ...absent];
  }

  #followThrough(standard: Standard, judged: readonly Judgement[]): readonly Tensor[] {
    const { prepared, expected } = standard;
    const submitted = new Map(judged.map((each) => [each.place, each.submitted]));
    const own = expected.map((right, place) => usable(submitted.get(place) ?? null, right) ?? right);
    return prepared.study(({ followThrough }) => followThrough.from(own, standard));
  }

  #diagnose(judgements: readonly Judgement[]): Diagnosed | null {
    const all = new Set(judgements.map(({ point }) => point));
    const wrong = new Set(judgements.filter(({ verdict }) => verdict !== "correct").map(({ point }) => point));
    const points = [...(all.size > mostPoints ? wrong : all)].slice(0, mostPoints);
    const [first] = judgements.filter(({ point, verdict }) => points.includes(point) && verdict !== "missing" && verdict !== "correct");
    const { prepared } = first.standard;
    if (!this.#explained.has(prepared) && this.#explained.size >= mostExplained) return null;
    this.#explained.add(prepared);
    // Points of other shapes are other programs, of which each has mutants of its own.
    const observed = judgements.filter(
      ({ submitted, standard, point }) => submitted !== null && standard.prepared === prepared && points.includes(point),
    );
    const observations = observationsOf(observed);
    const byPoint = new Map(observed.map(({ point, standard }) => [point ?? 0, standard]));
    return prepared.study(({ predictions, counts, penalised }) => {
      const cases = casesOf([...byPoint].map(([point, standard]) => [point, predictions.at(standard)] as const));
      let isCounted = false;
      const casesUnder: CasesUnder = (mutant) => {
        if (!isCounted && this.#searchedForTwo++ >= mostSearchedForTwo) return null;
        isCounted = true;
        // Two mistakes at once are looked for at one point alone: that is much work as it is.
        const [[point, standard], ...others] = byPoint;
        const under = others.length > 0 ? null : predictions.under(mutant, standard);
        return under === null ? null : casesOf([[point, under]]);
      };
      const diagnosis = diagnose({ observations, cases, counts, penalised, casesUnder });
      return { diagnosis, observed, written: writtenIn(prepared.program) };
    });
  }
}

/** How many faults without an item are listed, and how many more there are. */
interface Tally {
  listed: number;
  unlisted: number;
}

/** A claim that can be judged. */
interface Found {
  readonly item: Item;
  readonly key: string;
  readonly tensor: GivenTensor;
}

const unjudged = (place: ItemPlace, fault: Flaw): Unjudged => ({ place, fault, key: null });

function itemOrFault(finder: ItemFinder, request: ItemRequest): Item | Flaw {
  try {
    return finder.find(request);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return notInProgram(error);
  }
}

const placeOfRequest = (request: ItemRequest): ItemPlace =>
  request.kind === "edge"
    ? {
        kind: "edge",
        ...(request.from === undefined ? {} : { from: request.from && clipped(request.from) }),
        to: clipped(request.to),
        ...(request.input === undefined ? {} : { input: request.input }),
      }
    : { kind: request.kind, name: clipped(request.name) };

const ranks = { output: 0, node: 1, gradient: 2, edge: 3 };

/** Required items come first; what else is claimed is the same list in whatever order it is submitted, so that it is prepared once. */
function itemsOf(required: readonly Required[], claimed: readonly Found[]): ItemRequest[] {
  const needed = required.map(({ request }) => request);
  const rest = claimed.toSorted((a, b) => ranks[a.item.name.kind] - ranks[b.item.name.kind] || (a.key < b.key ? -1 : 1));
  return [...needed, ...rest.map(({ item }) => ({ ...item.name, pointer: "" }))];
}

/** The mistakes with their predictions at every point. */
function casesOf(points: readonly (readonly [point: number, predictions: readonly Prediction[]])[]): Case[] {
  const cases = new Map<Mutant, Map<number, Prediction["tensors"]>>();
  for (const [point, predictions] of points) {
    for (const { mutant, tensors } of predictions)
      cases.set(mutant, (cases.get(mutant) ?? new Map<number, Prediction["tensors"]>()).set(point, tensors));
  }
  return [...cases].map(([mutant, own]) => ({ mutant, points: own }));
}

/** A submitted tensor to go on with: of the right shape, finite, and floating. */
function usable(submitted: GivenTensor | null, { dtype, shape }: Tensor): Tensor | null {
  if (submitted === null || !isFloating(dtype) || !sameShape(submitted.shape, shape) || !submitted.data.every(Number.isFinite)) return null;
  return tensorOf(dtype, shape, submitted.data);
}

function observationsOf(judged: readonly Judgement[]): Observation[] {
  const scaleOf = (isForward: boolean): number =>
    Math.max(
      0,
      ...judged
        .filter(({ name }) => isForward === (name.kind === "node" || name.kind === "output"))
        .map(({ expected }) => norm(expected.data))
        .filter(Number.isFinite),
    );
  const noise = { forward: roundingNoise * scaleOf(true), backward: roundingNoise * scaleOf(false) };
  return judged.flatMap(({ item, place, standard, submitted, expected, verdict, point, name }): Observation[] => {
    if (submitted === null) return [];
    const { inputs } = standard.prepared.program;
    const fed = inputs.findIndex(({ value }) => value === item.subject);
    const observation = {
      item,
      place,
      point: point ?? 0,
      submitted,
      expected,
      own: name.kind === "gradient" && fed >= 0 ? standard.feeds[fed] : null,
      noise: name.kind === "node" || name.kind === "output" ? noise.forward : noise.backward,
    };
    return [{ ...observation, passed: verdict === "correct" || isRight(observation) }];
  });
}
