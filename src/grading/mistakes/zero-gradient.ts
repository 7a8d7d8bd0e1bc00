import { isNone } from "../diagnosis/factors.ts";
import { isValue } from "../items.ts";
import { defineMistake } from "./define.ts";

/** Nothing flows back at all, as where a gradient stays as it was set up. */
export const zeroGradient = defineMistake({
  name: "zero_gradient",
  cost: 1.5,
  sentences: {
    en: ({ name }) =>
      `No gradient arrives at ${name}: it is zero everywhere, as if it were never computed. Add what flows back to it, and check that nothing sets it to zero afterwards.`,
    zh: ({ name }) => `没有梯度传到 ${name}：处处为零，像是从未计算。请加上传回来的部分，并检查之后是否又被清零。`,
  },
  seen: ({ multiple, observation: { item } }) =>
    multiple !== null && isNone(multiple.k) && !isValue(item.name) ? { residual: multiple.residual } : null,
});
