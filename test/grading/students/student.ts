/** What a student hands in. */
export interface Work {
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly gradients: Readonly<Record<string, unknown>>;
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
export interface Student<Inputs = Readonly<Record<string, unknown>>> {
  readonly title: string;
  readonly request: object;
  readonly probe: object;
  /** Gradients that are submitted when nothing but those of inputs and parameters is asked for. */
  readonly parameters: readonly string[];
  /** A method, so that students of all programs make one list: each is given inputs of its own program alone. */
  work(inputs: Inputs, slips?: readonly string[]): Work;
  readonly planted: readonly Planted[];
}
