import type { CheckRequest } from "./request.ts";
import type { CheckWarning } from "./response.ts";
import type { Examination, Compared } from "./examination.ts";
import { sizesOf, type Point } from "./point.ts";
import { noiseOf } from "./steps.ts";
import { isCompared } from "./verdict.ts";

/** What is smaller than this fraction of the objective is no gradient but rounding. */
const vanishing = 1e-12;

/** What the verdicts do not say. `gradientsWith` are the service's gradients with another cotangent. */
export function warningsOf(
  examination: Examination,
  compared: readonly Compared[],
  gradientsWith: () => readonly ArrayLike<number>[],
): CheckWarning[] {
  const { point, request } = examination;
  return [
    ...vanished(examination, compared, gradientsWith),
    ...unchecked(point, compared),
    ...unproven(compared),
    ...coarse(point, request),
    ...stopped(point, request),
  ];
}

function* vanished(
  examination: Examination,
  compared: readonly Compared[],
  gradientsWith: () => readonly ArrayLike<number>[],
): Generator<CheckWarning> {
  const { point, gradients } = examination;
  const { variables } = point.subject;
  // Beside large numbers, a small slope is none of rounding; beside an infinite one, none is.
  const bound = Number.isFinite(point.scale) ? vanishing * point.scale : 0;
  const isZero = (numbers: ArrayLike<number>, k: number, most = bound): boolean => {
    for (let at = 0; at < numbers.length; at++) {
      if (!(Math.abs(numbers[at]) * Math.max(1, point.sizeAt(k, at)) <= most)) return false;
    }
    return true;
  };
  // What lies at kinks alone is warned about as such, and what is zero where differences are not has failed.
  const agrees = (one: Compared | undefined): boolean =>
    one === undefined ||
    (one.comparisons.some(isCompared) &&
      one.comparisons.every((each) => !isCompared(each) || Math.abs(each.numerical) <= noiseOf(point, each.step)));
  const zero = variables.filter((_, k) => gradients[k].length > 0 && isZero(gradients[k], k) && agrees(compared[k]));
  if (zero.length === 0) return;
  const isUniform = point.weights.length > 1 && point.weights.every((weight) => weight === point.weights[0]);
  const others = isUniform ? gradientsWith() : [];
  for (const { name, value } of zero) {
    const k = variables.findIndex((variable) => variable.name === name);
    if (others.length > 0 && !isZero(others[k], k)) {
      const message = `With a cotangent whose elements are all the same, the gradient of ${name} is zero whatever the rules, as for a softmax or a normalisation, whose outputs add up to a constant: leave out the cotangent for a random one`;
      yield { code: "cotangent_proves_nothing", name, message };
    } else {
      const zeroOf = isZero(gradients[k], k, 0) ? "is zero" : "is next to zero beside the objective";
      const what = value.shape.length === 0 ? zeroOf : `${zeroOf} in every entry`;
      const message = `The gradient of ${name} ${what}, so that agreement proves little: check at other inputs, or the gradients of what ${point.subject.objective.name} is computed from`;
      yield { code: "gradient_vanishes", name, message };
    }
  }
}

function* unchecked({ subject: { variables } }: Point, compared: readonly Compared[]): Generator<CheckWarning> {
  const sizes = sizesOf(variables);
  for (const [k, { name }] of variables.entries()) {
    if (sizes[k] > 0) continue;
    yield { code: "nothing_compared", name, message: `${name} has no entries, so nothing was compared` };
  }
  for (const { variable, comparisons } of compared) {
    if (comparisons.length === 0 || comparisons.some(({ kink }) => kink === undefined)) continue;
    const message = `Every entry of ${variable.name} that was looked at lies at a kink, so nothing was compared: check at other inputs, or with a smaller step`;
    yield { code: "nothing_compared", name: variable.name, message };
  }
}

function* unproven(compared: readonly Compared[]): Generator<CheckWarning> {
  for (const { variable, comparisons } of compared) {
    const left = comparisons.filter(({ isUnproven }) => isUnproven);
    if (left.length === 0) continue;
    const steps = [...new Set(left.map(({ step }) => step))];
    const which =
      left.length === comparisons.length
        ? `No difference in ${variable.name} proves`
        : `${left.length} of ${comparisons.length} differences in ${variable.name} do not prove`;
    const how = steps.length === 1 ? `with the step ${steps[0]}` : "with the steps taken";
    const message = `${which} anything ${how}: it is below the spacing of the numbers or too large for them, leaves the domain, or changes no more than rounding does. Leave out step and preset so that steps follow the numbers, or take other inputs or the method complex_step`;
    yield { code: left.length === comparisons.length ? "nothing_compared" : "unproven", name: variable.name, message };
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
