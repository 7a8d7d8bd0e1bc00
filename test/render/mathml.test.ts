import { expect, test } from "vitest";
import { latexOf } from "../../src/formula/latex.ts";
import { call, difference, negative, partial, product, quotient, symbol } from "../../src/formula/term.ts";
import { mathmlOf } from "../../src/render/mathml.ts";

test("a formula is MathML, with its LaTeX beside it", () => {
  const mathml = mathmlOf(latexOf(product(partial("z", "t"), quotient(1, "x"))));
  expect(mathml).toMatch(/^<math xmlns="http:\/\/www\.w3\.org\/1998\/Math\/MathML">.*<\/math>$/s);
  expect(mathml).toContain("<mfrac>");
  expect(mathml).toContain('<annotation encoding="application/x-tex">');
});

test.each([
  String.raw`\frac{`,
  String.raw`\href{javascript:alert(1)}{x}`,
  String.raw`\includegraphics{https://example.org/x.png}`,
  String.raw`\def\f{\f\f}\f`,
  "<script>alert(1)</script>",
  "x_1_2",
  "",
  "$",
  "\ud800",
  "x".repeat(100_000),
  "{".repeat(50_000),
])("what is no formula is shown, and does nothing: case %#", (latex) => {
  const mathml = mathmlOf(latex);
  expect(mathml).toMatch(/^<math.*<\/math>$/s);
  expect(mathml).not.toMatch(/<script|<a |href=|<img|src=/);
  expect(mathml.length).toBeLessThan(30_000);
});

test("signs stand where they belong", () => {
  expect(mathmlOf("u = -x")).toContain('<mo>=</mo><mo form="prefix">−</mo><mi>x</mi>');
  expect(mathmlOf(latexOf(call("σ", negative("x"))))).toContain('(</mo><mo form="prefix">−</mo><mi>x</mi>');
  expect(mathmlOf(latexOf(difference(call("σ", "x"), 1)))).toContain(")</mo><mo>−</mo><mn>1</mn>");
  expect(mathmlOf(latexOf(call("abs", "x")))).toMatch(/<mo[^>]* lspace="0em" rspace="0em">\|<\/mo><mi>x<\/mi>/);
});

test("names of characters that XML does not have are said with ones that it has", () => {
  expect(mathmlOf(latexOf(product(symbol("a\ufffe"), symbol("\uffff"))))).not.toMatch(/[\ufffe\uffff]/);
});

test("the same formula is the same MathML", () => {
  const first = mathmlOf(latexOf(symbol("权重")));
  for (let at = 0; at < 1200; at++) mathmlOf(`x_{${at}}`);
  expect(mathmlOf(latexOf(symbol("权重")))).toBe(first);
});
