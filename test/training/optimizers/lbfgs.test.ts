import { describe, expect, test } from "vitest";
import { methodOf, OptimizerSource } from "../../../src/training/optimizers/catalogue.ts";
import type { Evaluate, Search, SearchState } from "../../../src/training/optimizers/define.ts";
import args from "../../goldens/optimizer_arguments.json" with { type: "json" };
import goldens from "../../goldens/optimizers.json" with { type: "json" };
import { difference } from "../../support/close.ts";
import { descend, objectives, quartic, starts, vector } from "./descent.ts";

const tolerance = { relative: 1e-10, absolute: 1e-12 };

function searchOf(source: object, elements: number): Search {
  const { search } = methodOf(OptimizerSource.parse({ type: "LBFGS", ...source }));
  if (search === null) throw new Error("LBFGS has a rule");
  return search(elements);
}

const isLbfgs = ({ optimizer }: { readonly optimizer: { readonly type: string } }): boolean => optimizer.type === "LBFGS";

/** Rosenbrock's function of any even number of elements, in pairs. */
const rosenbrock: Evaluate = (x, gradient) => {
  let loss = 0;
  for (let at = 0; at < x.length; at += 2) {
    const [a, b] = [1 - x[at], x[at + 1] - x[at] ** 2];
    loss += a * a + 100 * b * b;
    gradient[at] = -2 * a - 400 * x[at] * b;
    gradient[at + 1] = 200 * b;
  }
  return loss;
};

describe("PyTorch's numbers", () => {
  test.each(goldens.runs.filter(isLbfgs).map((run) => [JSON.stringify(run.optimizer), run] as const))("%s", (_, run) => {
    const course = descend({ optimizer: run.optimizer, objective: quartic, start: goldens.w0, steps: 50 });
    for (const [step, w] of Object.entries(run.w)) expect(course.w[Number(step) - 1]).toBeNear(vector(w), tolerance);
  });

  test.each(args.runs.filter(isLbfgs).map((run) => [JSON.stringify(run.optimizer), run] as const))("%s", (_, run) => {
    const name = run.objective as keyof typeof objectives;
    const course = descend({ ...run, objective: objectives[name], start: starts[name], steps: run.loss.length });
    expect(course.calls).toEqual(run.calls);
    expect(vector(course.loss)).toBeNear(vector(run.loss), tolerance);
    for (const [step, w] of Object.entries(run.w as Record<string, number[]>)) {
      expect(course.w[Number(step) - 1]).toBeNear(vector(w), tolerance);
    }
  });

  test("another length of history is told apart", () => {
    const run = args.runs.find(({ optimizer }) => "history_size" in optimizer) ?? args.runs[0];
    const optimizer = { ...run.optimizer, history_size: 3 };
    const course = descend({ optimizer, objective: quartic, start: goldens.w0, steps: 10 });
    expect(difference(course.w[9], vector(run.w[10] as number[]), tolerance)).toMatch(/differ/);
  });
});

describe("going on from a state", () => {
  const copyOf = ({ tensors, numbers }: SearchState): SearchState => ({
    tensors: new Map([...tensors].map(([name, tensor]) => [name, tensor.slice()])),
    numbers: { ...numbers },
  });

  test.each([
    { max_iter: 3, lr: 1e-3, history_size: 2 },
    { max_iter: 2, line_search_fn: "strong_wolfe", history_size: 3 },
    { max_iter: 5, line_search_fn: "strong_wolfe" },
  ])("gives the same bits with %j", (source) => {
    const start = Float64Array.of(-1.2, 1, 0.5, -0.7);
    const whole = start.slice();
    const uninterrupted = searchOf(source, whole.length);
    const interrupted = start.slice();
    let parts = searchOf(source, interrupted.length);
    for (let step = 0; step < 12; step++) {
      const state = copyOf(parts.state());
      parts = searchOf(source, interrupted.length);
      parts.restore(state);
      const expected = uninterrupted.step(whole, rosenbrock, source.lr ?? 1);
      expect(parts.step(interrupted, rosenbrock, source.lr ?? 1)).toBe(expected);
      expect(interrupted).toEqual(whole);
      expect(parts.state().numbers).toEqual(uninterrupted.state().numbers);
    }
    expect(whole).not.toEqual(start);
  });

  test("that belongs to other parameters is refused", () => {
    expect(() => searchOf({}, 3).restore(searchOf({}, 2).state())).toThrow(/no d of 3 elements/);
  });
});

test("the line search finds the minimum of a narrow valley", () => {
  const x = Float64Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? -1.2 : 1));
  const optimizer = searchOf({ max_iter: 100, line_search_fn: "strong_wolfe", tolerance_change: 1e-14 }, x.length);
  for (let step = 0; step < 3; step++) optimizer.step(x, rosenbrock, 1);
  expect(vector([...x])).toBeNear(vector(new Array<number>(20).fill(1)), { absolute: 1e-6 });
});

test("at a minimum it evaluates once and stays", () => {
  const x = Float64Array.of(1, 1);
  const optimizer = searchOf({}, 2);
  expect(optimizer.step(x, rosenbrock, 1)).toBe(0);
  expect([...x]).toEqual([1, 1]);
  expect(optimizer.state().numbers).toMatchObject({ func_evals: 1, n_iter: 0 });
});

describe("an objective that is not a number", () => {
  test.each([null, "strong_wolfe"])("ends within the evaluations allowed (search: %s)", (line_search_fn) => {
    let calls = 0;
    const nowhere: Evaluate = (_x, gradient) => {
      calls++;
      gradient.fill(Number.NaN);
      return Number.NaN;
    };
    const optimizer = searchOf({ max_iter: 8, line_search_fn }, 2);
    expect(optimizer.step(Float64Array.of(1, 2), nowhere, 1)).toBeNaN();
    expect(calls).toBeGreaterThan(1);
    expect(calls).toBeLessThanOrEqual(11);
  });
});

test("the history takes no more memory than it is allowed", () => {
  const x = Float64Array.of(-1.2, 1);
  const optimizer = searchOf({ max_iter: 30, history_size: 4, line_search_fn: "strong_wolfe" }, 2);
  optimizer.step(x, rosenbrock, 1);
  expect(optimizer.state().numbers.history).toBe(4);
  expect(optimizer.state().tensors.size).toBe(2 + 2 * 4);
});
