import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/compute/evaluate.ts";
import { gradients } from "../../src/compute/gradients.ts";
import { check } from "../../src/grading/check/task.ts";
import { grade } from "../../src/grading/grade/task.ts";
import { Cache, Shelf } from "../../src/tasks/cache.ts";
import type { Shared } from "../../src/tasks/define.ts";
import { performed, sharedWithin } from "../support/tasks.ts";

const shelfOf = (cache: Cache): Shelf<number> => new Shelf(cache, (size) => size);

test("what was not used for longest is let go of, by size, whatever shelf it lies on", () => {
  const cache = new Cache(10);
  const [letters, others] = [shelfOf(cache), shelfOf(cache)];
  letters.set("a", 4);
  others.set("a", 5);
  expect(letters.get("a")).toBe(4);
  letters.set("c", 3);
  expect([letters.get("a"), others.get("a"), letters.get("c")]).toEqual([4, undefined, 3]);
  letters.set("huge", 11);
  expect(["a", "c", "huge"].map((key) => letters.get(key))).toEqual([4, 3, undefined]);
  letters.set("c", 1);
  expect(cache.size).toBe(5);
});

test("what grows is counted as it is when it is used, and lets others go", () => {
  const cache = new Cache(10);
  const shelf = new Shelf<{ size: number }>(cache, ({ size }) => size);
  const growing = { size: 2 };
  shelf.set("a", { size: 5 });
  shelf.set("growing", growing);
  growing.size = 8;
  expect(shelf.get("growing")).toBe(growing);
  expect([shelf.get("a"), cache.size]).toEqual([undefined, 8]);
  growing.size = 20;
  shelf.get("growing");
  expect([shelf.get("growing"), cache.size]).toEqual([undefined, 0]);
});

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function held(): number {
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const layers = (width: number): object => ({
  layers: [{ type: "Linear", in_features: 3, out_features: width }, { type: "Tanh" }, { type: "Linear", out_features: 1 }],
  loss: { type: "MSELoss" },
});

const tasks = {
  evaluate:
    (shared: Shared, perform = performed(evaluate, shared)) =>
    (request: object) =>
      perform(request, {}),
  gradients:
    (shared: Shared, perform = performed(gradients, shared)) =>
    (request: object) =>
      perform(request, {}),
  check:
    (shared: Shared, perform = performed(check, shared)) =>
    (request: object) =>
      perform(request, {}),
  grade:
    (shared: Shared, perform = performed(grade, shared)) =>
    (request: object) =>
      perform(request, { language: "en" }),
};
const programs: Readonly<Record<string, readonly [keyof typeof tasks, number, (which: number) => object]>> = {
  "one-line formulas": ["gradients", 150, (which) => ({ expression: `z = (x + y)^2 * ${which}.5`, inputs: { x: 1, y: 2 } })],
  "formulas that are evaluated": ["evaluate", 500, (which) => ({ expression: `x + ${which}`, inputs: { x: 1 } })],
  "long formulas": ["gradients", 5, (which) => ({ expression: `h=x*${which}.5;${"h=tanh(h)*x;".repeat(100)}`, inputs: { x: 1 } })],
  "formulas of long names": [
    "gradients",
    100,
    (which) => ({
      expression: Array.from({ length: 20 }, (_, at) => `${"n".repeat(200)}${at} = x*${which + at}`).join(";"),
      inputs: { x: 1 },
    }),
  ],
  "formulas with long lists": [
    "evaluate",
    150,
    (which) => ({ expression: `x + [${Array.from({ length: 1000 }, (_, at) => at + which).join()}]`, inputs: { x: 1 } }),
  ],
  "formulas of large inputs": [
    "gradients",
    50,
    (which) => ({
      expression: `sum(tanh(x*${which}.5)^2 + exp(x)*sin(x))`,
      inputs: { x: Array.from({ length: 3000 }, (_, at) => at / 3000) },
      return: ["gradients"],
    }),
  ],
  networks: ["gradients", 60, (which) => ({ network: layers(20), seed: which, inputs: { input: [[1, 2, 3]], target: [[1]] } })],
  "networks of many parameters": [
    "gradients",
    30,
    (which) => ({ network: layers(9000), seed: which, inputs: { input: [[1, 2, 3]], target: [[1]] }, return: ["outputs"] }),
  ],
  checks: ["check", 250, (which) => ({ expression: `z = (x + y)^2 * ${which}.5`, inputs: { x: 1, y: 2 } })],
  "grades of what is wrong": [
    "grade",
    4,
    (which) => ({ expression: `z = (x + y)^2 * ${which}.5`, inputs: { x: 1, y: 2 }, submission: { gradients: { x: 1 } } }),
  ],
};

describe("a cache counts what it holds", () => {
  test.each(Object.entries(programs))("%s", (_, [task, count, request]) => {
    const shared = sharedWithin({}, 2 ** 34);
    const perform = tasks[task](shared);
    for (let which = 0; which < 5; which++) perform(request(1000 + which));
    const [before, counted] = [held(), shared.cache.size];
    // What is compiled for wrong answers is counted when the entry is used again.
    for (let time = 0; time < (task === "grade" ? 2 : 1); time++) for (let which = 0; which < count; which++) perform(request(which));
    const ratio = (held() - before) / (shared.cache.size - counted);
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });

  test("and never holds more than its capacity", () => {
    const shared = sharedWithin({}, 2 ** 20);
    const perform = tasks.gradients(shared);
    const before = held();
    for (let which = 0; which < 200; which++) perform({ expression: `z = (x + y)^2 * ${which}.5`, inputs: { x: 1, y: 2 } });
    expect(shared.cache.size).toBeLessThanOrEqual(2 ** 20);
    expect(held() - before).toBeLessThan(4 * 2 ** 20);
  });
});
