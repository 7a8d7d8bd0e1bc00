import { constant, type Value } from "../../ir/graph.ts";
import { boxOf, kernelsOf, type Window } from "../../kernels/window.ts";
import { cast } from "../../ops/arithmetic/cast.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import type { Attributes } from "../../ops/define.ts";
import { equal } from "../../ops/logic/comparison.ts";
import { convTranspose } from "../../ops/network/conv-transpose.ts";
import { conv } from "../../ops/network/conv.ts";
import { MaxPool } from "../../ops/network/max-pool.ts";
import { explicit, unreached, windowOver } from "../../ops/network/window.ts";
import { reshape } from "../../ops/shape/reshape.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { tensorOf, type TensorType } from "../../tensor/tensor.ts";
import { madeWith } from "../mutants/operators.ts";
import { defineMistake } from "./define.ts";

/** Every element that equals its window's maximum receives the whole gradient, where only the first should. */
export const poolTiesAll = defineMistake({
  name: "pool_ties_all",
  cost: 1,
  sentences: {
    en: ({ name }) =>
      `Where several elements of a window of ${name} are the maximum, each receives the whole gradient. Give it to one of them, the first.`,
    zh: ({ name }) => `${name} 的一个窗口中有多个最大值时，每个都得到了全部梯度。应只给其中一个（第一个）。`,
  },
  ways: madeWith({
    operator: MaxPool,
    gradients: ({ inputs: [x], outputs: [y], grads: [g], attributes }) => {
      const window = windowOf(x, attributes);
      // Windows that ceil_mode lets reach beyond the padding are no convolution.
      const isWhole = boxOf(window).every((length, axis) => length <= window[axis].begin + window[axis].size + window[axis].end);
      if (!isWhole) return [null];
      const images = sizeOf(x.shape.slice(0, 2));
      const single = (value: Value): Value => reshape(value, [images, 1, ...value.shape.slice(2)]);
      const places = explicit(window);
      const picks = onePerPlace(window, x);
      const candidates = conv(single(x), picks, null, places);
      const shares = mul(cast(equal(candidates, single(y)), g.dtype), single(g));
      return [reshape(convTranspose(shares, picks, null, { ...places, output_padding: unreached(window) }), x.shape)];
    },
  }),
});

function windowOf(x: Value, attributes: Attributes): Window {
  const placing = attributes as unknown as Parameters<typeof windowOver>[3] & { readonly kernel_shape: readonly number[] };
  return windowOver(MaxPool.type, x.shape.slice(2), placing.kernel_shape, placing, attributes.ceil_mode === true);
}

/** One filter per place of the window, which picks the element at that place. */
function onePerPlace(window: Window, { dtype }: TensorType): Value {
  const kernel = kernelsOf(window);
  const count = sizeOf(kernel);
  const numbers = new Float64Array(count * count);
  for (let place = 0; place < count; place++) numbers[place * count + place] = 1;
  return constant(tensorOf(dtype, [count, 1, ...kernel], numbers));
}
