import type { GivenInputs } from "../program/draft.ts";
import { type OwnerOf, ownersIn } from "../program/owner.ts";
import type { Program } from "../program/program.ts";
import type { Node, Value } from "../ir/graph.ts";
import { formatShape, spanOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Limits } from "../request/limits.ts";
import { problem, problemAt } from "../problems/problems.ts";
import { StepError } from "./executable.ts";
import { bytesKept, executable } from "./execute.ts";
import { kernelSteps, type Plan, plan } from "../plan/plan.ts";
import { refusalOf, whereIs } from "./refusal.ts";
import { culpritOf, type Nonfinite, type Watch, watchForward } from "./watch.ts";

/** What a run is given: its tensors, where the client wrote them, and whether it is still wanted. */
export interface Feeding {
  /** They follow the program's inputs, then what else is fed. */
  readonly feeds: readonly Tensor[];
  readonly given: GivenInputs;
  readonly cancelled: () => boolean;
}

export interface Outcome {
  /** The tensors asked for, valid until the next run. */
  readonly wanted: readonly Tensor[];
  readonly nonfinite: Nonfinite | null;
}

export interface Runnable {
  readonly run: (feeding: Feeding) => Outcome;
  /** Bytes outside the heap that keeping this takes. */
  readonly outside: number;
  readonly operations: number;
}

/** What a computation is besides its program and the values that it computes. */
export interface Beside {
  /** What is fed after the program's inputs. */
  readonly fed?: readonly Value[];
  /** Whose numbers are watched: unless told, those of every named value. */
  readonly watch?: Watch;
  /** For which of the client's nodes a node was made: unless told, as the program alone says. */
  readonly ownerOf?: OwnerOf;
}

/** Plans the computation of `wanted`, refuses what exceeds the limits, and makes it callable. */
export function runnable(program: Program, wanted: readonly Value[], limits: Limits, beside: Beside = {}): Runnable {
  const { fed = [], watch = watchForward(program), ownerOf = ownersIn(program) } = beside;
  const planned = plan([...program.inputs.map(({ value }) => value), ...fed], wanted, { watched: watch.values });
  requireWithin(planned, ownerOf, limits);
  const call = executable(planned);
  // A derivative is refused its numbers where the node that it is of may not have run: that one tells the fault in its own words.
  const faultOnTheWay = (node: Node, feeds: readonly Tensor[]): StepError | null => {
    try {
      executable(plan([...program.inputs.map(({ value }) => value), ...fed], node.outputs))(feeds, () => false);
      return null;
    } catch (error) {
      if (error instanceof StepError) return error;
      throw error;
    }
  };
  return {
    outside: bytesKept(planned),
    operations: planned.operations,
    run: ({ feeds, given, cancelled }) => {
      try {
        const result = call(feeds, cancelled);
        return { wanted: result.wanted, nonfinite: culpritOf(watch, result.nonfinite) };
      } catch (error) {
        if (!(error instanceof StepError)) throw error;
        const owner = ownerOf(error.node);
        const earlier = owner.isDerived && owner.own !== null ? faultOnTheWay(owner.own.node, feeds) : null;
        throw refusalOf(earlier ?? error, ownerOf, program, given);
      }
    },
  };
}

/** Refuses a plan that holds or computes too much. Throws Problem with the place of the node that would. */
export function requireWithin(planned: Plan, ownerOf: OwnerOf, { elements, bytes, operations }: Limits): void {
  for (const { node, outputs } of kernelSteps(planned)) {
    for (const slot of outputs) {
      const { shape } = planned.slots[slot];
      if (spanOf(shape) <= elements) continue;
      const owner = ownerOf(node);
      const detail = `${whereIs(owner, node)} would give a tensor of shape ${formatShape(shape)}, and at most ${elements} elements are allowed`;
      throw problemAt("tensor_too_large", owner.isDerived ? "" : owner.own.pointer, detail);
    }
  }
  if (planned.arenaBytes > bytes) {
    throw problem("memory_limit", `The run would hold ${planned.arenaBytes} bytes, and at most ${bytes} are allowed`);
  }
  if (planned.operations > operations) {
    throw problem(
      "operations_limit",
      `The run would take about ${planned.operations.toExponential(2)} operations, and at most ${operations.toExponential(2)} are allowed`,
    );
  }
}
