import { describe, expect, test } from "vitest";
import type { Tensor } from "../../../src/tensor/tensor.ts";
import { OptimizerSource } from "../../../src/training/optimizers/catalogue.ts";
import { validate } from "../../../src/request/validate.ts";
import args from "../../goldens/optimizer_arguments.json" with { type: "json" };
import goldens from "../../goldens/optimizers.json" with { type: "json" };
import { difference } from "../../support/close.ts";
import { problemOf } from "../../support/problems.ts";
import { bowl, descend, objectives, paraboloid, quartic, ruleOf, starts, vector } from "./descent.ts";

const tolerance = { relative: 1e-10, absolute: 1e-12 };
const named = (run: { readonly optimizer: object; readonly schedule?: object | null; readonly clipping?: object | null }): string =>
  JSON.stringify([run.optimizer, run.schedule, run.clipping].filter((part) => part));
const isFirstOrder = ({ optimizer }: { readonly optimizer: { readonly type: string } }): boolean => optimizer.type !== "LBFGS";

describe("PyTorch's numbers after 1, 2, 10 and 50 updates", () => {
  test.each(goldens.runs.filter(isFirstOrder).map((run) => [named(run), run] as const))("%s", (_, run) => {
    const course = descend({ optimizer: run.optimizer, schedule: run.schedule, objective: quartic, start: goldens.w0, steps: 50 });
    expect(vector(course.lr)).toBeNear(vector(run.lr), { relative: 1e-13, absolute: 1e-17 });
    for (const [step, w] of Object.entries(run.w)) expect(course.w[Number(step) - 1]).toBeNear(vector(w), tolerance);
  });
});

describe("PyTorch's numbers for the other arguments", () => {
  test.each(args.runs.filter(isFirstOrder).map((run) => [named(run), run] as const))("%s", (_, run) => {
    const name = run.objective as keyof typeof objectives;
    const course = descend({ ...run, objective: objectives[name], start: starts[name], steps: run.loss.length });
    expect(vector(course.lr)).toBeNear(vector(run.lr), { relative: 1e-13, absolute: 1e-17 });
    expect(vector(course.loss)).toBeNear(vector(run.loss), tolerance);
    for (const [step, w] of Object.entries(run.w as Record<string, number[]>)) {
      expect(course.w[Number(step) - 1]).toBeNear(vector(w), tolerance);
    }
  });

  const types = ["SGD", "Adam", "AdamW", "NAdam", "RMSprop", "Adagrad", "Adadelta", "LBFGS"] as const;
  test.each(types)("the defaults of %s are PyTorch's", (type) => {
    const { type: _, ...own } = OptimizerSource.parse({ type });
    expect({ eps_place: "outside", ...args.defaults[type] }).toMatchObject(own);
  });
});

describe("the numbers of the textbooks", () => {
  const after30 = (optimizer: object): Tensor => descend({ optimizer, objective: bowl, start: [-7, 2], steps: 30 }).w[29];

  test("descent on x² / 20 + y²", () => {
    expect(after30({ type: "SGD", lr: 0.95 })).toBeNear(vector([-0.3503929957523197, 0.0847823165504322]), { relative: 1e-14 });
  });

  test("momentum", () => {
    const found = after30({ type: "SGD", lr: 0.1, momentum: 0.9 });
    // The second number is known to eleven digits, the last of them cut off and not rounded.
    expect(found).toBeNear(vector([0.896413858493733, 0.08808560171]), { absolute: 1e-11 });
    expect(vector([found.data[0]])).toBeNear(vector([0.896413858493733]), { relative: 1e-14 });
  });

  test("AdaGrad", () => {
    const [x, y] = after30({ type: "Adagrad", lr: 1.5, eps: 1e-7 }).data;
    expect(vector([x])).toBeNear(vector([-0.12016232231]), { absolute: 5e-12 });
    expect(vector([y])).toBeNear(vector([2.486e-17]), { absolute: 5e-21 });
  });

  test("Adam with eps beside the root of the uncorrected average, unlike the usual one", () => {
    const expected = vector([0.13600685239, 0.31824537554]);
    expect(after30({ type: "Adam", lr: 0.3, eps: 1e-7, eps_place: "uncorrected" })).toBeNear(expected, { absolute: 5e-12 });
    expect(difference(after30({ type: "Adam", lr: 0.3 }), expected, { absolute: 5e-12 })).not.toBeNull();
  });

  test("descent on x² + y²", () => {
    const { w } = descend({ optimizer: { type: "SGD", lr: 0.1 }, objective: paraboloid, start: [-3, 4], steps: 100 });
    expect(w[99]).toBeNear(vector([-6.11110793e-10, 8.14814391e-10]), { absolute: 5e-19 });
  });
});

describe("planted mistakes are found", () => {
  const golden = goldens.runs.find(({ optimizer }) => "dampening" in optimizer) ?? goldens.runs[0];
  const source = OptimizerSource.parse(golden.optimizer);
  const right = ruleOf(source);
  const after2 = (rule: typeof right): string | null => {
    const course = descend({ optimizer: source, rule, objective: quartic, start: goldens.w0, steps: 2 });
    return difference(course.w[1], vector(golden.w[2]), tolerance);
  };

  test("no mistake", () => expect(after2(right)).toBeNull());

  test("a first velocity that is dampened", () => {
    expect(after2({ ...right, schedule: (_t, lr, out) => right.schedule(2, lr, out) })).toMatch(/differ/);
  });

  test("a rate that is off by one part in a thousand million", () => {
    expect(after2({ ...right, schedule: (t, lr, out) => right.schedule(t, lr * (1 + 1e-9), out) })).toMatch(/differ/);
  });
});

describe("float32", () => {
  const optimizers = [
    { type: "SGD", lr: 0.01, momentum: 0.9, dampening: 0.1, weight_decay: 0.01 },
    { type: "Adam", lr: 0.05, amsgrad: true },
    { type: "AdamW", lr: 0.05, weight_decay: 0.1 },
    { type: "NAdam", lr: 0.05 },
    { type: "RMSprop", lr: 0.02, momentum: 0.5, centered: true },
    { type: "Adagrad", lr: 0.3 },
    { type: "Adadelta", lr: 1 },
    { type: "LBFGS", lr: 0.5, max_iter: 3 },
  ];
  test.each(optimizers)("$type stays near float64", (optimizer) => {
    const run = (dtype: "float32" | "float64"): Tensor =>
      descend({ optimizer, objective: quartic, start: goldens.w0, steps: 20, dtype }).w[19];
    expect(run("float32")).toBeNear(run("float64"), { relative: 2e-4, absolute: 2e-5 });
    expect(difference(run("float32"), run("float64"))).not.toBeNull();
  });
});

describe("the scalars of an update", () => {
  const sources = [{ type: "NAdam" }, { type: "Adam" }, { type: "Adagrad", lr_decay: 0.1 }, { type: "SGD", momentum: 0.9, dampening: 0.5 }];
  test.each(sources)("of $type follow from its number, whatever was asked before", (source) => {
    const scalarsAt = (rule: ReturnType<typeof ruleOf>, t: number): number[] => {
      const out = new Float64Array(rule.scalars);
      rule.schedule(t, 0.01, out);
      return [...out];
    };
    const parsed = OptimizerSource.parse(source);
    const used = ruleOf(parsed);
    for (const t of [1, 2, 3, 7, 40, 5, 1000, 1]) expect(scalarsAt(used, t)).toEqual(scalarsAt(ruleOf(parsed), t));
    expect(scalarsAt(used, 1)).not.toEqual(scalarsAt(used, 2));
  });
});

describe("arguments that are refused", () => {
  const refusals: readonly [object, string, RegExp, string?][] = [
    [{ type: "SGD", lr: -1 }, "/lr", /at least 0/],
    [{ type: "Adam", betas: [0.9, 1] }, "/betas/1", /below 1/],
    [{ type: "AdamW", betas: [-0.1, 0.9] }, "/betas/0", /at least 0/],
    [{ type: "Adam", betas: [0.9] }, "/betas", /at least 2 elements/],
    [{ type: "SGD", nesterov: true }, "/nesterov", /momentum/],
    [{ type: "SGD", nesterov: true, momentum: 0.9, dampening: 0.1 }, "/nesterov", /dampening/],
    [{ type: "SGD", momentun: 0.9 }, "/momentun", /no member/, "momentum"],
    [{ type: "Adam", momentum: 0.9 }, "/momentum", /no member/],
    [{ type: "Adam", eps_place: "outsid" }, "/eps_place", /"outside" or "uncorrected"/, "outside"],
    [{ type: "adam" }, "/type", /"SGD", "Adam"/, "Adam"],
    [{ lr: 0.1 }, "/type", /missing/],
    [{ type: "RMSprop", alpha: 1.5 }, "/alpha", /at most 1/],
    [{ type: "LBFGS", line_search_fn: "wolfe" }, "/line_search_fn", /strong_wolfe/],
    [{ type: "LBFGS", max_iter: 0 }, "/max_iter", /at least 1/],
    [{ type: "LBFGS", history_size: 1.5 }, "/history_size", /whole number/],
  ];
  test.each(refusals)("%j", (source, pointer, detail, suggestion) => {
    const { code, errors } = problemOf(() => validate(OptimizerSource, source));
    expect(code).toBe("invalid_request");
    expect(errors[0]).toMatchObject({ pointer, detail: expect.stringMatching(detail), ...(suggestion !== undefined && { suggestion }) });
  });
});
