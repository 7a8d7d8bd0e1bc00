import type { Program } from "../graph/program.ts";
import type { Value } from "../ir/graph.ts";
import { formatShape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Limits } from "../wire/limits.ts";
import { type Problem, problem } from "../wire/problems.ts";
import type { Derivatives } from "./differentiate.ts";
import { type Executable, executable, type Result, StepError } from "./execute.ts";
import { type Nonfinite, watch } from "./nonfinite.ts";
import { plan } from "./plan.ts";

export interface Outcome {
  /** The tensors asked for, valid until the next run. */
  readonly wanted: readonly Tensor[];
  readonly nonfinite: Nonfinite | null;
}

export interface Runnable {
  /** Feeds follow the program's inputs, then the cotangent if there is one. */
  readonly run: (feeds: readonly Tensor[], cancelled: () => boolean) => Outcome;
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
  const planned = plan(fed, wanted, watched.values);
  for (const { op, outputs } of planned.steps) {
    for (const slot of outputs) {
      const { shape } = planned.slots[slot];
      if (sizeOf(shape) > limits.elements) {
        throw problem(
          "tensor_too_large",
          `${op.type} would give a tensor of shape ${formatShape(shape)}; the limit is ${limits.elements} elements`,
        );
      }
    }
  }
  if (planned.bytes > limits.bytes) {
    throw problem("memory_limit", `the run would hold ${planned.bytes} bytes; the limit is ${limits.bytes}`);
  }
  if (planned.operations > limits.operations) {
    throw problem(
      "operations_limit",
      `the run would take about ${planned.operations.toExponential(2)} operations; the limit is ${limits.operations.toExponential(2)}`,
    );
  }
  const call = executable(planned);
  return {
    size: planned.steps.length * bytesPerStep + planned.bytes,
    operations: planned.operations,
    run: (feeds, cancelled) => {
      const result = execute(call, feeds, cancelled, program);
      return { wanted: result.wanted, nonfinite: watched.firstIn(result.nonfinite) };
    },
  };
}

function execute(call: Executable, feeds: readonly Tensor[], cancelled: () => boolean, program: Program): Result {
  try {
    return call(feeds, cancelled);
  } catch (error) {
    if (error instanceof StepError) throw refusal(error, program);
    throw error;
  }
}

/** An operator refused its numbers. The client's own node is the first whose id is not smaller, since expansions are made before it. */
function refusal({ node, cause }: StepError, program: Program): Problem {
  const own = program.nodes.find((candidate) => candidate.node.id >= node.id);
  if (own === undefined) return problem("index_out_of_range", `in the backward pass: ${cause.message}`);
  const pointer = own.node === node && cause.input !== undefined ? `${own.pointer}/inputs/${cause.input}` : own.pointer;
  return problem("index_out_of_range", `${own.name}: ${cause.message}`, [{ pointer, detail: cause.message }]);
}
