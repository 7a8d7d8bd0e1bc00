import { describe, expect, test } from "vitest";
import { catalogue } from "../../src/ops/catalogue.ts";
import { isFloating } from "../../src/tensor/dtype.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { graphOf } from "../../src/ir/graph.ts";
import type { Operator } from "../../src/ops/define.ts";
import { table } from "../oracle/table.ts";
import { interpret } from "../support/interpret.ts";
import { Random } from "../support/random.ts";
import { type Case, caseFor } from "./cases.ts";
import { checkAgainstDifferences, checkDotProduct, gradientObjective, objectiveOf } from "./derivatives.ts";

// Gradients in the cases that are made for ONNX Runtime: more shapes and attributes than probes have.

const wanted = 10;
/** What central differences take time for. */
const mostVariables = 60;

/** In double precision, and nothing on a kink: halves for Round, zeros, infinities and the like are for other tests. */
const ordinary = ({ dtype, data }: Tensor): boolean =>
  !isFloating(dtype) || (dtype === "float64" && data.every((x) => Math.abs(x) > 1e-3 && Math.abs(x) < 1e3 && (x * 2) % 1 !== 0));

const finite = ({ dtype, data }: Tensor): boolean => !isFloating(dtype) || (dtype === "float64" && data.every(Number.isFinite));

function casesOf(op: Operator): Case[] {
  const found: Case[] = [];
  for (let at = 0; at < 60 && found.length < wanted; at++) {
    const { inputs, attributes, outputs = 1 } = table[op.type].make(new Random(`variety ${op.type} ${at}`), "float64", at);
    const given = inputs.filter((tensor) => tensor !== null);
    const elements = given.reduce((sum, { dtype, shape }) => sum + (isFloating(dtype) ? sizeOf(shape) : 0), 0);
    if (elements > mostVariables || !given.every(ordinary)) continue;
    const made = caseFor(op, inputs, { attributes, outputs });
    if (interpret(graphOf([...made.feeds.keys()], made.outputs), made.feeds).every(finite)) found.push(made);
  }
  return found;
}

const differentiable = catalogue.filter(({ type, inputs }) => type in table && inputs.some((input) => input.differentiable));

describe.each(differentiable.map((op) => [op.type, op] as const))("%s", (_, op) => {
  const cases = casesOf(op);

  test("gradients agree with central differences in cases of many kinds", () => {
    for (const made of cases) checkAgainstDifferences(objectiveOf(made));
  });

  test("forward mode is the transpose of reverse mode, at order 1 and 2", () => {
    for (const made of cases) {
      const objective = objectiveOf(made);
      checkDotProduct(objective);
      checkDotProduct(gradientObjective(objective));
    }
  });

  test("there are such cases", () => {
    expect(cases.length).toBeGreaterThan(3);
  });
});
