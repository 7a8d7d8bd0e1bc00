import { z } from "zod";
import type { Value } from "../ir/graph.ts";
import { add } from "../ops/arithmetic/add.ts";
import { cast } from "../ops/arithmetic/cast.ts";
import { clip } from "../ops/arithmetic/clip.ts";
import { div } from "../ops/arithmetic/div.ts";
import { min } from "../ops/arithmetic/max-min.ts";
import { mul } from "../ops/arithmetic/mul.ts";
import { number } from "../ops/express.ts";
import { reduceL2 } from "../ops/reduction/norms.ts";
import { concat } from "../ops/shape/concat.ts";
import { reshape } from "../ops/shape/reshape.ts";

const bound = (description: string, example: number) =>
  z
    .number()
    .gt(0, { error: "Expected a number above 0" })
    .optional()
    .meta({ description, examples: [example] });

export const GradientClipping = z
  .strictObject({
    norm: bound("The greatest Euclidean norm of all gradients together: longer ones are scaled down to it", 1),
    value: bound("The greatest magnitude of an element: greater ones are cut to it, after the norm was seen to", 0.5),
  })
  .refine(({ norm, value }) => norm !== undefined || value !== undefined, "Clipping has a norm, a value or both")
  .meta({
    id: "GradientClipping",
    description: "Bounds of the gradients before an update, as torch.nn.utils.clip_grad_norm_ and clip_grad_value_ keep them",
    examples: [{ norm: 1 }],
  });
export type GradientClipping = z.output<typeof GradientClipping>;

/** Keeps a quotient finite where all gradients are zero, as in torch. */
const epsilon = 1e-6;

/**
 * The gradients within their bounds, each of its own shape and dtype, and the Euclidean norm of all of them before, a scalar; null where no
 * norm is bounded. Bounds of elements are kept after that of the norm.
 */
export function clipped(
  gradients: readonly Value[],
  { norm, value }: Partial<GradientClipping>,
): { readonly gradients: Value[]; readonly norm: Value | null } {
  const total = norm === undefined || gradients.length === 0 ? null : normOf(gradients);
  const scaled =
    norm === undefined || total === null ? gradients : scaledBy(gradients, min(div(number(norm, total), add(total, epsilon)), 1));
  const cut = value === undefined ? scaled : scaled.map((gradient) => clip(gradient, -value, value));
  return { gradients: [...cut], norm: total };
}

/** In the gradients' own dtype, or in float64 where they differ. */
function normOf(gradients: readonly Value[]): Value {
  const [{ dtype }] = gradients;
  const common = gradients.every((gradient) => gradient.dtype === dtype) ? dtype : "float64";
  const norms = gradients.map((gradient) => reshape(cast(reduceL2(gradient, { keepdims: false }), common), [1]));
  return reduceL2(concat(norms, 0), { keepdims: false });
}

const scaledBy = (gradients: readonly Value[], factor: Value): Value[] =>
  gradients.map((gradient) => mul(gradient, cast(factor, gradient.dtype)));
