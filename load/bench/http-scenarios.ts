/** What is measured: bodies for POST /v1/gradients, alike but for their numbers, so that no answer could be kept and given again. */
export interface Scenario {
  readonly name: string;
  readonly bodies: readonly string[];
}

/** Numbers that look like data and are the same in every run. */
const numbers = (count: number, phase: number): number[] =>
  Array.from({ length: count }, (_, at) => Math.round(1e4 * Math.sin(phase + 12.9898 * at)) / 1e4);
const rows = (count: number, width: number, phase: number): number[][] =>
  Array.from({ length: count }, (_, at) => numbers(width, phase + at));

const several = (bodyOf: (phase: number) => object): string[] => Array.from({ length: 64 }, (_, phase) => JSON.stringify(bodyOf(phase)));

export const twoLayers = (phase: number) => ({
  network: {
    layers: [{ type: "Linear", in_features: 8, out_features: 16 }, { type: "Tanh" }, { type: "Linear", in_features: 16, out_features: 4 }],
    loss: { type: "CrossEntropyLoss" },
  },
  parameters: { "0.weight": rows(16, 8, 1), "0.bias": numbers(16, 2), "2.weight": rows(4, 16, 3), "2.bias": numbers(4, 4) },
  inputs: { input: rows(8, 8, 5 + phase), target: [0, 1, 2, 3, 0, 1, 2, 3] },
});

export const sigmoid: Scenario = {
  name: "sigmoid expression",
  bodies: several((phase) => ({ expression: "1/(1+exp(-x))", inputs: { x: numbers(1, phase)[0] } })),
};

export const scenarios: readonly Scenario[] = [
  sigmoid,
  { name: "two-layer network, gradients only", bodies: several((phase) => ({ ...twoLayers(phase), return: ["outputs", "gradients"] })) },
  { name: "two-layer network, everything", bodies: several(twoLayers) },
];
