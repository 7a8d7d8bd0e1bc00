/** What the page reads of a problem document (RFC 9457). */
export interface ProblemFacts {
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly errors: readonly { readonly pointer: string; readonly detail: string; readonly suggestion?: string }[];
}

/** A request that was refused, with the service's document about it. */
export class ServiceProblem extends Error {
  readonly status: number;
  readonly document: ProblemFacts;

  constructor(status: number, document: ProblemFacts) {
    super(document.detail);
    this.name = "ServiceProblem";
    this.status = status;
    this.document = document;
  }
}

/** A service that does not answer. */
export class Unreachable extends Error {}

/** Inputs of a formula for which nothing was written. */
export class MissingInputs extends Error {
  readonly names: readonly string[];

  constructor(names: readonly string[]) {
    super(names.join(", "));
    this.names = names;
  }
}

/** What a problem says of a place in a formula: `Line 1, column 5: there is no function sofmax`. */
export interface FormulaFault {
  /** From 1, in characters as people count them. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly suggestion: string | undefined;
}

/** The places in a formula that a problem is about. */
export function faultsOf(errors: ProblemFacts["errors"]): FormulaFault[] {
  return errors.flatMap(({ detail, suggestion }) => {
    const [found, line, column] = /^(?:At \S+: )?Line (\d+), column (\d+): /.exec(detail) ?? [];
    if (found === undefined) return [];
    return [{ line: Number(line), column: Number(column), message: detail.slice(found.length), suggestion }];
  });
}
