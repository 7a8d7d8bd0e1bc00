import { describe, expect, test } from "vitest";
import { completed, completionsOf, corrected, isLikely, spanOf, wordBefore } from "../../../src/doors/page/client/formula/completion.ts";
import { exampleNames, examples } from "../../../src/doors/page/client/formula/examples.ts";
import { likelyInputs } from "../../../src/doors/page/client/formula/names.ts";
import { firstValue, parametersOf, stateOf, stateWith, valueFor } from "../../../src/doors/page/client/formula/state.ts";
import {
  pastedRows,
  reachOf,
  reshaped,
  shapeOf,
  summary,
  type TensorJson,
  withCell,
  written,
} from "../../../src/doors/page/client/formula/tensors.ts";
import { faultInChinese } from "../../../src/doors/page/client/i18n/zh/faults.ts";
import { hashOf, routeOf } from "../../../src/doors/page/client/shell/address.ts";
import { faultsOf } from "../../../src/doors/page/client/shell/problem.ts";
import { gradients } from "../../../src/compute/gradients.ts";
import { problemOf } from "../../support/problems.ts";
import { performed } from "../../support/tasks.ts";

const perform = performed(gradients);

describe("a link", () => {
  test("holds all that is shown", () => {
    const state = {
      expression: "z = (x + y)^2; w = z & <b>",
      inputs: new Map<string, TensorJson>([
        ["x", 1],
        [
          "权 重#&=",
          [
            [1, 2],
            [3, "NaN"],
          ],
        ],
      ]),
      cotangent: [1, -2],
      chosen: "x",
      step: "backward/z",
      options: { digits: 9, direction: "TB", show: ["formulas"], thickness: true },
    } as const;
    const hash = hashOf({ tab: "formula", parameters: parametersOf(state) });
    expect(hash).toMatch(/^#formula\?[\w.%*+=&-]+$/);
    const back = routeOf(hash);
    expect(back.tab).toBe("formula");
    expect(stateOf(back.parameters)).toEqual(state);
  });

  test("that somebody has cut or changed shows what can be read of it", () => {
    expect(stateOf(routeOf("#formula").parameters)).toBeNull();
    const { parameters } = routeOf('#formula?f=x&x={"a":&into=[1&digits=99&direction=up&show=locals,all');
    expect(stateOf(parameters)).toEqual({
      ...stateWith("x", {}),
      options: { digits: 4, direction: "LR", show: ["locals"], thickness: false },
    });
    expect(stateOf(new URLSearchParams({ f: "x", x: '{"a":{"b":1},"c":null,"d":2}' }))?.inputs).toEqual(new Map([["d", 2]]));
  });

  test.each(["", "#", "#nowhere?f=x", "nonsense", "#formula/x"])("of no tab, %j, leads to the first", (hash) => {
    expect(routeOf(hash).tab).toBe("formula");
  });
});

describe("the inputs of a formula are seen without asking", () => {
  test.each(exampleNames)("of the example %s", (name) => {
    const { expression, inputs } = examples[name];
    expect(likelyInputs(expression).toSorted()).toEqual(Object.keys(inputs).toSorted());
    expect(String(perform({ expression, inputs }, {}).body)).toContain('"gradients"');
  });

  test.each([
    ["softmax(x, axis=1)", ["x"]],
    ["y = max(a,\n  b)\ny * c", ["a", "b", "c"]],
    ["x = 1; x + θ", ["θ"]],
    ["2e3 * x1 + 1.5e-3", ["x1"]],
    ["pi * r^2 # of a circle", ["r"]],
    ["a == b", ["a", "b"]],
    ["x = x + 1", ["x"]],
  ])("%s", (formula, inputs) => {
    expect(likelyInputs(formula)).toEqual(inputs);
  });

  test("and what is multiplied as a matrix begins as one", () => {
    expect(firstValue("x", 0, "x * y")).toBe(2);
    expect(shapeOf(firstValue("W", 0, "x * W @ y"))).toEqual([2, 2]);
    expect(shapeOf(firstValue("y", 1, "x * W @ y"))).toEqual([2, 2]);
    expect(firstValue("x", 0, "max@y")).toBe(2);
  });

  test("and a number is kept only where the formula still takes one", () => {
    const inputs = new Map([["x", 7]]);
    expect(valueFor("x", 0, { inputs, expression: "x * y" })).toBe(7);
    expect(valueFor("y", 1, { inputs, expression: "x * y" })).toBe(1);
    expect(shapeOf(valueFor("x", 0, { inputs, expression: "W @ x" }))).toEqual([2, 2]);
  });
});

describe("completion", () => {
  const entry = (name: string, ...aliases: string[]) => ({ name, aliases, summary: "", formula: null });
  const functions = [entry("softmax"), entry("log_softmax"), entry("sigmoid", "logistic"), entry("log", "ln"), entry("max")];

  test.each([
    ["sof", ["softmax", "log_softmax"]],
    ["log", ["log", "sigmoid", "log_softmax"]],
    ["LN", ["log"]],
    ["zz", []],
  ])("of %s", (word, names) => {
    expect(completionsOf(word, functions).map(({ name }) => name)).toEqual(names);
  });

  test.each([
    ["z = sof", 7, { from: 4, text: "sof" }],
    ["z = 2e", 6, null],
    ["z = so + 1", 6, { from: 4, text: "so" }],
    ["z = soft", 6, null],
    ["s", 1, null],
  ])("begins at the word before the caret: %j at %i", (text, caret, word) => {
    expect(wordBefore(text, caret)).toEqual(word);
  });

  test.each([
    ["y = sigm", "sigm", true],
    ["y = logis", "logis", true],
    ["y = si", "si", false],
    ["mod = 2\ny = mod", "mod", false],
    ["y = maxx", "axx", false],
  ])("takes its first without being told where that is likely: %j", (text, word, expected) => {
    const open = { from: text.length - word.length, text: word };
    expect(isLikely(text, open, completionsOf(word, [...functions, entry("mod")]))).toBe(expected);
  });

  test("puts the caret between the parentheses, which there are once", () => {
    expect(completed("z = sof + 1", { from: 4, text: "sof" }, "softmax")).toEqual({ text: "z = softmax() + 1", caret: 12 });
    expect(completed("sof(x)", { from: 0, text: "sof" }, "softmax")).toEqual({ text: "softmax(x)", caret: 8 });
  });

  test("what is wrong is marked from its column to the end of its word, whatever stands before it", () => {
    expect(spanOf("z = sofmax(x)", 1, 5)).toEqual({ from: 4, to: 10 });
    expect(spanOf("a = 1\n😀 + sofmax(x)", 2, 5)).toEqual({ from: 11, to: 17 });
    expect(spanOf("z = (x", 1, 7)).toEqual({ from: 6, to: 7 });
    expect(spanOf("z", 9, 9)).toEqual({ from: 1, to: 2 });
  });
});

describe("matrices", () => {
  test.each([
    [
      "1\t2\r\n3\t4\r\n",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      "[[1., 2.], [3., 4.]]".replaceAll("], [", "]\n["),
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ["1; −2.5; 3e-2", [[1, -2.5, 0.03]]],
    ["1 2\n3", null],
    ["one two", null],
    ["", null],
  ])("are pasted from %j", (text, rows) => {
    expect(pastedRows(text)).toEqual(rows);
  });

  test("keep their numbers in another shape", () => {
    expect(
      reshaped(
        [
          [1, 2],
          [3, 4],
        ],
        [2, 3],
      ),
    ).toEqual([
      [1, 2, 0],
      [3, 4, 0],
    ]);
    expect(
      reshaped(
        [
          [1, 2],
          [3, 4],
        ],
        [1],
      ),
    ).toEqual([1]);
    expect(reshaped([5, 6], [])).toBe(5);
    expect(reshaped(7, [2, 2])).toEqual([
      [7, 0],
      [0, 0],
    ]);
  });

  test("change in one cell", () => {
    expect(
      withCell(
        [
          [1, 2],
          [3, 4],
        ],
        1,
        0,
        9,
      ),
    ).toEqual([
      [1, 2],
      [9, 4],
    ]);
    expect(withCell([1, 2], 0, 1, 9)).toEqual([1, 9]);
  });
});

test.each([
  [0, 5],
  [2, 5],
  [-4, 10],
  [100, 200],
  [1.1e6, 2e6],
  [Number.NaN, 5],
])("a slider that shows %d reaches to %d", (value, reach) => {
  expect(reachOf(value)).toBe(reach);
});

test("numbers are written as people write them", () => {
  expect([0.1 + 0.2, -4, 1e21, Number.NaN, "Infinity"].map((number) => written(number, 4))).toEqual([
    "0.3",
    "−4",
    "1e+21",
    "NaN",
    "Infinity",
  ]);
  expect(
    summary(
      [
        [1, -2.00001],
        [3, 4],
      ],
      3,
    ),
  ).toBe("[[1, −2], [3, 4]]");
  expect(
    summary(
      Array.from({ length: 20 }, () => [1, 2]),
      3,
    ),
  ).toBe("[20 × 2]");
});

describe("what the service suggests is taken into the formula", () => {
  const better = (formula: string): string | null => {
    const [fault] = faultsOf(problemOf(() => perform({ expression: formula, inputs: {} }, {})).errors ?? []);
    return fault === undefined ? null : corrected(formula, fault);
  };

  test.each<[formula: string, better: string]>([
    ["z = a + 2x", "z = a + 2*x"],
    ["z = a + 2  x", "z = a + 2*x"],
    ["z = (x + y)(x - y)", "z = (x + y)*(x - y)"],
    ["z = 3(x + y)", "z = 3*(x + y)"],
    ["z = x²y", "z = x²*y"],
    ["z = sigmiod(x)", "z = sigmoid(x)"],
  ])("%s", (formula, expected) => {
    expect(better(formula)).toBe(expected);
  });

  test.each(["z = sin x", "z = sin²(x)", "z = 1,5", "z = x.T", "z = x => y", "z := x", "z = (x"])(
    "%s is left to its reader, who sees how far the suggestion reaches",
    (formula) => {
      expect(better(formula)).toBeNull();
    },
  );
});

describe("what is most often wrong with a formula is told in Chinese", () => {
  test.each<[formula: string, said: string, inputs?: object]>([
    ["y = foo(x)", "没有函数 foo"],
    ["y = sigmiod(x)", "没有函数 sigmiod；是不是想写 sigmoid？"],
    ["y = (a + b", "第 1 行第 5 列的 ( 没有配对的右括号"],
    ["y = a + b)", "这个 ) 没有配对的左括号"],
    ["y = 2x", "2 与 x 之间缺少运算符；乘积写作 2*x"],
    ["y = 1/2x", "乘积写作 2*x；前面的 / 管到哪里，请用括号写明"],
    ["y = a +", "到这里就没有了，还缺一个值"],
    ["y = a + * b", "这里应当是一个值，却写着 *"],
    ["y = 1.2.3", "这里应当是运算符，却写着 .3"],
    ["y = a, b", "多个值要写成列表，放在 [ ] 里"],
    ["y = sin x", "函数的自变量要写在括号里：sin(x)"],
    ["y = sin²(x)", "函数的幂写在自变量之后：sin(…)²"],
    ["y = tan^-1(x)", "tan^-1 有两种读法：写作 1/tan(…)，或写反函数自己的名字"],
    ["y = a = b", "只能给名字赋值，名字写在 = 的左边；比较是否相等用 =="],
    ["y = y^2", "y 在第 1 行第 5 列是输入，不能再赋值：请换一个名字"],
    ["y = x。", "不认识的字符 。 (U+3002)"],
    ["y = $x$", "这里不能用 $：公式的写法与 Python 相同，分数写作 x^2 / 2，不用 LaTeX"],
    ["y = a @ b", "y：形状 [1, 2] 与 [1, 2] 不能相乘，内侧的长度 2 与 1 不相等", { a: [[1, 2]], b: [[1, 2]] }],
    ["y = a @ b", "y：@ 用于矩阵和向量，数与数相乘用 *", { a: 1, b: 2 }],
    ["y = a + b", "y：形状 [2] 与 [3] 对不上，无法广播", { a: [1, 2, 3], b: [1, 2] }],
  ])("%s: %s", (expression, said, inputs = {}) => {
    const [fault] = faultsOf(problemOf(() => perform({ expression, inputs }, {})).errors ?? []);
    expect(faultInChinese(fault?.message ?? "")).toBe(said);
  });
});
