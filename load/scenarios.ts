/** What is measured: a name and a body for POST /v1/gradients. */
export interface Scenario {
  readonly name: string;
  readonly body: string;
}

/** Numbers that look like data and are the same in every run. */
const numbers = (count: number, phase: number): number[] =>
  Array.from({ length: count }, (_, at) => Math.round(1e4 * Math.sin(phase + 12.9898 * at)) / 1e4);
const rows = (count: number, width: number, phase: number): number[][] =>
  Array.from({ length: count }, (_, at) => numbers(width, phase + at));

export const twoLayers = {
  network: {
    layers: [{ type: "Linear", in_features: 8, out_features: 16 }, { type: "Tanh" }, { type: "Linear", in_features: 16, out_features: 4 }],
    loss: { type: "CrossEntropyLoss" },
  },
  parameters: { "0.weight": rows(16, 8, 1), "0.bias": numbers(16, 2), "2.weight": rows(4, 16, 3), "2.bias": numbers(4, 4) },
  inputs: { input: rows(8, 8, 5), target: [0, 1, 2, 3, 0, 1, 2, 3] },
};

export const scenarios: readonly Scenario[] = [
  { name: "sigmoid expression", body: JSON.stringify({ expression: "1/(1+exp(-x))", inputs: { x: 1 } }) },
  { name: "two-layer network, gradients only", body: JSON.stringify({ ...twoLayers, return: ["outputs", "gradients"] }) },
  { name: "two-layer network, everything", body: JSON.stringify(twoLayers) },
];
