import type { GivenInputs } from "../program/draft.ts";
import type { Program } from "../program/program.ts";
import type { Node, Value } from "../ir/graph.ts";
import { formatShape, type Shape, spanOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Limits } from "../request/limits.ts";
import { type Problem, problem, problemAt } from "../problems/problems.ts";
import type { Derivatives } from "./differentiate.ts";
import { StepError } from "./executable.ts";
import { executable } from "./execute.ts";
import { type Nonfinite, watch } from "./nonfinite.ts";
import { kernelSteps, type Plan, plan } from "../plan/plan.ts";
import { refusal } from "./refusal.ts";

export interface Outcome {
  /** The tensors asked for, valid until the next run. */
  readonly wanted: readonly Tensor[];
  readonly nonfinite: Nonfinite | null;
}

export interface Runnable {
  /** Feeds follow the program's inputs, then the cotangent if there is one. */
  readonly run: (feeds: readonly Tensor[], cancelled: () => boolean, given: GivenInputs) => Outcome;
  /** Roughly what keeping this costs, in bytes. */
  readonly size: number;
  readonly operations: number;
}

/** Rough memory of one planned step with its nodes, in bytes: for the cache's account. */
const bytesPerStep = 1000;

/** Plans the computation of `wanted`, refuses what exceeds the limits, and makes it callable. */
export function runnable(program: Program, derivatives: Derivatives | null, wanted: readonly Value[], limits: Limits): Runnable {
  const watched = watch(program, derivatives);
  const fed = program.inputs.map(({ value }) => value);
  if (derivatives?.cotangent) fed.push(derivatives.cotangent);
  const planned = plan(fed, wanted, { watched: watched.values });
  requireWithin(planned, program, limits);
  const call = executable(planned);
  return {
    size: planned.steps.length * bytesPerStep + planned.arenaBytes,
    operations: planned.operations,
    run: (feeds, cancelled, given) => {
      try {
        const result = call(feeds, cancelled);
        return { wanted: result.wanted, nonfinite: watched.firstIn(result.nonfinite) };
      } catch (error) {
        throw error instanceof StepError ? refusal(program, error.node, error.cause, given, derivatives?.flows ?? null) : error;
      }
    },
  };
}

/** Refuses a plan that holds or computes too much. Throws Problem with the place of the node that would. */
export function requireWithin(planned: Plan, program: Program, limits: Limits): void {
  for (const { node, outputs } of kernelSteps(planned)) {
    for (const slot of outputs) {
      const { shape } = planned.slots[slot];
      if (spanOf(shape) > limits.elements) throw tooLarge(program, node, shape, limits);
    }
  }
  if (planned.arenaBytes > limits.bytes) {
    throw problem("memory_limit", `The run would hold ${planned.arenaBytes} bytes, and at most ${limits.bytes} are allowed`);
  }
  if (planned.operations > limits.operations) {
    throw problem(
      "operations_limit",
      `The run would take about ${planned.operations.toExponential(2)} operations, and at most ${limits.operations.toExponential(2)} are allowed`,
    );
  }
}

/** The client's own node is the first whose id is not smaller, since expansions are made before it; gradients come after all of them. */
function tooLarge(program: Program, node: Node, shape: Shape, { elements }: Limits): Problem {
  const own = program.nodes.find((candidate) => candidate.node.id >= node.id);
  const where = own === undefined ? `In a gradient, ${node.op}` : `Node ${own.name} (${own.node.op})`;
  const detail = `${where} would give a tensor of shape ${formatShape(shape)}, and at most ${elements} elements are allowed`;
  return problemAt("tensor_too_large", own?.pointer ?? "", detail);
}
