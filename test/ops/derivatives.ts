import { expect } from "vitest";
import { forward } from "../../src/autodiff/forward.ts";
import { reverse } from "../../src/autodiff/reverse.ts";
import { graphOf, input, type Value } from "../../src/ir/graph.ts";
import { filled } from "../../src/ops/shape/expand.ts";
import { isFloating } from "../../src/tensor/dtype.ts";
import { type Tensor, tensorOf, zeros } from "../../src/tensor/tensor.ts";
import { interpret } from "../support/interpret.ts";
import { Random } from "../support/random.ts";
import "../support/close.ts";
import type { Case } from "./cases.ts";

/** Values whose sum, weighted by `weights`, is differentiated by `variables`. */
interface Objective {
  readonly of: readonly Value[];
  readonly weights: readonly Value[];
  readonly variables: readonly Value[];
  readonly feeds: ReadonlyMap<Value, Tensor>;
}

/** The floating outputs of a case, weighted by random cotangents. */
export function objectiveOf({ outputs, variables, feeds }: Case, seed = "cotangents"): Objective {
  const of = outputs.filter(({ dtype }) => isFloating(dtype));
  return { of, variables, ...weighted(of, feeds, seed) };
}

/** The gradients of an objective in turn, weighted by random numbers, as functions of its variables and its weights. */
export function gradientObjective(objective: Objective): Objective {
  const of = gradientsOf(objective).filter((value) => value !== null);
  return { of, variables: [...objective.variables, ...objective.weights], ...weighted(of, objective.feeds, "order 2") };
}

function weighted(of: readonly Value[], feeds: ReadonlyMap<Value, Tensor>, seed: string): Pick<Objective, "weights" | "feeds"> {
  const random = new Random(seed);
  const weights = of.map((value) => input(value));
  // Weights that float32 holds exactly, so that both precisions are asked the same.
  const numbers = weights.map(({ dtype, shape }) => tensorOf(dtype, shape, random.tensor("float32", shape, [-1, 1]).data));
  return { weights, feeds: new Map([...feeds, ...weights.map((weight, at) => [weight, numbers[at]] as const)]) };
}

/** By reverse mode, one per variable; null where none flows. */
export function gradientsOf({ of, weights, variables }: Objective): (Value | null)[] {
  const { gradientOf } = reverse(of, weights);
  return variables.map(gradientOf);
}

/** The numbers of gradients, zeros where none flows. */
export function runGradients(objective: Objective): Tensor[] {
  const gradients = gradientsOf(objective).map((gradient, at) => gradient ?? filled(0, objective.variables[at]));
  return interpret(graphOf([...objective.feeds.keys()], gradients), objective.feeds);
}

/** Of the five-point formula, which leaves h⁴/30 = 3e-18 of the fifth derivative. Probes keep 2h away from kinks. */
const step = 1e-4;

/**
 * Reverse mode against central differences. Rounding leaves about ε/h = 2e-12 of the objective's terms, which may be of size 1000: 1e-8 of
 * the largest derivative, and 1e-7 of each, leave room for what a graph amplifies. A wrong rule is off by far more.
 */
export function checkAgainstDifferences(objective: Objective): void {
  const found = runGradients(objective);
  objective.variables.forEach((variable, at) => {
    const expected = differences(objective, variable);
    expect(found[at], `gradient by input ${at}`).toBeNear(expected, { relative: 1e-7, absolute: 1e-8 * scaleOf(expected) });
  });
}

/** Derivatives of every element of `variable` by the five-point formula. */
export function differences(objective: Objective, variable: Value): Tensor {
  const { of, weights, feeds } = objective;
  const graph = graphOf([...feeds.keys()], of);
  const at = feeds.get(variable) as Tensor;
  const result = zeros("float64", variable.shape);
  for (let element = 0; element < at.data.length; element++) {
    const x = at.data[element];
    const moved = [x + step, x - step, x + 2 * step, x - 2 * step].map((place) => {
      const tensor = tensorOf(at.dtype, at.shape, at.data);
      tensor.data[element] = place;
      return interpret(graph, new Map(feeds).set(variable, tensor));
    });
    // Differences are taken per element and only then summed: the sum would lose digits.
    weights.forEach((weight, k) => {
      const numbers = feeds.get(weight)?.data ?? [];
      const [up, down, upper, lower] = moved.map((outputs) => outputs[k].data);
      for (let i = 0; i < numbers.length; i++) {
        result.data[element] += (numbers[i] * (8 * (up[i] - down[i]) - (upper[i] - lower[i]))) / (12 * step);
      }
    });
  }
  return result;
}

/** ⟨u, J v⟩ by forward mode equals ⟨Jᵀ u, v⟩ by reverse mode, to within rounding of the sums. */
export function checkDotProduct(objective: Objective): void {
  const { of, weights, variables } = objective;
  const directions = weighted(variables, objective.feeds, "directions");
  const feeds = directions.feeds;
  const tangents = forward(of, new Map(variables.map((value, at) => [value, directions.weights[at]])));
  const run = (values: readonly (Value | null)[], like: readonly Value[]): Tensor[] => {
    const present = values.map((value, at) => value ?? filled(0, like[at]));
    present.forEach((value, at) => expect(value.shape, "a tangent or gradient has its value's shape").toEqual(like[at].shape));
    return interpret(graphOf([...feeds.keys()], present), feeds);
  };
  const pushed = run(tangents, of);
  const pulled = run(gradientsOf(objective), variables);
  const numbers = (values: readonly Value[]): Tensor[] => values.map((value) => feeds.get(value) as Tensor);
  const [left, size] = dot(pushed, numbers(weights));
  const [right] = dot(pulled, numbers(directions.weights));
  expect(left, "forward mode against reverse mode").toSatisfy((x: number) => Math.abs(x - right) <= 1e-12 * (1 + size));
}

function dot(a: readonly Tensor[], b: readonly Tensor[]): [sum: number, absolute: number] {
  let sum = 0;
  let absolute = 0;
  a.forEach(({ data }, k) => {
    for (let i = 0; i < data.length; i++) {
      sum += data[i] * b[k].data[i];
      absolute += Math.abs(data[i] * b[k].data[i]);
    }
  });
  return [sum, absolute];
}

/** The largest size of a finite number, at least 1. */
export function scaleOf({ data }: Tensor): number {
  let largest = 1;
  for (const x of data) if (Number.isFinite(x)) largest = Math.max(largest, Math.abs(x));
  return largest;
}
