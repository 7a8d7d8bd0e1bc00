import { sameShape } from "../../tensor/shape.ts";
import { unreduced } from "../mutants/spread.ts";
import { defineMistake } from "./define.ts";

/** The gradient of an operand that is spread over a batch, such as a bias, is not summed up at all. */
export const broadcastNotReduced = defineMistake({
  name: "broadcast_not_reduced",
  cost: 1,
  sentences: {
    en: ({ name }) =>
      `${name} was broadcast in the forward pass, so its gradient must be summed back to its shape; here the sum is missing.`,
    zh: ({ name }) => `${name} 在前向传播中被广播，其梯度应沿广播的轴求和以恢复原形状；这里没有求和。`,
  },
  ways: unreduced((arriving, { shape }) => (sameShape(arriving.shape, shape) ? null : arriving)),
});
