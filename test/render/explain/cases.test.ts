import { describe, expect, test } from "vitest";
import { explained, gradientsOf, toldAs } from "./explained.ts";

/** The graphs by which the chain rule is taught. */
describe("the textbook's graphs", () => {
  const cases: readonly (readonly [expression: string, inputs: Record<string, number>, gradients: Record<string, number>])[] = [
    ["price = apple * apple_num; out = price * tax", { apple: 100, apple_num: 2, tax: 1.1 }, { apple: 2.2, apple_num: 110, tax: 200 }],
    ["z = (x+y)^2", { x: 1, y: 2 }, { x: 6, y: 6 }],
    ["1/(1+exp(x*(-1)))", { x: 1 }, { x: 0.19661193324148188 }],
    ["q = x+y; f = q*z", { x: -2, y: 5, z: -4 }, { x: -4, y: -4, z: 3 }],
    ["e = (a+b)*(b+1)", { a: 2, b: 1 }, { a: 2, b: 5 }],
    [
      "c=a+b; d=a*b+b^3; c2=c+c+1; c3=c2+1+c2+(-a); d2=d+d*2+relu(b+a); d3=d2+3*d2+relu(b-a); e=c3-d3; f=e^2; g=f/2; g+10/f",
      { a: -4, b: 2 },
      { a: 138.83381924198252, b: 645.5772594752186 },
    ],
  ];

  test.each(cases)("%s", (expression, inputs, gradients) => {
    const { gradients: told, backward } = explained({ expression, inputs });
    for (const { name, gradient, sentence } of told) {
      expect(gradient).toBeCloseTo(gradients[name], 10);
      expect(sentence).toContain("By the chain rule");
    }
    const ids = backward.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids[0]).toMatch(/^seed\//);
  });

  test("(x + y)² by way of t, in the words of the textbook", () => {
    const { gradients, forward, backward } = explained({ expression: "t = x + y; z = t^2", inputs: { x: 1, y: 2 } });
    expect(forward.map(({ formula }) => formula.text)).toEqual(["t = x + y = 1 + 2 = 3", "z = t² = 3² = 9"]);
    expect(gradients[0]).toMatchObject({
      chain: { text: "∂z/∂x = ∂z/∂t · ∂t/∂x" },
      substituted: { text: "2·t·1" },
      simplified: { text: "2·(x + y)" },
      gradient: 6,
      steps: ["backward/z", "backward/t"],
    });
    expect(backward.map(({ id }) => id)).toEqual(["seed/z", "backward/z", "backward/t"]);
    expect(backward[2].edges?.[0]).toMatchObject({
      from: "x",
      incoming: 6,
      local: { value: 1, formula: { text: "∂t/∂x = 1" } },
      gradient: 6,
      formula: { text: "∂z/∂x = ∂z/∂t · ∂t/∂x = 6·1 = 6" },
    });
  });

  test("two paths lead from b to e, and what comes back along them is added", () => {
    const { backward, gradients } = explained({ expression: "c = a + b; d = b + 1; e = c * d", inputs: { a: 2, b: 1 } });
    const sum = backward.at(-1);
    expect(sum).toMatchObject({
      id: "sum/b",
      formula: { text: "∂e/∂b = 2 + 3 = 5" },
      value: 5,
      addends: [
        { to: "c", gradient: 2 },
        { to: "d", gradient: 3 },
      ],
    });
    expect(sum?.sentence).toContain("two paths lead from b to e");
    expect(gradients[1].sentence).toContain("through c and through d");
  });

  test("the sigmoid taken apart is told by its result", () => {
    const { recognised, forward } = explained({ expression: "1/(1+exp(-x))", inputs: { x: 1 } });
    expect(forward.map(({ symbol }) => symbol)).toEqual(["u", "v", "w", "f"]);
    expect(recognised).toHaveLength(1);
    expect(recognised[0]).toMatchObject({ name: "sigmoid", nodes: ["neg_1", "exp_1", "add_1", "div_1"] });
    expect(recognised[0].derivative.text).toBe("∂f/∂x = f·(1 − f) = 0.731059·(1 − 0.731059) = 0.196612");
  });
});

describe("names", () => {
  test("those that the explanation gives are nobody else's", () => {
    const { forward } = explained({ expression: "u = a*b; (u + v)^2 + sin(w) + f", inputs: { a: 1, b: 2, v: 3, w: 4, f: 5 } });
    const symbols = forward.map(({ symbol }) => symbol);
    expect(new Set(symbols).size).toBe(symbols.length);
    for (const taken of ["a", "b", "v", "w", "f"]) expect(symbols).not.toContain(taken);
    expect(symbols).toContain("u");
  });
});

describe("tensors", () => {
  test("matrices have their rules, with shapes, and what was repeated is summed", () => {
    const request = {
      expression: "Y = X @ W + B; L = sum(Y * dY)",
      inputs: {
        X: [
          [0, 0],
          [10, 10],
        ],
        W: [
          [0.5, 0.5, 0.5],
          [0.5, 0.5, 0.5],
        ],
        B: [1, 2, 3],
        dY: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      },
    };
    const { gradients, backward } = explained(request);
    const byName = new Map(gradients.map((each) => [each.name, each]));
    expect(byName.get("W")?.chain.text).toMatch(/^∂L\/∂W = Xᵀ·∂L\/∂\w$/);
    expect(byName.get("B")).toMatchObject({ gradient: [5, 7, 9], simplified: { text: "Σ₀ dY" } });
    expect(JSON.stringify(backward)).toContain("(2, 2)ᵀ·(2, 3) → (2, 3)");
    expect(JSON.stringify(backward)).toContain("repeated along axis 0");
  });

  test("a network is told by its layers, and large tensors by their shapes", () => {
    const layers = [{ type: "Linear", in_features: 20, out_features: 30 }, { type: "ReLU" }, { type: "Linear", out_features: 2 }];
    const input = Array.from({ length: 4 }, (_, row) => Array.from({ length: 20 }, (_, at) => row - at));
    const { forward, backward, gradients } = explained({
      network: { layers, loss: { type: "CrossEntropyLoss" } },
      inputs: { input, target: [0, 1, 1, 0] },
    });
    expect(forward.map(({ layer }) => layer)).toEqual([
      "layer 0, Linear(20 → 30)",
      "layer 1, ReLU",
      "layer 2, Linear(30 → 2)",
      "loss, CrossEntropyLoss",
    ]);
    expect(backward[1].formula.text).toBe("∂loss/∂output = (softmax(output) − onehot(target))/n");
    const weight = gradients.find(({ name }) => name === "0.weight");
    expect(weight).toMatchObject({ shape: [30, 20] });
    expect(weight?.gradient).toBeUndefined();
    expect(weight?.sentence.length).toBeLessThan(600);
  });
});

test("products of several kinds within each other can be read in one way only", () => {
  const expression = "h = sigmoid(x @ W1); sum((h @ W2) * y)";
  const inputs = {
    x: [[1, 0.5]],
    W1: [
      [0.1, 0.3],
      [0.2, 0.4],
    ],
    W2: [
      [0.1, 0.4],
      [0.2, 0.5],
    ],
    y: [[1, 2]],
  };
  expect(explained({ expression, inputs, wrt: ["W1"] }).gradients[0].substituted?.text).toMatch(/^xᵀ·\(\(y·W2ᵀ\) ⊙ /);
});

test("a mean of one number is told without a number that is none", () => {
  const { gradients } = explained({ expression: "mean((y - t)^2)", inputs: { y: [[1.5]], t: [[1]] } });
  for (const { sentence } of gradients) expect(sentence).not.toContain("NaN");
});

test("a loss that ignores rows is told in words, since no formula says what those get", () => {
  const network = { layers: [{ type: "Linear", in_features: 1, out_features: 2 }], loss: { type: "CrossEntropyLoss" } };
  const formulaOf = (target: readonly number[]): string =>
    explained({ network, inputs: { input: [[1], [2]], target } }).backward[1].formula.text;
  expect(formulaOf([0, 1])).toContain("softmax");
  expect(formulaOf([0, -100])).toBe("∂loss/∂output");
});

describe("faults", () => {
  test.each([
    ["log(x)", { x: -1 }, "forward", "ln(−1) = NaN"],
    ["0/x", { x: 0 }, "forward", "Zero over zero"],
    ["1/x", { x: 0 }, "forward", "division by zero"],
    ["log1p(x)", { x: -1 }, "forward", "without bound"],
    ["logit(x)", { x: 1 }, "forward", "without bound"],
    ["atanh(x)", { x: 1 }, "forward", "without bound"],
    ["lgamma(x)", { x: -2 }, "forward", "without bound"],
    ["exp(1000*x)", { x: 1 }, "forward", "overflows"],
    ["1/x", { x: 1e-320 }, "forward", "overflows"],
    ["y = exp(x)", { x: { dtype: "float32", shape: [], data: [100] } }, "forward", "overflows"],
    ["y = sqrt(x); 2*y", { x: 0 }, "backward", "∂y/∂x"],
  ])("%s is told with what it was made of", (expression, inputs, pass, words) => {
    const { nonfinite } = explained({ expression, inputs });
    expect(nonfinite?.pass).toBe(pass);
    expect(nonfinite?.sentence).toContain(words);
  });

  test("what was broadcast onto the place is found: a row of attention that is masked to its end", () => {
    const request = {
      expression: "a = exp(s + mask); p = a / sum(a, axis=1, keepdims=true); sum(p)",
      inputs: {
        s: [
          [1, 2, 3],
          [4, 5, 6],
        ],
        mask: [
          [0, 0, 0],
          ["-Infinity", "-Infinity", "-Infinity"],
        ],
      },
    };
    expect(explained(request).nonfinite?.sentence).toMatch(/at p .*\(entry \[1, 0\]\): 0\/0 = NaN\. Zero over zero/);
  });

  test("of what was not finite when it came it is said that no step is to blame", () => {
    const { nonfinite, notes } = explained({ expression: "x*2 + y", inputs: { x: "NaN", y: 1 } });
    expect(nonfinite).toBeUndefined();
    expect(notes).toEqual([expect.stringMatching(/came in with x:/)]);
  });

  test("of a point on a kink it is told what is taken there, and of one beside it nothing", () => {
    expect(explained({ expression: "relu(x)", inputs: { x: 0 } }).notes.join()).toContain("x = 0");
    expect(explained({ expression: "relu(x)", inputs: { x: 0.1 } }).notes).toEqual([]);
  });

  test("beside a kink a rate of change is told, on it and of no finite objective none", () => {
    const sentenceOf = (expression: string, inputs: object): string => explained({ expression, inputs }).gradients[0].sentence;
    expect(sentenceOf("y = 2*relu(x)", { x: 1 })).toContain("grows about 2 times as much");
    expect(sentenceOf("y = 2*relu(x)", { x: 0 })).toMatch(/^(?!.*as much).*not unique/);
    expect(sentenceOf("y = max(a, b)", { a: 2, b: 2 })).toMatch(/^(?!.*as much).*not unique/);
    expect(sentenceOf("y = log(p)", { p: -1 })).toContain("y is no finite number");
  });

  test("what comes back on one way alone is not called what comes back on all", () => {
    const { gradients, backward } = explained({ expression: "y = x*sin(x)", inputs: { x: 2 } });
    expect(gradients[0].chain.text).toBe("∂y/∂x = ∂y/∂u · ∂u/∂x + ∂y/∂x|_u");
    expect(backward[1].edges?.map(({ local }) => local.formula?.text)).toEqual(["∂y/∂x|_u = u = 0.909297", "∂y/∂u = x = 2"]);
  });

  test("what a known function does not hold fixed is said", () => {
    const derivativesOf = (expression: string, inputs: object): (string | undefined)[] =>
      explained({ expression, inputs }).recognised.map(({ derivative }) => derivative.text);
    expect(derivativesOf("y = (x - x^2)^2", { x: 3 })).toEqual(["∂y/∂x|_u = 2·(x − u) = 2·(3 − 9) = −12"]);
    expect(derivativesOf("y = (x - t)^2", { x: 3, t: 1 })).toEqual(["∂y/∂x = 2·(x − t) = 2·(3 − 1) = 4"]);
  });

  test("an operand that a node takes twice has no derivative of its own", () => {
    const { backward } = explained({ expression: "u = x*x; y = 2*u", inputs: { x: 3 } });
    const square = backward.find(({ node, kind }) => node === "u" && kind === "backward");
    expect(square?.edges?.map(({ local, formula }) => [local.formula?.text, formula.text])).toEqual([
      ["x = 3", "2·3 = 6"],
      ["x = 3", "2·3 = 6"],
    ]);
  });

  test("truth is told as such, and conditions in the reader's language", () => {
    const { forward } = explained({ expression: "m = x > y; z = where(m, x, y)", inputs: { x: 2, y: 1 } });
    expect(forward.map(({ formula }) => formula.text)).toEqual([
      "m = (x > y) = (2 > 1) = true",
      "z = {x: m; y: otherwise} = {2: true; 1: otherwise} = 2",
    ]);
    const told = toldAs({ expression: "m = x > y; where(m, x, y)", inputs: { x: 2, y: 1 } }, { language: "zh", format: "markdown" });
    expect(told).toContain(String.raw`\text{若 } m`);
  });

  test("shapes are told of what the formula shows", () => {
    const { forward } = explained({
      expression: "s = sum(x, axis=1); y = sum(s^2)",
      inputs: {
        x: [
          [1, 2],
          [3, 4],
        ],
      },
    });
    expect(forward[0].sentence).toContain("s = Σ₁ x, from (2, 2) a tensor of shape (2,)");
  });

  test("places are told as they are written, so that rows and columns differ", () => {
    const m = [
      [1, 2],
      [3, 4],
    ];
    const { forward } = explained({ expression: "a = m[0]; b = m[:, 0]; c = a[-1]; y = c*sum(b)", inputs: { m } });
    expect(forward.slice(0, 3).map(({ formula }) => formula.text)).toEqual(["a = m[0]", "b = m[:, 0]", "c = a[−1]"]);
    const slices = explained({
      expression: "a = m[:1]; b = m[:, 1:]; c = m[-2:]; d = m[::-1]; sum(a) + sum(b) + sum(c) + sum(d)",
      inputs: { m },
    });
    expect(slices.forward.flatMap(({ op, formula }) => (op === "Slice" ? [formula.text] : []))).toEqual([
      "a = m[:1]",
      "b = m[:, 1:]",
      "c = m[-2:]",
      "d = m[::-1]",
    ]);
  });

  test("an input that does not matter is said not to", () => {
    const { gradients } = explained({ expression: "t = y; x^2", inputs: { x: 1, y: 2 } });
    expect(gradients.find(({ name }) => name === "y")?.sentence).toContain("No differentiable path");
  });
});

test("both languages tell the same steps, each in its own words", () => {
  for (const request of [
    { expression: "e = (a+b)*(b+1)", inputs: { a: 2, b: 1 } },
    {
      network: { layers: [{ type: "Linear", in_features: 2, out_features: 1 }, { type: "Sigmoid" }], loss: { type: "MSELoss" } },
      inputs: { input: [[1, 2]], target: [[1]] },
    },
  ]) {
    const [en, zh] = [explained({ ...request, language: "en" }), explained({ ...request, language: "zh" })];
    const steps = ({ forward, backward }: typeof en): unknown[] =>
      [...forward, ...backward].map(({ id, kind, value, formula }) => [id, kind, value, formula]);
    expect(steps(zh)).toEqual(steps(en));
    for (const [at, { sentence }] of [...zh.forward, ...zh.backward].entries()) {
      expect(sentence).toMatch(/\p{Script=Han}/u);
      expect([...en.forward, ...en.backward][at].sentence).not.toMatch(/\p{Script=Han}/u);
    }
  }
});

test("numbers of fields stand in the sentences", () => {
  const { backward } = explained({ expression: "sin(x*y) + x^2", inputs: { x: 0.3, y: -1.2 }, digits: 17 });
  for (const { edges = [] } of backward) {
    for (const { gradient, sentence } of edges) expect(sentence.replaceAll("−", "-")).toContain(String(gradient));
  }
});

test("a cotangent is told as what comes from beyond", () => {
  const request = { expression: "z = (x+y)^2", inputs: { x: 1, y: 2 }, cotangent: 3 };
  const { gradients, backward } = explained(request);
  expect(backward[0].formula.text).toBe("∂L/∂z = 3");
  expect(gradients.map(({ gradient }) => gradient)).toEqual(Object.values(gradientsOf(request)));
  expect(gradients[0].simplified?.text).toBe("6·(x + y)");
});

describe("numbers that have signs of their own", () => {
  test("e^x is its own derivative", () => {
    const { forward, gradients } = explained({ expression: "y = e^x", inputs: { x: 2 }, digits: 4 });
    expect(forward[0].formula.text).toBe("y = e^x = e² = 7.389");
    expect(gradients[0]).toMatchObject({ substituted: { text: "e^x" }, simplified: { text: "e^x" } });
  });

  test("a fraction that is the same everywhere is multiplied as it is", () => {
    const { gradients } = explained({ expression: "Y = X @ W; sum(Y^2) / 2", inputs: { X: [[1, 2]], W: [[3], [4]] } });
    expect(gradients.map(({ substituted }) => substituted?.text)).toEqual(["Y·Wᵀ", "Xᵀ·Y"]);
  });
});

test("in Chinese no blanks stand between words", () => {
  const { gradients } = explained({ expression: "(a + b) * (b + 1) + x * log(x)", inputs: { a: 2, b: 1, x: 3 }, language: "zh" });
  expect(gradients.map(({ sentence }) => sentence).join("")).not.toMatch(/\p{Script=Han} \p{Script=Han}/u);
  expect(gradients[1].sentence).toMatch(/^从 b 到 f 有 2 条路径：经过 .+，经过 .+。由链式法则，.*b 增加一点点时，f 增加的量约为其 5 倍。$/);
});

describe("a node of very many operands", () => {
  const names = Array.from({ length: 1000 }, (_, at) => `x${at}`);
  const inputs = Object.fromEntries(names.map((name, at) => [name, at]));

  test.each(["Sum", "Max", "Mean"])("%s is told by the first of them, and says so", (op) => {
    const request = { graph: { nodes: [{ name: "z", op, inputs: names }], outputs: ["z"] }, inputs };
    const { backward, omitted } = explained(request);
    const { edges = [], sentence } = backward[1];
    expect(edges.map(({ from }) => from)).toEqual(names.slice(0, 64));
    expect(sentence).toContain("Of its 1000 operands the first 64 are told here.");
    expect(omitted).toEqual({ forward: 0, backward: 0, gradients: 900 });
    expect(toldAs(request).length).toBeLessThan(400_000);
    expect(toldAs(request, { language: "zh", format: "markdown" })).toContain("共 1000 个输入，这里只写出前 64 个。");
  });

  test("one value that stands in all of its places has one gradient, of all of them", () => {
    const request = { graph: { nodes: [{ name: "z", op: "Sum", inputs: names.map(() => "x") }], outputs: ["z"] }, inputs: { x: 2 } };
    const { gradients, backward } = explained(request);
    expect(gradients).toMatchObject([{ name: "x", gradient: 1000 }]);
    expect(backward.at(-1)?.addends).toHaveLength(64);
  });
});
