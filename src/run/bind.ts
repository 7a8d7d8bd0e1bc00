import { type BoundChain, bindChain, runChain } from "../kernels/chain.ts";
import { allFinite } from "../kernels/finite.ts";
import { addressOf, viewOf, type Workspace } from "../kernels/workspace.ts";
import { OperatorError } from "../ops/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Cancelled, type Executable, StepError } from "./executable.ts";
import type { Plan } from "../plan/plan.ts";
import type { ChainStep, KernelStep } from "../plan/steps.ts";

/** Plans below this many operations run without looking whether they are cancelled. */
const uninterrupted = 1e5;

/** A plan whose slots have their memory. */
export interface BoundPlan {
  readonly run: Executable<Tensor | null>;
  /** Writes the constants into their places, where they stay until something else uses the memory. */
  readonly fillConstants: () => void;
  /** The tensor of a slot. */
  readonly tensorOf: (slot: number) => Tensor;
}

/** Bytes that a plan needs: its arena, then a flag per watched result of its chains. */
export const bytesToBind = (plan: Plan): number => plan.arenaBytes + flagBytes * flagsOf(plan).length;

const flagBytes = Int32Array.BYTES_PER_ELEMENT;
const flagsOf = ({ steps }: Plan): readonly number[] => steps.flatMap((step) => ("chain" in step ? step.watched : []));

/** Binds a plan without chains to memory of its own. */
export function bindAlone(plan: Plan): BoundPlan {
  const buffer = new ArrayBuffer(plan.arenaBytes);
  return bind(plan, (slot) => {
    const { offset, dtype, shape } = plan.slots[slot];
    return { dtype, shape, data: viewOf(buffer, offset, dtype, shape) };
  });
}

/** Binds a plan to the memory of a workspace from `address` on, where it has `bytesToBind`. */
export function bindShared(plan: Plan, space: Workspace, address: number): BoundPlan {
  const flags = flagsOf(plan);
  const raised = space.tensorAt(address + plan.arenaBytes, { dtype: "int32", shape: [flags.length] });
  return bind(plan, (slot) => space.tensorAt(address + plan.slots[slot].offset, plan.slots[slot]), { space, raised, flags });
}

/** Where chains say which of their results are not finite: one number per flag, whose slots are `flags`. */
interface Chains {
  readonly space: Workspace;
  readonly raised: Tensor;
  readonly flags: readonly number[];
}

function bind(plan: Plan, tensorAt: (slot: number) => Tensor, chains: Chains | null = null): BoundPlan {
  const { slots, fed } = plan;
  const tensors = slots.map(({ offset }, slot): Tensor | null => (offset < 0 ? null : tensorAt(slot)));
  const tensorOf = (slot: number): Tensor => {
    const tensor = tensors[slot];
    if (tensor === null) throw new Error("a chain keeps this value to itself");
    return tensor;
  };
  const steps = bindSteps(plan, tensorOf, chains);
  const constants = slots.flatMap(({ constant, memory }, slot) =>
    constant !== null && memory === slot ? [{ constant, tensor: tensorOf(slot) }] : [],
  );
  const wanted = plan.wanted.map(tensorOf);
  const replace = replacements(plan, tensorOf);
  const watch = new Watch(plan, tensorOf, chains);
  const interruptible = plan.operations > uninterrupted;

  const run: Executable<Tensor | null> = (feeds, cancelled) => {
    for (let feed = 0; feed < fed.length; feed++) {
      const given = feeds[feed];
      if (fed[feed] >= 0 && given !== null) tensorOf(fed[feed]).data.set(given.data);
    }
    watch.begin();
    for (let at = 0; at < steps.length; at++) {
      if (interruptible && cancelled()) throw new Cancelled();
      steps[at]();
      watch.look(at);
    }
    replace();
    return { wanted, nonfinite: watch.end() };
  };
  return { run, tensorOf, fillConstants: () => constants.forEach(({ constant, tensor }) => tensor.data.set(constant.data)) };
}

/** Puts the new numbers of what is updated into its place, where they are not there yet. One update may be what another one replaces. */
function replacements({ slots, updates }: Plan, tensorOf: (slot: number) => Tensor): () => void {
  const apart = [...updates].filter(([into, from]) => slots[into].offset !== slots[from].offset);
  const copies = apart.map(([into, from]) => ({ into: tensorOf(into), from: tensorOf(from), isReplaced: updates.has(from) }));
  return () => {
    const numbers = copies.map(({ from, isReplaced }) => (isReplaced ? from.data.slice() : from.data));
    copies.forEach(({ into }, at) => into.data.set(numbers[at]));
  };
}

function bindSteps({ steps }: Plan, tensorOf: (slot: number) => Tensor, chains: Chains | null): (() => void)[] {
  let flags = chains === null ? 0 : addressOf(chains.raised);
  return steps.map((step) => {
    if ("op" in step) return bindKernel(step, tensorOf);
    if (chains === null) throw new Error("chains run in a workspace");
    const bound = bindToChain(step, tensorOf, flags);
    flags += flagBytes * step.watched.length;
    return () => runChain(chains.space, bound);
  });
}

function bindKernel({ node, op, ...step }: KernelStep, tensorOf: (slot: number) => Tensor): () => void {
  // A rule types its inputs by the specification: null only where an input is optional.
  const inputs = step.inputs.map((slot) => (slot < 0 ? null : tensorOf(slot))) as readonly Tensor[];
  const outputs = step.outputs.map(tensorOf);
  return () => {
    try {
      op.kernel(inputs, outputs, node.attributes);
    } catch (error) {
      throw error instanceof OperatorError ? new StepError(node, error) : error;
    }
  };
}

const bindToChain = ({ chain, inputs, outputs }: ChainStep, tensorOf: (slot: number) => Tensor, flags: number): BoundChain =>
  bindChain(
    chain,
    inputs.map((slot) => addressOf(tensorOf(slot))),
    outputs.map((slot) => addressOf(tensorOf(slot))),
    flags,
  );

/** Finds which watched values hold a NaN or an infinity: chains say so themselves, other results are looked through after their step. */
class Watch {
  readonly #nonfinite: Uint8Array;
  readonly #chains: Chains | null;
  readonly #positions: ReadonlyMap<number, number[]>;
  /** What is looked through before the first step, and after each. */
  readonly #atFirst: readonly Look[];
  readonly #after: readonly (readonly Look[])[];
  readonly #byFlag: readonly (readonly number[])[];

  constructor({ slots, steps, watched }: Plan, tensorOf: (slot: number) => Tensor, chains: Chains | null) {
    this.#nonfinite = new Uint8Array(watched.length);
    this.#chains = chains;
    this.#positions = Map.groupBy(watched.keys(), (at) => (watched[at] < 0 ? -1 : slots[watched[at]].memory));
    const lookAt = (slot: number): Look[] => {
      const positions = this.#positions.get(slot);
      return positions === undefined ? [] : [{ positions, tensor: tensorOf(slot) }];
    };
    this.#after = steps.map((step) => ("op" in step ? step.outputs.flatMap(lookAt) : []));
    const computed = new Set(steps.flatMap((step) => ("op" in step ? step.outputs : step.members.flatMap(({ outputs }) => outputs))));
    this.#atFirst = [...this.#positions.keys()].filter((slot) => slot >= 0 && !computed.has(slot)).flatMap(lookAt);
    this.#byFlag = (chains?.flags ?? []).map((slot) => this.#positions.get(slots[slot].memory) ?? []);
  }

  begin(): void {
    this.#nonfinite.fill(0);
    this.#chains?.raised.data.fill(0);
    for (const look of this.#atFirst) this.#check(look);
  }

  look(step: number): void {
    for (const look of this.#after[step]) this.#check(look);
  }

  end(): Uint8Array {
    const { data } = this.#chains?.raised ?? { data: [] };
    this.#byFlag.forEach((positions, flag) => {
      if (data[flag] !== 0) for (const position of positions) this.#nonfinite[position] = 1;
    });
    return this.#nonfinite;
  }

  #check({ positions, tensor }: Look): void {
    if (!allFinite(tensor)) for (const position of positions) this.#nonfinite[position] = 1;
  }
}

/** A tensor to look through, and the places of the findings. */
interface Look {
  readonly positions: readonly number[];
  readonly tensor: Tensor;
}
