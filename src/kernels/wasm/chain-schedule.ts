import type { Chain } from "./chain-source.ts";
import { instructions } from "./instructions.ts";

/** Where the results of a chain's steps are kept. */
export interface Schedule {
  /** Per step: the register that holds its result, or, where an output serves as the register, ~output. */
  readonly places: readonly number[];
  readonly registers: number;
}

/**
 * Gives every step's result a register, which another takes after its last use. An output serves as the register where no later step reads
 * an input, so that it may lie over one.
 */
export function scheduleOf({ steps, outputs }: Chain): Schedule {
  const lastUse = steps.map((_, at) => at);
  const lastInput = steps.findLastIndex(({ operands }) => operands.some((operand) => "input" in operand));
  const sources = steps.map(({ operands }) => [...new Set(operands.flatMap((operand) => ("step" in operand ? [operand.step] : [])))]);
  sources.forEach((read, at) => read.forEach((step) => (lastUse[step] = at)));
  // What is stored from a register waits for the end of the block.
  const isStored = (step: number): boolean => outputs.includes(step) && instructions[steps[step].instruction].result === "number";
  steps.forEach((_, at) => isStored(at) && (lastUse[at] = steps.length));

  const places: number[] = [];
  const free: number[] = [];
  let registers = 0;
  steps.forEach((_, at) => {
    const release = (step: number): void => void (lastUse[step] === at && places[step] >= 0 && free.push(places[step]));
    sources[at].forEach(release);
    if (isStored(at) && at >= lastInput) places.push(~outputs.indexOf(at));
    else places.push(free.pop() ?? registers++);
    release(at);
  });
  return { places, registers };
}
