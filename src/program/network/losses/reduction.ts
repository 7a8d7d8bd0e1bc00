import { z } from "zod";
import type { Value } from "../../../ir/graph.ts";
import { reduceMean } from "../../../ops/reduction/reduce-mean.ts";
import { reduceSum } from "../../../ops/reduction/reduce-sum.ts";
import { broadcastShapes, formatShape, sameShape, type Shape } from "../../../tensor/shape.ts";
import { LayerFault } from "../define.ts";

export const reduction = z
  .enum(["mean", "sum", "none"])
  .default("mean")
  .meta({ description: "How the losses of the elements become one number; `none` keeps them apart", examples: ["sum"] });
export type Reduction = z.output<typeof reduction>;

/** The losses of the elements as the reduction asks for them. */
export function reduced(losses: Value, reduction: Reduction): Value {
  if (reduction === "none") return losses;
  return (reduction === "mean" ? reduceMean : reduceSum)(losses, { keepdims: false });
}

/** What `sameAsOutput` means to a client. */
export const needsSameShape =
  "The target has the shape of the output: another one is refused, where torch.nn would broadcast it with a warning.";

/** Refuses a target of another shape, which torch.nn would broadcast with a warning: it is nearly always a mistake. */
export function sameAsOutput(output: Shape, target: Shape): "floats" {
  if (sameShape(output, target)) return "floats";
  throw new LayerFault(
    "shape_mismatch",
    `the output has the shape ${formatShape(output)}, but the target ${formatShape(target)}; they are not broadcast`,
  );
}

/** Refuses a weight that does not broadcast to the output. */
export function checkBroadcasts(name: string, weight: Value, output: Shape): void {
  const common = broadcastShapes([weight.shape, output]);
  if (common !== null && sameShape(common, output)) return;
  const message = `its ${name} of shape ${formatShape(weight.shape)} does not broadcast to the output's ${formatShape(output)}`;
  throw new LayerFault("shape_mismatch", message, name);
}
