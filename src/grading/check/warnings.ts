import type { CheckRequest } from "./request.ts";
import type { CheckWarning } from "./response.ts";
import type { Examination, Compared } from "./examination.ts";
import { stepOf } from "./differences.ts";
import type { Point } from "./point.ts";

/** What is smaller than this fraction of the objective is no gradient but rounding. */
const vanishing = 1e-12;

/** Rounding leaves a few units in the last place of the objective, divided by the step, of a difference quotient. */
const roundingUnits = 8;

const noiseOf = ({ scale }: Point, request: CheckRequest): number => (roundingUnits * Number.EPSILON * scale) / stepOf(request);

/** What the verdicts do not say. `gradientsWith` are the service's gradients with another cotangent. */
export function warningsOf(
  examination: Examination,
  compared: readonly Compared[],
  gradientsWith: () => readonly ArrayLike<number>[],
): CheckWarning[] {
  const { point, request } = examination;
  return [
    ...vanished(examination, compared, gradientsWith),
    ...unchecked(compared),
    ...rounding(point, request, compared),
    ...coarse(point, request),
    ...stopped(point, request),
  ];
}

function* vanished(
  examination: Examination,
  compared: readonly Compared[],
  gradientsWith: () => readonly ArrayLike<number>[],
): Generator<CheckWarning> {
  const { point, gradients, request } = examination;
  const { variables } = point.subject;
  const isZero = (numbers: ArrayLike<number>): boolean => {
    for (let at = 0; at < numbers.length; at++) if (!(Math.abs(numbers[at]) <= vanishing * point.scale)) return false;
    return true;
  };
  const noise = noiseOf(point, request);
  // What lies at kinks alone is warned about as such, and what is zero where differences are not has failed.
  const agrees = (one: Compared | undefined): boolean =>
    one === undefined ||
    (one.comparisons.some(({ kink }) => kink === undefined) &&
      one.comparisons.every(({ numerical, kink }) => kink !== undefined || Math.abs(numerical) <= noise));
  const zero = variables.filter((_, k) => gradients[k].length > 0 && isZero(gradients[k]) && agrees(compared[k]));
  if (zero.length === 0) return;
  const isUniform = point.weights.length > 1 && point.weights.every((weight) => weight === point.weights[0]);
  const others = isUniform ? gradientsWith() : [];
  for (const { name, value } of zero) {
    const other = others[variables.findIndex((variable) => variable.name === name)];
    if (other !== undefined && !isZero(other)) {
      const message = `With a cotangent whose elements are all the same, the gradient of ${name} is zero whatever the rules, as for a softmax or a normalisation, whose outputs add up to a constant: leave out the cotangent for a random one`;
      yield { code: "cotangent_proves_nothing", name, message };
    } else {
      const what = value.shape.length === 0 ? "is zero" : "is zero in every entry";
      const message = `The gradient of ${name} ${what}, so that agreement proves little: check at other inputs, or the gradients of what ${point.subject.objective.name} is computed from`;
      yield { code: "gradient_vanishes", name, message };
    }
  }
}

function* unchecked(compared: readonly Compared[]): Generator<CheckWarning> {
  for (const { variable, comparisons } of compared) {
    if (comparisons.length === 0 || comparisons.some(({ kink }) => kink === undefined)) continue;
    const message = `Every entry of ${variable.name} that was looked at lies at a kink, so nothing was compared: check at other inputs, or with a smaller step`;
    yield { code: "nothing_compared", name: variable.name, message };
  }
}

function* rounding(point: Point, request: CheckRequest, compared: readonly Compared[]): Generator<CheckWarning> {
  if (!request.methods.includes("central_difference")) return;
  const noise = noiseOf(point, request);
  for (const { variable, comparisons } of compared) {
    const off = comparisons.filter(({ analytic, numerical, kink }) => kink === undefined && analytic !== numerical);
    const failed = off.filter(({ analytic, numerical, tolerance }) => {
      return tolerance.over === "elements" && tolerance.error(analytic, numerical) > tolerance.bound;
    });
    const small = failed.filter(({ analytic, numerical }) => Math.abs(analytic - numerical) <= noise).length;
    if (small === 0) continue;
    const message = `${small} of the entries of ${variable.name} that failed are off by no more than the ${noise.toExponential(1)} that rounding may leave of a difference with this step: take a larger step, a looser tolerance, or the method complex_step`;
    yield { code: "rounding", name: variable.name, message };
  }
}

function* coarse({ subject: { objective, variables } }: Point, { methods }: CheckRequest): Generator<CheckWarning> {
  const single = [...variables, objective].find(({ value }) => value.dtype === "float32");
  if (single === undefined || !(methods.includes("central_difference") || methods.includes("taylor_remainder"))) return;
  const message = `${single.name} is float32, which is too coarse for small steps: check the program in float64, or with a step of about 1e-2 and a tolerance to match`;
  yield { code: "single_precision", name: single.name, message };
}

function* stopped({ subject }: Point, { methods }: CheckRequest): Generator<CheckWarning> {
  if (!methods.includes("central_difference") && !methods.includes("taylor_remainder")) return;
  for (const name of subject.stopped) {
    const message = `Node ${name} lets no gradient through, but differences see what moves behind it: what fails may be right`;
    yield { code: "gradient_stopped", name, message };
  }
}
