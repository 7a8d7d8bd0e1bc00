/** Requests and the answers that the service gives to them, for the contract. A test asks the service. */

interface Example {
  readonly summary: string;
  readonly request: object;
  readonly answer: object;
}

export const evaluateExamples: Readonly<Record<string, Example>> = {};
export const gradientsExamples: Readonly<Record<string, Example>> = {};
export const graphsExamples: Readonly<Record<string, Example>> = {};
