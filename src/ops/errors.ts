import type { Node } from "../ir/graph.ts";

/** What is wrong with an application of an operator. An index, a number outside its domain, and a size that memory would not hold, may also be met in a gradient. */
export type Fault = "arity" | "missing" | "type" | "shape" | "attribute" | "static" | "index" | "domain" | "size";

/** An operator refuses its inputs or attributes. `input` or `attribute` names the offending place where there is one. */
export class OperatorError extends Error {
  readonly fault: Fault;
  readonly input: number | undefined;
  readonly attribute: string | undefined;

  constructor(fault: Fault, message: string, place: { input?: number; attribute?: string } = {}) {
    super(message);
    this.name = "OperatorError";
    this.fault = fault;
    this.input = place.input;
    this.attribute = place.attribute;
  }
}

/** An operator refused what a node met: at which node, and why. */
export class NodeError extends Error {
  readonly node: Node;
  override readonly cause: OperatorError;

  constructor(node: Node, cause: OperatorError) {
    super(cause.message);
    this.node = node;
    this.cause = cause;
  }
}
