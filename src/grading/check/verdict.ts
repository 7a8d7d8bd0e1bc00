import { norm } from "../compare.ts";
import { type JsonNumber, jsonNumber } from "../json-number.ts";
import type { Tolerance } from "../tolerance.ts";

/** A number of a gradient beside its numerical counterpart. */
export interface Pair {
  readonly analytic: number;
  readonly numerical: number;
  /** The node whose kink lies between the points compared, null for one without a name; undefined when there is none. */
  readonly kink: string | null | undefined;
  /** The step that the counterpart was found with. */
  readonly step: number;
  /** Whether the counterpart says nothing of the gradient. */
  readonly isUnproven: boolean;
  readonly tolerance: Tolerance;
}

/** Whether a pair was compared at all. */
export const isCompared = ({ kink, isUnproven }: Pair): boolean => kink === undefined && !isUnproven;

export interface JudgedPair {
  readonly analytic: JsonNumber;
  readonly numerical: JsonNumber;
  readonly absolute_error: JsonNumber;
  readonly relative_error: JsonNumber;
  readonly verdict: "passed" | "failed" | "kink" | "unproven";
  readonly kink?: string | null;
}

/** Judges numbers that were compared together. A tolerance of whole tensors is of all of them as one, kinks left out. */
export class Jury {
  readonly #norms: number;
  /** norm(a - n) / (norm(a) + norm(n)); undefined when each number is judged by itself. */
  readonly error: number | undefined;
  /** Whether none failed, by itself or together. */
  readonly passed: boolean;

  constructor(comparisons: readonly Pair[]) {
    const counted = comparisons.filter(isCompared);
    this.#norms = norm(counted.map(({ analytic }) => analytic)) + norm(counted.map(({ numerical }) => numerical));
    const bound = comparisons.find(({ tolerance }) => tolerance.over === "tensor")?.tolerance.bound;
    const off = norm(counted.map(({ analytic, numerical }) => analytic - numerical));
    this.error = bound === undefined ? undefined : off === 0 ? 0 : off / this.#norms;
    const together = bound === undefined || this.error === undefined || this.error <= bound;
    this.passed = together && counted.every((comparison) => this.excess(comparison) <= 1);
  }

  /** The error in units of what is allowed. Whatever is not finite is beyond all bounds, unless it is the same infinity. */
  excess({ analytic, numerical, tolerance }: Pair): number {
    if (analytic === numerical) return 0;
    const error = tolerance.over === "tensor" ? Math.abs(analytic - numerical) / this.#norms : tolerance.error(analytic, numerical);
    const units = error / tolerance.bound;
    return Number.isNaN(units) ? Number.POSITIVE_INFINITY : units;
  }

  #verdict(comparison: Pair): "passed" | "failed" | "unproven" {
    if (comparison.isUnproven) return "unproven";
    return this.excess(comparison) <= 1 ? "passed" : "failed";
  }

  judge(comparison: Pair): JudgedPair {
    const { analytic, numerical, kink } = comparison;
    const off = analytic === numerical ? 0 : Math.abs(analytic - numerical);
    return {
      analytic: jsonNumber(analytic),
      numerical: jsonNumber(numerical),
      absolute_error: jsonNumber(off),
      relative_error: jsonNumber(off === 0 ? 0 : off / Math.max(Math.abs(analytic), Math.abs(numerical))),
      ...(kink === undefined ? { verdict: this.#verdict(comparison) } : { verdict: "kink", kink }),
    };
  }
}
