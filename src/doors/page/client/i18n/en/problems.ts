/** What the page says of a problem before the service's own sentence; by code, and by what happened where there is no code. */
export const problems = {
  unreachable: "The service does not answer. Is it running, and is this device connected to it?",
  missing: (names: string) => `No value was given for ${names}.`,
  at: "At",
  didYouMean: (name: string) => `Did you mean ${name}?`,
  /** The service's sentence about a place in a formula, where the page says it in the reader's language; null where it stays as it is. */
  fault: (_told: string): string | null => null,
  titles: {
    invalid_expression: "The formula cannot be read",
    unknown_function: "There is no such function",
    shape_mismatch: "The shapes do not fit",
    missing_input: "An input has no value",
    not_differentiable: "There is nothing to differentiate",
    objective_not_scalar: "The result is not a single number",
    too_large: "That is too large",
    unauthorized: "A key is needed",
    forbidden: "This key is not for that",
    queue_full: "The service is busy: try again in a moment",
    deadline_exceeded: "That took too long",
    internal: "The service failed",
  } as Readonly<Record<string, string>>,
};
