/** How much one request may ask for. Everything is checked before the work that it would cause. */
export interface Limits {
  /** Bytes of a request body. */
  readonly bodyBytes: number;
  /** Nodes of a graph, after expressions and layers are expanded. */
  readonly nodes: number;
  /** Elements of one tensor, given or computed. */
  readonly elements: number;
  /** Bytes that a run may hold, all tensors together. */
  readonly bytes: number;
  /** Floating-point operations of a run, as estimated. */
  readonly operations: number;
  /** Bytes of an answer. */
  readonly answerBytes: number;
  /** Lists, objects or parentheses inside one another. */
  readonly nesting: number;
  /** Axes of one tensor. */
  readonly rank: number;
  /** Points at which one request evaluates a program. */
  readonly points: number;
}

export const defaultLimits: Limits = Object.freeze({
  bodyBytes: 64 * 2 ** 20,
  nodes: 250_000,
  elements: 2 ** 26,
  bytes: 2 * 2 ** 30,
  operations: 1e11,
  answerBytes: 256 * 2 ** 20,
  nesting: 100,
  rank: 32,
  points: 10_000,
});

/** The limits that the configuration sets, by the names of its variables. */
export const limitsOf = (configured: Readonly<Record<`MAX_${LimitVariable}`, number>>): Limits => ({
  bodyBytes: configured.MAX_BODY_BYTES,
  nodes: configured.MAX_NODES,
  elements: configured.MAX_ELEMENTS,
  bytes: configured.MAX_BYTES,
  operations: configured.MAX_OPERATIONS,
  answerBytes: configured.MAX_ANSWER_BYTES,
  nesting: configured.MAX_NESTING,
  rank: configured.MAX_RANK,
  points: configured.MAX_POINTS,
});

type LimitVariable = "BODY_BYTES" | "NODES" | "ELEMENTS" | "BYTES" | "OPERATIONS" | "ANSWER_BYTES" | "NESTING" | "RANK" | "POINTS";
