import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { identity } from "../arithmetic/identity.ts";
import { mul } from "../arithmetic/mul.ts";
import { defineOp, numbers, sumOfTerms, variadic } from "../define.ts";
import { one } from "../express.ts";
import { reduceSum } from "../reduction/reduce-sum.ts";
import { reshape } from "../shape/reshape.ts";
import { slice } from "../shape/slice.ts";
import { transpose } from "../shape/transpose.ts";
import { type Labels, readEquation } from "./einsum-equation.ts";
import { matMul } from "./mat-mul.ts";

export const Einsum = defineOp({
  type: "Einsum",
  since: 12,
  category: "linear algebra",
  summary:
    "Products of elements summed as an equation says: letters name axes, those missing from the output are summed, a letter twice in one operand takes its diagonal, and ... stands for leading axes that broadcast.",
  inputs: variadic({ name: "Inputs", type: "T", differentiable: true }),
  outputs: [{ name: "Output" }],
  types: { T: numbers },
  attributes: z.strictObject({
    equation: z.string().regex(/^[A-Za-z.,>\s-]*$/, "an equation is made of letters, commas, ... and ->"),
  }),
  body: (inputs, { equation }) => {
    const { operands, output, sizes } = readEquation(
      equation,
      inputs.map(({ shape }) => shape),
    );
    const named = inputs.map((value, at) => stretchable(diagonals({ value, labels: operands[at] }), sizes));
    const uses = new Uses(output, named);
    const terms = named.map((term) => summed(term, (label) => uses.of(label) > 1));
    while (terms.length > 1) {
      const [first, second] = cheapestPair(terms, uses, sizes);
      const [b] = terms.splice(second, 1);
      const [a] = terms.splice(first, 1);
      uses.change(a.labels, -1);
      uses.change(b.labels, -1);
      const product = contracted(a, b, uses, sizes);
      uses.change(product.labels, 1);
      terms.push(product);
    }
    const result = arranged(terms[0], output);
    return [result === inputs[0] ? identity(result) : result];
  },
  accuracy: sumOfTerms,
  display: {
    label: "einsum",
    formula: (operands, { equation }) => contraction(String(equation), operands),
    cotangents: (operands, { equation }, delta) => operands.map((_, at) => contractionBack(String(equation), operands, at, delta)),
    example: { equation: "ij,jk->ik" },
  },
  probes: [
    {
      inputs: [
        [2, 3],
        [3, 2],
      ],
      attributes: { equation: "ij,jk->ik" },
    },
    { inputs: [[2, 3], [3]], attributes: { equation: "ij,j" } },
    { inputs: [[3, 3]], attributes: { equation: "ii" } },
    { inputs: [[2, 2, 3]], attributes: { equation: "iij->ji" } },
    {
      inputs: [
        [2, 2, 3],
        [3, 2],
      ],
      attributes: { equation: "...ij, jk -> ...ik" },
    },
    { inputs: [[2], [3]], attributes: { equation: "i,j->ji" } },
    {
      inputs: [
        [2, 2],
        [2, 3],
        [3, 2],
      ],
      attributes: { equation: "ab,bc,ca->b" },
    },
    { inputs: [[2, 3], [1, 3], [2]], attributes: { equation: "bi,bi,b->" } },
    { inputs: [[2, 3]], attributes: { equation: "ij->ij" } },
  ],
  syntax: {
    names: [
      { name: "outer", arity: 2, attributes: { equation: "i,j->ij" } },
      { name: "trace", arity: 1, attributes: { equation: "ii->" } },
      { name: "diagonal", arity: 1, attributes: { equation: "ii->i" } },
      { name: "diag", arity: 1, attributes: { equation: "ii->i" } },
    ],
  },
});

/** A tensor with a name for every axis. */
interface Factor {
  readonly value: Value;
  readonly labels: Labels;
}

/** Takes the diagonal of axes that share a name. */
function diagonals(term: Factor): Factor {
  let { value, labels } = term;
  for (;;) {
    const second = labels.findIndex((label, at) => labels.indexOf(label) < at);
    if (second < 0) return { value, labels };
    const label = labels[second];
    const rest = labels.map((_, axis) => axis).filter((axis) => axis !== second && axis !== labels.indexOf(label));
    const size = value.shape[second];
    const flat = reshape(transpose(value, [labels.indexOf(label), second, ...rest]), [
      size * size,
      ...rest.map((axis) => value.shape[axis]),
    ]);
    value = slice(flat, { starts: [0], ends: [size * size], axes: [0], steps: [size + 1] });
    labels = [label, ...rest.map((axis) => labels[axis])];
  }
}

/** Drops axes of size 1 that other operands stretch. */
function stretchable({ value, labels }: Factor, sizes: ReadonlyMap<string, number>): Factor {
  const kept = labels.filter((label, axis) => value.shape[axis] !== 1 || sizes.get(label) === 1);
  return { value: reshape(value, shapeOf(kept, sizes)), labels: kept };
}

/** Sums over the axes that nothing else needs. */
function summed({ value, labels }: Factor, needed: (label: string) => boolean): Factor {
  const axes = labels.flatMap((label, axis) => (needed(label) ? [] : [axis]));
  if (axes.length === 0) return { value, labels };
  return { value: reduceSum(value, { axes, keepdims: false }), labels: labels.filter(needed) };
}

const shapeOf = (labels: Labels, sizes: ReadonlyMap<string, number>): number[] => labels.map((label) => sizes.get(label) ?? 1);

/** How many terms have each label; the output counts as one. */
class Uses {
  readonly #counts = new Map<string, number>();

  constructor(output: Labels, terms: readonly Factor[]) {
    this.change(output, 1);
    for (const { labels } of terms) this.change(labels, 1);
  }

  of(label: string): number {
    return this.#counts.get(label) ?? 0;
  }

  change(labels: Labels, by: 1 | -1): void {
    for (const label of labels) this.#counts.set(label, this.of(label) + by);
  }
}

/** Beyond this many operands the last two are taken. */
const comparedOperands = 16;

/** The two terms whose product is smallest, the first such pair. */
function cheapestPair(terms: readonly Factor[], uses: Uses, sizes: ReadonlyMap<string, number>): readonly [number, number] {
  let best: readonly [number, number] = [terms.length - 2, terms.length - 1];
  if (terms.length === 2 || terms.length > comparedOperands) return best;
  let least = Number.POSITIVE_INFINITY;
  for (let first = 0; first < terms.length; first++) {
    const { labels: a } = terms[first];
    for (let second = first + 1; second < terms.length; second++) {
      const { labels: b } = terms[second];
      const own = (label: string): number => Number(a.includes(label)) + Number(b.includes(label));
      const left = [...new Set([...a, ...b])].filter((label) => uses.of(label) > own(label));
      const size = sizeOf(shapeOf(left, sizes));
      if (size < least) [best, least] = [[first, second], size];
    }
  }
  return best;
}

/** The product of two terms, summed over the axes that both have and no other needs: a matrix product for every index that one does. */
function contracted(a: Factor, b: Factor, others: Uses, sizes: ReadonlyMap<string, number>): Factor {
  const both = a.labels.filter((label) => b.labels.includes(label));
  const batch = both.filter((label) => others.of(label) > 0);
  const inner = both.filter((label) => others.of(label) === 0);
  const rows = a.labels.filter((label) => !both.includes(label));
  const columns = b.labels.filter((label) => !both.includes(label));
  const labels = [...batch, ...rows, ...columns];
  const left = arranged(a, [...batch, ...rows, ...inner]);
  const right = arranged(b, [...batch, ...inner, ...columns]);
  const shape = (list: Labels): number[] => shapeOf(list, sizes);
  if (inner.length === 0) {
    const spread = reshape(left, [...shape(batch), ...shape(rows), ...columns.map(() => 1)]);
    return { value: mul(spread, reshape(right, [...shape(batch), ...rows.map(() => 1), ...shape(columns)])), labels };
  }
  const [m, n, k] = [rows, columns, inner].map((list) => sizeOf(shape(list)));
  const product = matMul(reshape(left, [...shape(batch), m, k]), reshape(right, [...shape(batch), k, n]));
  return { value: reshape(product, shape(labels)), labels };
}

/** The term's value with its axes in the order of `labels`. */
const arranged = ({ value, labels }: Factor, order: Labels): Value =>
  transpose(
    value,
    order.map((label) => labels.indexOf(label)),
  );

/** The sum of products of the values that an equation such as `ij,jk->ik` describes. */
export const einsum = (values: readonly Value[], equation: string): Value => one(Einsum, values, { equation });

const contraction = (equation: string, operands: readonly term.Term[]): term.Term =>
  term.indexedCall("einsum", term.words(equation.replace("->", "→")), ...operands);

/** Where every label of an operand is in the result or in another operand, the cotangent takes its place in the equation. */
function contractionBack(equation: string, operands: readonly term.Term[], at: number, delta: term.Term): term.Term | null {
  const [left, right] = equation.replaceAll(" ", "").split("->");
  const all = left.split(",");
  const others = all.toSpliced(at, 1, right ?? "");
  const isPlain = right !== undefined && all.every((labels) => new Set(labels).size === labels.length);
  if (!isPlain || !Array.from(all[at]).every((label) => others.some((labels) => labels.includes(label)))) return null;
  return contraction(`${others.join(",")}->${all[at]}`, operands.toSpliced(at, 1, delta));
}
