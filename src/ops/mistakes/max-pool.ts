import { constant, type Value } from "../../ir/graph.ts";
import { boxOf, kernelsOf, type Window } from "../../kernels/window.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { tensorOf, type TensorType } from "../../tensor/tensor.ts";
import { cast } from "../arithmetic/cast.ts";
import { mul } from "../arithmetic/mul.ts";
import type { Attributes } from "../define.ts";
import { equal } from "../logic/comparison.ts";
import { convTranspose } from "../network/conv-transpose.ts";
import { conv } from "../network/conv.ts";
import { explicit, unreached, windowOver } from "../network/window.ts";
import { reshape } from "../shape/reshape.ts";
import type { OperatorMistake } from "./define.ts";

/** Every element that equals its window's maximum receives the whole gradient, where only the first should. */
export const maxPoolMistakes: readonly OperatorMistake[] = [
  {
    mistake: "pool_ties_all",
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
  },
];

function windowOf(x: Value, attributes: Attributes): Window {
  const placing = attributes as unknown as Parameters<typeof windowOver>[3] & { readonly kernel_shape: readonly number[] };
  return windowOver("MaxPool", x.shape.slice(2), placing.kernel_shape, placing, attributes.ceil_mode === true);
}

/** One filter per place of the window, which picks the element at that place. */
function onePerPlace(window: Window, { dtype }: TensorType): Value {
  const kernel = kernelsOf(window);
  const count = sizeOf(kernel);
  const numbers = new Float64Array(count * count);
  for (let place = 0; place < count; place++) numbers[place * count + place] = 1;
  return constant(tensorOf(dtype, [count, 1, ...kernel], numbers));
}
