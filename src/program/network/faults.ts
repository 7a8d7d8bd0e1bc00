import { type Fault, OperatorError } from "../../ops/errors.ts";
import { formatShape, type Shape } from "../../tensor/shape.ts";
import type { ProblemCode } from "../../problems/catalogue.ts";
import { type Problem, problemAt } from "../../problems/problems.ts";
import { LayerFault, type LayerSource, type LossSource } from "./define.ts";

/** Where a part of the network stands in the request, by its path inside the network. */
export type NetworkPointer = (...path: readonly (string | number)[]) => string;

/** What the refusal of an operator inside a layer means to who wrote the layer. */
const codes: Readonly<Record<Fault, ProblemCode>> = {
  arity: "invalid_layer",
  missing: "invalid_layer",
  attribute: "invalid_layer",
  type: "type_mismatch",
  shape: "shape_mismatch",
  static: "static_value_required",
  index: "index_out_of_range",
  domain: "number_out_of_range",
  size: "tensor_too_large",
};

/** A layer or the loss, for sentences about it. */
export interface Stage {
  /** Such as "Layer 2 (Linear)". */
  readonly title: string;
  /** Where it stands in the request, and one of its arguments. */
  readonly pointer: (argument?: string) => string;
}

export function layerStage({ type, name }: LayerSource, index: number, locate: NetworkPointer): Stage {
  const title = name === undefined ? `Layer ${index} (${type})` : `Layer ${index} (${type} ${name})`;
  return { title, pointer: (argument) => (argument === undefined ? locate("layers", index) : locate("layers", index, argument)) };
}

export const lossStage = ({ type }: LossSource, locate: NetworkPointer): Stage => ({
  title: `The loss (${type})`,
  pointer: (argument) => (argument === undefined ? locate("loss") : locate("loss", argument)),
});

/** Runs a rule of a layer, and turns its refusal into a problem that names the layer and what came in. */
export function within<T>(stage: Stage, input: Shape | null, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof LayerFault) throw refusal(error.code, stage, input, error.message, error.argument);
    if (error instanceof OperatorError) throw refusal(codes[error.fault], stage, input, error.message);
    throw error;
  }
}

function refusal(code: ProblemCode, { title, pointer }: Stage, input: Shape | null, message: string, argument?: string): Problem {
  const given = input === null ? "" : ` with an input of shape ${formatShape(input)}`;
  return problemAt(code, pointer(argument), `${title}${given}: ${message}`);
}
