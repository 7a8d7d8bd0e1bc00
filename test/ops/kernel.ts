import { expect } from "vitest";
import { graphOf } from "../../src/ir/graph.ts";
import { paddedInputs } from "../../src/ops/apply.ts";
import { isComposite, type Operator, type Probe } from "../../src/ops/define.ts";
import { isFloating } from "../../src/tensor/dtype.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { type Tensor, zeros } from "../../src/tensor/tensor.ts";
import { interpret } from "../support/interpret.ts";
import "../support/close.ts";
import { type Case, caseOf, elementsOf } from "./cases.ts";

/** Inference says what the kernel does, for a probe in every element type. */
export function checkKernel(op: Operator, probe: Probe): void {
  for (const element of elementsOf(op)) {
    const made = caseOf(op, probe, element);
    const count = probe.outputs ?? op.outputs.length;
    if (op.outputs.every((output) => !output.variadic)) expect(made.outputs.length, "number of outputs").toBeGreaterThanOrEqual(count);
    checkFills(made);
  }
}

/**
 * The kernel writes every element of what inference promises: whatever the outputs hold before, the same numbers stand there after, and
 * they are numbers of their type.
 */
export function checkFills(made: Case): void {
  const filledWith = [77, 0].map((leftovers) => outputsOf(made, leftovers));
  filledWith[0].forEach((tensor, at) => {
    const { dtype, shape } = made.outputs[at];
    expect(tensor.data.length, "elements").toBe(sizeOf(shape));
    expect(tensor, "leftovers show: an element was not written").toBeNear(filledWith[1][at]);
    if (dtype === "bool")
      expect(
        tensor.data.every((x) => x === 0 || x === 1),
        "bools are 0 or 1",
      ).toBe(true);
    else if (!isFloating(dtype)) expect(tensor.data.every(Number.isInteger), "integers are whole").toBe(true);
  });
}

/** A kernel's results, in storage of its operator's making: exactly as large as inference says. */
function outputsOf({ op, inputs, attributes, outputs, feeds }: Case, leftovers: number): Tensor[] {
  if (isComposite(op)) return interpret(graphOf([...feeds.keys()], outputs), feeds, leftovers);
  const tensors = outputs.map(({ dtype, shape }) => zeros(dtype, shape));
  for (const { data } of tensors) data.fill(leftovers);
  const fed = paddedInputs(op, inputs).map((value) => feeds.get(value) ?? null);
  op.kernel(fed as readonly Tensor[], tensors, { ...op.defaults, ...attributes });
  return tensors;
}
