import { Cancelled } from "../../run/executable.ts";
import { feedsOf, settleCotangent } from "../../program/feeds.ts";
import type { Feeding, Runnable } from "../../run/run.ts";
import type { GivenInputs } from "../../program/draft.ts";
import { uniform } from "../../kernels/random.ts";
import { isFloating } from "../../tensor/dtype.ts";
import { copyOf, type Tensor, tensorOf } from "../../tensor/tensor.ts";
import type { ProbeRequest } from "./request.ts";
import type { GivenTensor } from "../../request/tensor.ts";
import { drawCotangent } from "../check/draw.ts";
import { sameNumbers } from "../compare.ts";
import type { PreparedGrading } from "../grade/prepare.ts";
import { classesOf } from "../labels.ts";
import { type Distinction, distinguish } from "./distinguish.ts";
import { drawTensor } from "./draw.ts";
import type { WantedInput } from "./wanted.ts";

export interface PreparedProbe extends PreparedGrading {
  /** Computes the values that change when a kink is passed. */
  readonly branches: Runnable;
}

/** Inputs that were drawn, and what can be seen at them. */
export interface Attempt {
  readonly feeds: readonly Tensor[];
  readonly cotangent: Tensor | null;
  readonly awayFromKinks: boolean;
  readonly distinction: Distinction;
}

/** How often inputs are drawn; the best are answered. Later draws have positive numbers only, for logarithms and roots. */
const attempts = 6;
const signedAttempts = 4;

/** What inputs are drawn for. */
export interface Trial {
  readonly request: ProbeRequest;
  readonly fixed: GivenInputs;
  readonly given: GivenInputs;
  readonly wanted: readonly WantedInput[];
  readonly cotangent: GivenTensor | null;
  readonly cancelled: () => boolean;
}

/** Draws inputs until they show no more; null where none lead to finite numbers. Throws Cancelled. */
export function bestInputs(prepared: PreparedProbe, trial: Trial): Attempt | null {
  const tried: Attempt[] = [];
  for (let at = 0; at < attempts; at++) {
    if (trial.cancelled()) throw new Cancelled();
    const attempt = drawn(prepared, trial, at);
    if (attempt !== null) tried.push(attempt);
    const [before, last] = tried.slice(-2);
    // What two draws in a row do not show, others will not show either.
    if (last !== undefined && last.awayFromKinks && worth(last) === worth(before)) break;
    // Numbers of both signs show more, so positive ones are drawn only where nothing else will do.
    if (at >= signedAttempts - 1 && tried.length > 0) break;
  }
  return tried.toSorted((a, b) => worth(a) - worth(b))[0] ?? null;
}

/** null where the numbers that were drawn lead to NaN or infinities. */
function drawn(prepared: PreparedProbe, { request, fixed, given, wanted, cotangent, cancelled }: Trial, at: number): Attempt | null {
  const { program, derivatives, right } = prepared;
  const seed = request.seed * attempts + at;
  const byName = new Map(wanted.map((each) => [each.name, each]));
  const start = feedsOf(program, given);
  const feeds = program.inputs.map(({ name, value, role }, place): Tensor => {
    const own = byName.get(name);
    if (own === undefined && (fixed.tensors.has(name) || role !== "parameter")) return start[place];
    const manner = {
      between: own?.between ?? null,
      oneHot: own?.oneHot ?? false,
      choices: classesOf(program.nodes, value) || 2,
      signed: at < signedAttempts,
      coarse: request.ties,
    };
    return drawTensor(name, value, manner, seed);
  });
  let flowing: Tensor | null = null;
  if (derivatives !== null && derivatives.cotangent !== null) {
    const { dtype, shape } = derivatives.objective.value;
    flowing = cotangent === null ? tensorOf(dtype, shape, drawCotangent(shape, seed)) : settleCotangent(cotangent, derivatives.objective);
  }
  const fed = flowing === null ? feeds : [...feeds, flowing];
  const feeding = { feeds: fed, given, cancelled };
  const expected = right.run(feeding).wanted.map(copyOf);
  if (!expected.every(({ data }) => data.every(Number.isFinite))) return null;
  const distinction = prepared.study(({ predictions, counts }) => distinguish(predictions.at(feeding), expected, counts));
  return { feeds, cotangent: flowing, awayFromKinks: isAwayFromKinks(prepared.branches, { ...feeding, feeds }), distinction };
}

/** How far each input is moved to find kinks nearby, relative to its numbers, and how often. */
const nearby = 1e-4;
const moves = 4;

function isAwayFromKinks(branches: Runnable, feeding: Feeding): boolean {
  const here = branches.run(feeding).wanted.map(copyOf);
  const there = feeding.feeds.map((tensor) => (isFloating(tensor.dtype) ? copyOf(tensor) : tensor));
  for (let move = 0; move < moves; move++) {
    feeding.feeds.forEach(({ data, dtype }, input) => {
      if (!isFloating(dtype)) return;
      const moved = there[input].data;
      for (let at = 0; at < data.length; at++) moved[at] = data[at] * (1 + nearby * (2 * uniform(move, input, at) - 1));
    });
    const { wanted } = branches.run({ ...feeding, feeds: there });
    if (!wanted.every((tensor, at) => sameNumbers(tensor, here[at]))) return false;
  }
  return true;
}

/** The less the better: kinks nearby first, then what cannot be seen or told apart. */
const worth = ({ awayFromKinks, distinction: { unseen, indistinguishable } }: Attempt): number =>
  (awayFromKinks ? 0 : 1e6) + unseen.length + indistinguishable.reduce((sum, group) => sum + group.length, 0);
