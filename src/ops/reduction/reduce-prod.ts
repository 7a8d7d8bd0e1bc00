import * as term from "../../formula/term.ts";
import { product } from "../../kernels/summaries.ts";
import type { Value } from "../../ir/graph.ts";
import { type Shape, sizeOf } from "../../tensor/shape.ts";
import { mul } from "../arithmetic/mul.ts";
import { type Complex, composed, numbers } from "../define.ts";
import { reduced } from "../notation.ts";
import { concat } from "../shape/concat.ts";
import { reshape } from "../shape/reshape.ts";
import { split } from "../shape/split.ts";
import { inverse, transpose } from "../shape/transpose.ts";
import { reducer, reductionOp } from "./family.ts";
import { imaginary, real, times } from "../complex.ts";
import { filled } from "../shape/expand.ts";
import { multiplied } from "./merges.ts";

export const ReduceProd = reductionOp({
  type: "ReduceProd",
  since: 18,
  summary: "The product over axes. Its derivative by an element is the product of the others, right also where elements are 0.",
  types: numbers,
  reduction: () => product,
  merge: multiplied,
  gradient: (g, x, _y, axes) => {
    // The reduced axes come first and become one, along which the products are taken.
    const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const order = [...axes, ...kept];
    const rows = sizeOf(axes.map((axis) => x.shape[axis]));
    const rest: Shape = kept.map((axis) => x.shape[axis]);
    const factors = reshape(transpose(x, order), [rows, ...rest]);
    const others = productsOfOthers(factors, reshape(g, [1, ...rest]));
    const ordered = reshape(
      others,
      order.map((axis) => x.shape[axis]),
    );
    return transpose(ordered, inverse(order));
  },
  complex: (z, axes) => axes.reduce(productAlong, z),
  accuracy: composed,
  display: {
    label: "Π",
    formula: reduced("Π"),
    cotangents: ([x], _, delta) => [
      term.elementwise(delta, term.indexedCall("Π", term.relation("j", "≠", "i"), term.element(x, "j"))),
      null,
    ],
  },
  syntax: {
    names: [
      { name: "product", arity: 1 },
      { name: "prod", arity: 1 },
    ],
  },
  probes: [
    { inputs: [{ values: [0, 2, -1.5, 0.5, 0, 3], shape: [2, 3], dtype: "float64" }] },
    {
      inputs: [
        { values: [0, 2, -1.5, 0.5, 0, 3, 1, 2], shape: [2, 2, 2], dtype: "float64" },
        { values: [2, 0], shape: [2], dtype: "int64" },
      ],
      attributes: { keepdims: false },
    },
    { inputs: [[5], { values: [0], shape: [1], dtype: "int64" }] },
  ],
});

/**
 * `g` times, for every row, the product of the other rows. Rows are multiplied in pairs (the first half by the second) until one is
 * left; on the way back, each of a pair receives what came to their product times its partner. Nothing is divided, and log₂ of the
 * number of rows is how deep it goes:
 *
 *     x0 x1 x2 x3 x4 → x0·x2  x1·x3  x4 → x0·x2·x1·x3  x4 → the product
 */
function productsOfOthers(factors: Value, g: Value): Value {
  const levels: { readonly first: Value; readonly second: Value; readonly odd: readonly Value[] }[] = [];
  for (let rows = factors; rows.shape[0] > 1;) {
    const half = Math.floor(rows.shape[0] / 2);
    const [first, second, ...odd] = split(rows, rows.shape[0] % 2 === 0 ? [half, half] : [half, half, 1], 0);
    levels.push({ first, second, odd });
    rows = concat([mul(first, second), ...odd], 0);
  }
  return levels.reduceRight((back, { first, second, odd }) => {
    const [toPairs, ...toOdd] = odd.length === 0 ? [back] : split(back, [first.shape[0], 1], 0);
    return concat([mul(toPairs, second), mul(toPairs, first), ...toOdd], 0);
  }, g);
}

/** The product over one axis, which is kept: halves are multiplied until one is left. */
function productAlong(z: Complex, axis: number): Complex {
  let { re, im } = z;
  for (let size = re.shape[axis]; size > 1; size = re.shape[axis]) {
    const half = Math.floor(size / 2);
    const sizes = size % 2 === 0 ? [half, half] : [half, half, 1];
    const [first, second, ...odd] = split(re, sizes, axis);
    const [ofFirst, ofSecond, ...ofOdd] = split(imaginary({ re, im }), sizes, axis);
    const product = times({ re: first, im: ofFirst }, { re: second, im: ofSecond });
    re = concat([product.re, ...odd], axis);
    im = concat([imaginary(product), ...ofOdd], axis);
  }
  return re.shape[axis] === 0 ? real(filled(1, { dtype: re.dtype, shape: re.shape.with(axis, 1) })) : { re, im };
}

export const reduceProd = reducer(ReduceProd);
