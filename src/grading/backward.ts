import { pullBack, unbroadcast } from "../autodiff/reverse.ts";
import type { Value } from "../ir/graph.ts";
import { sumOf } from "../ops/arithmetic/sum.ts";
import { paddedInputs } from "../ops/apply.ts";
import { isComposite } from "../ops/define.ts";
import { filled } from "../ops/shape/expand.ts";
import { isFloating } from "../tensor/dtype.ts";
import type { TapeStep, Tape } from "./tape.ts";

type Gradients = readonly (Value | null)[];

/** What is at hand where gradients are pulled back through a step. */
export interface Pull {
  readonly step: TapeStep;
  /** The cotangents that arrive, one per output. */
  readonly grads: readonly Value[];
  /** What the rule gives for each input, in the broadcast shape where it says so. */
  readonly raw: Gradients;
  /** The same in the shape of the input, as it flows along the edge. */
  readonly flows: Gradients;
}

/** What flows back along a step's edges in place of `flows`. */
export type Change = (pull: Pull) => Gradients;

export interface BackwardOptions {
  /** Wrong rules, by the step that they are used at. */
  readonly changes?: ReadonlyMap<TapeStep, Change>;
  /** Gradients that go on in place of what was summed up. */
  readonly gradients?: ReadonlyMap<Value, Value>;
  /** Edge gradients that go on in place of what flowed there. */
  readonly edges?: ReadonlyMap<TapeStep, ReadonlyMap<number, Value>>;
}

/**
 * Reverse mode over a tape, as a walk that can be amended: a mistake is a pass over the same tape with one rule changed. Only what the
 * change reaches is computed anew, the rest is the original's. The original does not take the gradients that the answer has: a node that
 * is taken apart here is one edge there, whose flow is a sum already, and before it no term is shared and sums may round otherwise.
 */
export class BackwardPass {
  readonly tape: Tape;
  readonly objective: Value;
  readonly #seed: Value;
  readonly #original: BackwardPass | null;
  readonly #options: BackwardOptions;
  readonly #pulls = new Map<TapeStep, { readonly computed: Gradients; readonly passedOn: Gradients }>();
  readonly #sums = new Map<Value, Value | null>();
  readonly #touched = new Set<Value>();

  constructor(tape: Tape, objective: Value, seed: Value, original: BackwardPass | null = null, options: BackwardOptions = {}) {
    this.tape = tape;
    this.objective = objective;
    this.#seed = seed;
    this.#original = original;
    this.#options = options;
    for (const step of tape.steps.toReversed()) this.#visit(step);
  }

  /** The same walk with something changed. */
  amended(options: BackwardOptions): BackwardPass {
    return new BackwardPass(this.tape, this.objective, this.#seed, this, options);
  }

  /** A walk over another tape for the same objective. */
  over(tape: Tape, options: BackwardOptions = {}): BackwardPass {
    return new BackwardPass(tape, tape.at(this.objective), this.#seed, null, options);
  }

  /** What the edges of a value add up to; null when nothing flows back to it. */
  sumAt(value: Value): Value | null {
    if (this.#original !== null && !this.#touched.has(value)) return this.#original.sumAt(value);
    let sum = this.#sums.get(value);
    if (sum === undefined) {
      const arriving = value === this.objective ? [this.#seed] : [];
      for (const { step, input } of this.tape.consumers(value)) {
        const flow = this.#passedOn(step)[input] ?? null;
        if (flow !== null) arriving.push(flow);
      }
      this.#sums.set(value, (sum = arriving.length === 0 ? null : sumOf(arriving)));
    }
    return sum;
  }

  /** What flows back along an edge; null when nothing does. */
  flowAt(step: TapeStep, input: number): Value | null {
    return this.#pull(step)?.computed[input] ?? null;
  }

  #gradientOf(value: Value): Value | null {
    return this.#options.gradients?.get(value) ?? this.sumAt(value);
  }

  #pull(step: TapeStep): { readonly computed: Gradients; readonly passedOn: Gradients } | undefined {
    const own = this.#pulls.get(step);
    return own === undefined && this.#original !== null ? this.#original.#pull(step) : own;
  }

  #passedOn(step: TapeStep): Gradients {
    return this.#pull(step)?.passedOn ?? [];
  }

  #visit(step: TapeStep): void {
    const { changes, edges } = this.#options;
    if (this.#original !== null && changes?.has(step) !== true && !step.outputs.some((value) => this.#touched.has(value))) return;
    const arriving = step.outputs.map((value) => this.#gradientOf(value));
    const reached = arriving.some((grad) => grad !== null);
    const none: Gradients = step.inputs.map(() => null);
    const before = this.#original === null ? none : this.#original.#passedOn(step);
    const computed = reached
      ? this.#flows(
          step,
          arriving.map((grad, at) => grad ?? filled(0, step.outputs[at])),
        )
      : none;
    const put = edges?.get(step);
    const passedOn = put === undefined ? computed : computed.map((flow, input) => put.get(input) ?? flow);
    this.#pulls.set(step, { computed, passedOn });
    if (this.#original === null) return;
    step.inputs.forEach((value, input) => {
      if (value !== null && passedOn[input] !== (before[input] ?? null)) this.#touched.add(value);
    });
  }

  #flows(step: TapeStep, grads: readonly Value[]): Gradients {
    const raw = ruleOf(step, step.inputs, step.outputs, grads);
    const flows = step.inputs.map((value, input) => {
      const gradient = raw[input] ?? null;
      return gradient === null || value === null || !isFloating(value.dtype) ? null : unbroadcast(gradient, value.shape);
    });
    return this.#changed({ step, grads, raw, flows });
  }

  /** A walk that amends an amended one keeps what that one changed. */
  #changed(pull: Pull): Gradients {
    const flows = this.#original === null ? pull.flows : this.#original.#changed(pull);
    const change = this.#options.changes?.get(pull.step);
    return change === undefined ? flows : change({ ...pull, flows });
  }
}

/** A step's rule at other inputs and outputs than its own; one gradient per input. */
export function ruleOf(step: TapeStep, inputs: readonly (Value | null)[], outputs: readonly Value[], grads: readonly Value[]): Gradients {
  const { op, node } = step;
  if (isComposite(op)) return pullBack(node, grads);
  if (op.vjp === null) return [];
  return op.vjp({ inputs: paddedInputs(op, inputs), outputs, grads, attributes: node.attributes });
}
