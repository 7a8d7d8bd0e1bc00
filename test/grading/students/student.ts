/** Tensors by name, as JSON has them. */
export type Tensors = Record<string, any>;

export interface Work {
  readonly outputs: Tensors;
  readonly gradients: Tensors;
}

/** A mistake that a student can make, and where a diagnosis should find it. */
export interface Planted {
  readonly mistake: string;
  /** How the student makes it: a key that the student's code branches on. */
  readonly slip: string;
  /** Names of nodes or values any of which is the right place. */
  readonly places: readonly string[];
}

/** A student who writes forward and backward pass of a program by hand, right or with one slip. */
export interface Student {
  readonly title: string;
  readonly request: object;
  readonly probe: object;
  /** Gradients that are submitted when nothing but those of inputs and parameters is asked for. */
  readonly parameters: readonly string[];
  readonly work: (inputs: Tensors, slips?: readonly string[]) => Work;
  readonly planted: readonly Planted[];
}
