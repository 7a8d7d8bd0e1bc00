import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultLimits } from "../../../src/request/limits.ts";
import { Problem } from "../../../src/problems/problems.ts";
import { problemOf } from "../../support/problems.ts";
import { compileFormula, formulaDraft } from "../programs.ts";

const inputs = { x: 1, y: 2 };

/** Those of the inputs that a formula reads, as far as it can be read. */
function readBy(text: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => new RegExp(`\\b${name}\\b`).test(text)));
}

test("a literal whose numbers do not fit their use is answered with its place in the formula", () => {
  const { errors } = problemOf(() => compileFormula("x = [1, 2, 3] + true + y\nsum(x)", { y: 0 }));
  expect(errors).toEqual([{ pointer: "/expression", detail: expect.stringMatching(/^Line 1, column \d+: 2 is not true or false/) }]);
});

describe("what cannot be read is answered with its place", () => {
  test.each<[text: string, line: number, column: number, reason: string, suggestion?: string]>([
    ["", 1, 1, "the formula is empty"],
    ["  # only a comment", 1, 19, "the formula is empty"],
    ["2x", 1, 2, "expected an operator between 2 and x", "2*x"],
    ["1/2x", 1, 4, "a product is written 2*x, and parentheses say how far the / before it reaches"],
    ["√2x", 1, 3, "a product is written 2*x, and parentheses say how far the √ before it reaches"],
    ["1/2(x + 1)", 1, 4, "parentheses say how far the / before it reaches"],
    ["[x for x in y]", 1, 4, "there are no loops"],
    ["x is 3", 1, 3, "== compares"],
    ["2(x + 1)", 1, 2, "expected an operator between 2 and (", "2*("],
    ["(x)(y)", 1, 4, "expected an operator between ) and (", ")*("],
    ["x y", 1, 3, "expected an operator between x and y", "x*y"],
    ["1 2", 1, 3, "expected an operator, found 2"],
    ["1_000", 1, 2, "expected an operator, found _000"],
    ["x[0", 1, 4, "the [ at line 1, column 2 is never closed"],
    ["x[]", 1, 3, "expected a value, found ]"],
    ["x[1.5:]", 1, 3, "the bounds of a range are whole numbers"],
    ["x[y:]", 1, 3, "the bounds of a range are whole numbers"],
    ["x[[0, 1], [0, 1]]", 1, 11, "along one axis at a time"],
    ["x[0] = 2", 1, 6, "only names can be assigned"],
    ["sum(x, 1)", 1, 8, "sum over an axis is written with axis=1, and a number is added with +", "axis=1"],
    ["mean(x, [0])", 1, 9, "mean over an axis is written with axis=[0]", "axis=[0]"],
    ["x 'a'", 1, 3, 'expected an operator, found the text "a"'],
    ["(x + 1", 1, 7, "the ( at line 1, column 1 is never closed"],
    ["y = [1, 2", 1, 10, "the [ at line 1, column 5 is never closed"],
    ["x +\n exp(y", 1, 4, "expected a value, found the end of the line"],
    ["a = 1\nb = (a +\n  2\nc = b", 4, 1, "expected ) for the ( at line 2, column 5, found c"],
    ["x + 1)", 1, 6, "this ) closes nothing"],
    ["[1, 2)", 1, 6, "expected , or ] for the [ at line 1, column 1, found )"],
    ["x +", 1, 4, "expected a value, found the end of the formula"],
    ["x + * y", 1, 5, "expected a value, found *"],
    ["y = ", 1, 5, "expected a value, found the end of the formula"],
    ["exp(x;y)", 1, 6, "expected , or ) for the ( at line 1, column 4, found a semicolon"],
    ["1 = x", 1, 3, "only names can be assigned"],
    ["x + y = 2", 1, 7, "only names can be assigned"],
    ["a = b = 2", 1, 7, "only names can be assigned"],
    ["a, b += x", 1, 6, "+= changes one name"],
    ["a, b = x", 1, 8, "several names are assigned from one function"],
    ["a, b = topk(x, 1) + 1", 1, 8, "several names are assigned from one function"],
    ["x < y < 2", 1, 7, "comparisons cannot be chained"],
    ["x = y := 2", 1, 7, "a value is assigned with =", "="],
    ["y := x", 1, 3, "a value is assigned with =", "="],
    ["x // y", 1, 3, "floor(a / b), and a comment begins with #"],
    ["1,5 * x", 1, 2, "a decimal point is written ., as in 1.5", "1.5"],
    ["(0,5 + x)", 1, 3, "a decimal point is written ., as in 0.5", "0.5"],
    ["x, y", 1, 2, "several values are a list"],
    ["(x, y)", 1, 3, "several values are a list"],
    ["1,000", 1, 2, "numbers have no commas: write 1000 or 1.000"],
    ["x => 2", 1, 3, "this is written >=", ">="],
    ["x =< 2", 1, 3, "this is written <=", "<="],
    ["x <> 2", 1, 3, "this is written !=", "!="],
    ["x if y else 2", 1, 3, "where(condition, a, b)"],
    ["lambda t: t", 1, 1, "a function is written f(x) = x^2"],
    ["f'(x)", 1, 2, "/v1/gradients"],
    ["0xFF", 1, 1, "ten digits"],
    ["x^½", 1, 3, "write (1/2)", "(1/2)"],
    ["log(8, 2)", 1, 8, "log(x)/log(b)"],
    ["round(x, 2)", 1, 10, "round(x*10^n)/10^n"],
    ["x | y", 1, 3, "one of two is asked for with or(a, b)"],
    ["2|x|", 1, 2, "a product of it 2*|x|"],
    ["log|x|", 1, 4, "a function of it log(|x|)"],
    ["x || y", 1, 3, "one of two is asked for with or(a, b)"],
    ["||x||", 1, 1, "the norm is written norm(x)"],
    ["|x", 1, 3, "the | at line 1, column 1 is never closed"],
    ["x & y", 1, 3, "both are asked for with and(a, b)"],
    ["x and y", 1, 3, "and is a function: and(…, …)", "and(…, …)"],
    ["x mod y", 1, 3, "mod is a function: mod(…, …)", "mod(…, …)"],
    ["let x = 2", 1, 1, "leave let out"],
    ["y = 2\nlet z = x^2", 2, 1, "leave let out"],
    ["var z = x^2", 1, 1, "leave var out"],
    ["return x^2", 1, 1, "leave return out"],
    ["def f(t): return t^2", 1, 1, "a function is written f(x) = x^2"],
    ["function f(t) = t^2", 1, 1, "a function is written f(x) = x^2"],
    ["const*x + let y", 1, 15, "expected an operator between let and y", "let*y"],
    ["x > 0 ? x : y", 1, 7, "where(condition, a, b)"],
    ["x!", 1, 2, "exp(lgamma(x + 1))"],
    ["!x", 1, 1, "not(a)"],
    ["√x^2", 1, 3, "how far √ reaches is not clear here: write √(…)"],
    ["√x²", 1, 3, "how far √ reaches is not clear here"],
    ["2√x", 1, 2, "expected an operator between 2 and √", "2*√"],
    ["x²y", 1, 3, "expected an operator between x² and y", "x²*y"],
    ["sin²(x)", 1, 4, "a power of a function is written behind its argument: sin(…)²", "sin(…)²"],
    ["sin⁻¹(x)", 1, 4, "read in two ways"],
    ["x′", 1, 2, "' transposes, and the derivative"],
    ["xⁿ", 1, 2, "write ^n", "^n"],
    ["‖x‖", 1, 1, "norm(x)"],
    ["{x}", 1, 1, "grouped with ( and )"],
    ["\\frac{x}{2}", 1, 1, "written as in Python"],
    ["f(a) = a; f", 1, 11, "f is a function: write f(a)", "f(a)"],
    ["v = [x, 1]; v[v > 0]", 1, 15, "a place is a whole number"],
    ["f(a) = a; f(1, 2)", 1, 11, "f takes 1 argument (a), not 2"],
    ["f(a) = a; f(b=1)", 1, 13, "f has no parameter b"],
    ["f(a) = a; f(1, a=1)", 1, 16, "f is given a twice"],
    ["f(a, a) = a", 1, 1, "f has two parameters a"],
    ["f(a) = ; f(1)", 1, 8, "f has no body"],
    ["f(a) = f(a - 1); f(1)", 1, 8, "f calls itself"],
    ["f(a) = g(a); g(a) = f(a); f(1)", 1, 21, "f calls itself"],
    ["f(a) = a +; f(1)", 1, 11, "expected a value, found a semicolon"],
    ["x = x + 1", 1, 1, "line 1, column 5 reads it as an input"],
    ["y = x\nx = 2", 2, 1, "x cannot be assigned here, because line 1, column 5 reads it as an input"],
    ["x += 1", 1, 1, "reads it as an input"],
    ["[1, [2, 3]]", 1, 1, "ragged"],
    ["x + 'one'", 1, 5, "expected a number"],
    ["x $ y", 1, 3, "written as in Python"],
    ["x § y", 1, 3, "unexpected character § (U+00A7)"],
    ["x.T @ y", 1, 2, "the transpose is written x'", "x'"],
    ["np.exp(x)", 1, 3, "functions and numbers have plain names: write exp(…)", "exp"],
    ["np.foo(x)", 1, 3, "nothing stands behind a dot here"],
    ["math.pi", 1, 5, "write pi", "pi"],
    ["x[..., 0]", 1, 3, "every axis is written"],
    ["x . y", 1, 3, "unexpected character . (U+002E)"],
    ["sin^2(x)", 1, 4, "a power of a function is written behind its argument: sin(…)^2", "sin(…)^2"],
    ["sin^-1(x)", 1, 4, "sin^-1 is read in two ways: write 1/sin(…)"],
    ["x - sin^2(x)", 1, 8, "a power of a function is written behind its argument: sin(…)^2", "sin(…)^2"],
    ["sin x^2", 1, 1, "the argument of a function stands in parentheses: sin(…)"],
    ["sin 2*x", 1, 1, "the argument of a function stands in parentheses: sin(…)"],
    ["sin 2x", 1, 1, "the argument of a function stands in parentheses: sin(…)"],
    ["log x²", 1, 1, "the argument of a function stands in parentheses: log(…)"],
    ["sin x + y", 1, 1, "the argument of a function stands in parentheses: sin(x)", "sin(x)"],
    ["1 + sin x", 1, 5, "the argument of a function stands in parentheses: sin(x)", "sin(x)"],
    ["x \u0000 y", 1, 3, "unexpected character (U+0000)"],
    ["😀 + x", 1, 1, "unexpected character 😀 (U+1F600)"],
    ["θ + θ @ @", 1, 9, "expected a value, found @"],
    ["'abc", 1, 1, "is not closed on its line"],
    ["pad(x, mode='abc\n')", 1, 13, "is not closed on its line"],
    ["exp(x, y)", 1, 8, "exp takes one positional argument"],
    ["softmax(x, 1)", 1, 12, "the others are named: axis=…"],
    ["softmax(x, axis=y)", 1, 17, "axis of softmax is fixed in the program"],
    ["softmax(x, axis=1, axis=2)", 1, 20, "softmax is given axis twice"],
    ["reshape(x, [1], shape=[1])", 1, 17, "reshape is given shape twice"],
    ["softmax(axis=1, x)", 1, 17, "positional arguments come before named ones"],
    ["x".repeat(257), 1, 1, "at most 256 characters"],
    ["__proto__ = x", 1, 1, "__proto__ may not be a name"],
    ["#\n\n  θθ § 1", 3, 6, "unexpected character § (U+00A7)"],
  ])("%j", (text, line, column, reason, suggestion) => {
    const problem = problemOf(() => compileFormula(text, inputs));
    expect(problem.detail).toMatch(new RegExp(`^Line ${line}, column ${column}: `));
    expect(problem.detail).toContain(reason);
    expect(problem.code).toBe("invalid_expression");
    expect(problem.errors).toMatchObject([{ pointer: "/expression", detail: problem.detail }]);
    expect(problem.errors[0].suggestion).toBe(suggestion);
  });
});

describe("what can be read and is wrong", () => {
  test.each<[text: string, code: string, column: number | null, pointer: string, suggestion?: string]>([
    ["sigmod(x)", "unknown_function", 1, "/expression", "sigmoid"],
    ["1 + sofmax(x)", "unknown_function", 5, "/expression", "softmax"],
    ["constructor(x)", "unknown_function", 1, "/expression"],
    ["toString(x)", "unknown_function", 1, "/expression"],
    ["x(y)", "unknown_function", 1, "/expression"],
    ["k = 2; k(x)", "unknown_function", 8, "/expression"],
    ["softmax(x, axs=1)", "invalid_attribute", 12, "/expression", "axis"],
    ["softmax([x, y], axis=3)", "invalid_attribute", 17, "/expression"],
    ["v = x[0]", "invalid_attribute", 7, "/expression"],
    ["y + softmax([1, 2], axis=3)", "invalid_attribute", 21, "/expression"],
    ["softmax(x, constructor=1)", "invalid_attribute", 12, "/expression"],
    ["[1, 2] + [1, 2, 3]", "shape_mismatch", 10, "/expression"],
    ["x + reshape([1, 2], [3])", "shape_mismatch", 21, "/expression"],
    ["x + argmax([1, 2])", "type_mismatch", 5, "/expression"],
    ["x + where(true' + [[1, 2]], x, y)", "invalid_tensor", 19, "/expression"],
    ["exp()", "wrong_arity", 1, "/expression"],
    ["gather([1, 2], 5)", "index_out_of_range", 16, "/expression"],
    ["a, b, c = topk([1, 2], 1)", "wrong_arity", 11, "/expression"],
    ["split([1, 2], [1, 1])", "wrong_arity", 1, "/expression"],
    ["x + width", "missing_input", null, "/inputs/width"],
    ["xy + x + y", "missing_input", null, "/inputs/xy", "x*y"],
    ["x^T", "missing_input", null, "/inputs/T"],
  ])("%s", (text, code, column, pointer, suggestion) => {
    const problem = problemOf(() => compileFormula(text, readBy(text)));
    expect(problem.code).toBe(code);
    expect(problem.errors[0]).toMatchObject({ pointer });
    expect(problem.errors[0].suggestion).toBe(suggestion);
    if (column !== null) expect(problem.detail).toContain(`Line 1, column ${column}: `);
  });

  test("names of Object.prototype are names like any other", () => {
    const given = { constructor: 1, toString: 2, valueOf: 3 };
    expect(compileFormula("constructor * toString + valueOf", given).inputs.map(({ name }) => name)).toEqual(Object.keys(given));
  });
});

describe("nasty formulas", () => {
  test.each([
    ["parentheses", "(".repeat(1e5)],
    ["closed parentheses", `${"(".repeat(1e5)}x${")".repeat(1e5)}`],
    ["lists", "[".repeat(1e5)],
    ["calls", "exp(".repeat(1e5)],
    ["minus signs", `${"-".repeat(1e5)}x`],
    ["powers", `${"x^".repeat(1e5)}x`],
    ["named arguments", "f(a=".repeat(1e5)],
  ])("100,000 %s", (_, text) => {
    expect(problemOf(() => formulaDraft(text)).code).toBe("nesting_too_deep");
  });

  test("nesting up to the limit is fine", () => {
    const nested = (depth: number) => `${"(".repeat(depth)}x${")".repeat(depth)}`;
    expect(() => formulaDraft(nested(99))).not.toThrow();
    expect(() => formulaDraft(nested(100))).toThrow("nesting_too_deep");
    expect(() => formulaDraft(nested(20), [], { ...defaultLimits, nesting: 10 })).toThrow("nesting_too_deep");
  });

  test.each([
    ["names", "x ".repeat(5e5)],
    ["commas", "a,".repeat(5e5)],
    ["quotes", "'".repeat(1e6)],
    ["postfix quotes", `x${"'".repeat(1e6)}`],
    ["numbers", "1.".repeat(5e5)],
    ["letters", "x".repeat(1e6)],
    ["semicolons", ";".repeat(1e6)],
    ["comments", "#".repeat(1e6)],
    ["lines", "\n".repeat(1e6)],
    ["spaces and backslashes", " \\\n".repeat(3e5)],
    ["closing brackets", ")".repeat(1e6)],
  ])("a megabyte of %s", (_, text) => {
    const start = process.threadCpuUsage();
    expect(problemOf(() => formulaDraft(text))).toBeInstanceOf(Problem);
    expect(process.threadCpuUsage(start).user / 1e6).toBeLessThan(5);
  });

  test("more nodes than allowed are noticed while reading", () => {
    const limits = { ...defaultLimits, nodes: 1000 };
    expect(problemOf(() => formulaDraft(`x${"+x".repeat(1001)}`, [], limits)).code).toBe("too_many_nodes");
    expect(problemOf(() => formulaDraft(`x${"+1*x".repeat(1e5)}`, [], limits)).code).toBe("too_many_nodes");
  });

  test("any text is either read or answered with a problem", () => {
    const piece = fc.constantFrom(
      ..."x y e pi 1 2.5 .5 1e3 + - * / ^ ** @ ' = += == < ( ) [ ] , ; # \\ exp( sum( topk( softmax( axis= a,b= true _ \" ' θ".split(" "),
      "\n",
      " ",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join("")),
          fc.string({ unit: "binary" }),
        ),
        (text) => {
          try {
            compileFormula(text, inputs);
          } catch (error) {
            if (!(error instanceof Problem)) throw error;
            expect(error.status).toBeLessThan(500);
            expect(error.errors[0].pointer).toMatch(/^\/(expression|inputs)/);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});
