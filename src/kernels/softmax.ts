import { sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Exponentials along `axis` (normal, not negative) divided by their sum; with `logarithm`, the logarithm of that. */
export function softmaxAlong(x: Tensor, axis: number, logarithm: boolean, out: Tensor): void {
  const size = x.shape[axis];
  const inner = sizeOf(x.shape.slice(axis + 1));
  const exponentials = new Float64Array(size);
  for (let block = 0; block < x.data.length; block += size * inner) {
    for (let start = block; start < block + inner; start++) {
      let greatest = -Infinity;
      for (let k = 0; k < size; k++) greatest = Math.max(greatest, x.data[start + k * inner]);
      let sum = 0;
      for (let k = 0; k < size; k++) sum += exponentials[k] = Math.exp(x.data[start + k * inner] - greatest);
      if (logarithm) {
        const shift = Math.log(sum);
        for (let k = 0; k < size; k++) out.data[start + k * inner] = x.data[start + k * inner] - greatest - shift;
      } else {
        for (let k = 0; k < size; k++) out.data[start + k * inner] = exponentials[k] / sum;
      }
    }
  }
}
