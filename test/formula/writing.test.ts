import katex from "katex";
import { describe, expect, test } from "vitest";
import { elided } from "../../src/formula/elide.ts";
import { latexOf } from "../../src/formula/latex.ts";
import { substituted } from "../../src/formula/substitute.ts";
import * as term from "../../src/formula/term.ts";
import { runsOf, textOf } from "../../src/formula/text.ts";
import { Random } from "../support/random.ts";
import { randomTerm } from "./terms.ts";

const { call, cases, difference, element, elementwise, equation, exponential, indexedCall, matrixProduct, negative, number } = term;
const { partial, power, product, quotient, relation, square, sum, symbol, transpose, words } = term;

const strictly = (latex: string): string =>
  katex.renderToString(latex, { output: "mathml", strict: "error", trust: false, throwOnError: true });

test.each([
  [product(2, "t"), String.raw`2 t`, "2·t"],
  [product(product(2, "t"), 1), String.raw`2 t \cdot 1`, "2·t·1"],
  [product(2, sum("x", "y")), String.raw`2 (x + y)`, "2·(x + y)"],
  [product(2, 3), String.raw`2 \cdot 3`, "2·3"],
  [product(2, square(3)), String.raw`2 \cdot 3^{2}`, "2·3²"],
  [product(2, quotient(1, 3)), String.raw`2 \cdot \frac{1}{3}`, "2·(1/3)"],
  [product("a", -2), String.raw`a \cdot (-2)`, "a·(−2)"],
  [product(-2, "a"), String.raw`-2 a`, "−2·a"],
  [sum("a", -2), "a - 2", "a − 2"],
  [sum("a", negative(sum("b", "c"))), String.raw`a - (b + c)`, "a − (b + c)"],
  [sum("a", product(-1, "b")), String.raw`a + (-1 \cdot b)`, "a + (−1·b)"],
  [negative(negative("x")), String.raw`-(-x)`, "−(−x)"],
  [negative(product("a", "b")), String.raw`-a \cdot b`, "−a·b"],
  [exponential(negative("x")), "e^{-x}", "e^(−x)"],
  [exponential("x"), "e^{x}", "e^x"],
  [exponential(negative(quotient(square("x"), 2))), "e^{-x^{2}/2}", "e^(−x²/2)"],
  [power("t", difference(2, 1)), "t^{2 - 1}", "t^(2 − 1)"],
  [power("x", -2), "x^{-2}", "x⁻²"],
  [power(-2, 2), String.raw`(-2)^{2}`, "(−2)²"],
  [power(quotient(1, "x"), 2), String.raw`\left(\frac{1}{x}\right)^{2}`, "(1/x)²"],
  [power(square("x"), 3), String.raw`(x^{2})^{3}`, "(x²)³"],
  [power("x", power("y", power("z", 2))), "x^{y^{z^{2}}}", "x^(y^(z²))"],
  [square(call("tanh", "x")), String.raw`\tanh^{2}(x)`, "tanh²(x)"],
  [square(call("σ", "x")), String.raw`\sigma(x)^{2}`, "σ(x)²"],
  [square(symbol("w_1")), "w_{1}^{2}", "w_1²"],
  [quotient(sum("a", "b"), product("c", "d")), String.raw`\frac{a + b}{c \cdot d}`, "(a + b)/(c·d)"],
  [quotient(quotient("a", "b"), "c"), String.raw`\frac{\frac{a}{b}}{c}`, "a/b/c"],
  [
    equation(partial("z", "x"), product(partial("z", "t"), partial("t", "x"))),
    String.raw`\frac{\partial z}{\partial x} = \frac{\partial z}{\partial t} \cdot \frac{\partial t}{\partial x}`,
    "∂z/∂x = ∂z/∂t · ∂t/∂x",
  ],
  [matrixProduct(transpose("X"), "δ"), String.raw`X^{\top} \cdot \delta`, "Xᵀ·δ"],
  [matrixProduct("δ", transpose(sum("A", "B"))), String.raw`\delta \cdot (A + B)^{\top}`, "δ·(A + B)ᵀ"],
  [matrixProduct("A", elementwise("B", "C")), String.raw`A \cdot (B \odot C)`, "A·(B ⊙ C)"],
  [elementwise(matrixProduct("A", "B"), "C"), String.raw`(A \cdot B) \odot C`, "(A·B) ⊙ C"],
  [elementwise(product(2, "y"), "x"), String.raw`2 y \odot x`, "2·y ⊙ x"],
  [
    indexedCall("held", call("sequence", "u", "w"), partial("z", "x")),
    String.raw`\left.\frac{\partial z}{\partial x}\right\vert_{u, w}`,
    "∂z/∂x|_(u, w)",
  ],
  [relation("(2, 3)", "→", "(3,)"), String.raw`\text{(2, 3)} \to \text{(3,)}`, "(2, 3) → (3,)"],
  [
    elementwise("s", difference("δ", call("Σ", elementwise("δ", "s")))),
    String.raw`s \odot (\delta - \sum \delta \odot s)`,
    "s ⊙ (δ − Σ δ ⊙ s)",
  ],
  [product(call("Σ", "x"), "y"), String.raw`(\sum x) \cdot y`, "(Σ x)·y"],
  [indexedCall("log", 2, "x"), String.raw`\log_{2}(x)`, "log₂(x)"],
  [indexedCall("norm", 2, "x"), String.raw`\lVert x\rVert_{2}`, "‖x‖₂"],
  [call("GELU′", "x"), String.raw`\operatorname{GELU}'(x)`, "GELU′(x)"],
  [call("ψ⁽¹⁾", "x"), String.raw`\psi^{(1)}(x)`, "ψ⁽¹⁾(x)"],
  [call("convᵀ", "x", "w"), String.raw`\operatorname{conv}^{\top}(x, w)`, "convᵀ(x, w)"],
  [element("w_1", "i", 0), "{w_{1}}_{i, 0}", "w_1[i, 0]"],
  [
    cases("x", relation("x", ">", 0), 0),
    String.raw`\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}`,
    "{x: x > 0; 0: otherwise}",
  ],
  [cases("x", "c", 0), String.raw`\begin{cases} x & \text{if } c \\ 0 & \text{otherwise} \end{cases}`, "{x: c; 0: otherwise}"],
  [
    product(cases("x", relation("x", ">", 0), 0), 2),
    String.raw`\left(\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}\right) \cdot 2`,
    "{x: x > 0; 0: otherwise}·2",
  ],
  [
    equation("y", cases("x", "c", 0)),
    String.raw`y = \begin{cases} x & \text{if } c \\ 0 & \text{otherwise} \end{cases}`,
    "y = {x: c; 0: otherwise}",
  ],
  [relation("a", "≤", "b", "<", "c"), String.raw`a \le b < c`, "a ≤ b < c"],
  [relation("a", "mod", "b"), String.raw`a \bmod b`, "a mod b"],
  [words("the flipped kernel"), String.raw`\text{the flipped kernel}`, "the flipped kernel"],
  [number(1e-7), "10^{-7}", "10⁻⁷"],
  [product(1.5e-7, "x"), String.raw`1.5 \cdot 10^{-7} \cdot x`, "1.5·10⁻⁷·x"],
  [square(number(1.5e300)), String.raw`(1.5 \cdot 10^{300})^{2}`, "(1.5·10³⁰⁰)²"],
  [sum(Infinity, Number.NaN), String.raw`\infty + \mathrm{NaN}`, "∞ + NaN"],
  [sum(), "0", "0"],
  [product(), "1", "1"],
])("case %#", (given, latex, text) => {
  expect(latexOf(given)).toBe(latex);
  expect(textOf(given)).toBe(text);
  expect(() => strictly(latex)).not.toThrow();
});

test("numbers are written to so many places", () => {
  const given = product(1 / 3, sum("x", 123456.789), 2.5e-9);
  expect(textOf(given, { digits: 3 })).toBe("0.333·(x + 123000)·2.5·10⁻⁹");
  expect(latexOf(number(0.1 + 0.2))).toBe("0.30000000000000004");
  expect(latexOf(number(0.1 + 0.2), { digits: 6 })).toBe("0.3");
});

test("what is said of other cases is in the reader's language", () => {
  const given = cases(1, "c", 0);
  expect(latexOf(given, { otherwise: "否则", when: "若" })).toBe(String.raw`\begin{cases} 1 & \text{若 } c \\ 0 & \text{否则} \end{cases}`);
  expect(textOf(given, { otherwise: "否则" })).toBe("{1: c; 0: 否则}");
});

test("runs say what stands above and below the line", () => {
  expect(runsOf(product("w_1", exponential(negative(square("x")))))).toEqual([
    { text: "w", level: 0 },
    { text: "1", level: -1 },
    { text: "·e", level: 0 },
    { text: "−x", level: 1 },
    { text: "2", level: 2 },
  ]);
  expect(runsOf(equation("z", square(sum("x", "y"))))).toEqual([
    { text: "z = (x + y)", level: 0 },
    { text: "2", level: 1 },
  ]);
  expect(runsOf(power("x", power("y", power("z", 2))))).toEqual([
    { text: "x", level: 0 },
    { text: "y^(z²)", level: 1 },
  ]);
});

describe("names", () => {
  test.each([
    ["x", "x"],
    ["β", String.raw`\beta`],
    ["w_1", "w_{1}"],
    ["x12", "x_{12}"],
    ["x₁", "x_{1}"],
    ["θ_0", String.raw`\theta_{0}`],
    ["a_b", "a_{b}"],
    ["W_hh", String.raw`W_{\mathrm{hh}}`],
    ["data_0", String.raw`\mathrm{data}_{0}`],
    ["apple_price", String.raw`\text{apple\_price}`],
    ["loss", String.raw`\mathrm{loss}`],
    ["0.weight", String.raw`\text{0.weight}`],
    ["权重", String.raw`\text{权重}`],
    ["e\u202ex", String.raw`\mathrm{ex}`],
    ["a--b", String.raw`\text{a{-}{-}b}`],
  ])("%s is %s", (name, latex) => {
    expect(latexOf(symbol(name))).toBe(latex);
  });

  const hostile = [
    String.raw`\alpha`,
    String.raw`a\b{c}$d%e`,
    "<script>alert(1)</script>",
    '"]; digraph',
    "{",
    "}",
    "$$",
    "%",
    "#1",
    "&",
    "_",
    "^",
    "~",
    "x_",
    "_x",

    "🍎",
    "👨‍👩‍👧",
    "שלום",
    "\u202eabc",
    "مرحبا",
    "naïve",
    "Ω",
    "\ud800",
    "‘’“”",
    "x′",
    "e\u0301",
    "\u200b",
    " ",
    "a  b",
    "ﷺ",
    "𝒙",
    "Ж",
    "ก",
    "::",
    "-",
    "'",

    String.raw`\href{javascript:alert(1)}{x}`,
    String.raw`\text{`,
    String.raw`\end{cases}`,
    "constructor",
    "__proto__",
    "x".repeat(256),
    "数".repeat(256),
  ];
  test.each(hostile.map((name) => [name] as const))("%s is shown as it is", (name) => {
    const places = [symbol(name), square(name), partial(name, "x"), transpose(name), element(name, 0), call(name, name), words(name)];
    for (const place of [...places, cases(name, name, name), relation(name, "<", name), indexedCall("f", name, name)]) {
      expect(() => strictly(latexOf(place))).not.toThrow();
      expect(strictly(latexOf(place))).not.toMatch(/<script|<a |href=/);
      expect(textOf(place)).not.toMatch(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
      expect(textOf(place).length).toBeLessThan(1000);
    }
  });
});

test("any formula is read by KaTeX in its strictest mode", () => {
  const random = new Random("strict");
  for (let turn = 0; turn < 60; turn++) {
    const given = randomTerm(random, 4);
    expect(() => strictly(latexOf(given))).not.toThrow();
  }
});

describe("what is too much is left out", () => {
  const chain = (levels: number): term.Term => {
    let deep: term.Term = symbol("x");
    for (let level = 0; level < levels; level++) deep = call("sin", sum(deep, 1));
    return deep;
  };
  const doubled = (levels: number): term.Term => {
    let shared: term.Term = symbol("x");
    for (let level = 0; level < levels; level++) shared = product(shared, sum(shared, 1));
    return shared;
  };

  test("small formulas stay the same object", () => {
    const small = doubled(4);
    expect(elided(small)).toBe(small);
  });

  test.each([
    ["ten thousand levels", chain(10_000)],
    ["what doubles with each level", doubled(1000)],
    ["a thousand addends", sum(...Array.from({ length: 1000 }, (_, at) => `x_${at}`))],
    ["a wide and deep one", sum(...Array.from({ length: 100 }, () => chain(60)))],
  ])("%s", (_, given) => {
    const latex = latexOf(given);
    expect(latex).toContain(String.raw`\cdots`);
    expect(latex.length).toBeLessThan(8000);
    expect(() => strictly(latex)).not.toThrow();
    expect(textOf(given)).toContain("…");
    expect(textOf(given, { parts: 10 }).length).toBeLessThan(200);
  });
});

test("symbols give way to terms, however often they occur", () => {
  const given = product("t", sum("t", "u"));
  expect(textOf(substituted(given, (name) => (name === "t" ? sum("x", "y") : null)))).toBe("(x + y)·(x + y + u)");
  expect(substituted(given, () => null)).toBe(given);
});
