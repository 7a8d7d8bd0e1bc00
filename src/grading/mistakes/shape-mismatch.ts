import { sameShape } from "../../tensor/shape.ts";
import { explains, residualOf } from "../diagnosis/observation.ts";
import { defineMistake } from "./define.ts";

/** The right numbers in another shape. */
export const shapeMismatch = defineMistake({
  name: "shape_mismatch",
  cost: 0,
  sentences: {
    en: ({ name }) => `The numbers of ${name} are right but stand in another shape. Reshape them to the shape of the value.`,
    zh: ({ name }) => `${name} 的数值正确，但形状不对。请变形为该值的形状。`,
  },
  seen: ({ observation }) => {
    const { submitted, expected } = observation;
    if (sameShape(submitted.shape, expected.shape) || submitted.data.length !== expected.data.length) return null;
    const residual = residualOf({ ...observation, submitted: { ...submitted, shape: expected.shape } }, expected);
    return explains(residual, 1) ? { residual } : null;
  },
});
