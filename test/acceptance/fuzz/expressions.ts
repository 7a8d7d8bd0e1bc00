import fc from "fast-check";
import { functionNames } from "../../../src/program/expression/vocabulary.ts";
import { type Attempt, attempt, asked, graphsPath, type Json, stray } from "./attempt.ts";
import { extreme, mostly } from "./numbers.ts";
import { meantOf, written } from "./tensors.ts";

/** Formulas from their grammar, and texts that only look like formulas. */

const infix = ["+", "-", "*", "/", "^", "**", "@", "%", "<", "<=", ">", ">=", "==", "!="] as const;
const smooth = ["exp", "tanh", "sigmoid", "relu", "sin", "cos", "abs", "sqrt", "log", "softplus", "erf", "neg"] as const;
const reducing = ["sum", "mean", "max", "min", "prod", "norm", "logsumexp", "softmax", "cumsum"] as const;

/** Names that a text reads and does not itself assign first; `e` has a value of its own. */
const candidates = ["x", "y", "z", "w", "θ", "constructor", "a", "b", "c"];
const isFree = (name: string, text: string): boolean => {
  const found = new RegExp(`(?<![\\p{L}_])${name}(?![\\p{L}_])(?!\\s*=[^=])`, "u").exec(text);
  const assigned = new RegExp(`(?<![\\p{L}_])${name}\\s*=[^=]`, "u").exec(text);
  return found !== null && (assigned === null || found.index < assigned.index);
};

const { formula } = fc.letrec<{ formula: string; atom: string; call: string; list: string }>((tie) => ({
  formula: fc.oneof(
    { maxDepth: 5, depthSize: "small", withCrossShrink: true },
    { weight: 3, arbitrary: tie("atom") },
    {
      weight: 6,
      arbitrary: fc
        .tuple(tie("formula"), mostly(fc.constantFrom(...infix.slice(0, 4)), fc.constantFrom(...infix), 8), tie("formula"))
        .map(([a, sign, b]) => `${a} ${sign} ${b}`),
    },
    { weight: 2, arbitrary: tie("formula").map((inner) => `(${inner})`) },
    { weight: 1, arbitrary: tie("formula").map((inner) => `-${inner}`) },
    { weight: 1, arbitrary: tie("formula").map((inner) => `(${inner})'`) },
    { weight: 4, arbitrary: tie("call") },
  ),
  atom: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom("x", "y", "z") },
    { weight: 3, arbitrary: fc.constantFrom("1", "2", "0.5", ".5", "1e-3", "3.", "pi", "e", "true") },
    {
      weight: 1,
      arbitrary: fc.constantFrom("1e400", "1e-400", "007", "constructor", "θ", "w", "[1, 2, 3]", "[[1, 2], [3, 4]]", "[]", "'ij,jk->ik'"),
    },
  ),
  call: fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constantFrom(...smooth), tie("formula")).map(([name, inner]) => `${name}(${inner})`) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(
          fc.constantFrom(...reducing),
          tie("formula"),
          mostly(
            fc.constantFrom("", ", axis=0", ", axis=-1"),
            fc.constantFrom(", axis=[0, 1]", ", keepdims=true", ", axis=7", ", axis=x"),
            8,
          ),
        )
        .map(([name, inner, rest]) => `${name}(${inner}${rest})`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom(...functionNames),
          fc.array(fc.oneof(tie("formula"), tie("list")), { maxLength: 3 }),
          fc.constantFrom("", "", ", axis=0", ", alpha=2", ", shape=[3]", ", to='float32'"),
        )
        .map(([name, operands, rest]) => `${name}(${operands.join(", ")}${rest})`),
    },
  ),
  list: fc
    .array(fc.oneof(fc.constantFrom("0", "1", "-1", "2", "3", "1000000", "1e15", "9007199254740993"), tie("atom")), { maxLength: 4 })
    .map((items) => `[${items.join(", ")}]`),
}));

/** Each statement may use what the ones before it define. */
const statement = fc
  .tuple(
    mostly(fc.constantFrom("a", "b", "c"), fc.constantFrom("x", "y", "a, b", "_", "sum", "e"), 8),
    mostly(fc.constant("="), fc.constantFrom("+=", "*=", "=="), 8),
    formula,
  )
  .map((parts) => parts.join(" "));

interface Statements {
  readonly before: readonly string[];
  readonly last: string;
  readonly end: string;
}

const statements: fc.Arbitrary<Statements> = fc.record({
  before: fc.array(statement, { maxLength: 3 }),
  last: fc.oneof(formula, fc.constant("a * x")),
  end: fc.constantFrom("\n", "; ", ";\n", "\r\n"),
});

const text = statements.map(({ before, last, end }) => [...before, last].join(end));

/** Whatever the last statement gives, summed. */
const scalarText = statements.map(({ before, last, end }) => [...before, `sum(${last})`].join(end));

const pieces = [
  ...infix,
  "=",
  "+=",
  "(",
  ")",
  "[",
  "]",
  ",",
  ";",
  "\n",
  "'",
  "''",
  '"',
  "x",
  "y",
  "1",
  "1.5e3",
  "1e",
  ".",
  "..",
  "sum",
  "exp(",
  "softmax(x, axis=",
  "#",
  "\\",
  "\\\n",
  "²",
  "×",
  "\u0000",
  "\u00a0",
  "\u2028",
  "💡",
  "\ud800",
  "__proto__",
  "constructor",
  "if",
  "lambda",
  ":",
  "?",
  "!",
  "&&",
  "|",
  "~",
  "$",
  "@",
  "`",
  "{",
  "}",
  "0x10",
  "1_000",
  "∑",
  "(((((((((((",
  "))))",
  "--------",
];

const garbage: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join("")) },
  { weight: 1, arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join(" ")) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 30 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(text, fc.nat(), fc.constantFrom(...pieces))
      .map(([right, at, piece]) => right.slice(0, at % (right.length + 1)) + piece + right.slice((at * 7) % (right.length + 1))),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom("(", "[", "-", "x+", "x^", "exp(", "[x,", "x'"), fc.integer({ min: 1, max: 400 }))
      .map(([piece, times]) => `${piece.repeat(times)}x`),
  },
);

const tensor = mostly(fc.constantFrom([], [3], [3, 3], [1, 3]), fc.constantFrom([0], [2, 3]), 12)
  .chain((shape) => mostly(meantOf("float64", shape), meantOf("int64", shape), 20))
  .chain(written);

/** Tensors for the names that formulas mention. */
const given = (formulas: string): fc.Arbitrary<Json> => {
  const names = candidates.filter((name) => isFree(name, formulas));
  return fc
    .tuple(...names.map(() => mostly(tensor, extreme, 60)))
    .map((tensors) => Object.fromEntries(names.map((name, at) => [name, tensors[at]])));
};

const bodyOf = (formulas: fc.Arbitrary<string>): fc.Arbitrary<Json> =>
  formulas.chain((expression) => given(expression).map((inputs) => ({ expression, inputs })));

export const expressionAttempts: fc.Arbitrary<Attempt> = fc.oneof(
  { weight: 6, arbitrary: asked(bodyOf(scalarText)) },
  { weight: 2, arbitrary: asked(bodyOf(text), stray) },
  { weight: 1, arbitrary: asked(bodyOf(scalarText), fc.constant({ points: [{}, {}] })) },
  { weight: 1, arbitrary: text.map((expression) => attempt(graphsPath, { expression })) },
);

export const garbageAttempts: fc.Arbitrary<Attempt> = asked(bodyOf(garbage));
