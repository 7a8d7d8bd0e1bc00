import { isFloating } from "../../tensor/dtype.ts";
import { sameShape } from "../../tensor/shape.ts";
import { type Tensor, tensorOf } from "../../tensor/tensor.ts";
import { writtenIn } from "../../program/owner.ts";
import type { Limits } from "../../request/limits.ts";
import type { GivenTensor } from "../../request/tensor.ts";
import { diagnose } from "../diagnosis/diagnose.ts";
import type { CasesUnder } from "../diagnosis/pairs.ts";
import { type ItemFinder, type ItemRequest, keyOf } from "../items.ts";
import type { Language } from "../language.ts";
import { isSameRow } from "../shapes.ts";
import { casesOf, observationsOf, type Standard, type SubmittedItem } from "./evidence.ts";
import { foundItems, type FlawTally, type FoundItem, inOrder, itemsOf, unjudged } from "./finding.ts";
import { booleans, claimsNothing, clipped, tooManyFlaws } from "./flaws.ts";
import { isJudged, judge, missing, type Unjudged } from "./judge.ts";
import { readSubmission, type SubmissionRead } from "./reading.ts";
import { type Diagnosed, verdictOf } from "./report.ts";
import type { GradeRequest } from "./request.ts";
import type { Verdict } from "./response.ts";
import { type Required, requiredItems } from "./worth.ts";

/** A diagnosis looks at all points of a request that has at most this many, else at so many with something wrong. */
const mostPoints = 6;

/** Two mistakes at once are looked for in so many submissions of a request: it takes as much work as all the rest of many. */
const mostSearchedForTwo = 10;

/** What a grader asks of the task, whose programs and limits it does not know. */
interface Basis {
  /** What the program has at each point. */
  readonly finders: readonly ItemFinder[];
  readonly standardAt: (point: number, items: readonly ItemRequest[]) => Standard;
  readonly language: Language;
  readonly limits: Limits;
}

/** A submission as it was read, with what it claims of the program at each point. */
interface FoundSubmission {
  readonly reading: SubmissionRead;
  readonly found: readonly (readonly (FoundItem | Unjudged)[])[];
  readonly tally: FlawTally;
}

/**
 * Grades submissions to one request, each by itself. First all are read: what any of them claims is computed once for all, since each list
 * of items takes all mistakes to be made anew. Throws the problems of the request alone.
 */
export class Grader {
  readonly #request: GradeRequest;
  readonly #basis: Basis;
  /** What has been claimed of the program so far, by the keys of the items. */
  readonly #claimed = new Map<string, FoundItem>();
  readonly #standards = new Map<number, Standard>();
  /** The submissions in which two mistakes at once were looked for. */
  #searchedForTwo = 0;
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

  /** Reads whatever was submitted. */
  read(submission: unknown, id?: string): FoundSubmission {
    const reading = readSubmission(submission, this.#request.points?.length ?? null, this.#basis.limits, id);
    const tally: FlawTally = { listed: reading.strays.length, unlisted: reading.unlisted };
    const found = reading.claims.map((claims, point) => foundItems(claims, this.#basis.finders[point], tally, this.#pointOf(point)));
    for (const each of found.flat()) if ("item" in each) this.#claimed.set(each.key, each);
    return { reading, found, tally };
  }

  /** The verdict on one of the submissions, when all have been read. */
  grade({ reading, found, tally }: FoundSubmission): Verdict {
    const { partial_credit: partial, diagnose: isExplained } = this.#request;
    const strays = reading.strays.map(({ kind, name, point, fault }) =>
      unjudged({ kind, ...(name === null ? {} : { name: clipped(name) }), ...this.#pointOf(kind === "edge" ? point : null) }, fault),
    );
    const entries = [...strays, ...found.flatMap((claims, point) => this.#judgePoint(claims, point))];
    if (entries.length === 0) entries.push(unjudged({ kind: "submission" }, claimsNothing));
    if (tally.unlisted > 0) entries.push(unjudged({ kind: "submission" }, tooManyFlaws(tally.unlisted)));
    const judgements = entries.filter(isJudged);
    const isWrong = judgements.some(({ verdict }) => verdict !== "correct" && verdict !== "missing");
    const findings = isWrong && isExplained ? this.#diagnose(judgements) : null;
    return verdictOf(reading.id, entries, { worth: this.#worth, partial }, findings, this.#basis.language);
  }

  #pointOf(point: number | null): { readonly point?: number } {
    return point === null || this.#request.points === undefined ? {} : { point };
  }

  #standard(point: number): Standard {
    let standard = this.#standards.get(point);
    if (standard === undefined) {
      const further = [...this.#claimed.values()].filter(({ key }) => this.#worth?.has(key) !== true);
      const claimed = itemsOf(inOrder(further), this.#basis.finders[point]);
      standard = this.#basis.standardAt(point, [...this.#required.map(({ request }) => request), ...claimed]);
      this.#standards.set(point, standard);
    }
    return standard;
  }

  #judgePoint(found: readonly (FoundItem | Unjudged)[], point: number): (SubmittedItem | Unjudged)[] {
    if (this.#required.length === 0 && !found.some((each) => "item" in each)) return found.filter((each) => "fault" in each);
    const standard = this.#standard(point);
    const { prepared, expected } = standard;
    const common = (place: number): Pick<SubmittedItem, "item" | "place" | "standard" | "name" | "point" | "order" | "step"> => {
      const item = prepared.items[place];
      const { name, order } = item;
      return { item, place, standard, name, order, step: prepared.stepOf(item), point: this.#request.points === undefined ? null : point };
    };
    const strict = found.map((each): SubmittedItem | Unjudged => {
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
      .flatMap(({ name }, place): SubmittedItem[] =>
        there.has(keyOf(name)) ? [] : [{ ...common(place), cameAs: null, ...missing(expected[place]) }],
      );
    const judged = strict.filter(isJudged);
    if (!this.#request.follow_through || judged.every(({ verdict }) => verdict === "correct")) return [...strict, ...absent];
    const follows = this.#followThrough(standard, judged);
    const followed = strict.map((each): SubmittedItem | Unjudged => {
      if (!isJudged(each) || each.verdict === "correct" || each.submitted === null) return each;
      return { ...each, ...judge(each.submitted, each.expected, follows.get(each.place) ?? null, this.#request) };
    });
    return [...followed, ...absent];
  }

  /** By place; what is neither required nor submitted stands between the others as it follows from them. */
  #followThrough(standard: Standard, judged: readonly SubmittedItem[]): ReadonlyMap<number, Tensor> {
    const { prepared, expected } = standard;
    const own = new Map(this.#required.map((_, place) => [place, expected[place]]));
    for (const { place, submitted } of judged) own.set(place, usable(submitted, expected[place]) ?? expected[place]);
    return prepared.study(({ followThrough }) => followThrough.from(own, standard));
  }

  #diagnose(judgements: readonly SubmittedItem[]): Diagnosed | null {
    const all = new Set(judgements.map(({ point }) => point));
    const wrong = new Set(judgements.filter(({ verdict }) => verdict !== "correct").map(({ point }) => point));
    const points = [...(all.size > mostPoints ? wrong : all)].slice(0, mostPoints);
    const [first] = judgements.filter(({ point, verdict }) => points.includes(point) && verdict !== "missing" && verdict !== "correct");
    const { prepared } = first.standard;
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

/** A submitted tensor to go on with: of the right shape, finite, and floating. */
function usable(submitted: GivenTensor | null, { dtype, shape }: Tensor): Tensor | null {
  if (submitted === null || !isFloating(dtype) || !sameShape(submitted.shape, shape) || !submitted.data.every(Number.isFinite)) return null;
  return tensorOf(dtype, shape, submitted.data);
}
