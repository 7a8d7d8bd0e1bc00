import type { Tensor } from "../tensor/tensor.ts";
import { broadcastStrides } from "../tensor/shape.ts";
import type { Instruction } from "./wasm/instructions.ts";
import { copyStrided, mapBinary, mapTernary, mapUnary } from "./elementwise.ts";

/** What an instruction works on: an operand of the function, the result of an earlier step, or a number. */
export type ElementOperand = { readonly operand: number } | { readonly step: number } | { readonly number: number };

export interface ElementStep {
  readonly instruction: Instruction;
  readonly operands: readonly ElementOperand[];
}

/** A function of one to three numbers that is applied element by element, under broadcasting. */
export interface ElementFunction {
  readonly arity: 1 | 2 | 3;
  /** What it computes, in doubles; operands beyond its arity are not looked at. */
  readonly f: (a: number, b: number, c: number) => number;
  /** Whether a function of two numbers takes any number of operands, one after another: f(f(a, b), c). */
  readonly folds?: boolean;
  /** The same in SIMD instructions for floating-point (and bool) operands, the last step's result being its own; absent: only the loops have it. */
  readonly steps?: readonly ElementStep[];
}

/** A function that one SIMD instruction computes as well. */
export const direct = (instruction: Instruction, arity: 1 | 2 | 3, f: ElementFunction["f"]): ElementFunction => ({
  arity,
  f,
  steps: [{ instruction, operands: [{ operand: 0 }, { operand: 1 }, { operand: 2 }].slice(0, arity) }],
});

/** A function of several instructions: `build` writes it as nested calls, of which equal ones stay one by being one object. */
export const composed = (
  arity: 1 | 2 | 3,
  f: ElementFunction["f"],
  build: (...operands: readonly InstructionTerm[]) => InstructionCall,
): ElementFunction => {
  const steps: ElementStep[] = [];
  const places = new Map<InstructionCall, number>();
  const place = (term: InstructionTerm): ElementOperand => {
    if (typeof term === "number") return { number: term };
    if ("operand" in term) return term;
    let step = places.get(term);
    if (step === undefined) {
      step = steps.push({ instruction: term.instruction, operands: term.terms.map(place) }) - 1;
      places.set(term, step);
    }
    return { step };
  };
  place(build(...[0, 1, 2].slice(0, arity).map((operand) => ({ operand }))));
  return { arity, f, steps };
};

export type InstructionTerm = number | { readonly operand: number } | InstructionCall;

export interface InstructionCall {
  readonly instruction: Instruction;
  readonly terms: readonly InstructionTerm[];
}

export const instruction = (instruction: Instruction, ...terms: readonly InstructionTerm[]): InstructionCall => ({ instruction, terms });

/** A function that only the loops compute. */
export const looped = (arity: 1 | 2 | 3, f: ElementFunction["f"]): ElementFunction => ({ arity, f });

/** Fills `out` with a function of the operands, broadcast to its shape. */
export function mapElements({ arity, f, folds }: ElementFunction, operands: readonly Tensor[], out: Tensor): void {
  const [a, b, c] = operands;
  if (folds) {
    copyStrided(a, broadcastStrides(a.shape, out.shape), 0, out);
    for (let at = 1; at < operands.length; at++) mapBinary(f as (a: number, b: number) => number, out, operands[at], out);
  } else if (arity === 1) mapUnary(f as (a: number) => number, a, out);
  else if (arity === 2) mapBinary(f as (a: number, b: number) => number, a, b, out);
  else mapTernary(f, a, b, c, out);
}
