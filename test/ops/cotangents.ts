import { reverse, unbroadcast } from "../../src/autodiff/reverse.ts";
import { fold } from "../../src/formula/fold.ts";
import { simplified } from "../../src/formula/simplify.ts";
import { omitted, symbol, type Term } from "../../src/formula/term.ts";
import { constant, graphOf, input, type Value } from "../../src/ir/graph.ts";
import { add } from "../../src/ops/arithmetic/add.ts";
import { cast } from "../../src/ops/arithmetic/cast.ts";
import { div } from "../../src/ops/arithmetic/div.ts";
import { mul } from "../../src/ops/arithmetic/mul.ts";
import { neg } from "../../src/ops/arithmetic/neg.ts";
import { sign } from "../../src/ops/arithmetic/sign.ts";
import { sqrt } from "../../src/ops/arithmetic/sqrt.ts";
import { sub } from "../../src/ops/arithmetic/sub.ts";
import { softmaxOver } from "../../src/ops/activation/softmax.ts";
import { reducedShape, staticNumbers } from "../../src/ops/axes.ts";
import type { Attributes, Operator } from "../../src/ops/define.ts";
import { one } from "../../src/ops/express.ts";
import { equal } from "../../src/ops/logic/comparison.ts";
import { Einsum } from "../../src/ops/linear/einsum.ts";
import { matMul } from "../../src/ops/linear/mat-mul.ts";
import { alongChannels } from "../../src/ops/network/normalization.ts";
import { reduceMean } from "../../src/ops/reduction/reduce-mean.ts";
import { reduceSum } from "../../src/ops/reduction/reduce-sum.ts";
import { oneHot } from "../../src/ops/shape/one-hot.ts";
import { reshape } from "../../src/ops/shape/reshape.ts";
import { transpose } from "../../src/ops/shape/transpose.ts";
import { trilu } from "../../src/ops/shape/trilu.ts";
import { filled } from "../../src/ops/shape/expand.ts";
import { isFloating } from "../../src/tensor/dtype.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { scalar, type Tensor } from "../../src/tensor/tensor.ts";
import { difference } from "../support/close.ts";
import { interpret } from "../support/interpret.ts";
import { Random } from "../support/random.ts";
import type { Case } from "./cases.ts";

/** What functions of tensors in formulas mean in one application. */
interface Meaning {
  /** Over which means and softmaxes are taken, and kept as size 1. */
  readonly axes: readonly number[];
  /** Whether Σ is over them; else it is what the un-broadcasting does. */
  readonly sums: boolean;
  readonly epsilon: number;
  /** The operand that the formula is for. */
  readonly variable: Value;
  readonly symbols: ReadonlyMap<string, Value>;
}

type Meanings = Readonly<Record<string, (of: Value, meaning: Meaning, second?: Value) => Value>>;

const functions: Meanings = {
  Σ: (x, { axes, sums }) => (sums ? reduceSum(x, { axes }) : x),
  mean: (x, { axes }) => reduceMean(x, { axes }),
  softmax: (x, { axes }) => softmaxOver(x, axes),
  sign,
  sqrt,
  broadcast: (x) => x,
  reshape: (x, { variable }) => reshape(x, variable.shape),
  triu: (x, _, k) => trilu(x, { k: k && staticNumbers(k)[0] }),
  tril: (x, _, k) => trilu(x, { upper: false, k: k && staticNumbers(k)[0] }),
  std: (x, { axes, epsilon }) => sqrt(add(reduceMean(squared(centred(x, axes)), { axes }), epsilon)),
  standardized: (x, meaning) => div(centred(x, meaning.axes), functions.std(x, meaning)),
  onehot: (labels, { variable }) => oneHot(labels, variable.shape[1], { axis: 1 }),
};

const squared = (x: Value): Value => mul(x, x);
const centred = (x: Value, axes: readonly number[]): Value => sub(x, reduceMean(x, { axes }));

/** Whether all functions of a formula have a meaning here. */
function isTold(term: Term, { traits = [], category }: Operator, inputs: readonly (Value | null)[]): boolean {
  let told = !(category === "shape" && !traits.includes("broadcast") && !traits.includes("view"));
  fold<null>(term, (part) => {
    // Of vectors and of many matrices at a time, the rule is read with a grain of salt.
    if (part.kind === "matrixProduct") told &&= inputs.slice(0, 2).every((value) => value?.shape.length === 2);
    if (part.kind === "element" || (part.kind === "symbol" && part.name === "mask")) told = false;
    if (part.kind === "call" && part.index === null) told &&= Object.hasOwn(functions, part.name);
    if (part.kind === "call" && part.index !== null) told &&= part.name === "einsum";
    return null;
  });
  return told || (category === "shape" && (term.kind === "transpose" || (term.kind === "call" && /^tri[lu]$/.test(term.name))));
}

/** A formula as a value. */
const valueOf = (term: Term, meaning: Meaning): Value =>
  fold<Value>(term, (part, operands) => {
    const [first, second] = operands;
    switch (part.kind) {
      case "number":
        return constant(scalar(part.value, "float64"));
      case "symbol": {
        const value = meaning.symbols.get(part.name);
        if (value === undefined) throw new Error(`the formula names ${part.name}`);
        return value;
      }
      case "sum":
        return operands.reduce((total, each) => add(total, each));
      case "product":
      case "elementwise":
        return operands.reduce((total, each) => mul(total, each));
      case "matrixProduct":
        return operands.reduce((total, each) => matMul(total, each));
      case "negative":
        return neg(first);
      case "quotient":
        return div(first, second);
      case "transpose":
        return transpose(first, first.shape.map((_, axis) => axis).reverse());
      case "relation":
        return cast(equal(first, second), "float64");
      case "cases":
        // Always 1 where a condition holds, and 0 where not.
        return second;
      case "call": {
        const { index } = part;
        if (index?.kind === "words") return one(Einsum, operands, { equation: index.text.replace("→", "->") });
        return functions[part.name](first, meaning, second);
      }
      default:
        throw new Error(`a formula with a ${part.kind}`);
    }
  });

function axesOf(op: Operator, inputs: readonly (Value | null)[], attributes: Attributes, rank: number): number[] {
  const all = Array.from({ length: rank }, (_, axis) => axis);
  const axis = (Number(attributes.axis) + rank) % rank;
  const named = inputs[1] ?? null;
  if (op.category === "reduction") return named === null ? all : staticNumbers(named).map((each) => (each + rank) % rank);
  if (op.category === "activation") return [axis];
  if ("axis" in attributes) return all.slice(axis);
  if ("reduction" in attributes) return [1];
  return "training_mode" in attributes ? all.toSpliced(1, 1) : all.slice(2);
}

/** The first thing in which an operator's cotangents differ from its rule, or null; "untold" where they are not told in numbers. */
export function cotangentFault({ op, inputs, attributes, outputs, feeds }: Case): string | null {
  const [output] = outputs;
  const [data] = inputs;
  const { cotangents } = op.display;
  if (cotangents === undefined || !isFloating(output.dtype) || data === null || "num_groups" in attributes) return "untold";
  const { shape } = data;
  const axes = axesOf(op, inputs, attributes, shape.length);
  const given = input(output);
  const drawn = new Random(op.type).tensor(output.dtype, output.shape, [-1, 1]);
  const all = new Map<Value, Tensor>([...feeds, [given, drawn]]);
  // A sum keeps the axes that are gone from its result; what there is of each channel is beside all that the channel holds.
  const isReduction = op.traits?.includes("reduction") === true;
  const isSum = isReduction || op.category === "activation";
  const kept = (value: Value): Value => (isSum ? reshape(value, isReduction ? reducedShape(shape, axes, true) : shape) : value);
  const isPerChannel = op.category === "network" && !("axis" in attributes) && !("reduction" in attributes);
  const beside = (value: Value, at: number): Value =>
    isPerChannel && at > 0 && value.shape.length === 1 ? alongChannels(value, shape.length) : value;
  const count = sizeOf("reduction" in attributes ? (inputs[1]?.shape ?? []) : axes.map((axis) => shape[axis]));
  const symbols = new Map<string, Value>([
    ["δ", kept(given)],
    ["y", kept(output)],
    ["n", constant(scalar(count, "float64"))],
    ...inputs.flatMap((value, at) => (value === null ? [] : [[String(at), beside(value, at)] as const])),
  ]);
  const operands = inputs.map((value, at) => (value === null ? omitted : symbol(String(at))));
  const rules = cotangents(operands, attributes, symbol("δ"), symbol("y"));
  const { gradientOf } = reverse([output], [given]);
  for (const [at, variable] of inputs.entries()) {
    const rule = rules[at] ?? null;
    if (rule === null || variable === null || !isFloating(variable.dtype)) continue;
    if (!isTold(rule, op, inputs)) return "untold";
    const meaning = { axes, sums: isSum, epsilon: Number(attributes.epsilon), variable, symbols };
    const gradient = gradientOf(variable) ?? filled(0, variable);
    for (const term of [rule, simplified(rule)]) {
      const place = beside(variable, at);
      const told = reshape(unbroadcast(add(valueOf(term, meaning), filled(0, place)), place.shape), variable.shape);
      const [found, expected] = interpret(graphOf([...all.keys()], [told, gradient]), all);
      const wrong = difference(found, expected, { relative: 1e-11, absolute: 1e-12 });
      if (wrong !== null) return `operand ${at}: ${wrong}`;
    }
  }
  return null;
}
