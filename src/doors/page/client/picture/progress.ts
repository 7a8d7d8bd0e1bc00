import type { ExplainedStep } from "../../../../render/explain/response.ts";

export type PictureStep = Pick<ExplainedStep, "id" | "kind" | "node"> & {
  /** What is said in place of a node's name. */
  readonly symbol?: string;
  readonly edges?: readonly { readonly input: number }[] | undefined;
};

/** What a wire of the picture says of itself. */
export interface WirePlace {
  /** The value that it carries; null for a literal. */
  readonly from: string | null;
  /** The node that it leads to; null where it leads out. */
  readonly to: string | null;
}

/** A step's place among the others: how far the picture has got. */
export class PictureProgress {
  readonly #steps: readonly PictureStep[];
  readonly #at: number | null;
  readonly #places: ReadonlyMap<string, number>;

  /** Null stands for the whole, with nothing left to come. */
  constructor(steps: readonly PictureStep[], at: number | null) {
    this.#steps = steps;
    this.#at = at;
    this.#places = new Map(steps.map(({ kind, node }, place) => [`${kind} ${node}`, place]));
  }

  /** What no step tells of has always been there: inputs, and what is left out. */
  #hasCome(kind: PictureStep["kind"], node: string): boolean {
    return this.#at === null || (this.#places.get(`${kind} ${node}`) ?? -1) <= this.#at;
  }

  hasValue({ from }: WirePlace): boolean {
    return from === null || this.#hasCome("forward", from);
  }

  /** Gradients come last, even those that no step tells of. */
  hasGradient({ from, to }: WirePlace): boolean {
    if (this.#at === null) return true;
    const step = to === null ? `seed ${from}` : `backward ${to}`;
    const place = this.#places.get(step);
    return place === undefined ? this.#at === this.#steps.length - 1 : place <= this.#at;
  }

  hasSum(value: string): boolean {
    return this.#at === null || (this.#places.get(`sum ${value}`) ?? this.#steps.length - 1) <= this.#at;
  }

  /** Whether the step that is shown is about the node itself. */
  isAtNode(node: string): boolean {
    const step = this.#now();
    return step !== null && step.kind !== "sum" && step.node === node;
  }

  isAtWire({ from, to }: WirePlace): boolean {
    const step = this.#now();
    if (step === null) return false;
    if (step.kind === "forward" || step.kind === "backward") return step.node === to;
    return step.kind === "seed" ? to === null && step.node === from : step.node === from;
  }

  isAtSum(value: string): boolean {
    const step = this.#now();
    return step !== null && step.kind === "sum" && step.node === value;
  }

  #now(): PictureStep | null {
    return this.#at === null ? null : (this.#steps[this.#at] ?? null);
  }
}
