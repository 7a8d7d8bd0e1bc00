import type { Feeding } from "../../run/run.ts";
import { isFloating } from "../../tensor/dtype.ts";
import { sameShape } from "../../tensor/shape.ts";
import { type Tensor, tensorOf } from "../../tensor/tensor.ts";
import type { GradeRequest } from "./request.ts";
import type { Verdict } from "./response.ts";
import type { Limits } from "../../request/limits.ts";
import { problemAt } from "../../problems/problems.ts";
import type { Submission } from "../submission.ts";
import type { GivenTensor } from "../../request/tensor.ts";
import { norm } from "../compare.ts";
import { diagnose } from "../diagnosis/diagnose.ts";
import type { Case } from "../diagnosis/matching.ts";
import { isRight, type Observation } from "../diagnosis/observation.ts";
import type { CasesUnder } from "../diagnosis/pairs.ts";
import type { Mutant } from "../mistakes/define.ts";
import type { Prediction } from "../predictions.ts";
import { type Item, type ItemRequest, keyOf } from "../items.ts";
import type { Language } from "../language.ts";
import { type ClaimedItem, claimsByPoint, type Required, requiredItems } from "./claims.ts";
import { judge, missing } from "./judge.ts";
import type { PreparedGrading } from "./prepare.ts";
import { type Credit, type Diagnosed, type Ordered, verdictOf } from "./report.ts";

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

/** Relative rounding noise that submissions in single precision have. */
const roundingNoise = 1e-6;

/** Grades submissions to one request, each by itself; what they share is computed once. */
export class Grader {
  readonly #request: GradeRequest;
  readonly #standardAt: (point: number, items: readonly ItemRequest[]) => Standard;
  readonly #standards = new Map<string, Standard>();
  readonly #required: readonly Required[];
  readonly #language: Language;
  readonly #limits: Limits;

  constructor(
    request: GradeRequest,
    standardAt: (point: number, items: readonly ItemRequest[]) => Standard,
    language: Language,
    limits: Limits,
  ) {
    this.#request = request;
    this.#standardAt = standardAt;
    this.#required = request.worth === undefined ? [] : requiredItems(request.worth);
    this.#language = language;
    this.#limits = limits;
  }

  /** `pointer` is where the submission stands in the request. Throws Problem. */
  grade(submission: Submission, pointer: string): Verdict {
    const claims = claimsByPoint(submission, pointer, this.#limits);
    const judgements = claims.flatMap((own, point) => this.#judgePoint(own, point, pointer));
    if (judgements.length === 0) {
      throw problemAt("invalid_request", pointer, "The submission claims nothing: it has outputs, nodes, gradients or edges");
    }
    const isWrong = judgements.some(({ verdict }) => verdict !== "correct" && verdict !== "missing");
    const findings = isWrong && this.#request.diagnose ? this.#diagnose(judgements) : null;
    return verdictOf(submission.id, judgements, this.#credit(judgements), findings, this.#language);
  }

  #credit(judgements: readonly Judgement[]): Credit {
    const { worth, partial_credit: partial } = this.#request;
    if (worth === undefined) return { worth: null, partial };
    const items = judgements[0].standard.prepared.items;
    const required = items.slice(0, this.#required.length);
    return { worth: new Map(required.map(({ name }, at) => [keyOf(name), this.#required[at].points])), partial };
  }

  #standard(point: number, items: readonly ItemRequest[]): Standard {
    const key = JSON.stringify([point, items.map(({ pointer: _, ...name }) => name)]);
    let standard = this.#standards.get(key);
    if (standard === undefined) this.#standards.set(key, (standard = this.#standardAt(point, items)));
    return standard;
  }

  #judgePoint(claims: readonly ClaimedItem[], point: number, pointer: string): Judgement[] {
    // Required items come first, so that they are found at the same places whatever a submission holds.
    const standard = this.#standard(
      point,
      [...this.#required, ...claims].map(({ request }) => request),
    );
    const { prepared, expected } = standard;
    const offset = this.#required.length;
    const submitted = new Map<string, { readonly claim: ClaimedItem; readonly place: number }>();
    claims.forEach((claim, at) => {
      const place = offset + at;
      const key = keyOf(prepared.items[place].name);
      if (submitted.has(key)) throw problemAt("duplicate_name", claim.request.pointer, `This item is claimed twice in ${pointer}`);
      submitted.set(key, { claim, place });
    });
    const common = (place: number): Pick<Judgement, "item" | "place" | "standard" | "name" | "point" | "order"> => {
      const item = prepared.items[place];
      return { item, place, standard, name: item.name, order: item.order, point: this.#request.points === undefined ? null : point };
    };
    const strict = [...submitted.values()].map(({ claim, place }): Judgement => ({
      ...common(place),
      ...judge(claim.tensor, expected[place], null, this.#request),
    }));
    const absent = prepared.items
      .slice(0, offset)
      .flatMap(({ name }, place): Judgement[] => (submitted.has(keyOf(name)) ? [] : [{ ...common(place), ...missing(expected[place]) }]));
    if (!this.#request.follow_through || strict.every(({ verdict }) => verdict === "correct")) return [...strict, ...absent];
    const follows = this.#followThrough(standard, strict);
    const judged = strict.map((each): Judgement => {
      if (each.verdict === "correct" || each.submitted === null) return each;
      return { ...each, ...judge(each.submitted, each.expected, follows[each.place], this.#request) };
    });
    return [...judged, ...absent];
  }

  #followThrough(standard: Standard, judged: readonly Judgement[]): readonly Tensor[] {
    const { prepared, expected } = standard;
    const submitted = new Map(judged.map((each) => [keyOf(each.name), each.submitted]));
    // An item that is required and submitted stands in two places.
    const own = prepared.items.map(({ name }, place) => usable(submitted.get(keyOf(name)) ?? null, expected[place]) ?? expected[place]);
    return prepared.study(({ followThrough }) => followThrough.from(own, standard));
  }

  #diagnose(judgements: readonly Judgement[]): Diagnosed {
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
      const casesUnder: CasesUnder = (mutant) => {
        // Two mistakes at once are looked for at one point alone: that is much work as it is.
        const [[point, standard], ...others] = byPoint;
        const under = others.length > 0 ? null : predictions.under(mutant, standard);
        return under === null ? null : casesOf([[point, under]]);
      };
      return { diagnosis: diagnose({ observations, cases, counts, penalised, casesUnder }), observed };
    });
  }
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
