import { pullBack } from "../../autodiff/reverse.ts";
import type { Value } from "../../ir/graph.ts";
import { apply } from "../../ops/apply.ts";
import { isComposite } from "../../ops/define.ts";
import { type Pull, ruleOf } from "../backward.ts";
import type { Ways } from "../mistakes/define.ts";
import type { TapeStep } from "../tape.ts";
import { changing } from "./ground.ts";

/** A wrong local derivative at every function of single numbers that is bent; null where it cannot be. */
export const atBend = (wrong: (step: TapeStep, at: number) => ((pull: Pull) => Value | null) | null): Ways => ({
  topic: "activations",
  rules: (step, ground) => {
    const at = ground.bentInput(step);
    const flow = at === null ? null : wrong(step, at);
    return at === null || flow === null ? [] : [{ step, input: at, change: changing(at, flow) }];
  },
});

/** What the step's rule gives for one input if that input were `x`. */
export function derivativeAt(step: TapeStep, at: number, x: Value, grads: readonly Value[]): Value | null {
  const inputs = step.inputs.map((value, position) => (position === at ? x : value));
  const outputs = apply(step.op, inputs, step.node.attributes, step.outputs.length);
  const { node } = outputs[0];
  if (node === null) return null;
  return (isComposite(step.op) ? pullBack(node, grads) : ruleOf(step, inputs, outputs, grads))[at] ?? null;
}
