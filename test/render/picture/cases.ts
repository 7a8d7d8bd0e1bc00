/** Requests whose pictures are committed, by the names of their files. */
const network = {
  layers: [{ type: "Linear", out_features: 3 }, { type: "Sigmoid" }, { type: "Linear", out_features: 2 }],
  loss: { type: "MSELoss" },
};
const points = { input: [[0.5, -1]], target: [[1, 0]] };
const sigmoid = { expression: "n = -x; c = exp(n); s = c + 1; y = 1/s", inputs: { x: 1 } };
const fanOut = { expression: "c = a + b; d = b + 1; e = c * d", inputs: { a: 2, b: 1 } };
const neuron = { expression: "1/(1 + exp(-(w0*x0 + w1*x1 + w2)))", inputs: { w0: 2, x0: -1, w1: -3, x1: -2, w2: -3 } };
const affine = {
  expression: "y = x @ w + b; L = sum(y * y)",
  inputs: {
    x: [
      [1, 2],
      [3, 4],
    ],
    w: [
      [0.5, -1],
      [2, 1],
    ],
    b: [1, 2],
  },
};
const functions = { expression: "f(x) = x^2 + 1; g(x) = f(x) * x; y = f(a) + g(b)", inputs: { a: 2, b: 3 } };
const micrograd = {
  expression: `c = a + b; d = a*b + b^3; c = c + c + 1; c = c + 1 + c + (-a); d = d + d*2 + relu(b + a); d = d + 3*d + relu(b - a)
e = c - d; f = e^2; g = f/2; g = g + 10/f`,
  inputs: { a: -4, b: 2 },
};

const every = ["values", "gradients", "locals", "formulas"];

export const cases = {
  "add-node": { expression: "z = x + y", inputs: { x: 10, y: 5 }, cotangent: 1.3 },
  "multiply-node": { expression: "z = x * y", inputs: { x: 10, y: 5 }, cotangent: 1.3 },
  apples: { expression: "price = apple * apple_num; total = price * tax", inputs: { apple: 100, apple_num: 2, tax: 1.1 } },
  "apples-and-oranges": {
    expression:
      "apple_price = apple * apple_num; orange_price = orange * orange_num; all_price = apple_price + orange_price; total = all_price * tax",
    inputs: { apple: 100, apple_num: 2, orange: 150, orange_num: 3, tax: 1.1 },
  },
  square: { expression: "t = x + y; z = t^2", inputs: { x: 1, y: 2 } },
  "square-formulas": {
    expression: "t = x + y; z = t^2",
    inputs: { x: 1, y: 2 },
    show: ["values", "gradients", "formulas"],
    theme: "light",
  },
  sigmoid,
  "sigmoid-dark": { ...sigmoid, theme: "dark", show: every },
  circuit: { expression: "q = x + y; f = q * z", inputs: { x: -2, y: 5, z: -4 } },
  neuron,
  "neuron-thickness": { ...neuron, thickness: true, theme: "light" },
  "fan-out": fanOut,
  "fan-out-down": { ...fanOut, direction: "TB", show: every },
  micrograd,
  affine,
  "affine-formulas": { ...affine, show: every, theme: "light" },
  "heat-maps": {
    expression: "sum(tanh(x @ w))",
    inputs: {
      x: Array.from({ length: 20 }, (_, row) => Array.from({ length: 5 }, (_, column) => Math.sin(row + 2 * column))),
      w: Array.from({ length: 5 }, (_, row) => Array.from({ length: 30 }, (_, column) => Math.cos(3 * row + column))),
    },
  },
  "not-finite": { expression: "y = log(x) * x", inputs: { x: -1 } },
  overflow: { expression: "u = exp(x); y = u * u", inputs: { x: 500 }, theme: "light" },
  network: { network, inputs: points },
  "network-opened": { network, inputs: points, open: ["0", "loss"], theme: "light" },
  "network-down": { network, inputs: points, direction: "TB", theme: "dark" },
  functions,
  "functions-closed": { ...functions, collapse: ["g"], theme: "light" },
  names: {
    graph: {
      nodes: [
        { name: "<script>alert(1)</script>", op: "Mul", inputs: ['"]; digraph', "权重的值".repeat(64)] },
        { name: "👩‍👩‍👧‍👧😀 & more", op: "Exp", inputs: ["<script>alert(1)</script>"] },
        { name: "\u202eשלום right to left", op: "Add", inputs: ["👩‍👩‍👧‍👧😀 & more", "<script>alert(1)</script>"] },
        { name: "end", op: "Sub", inputs: ["\u202eשלום right to left", "W".repeat(256)] },
      ],
      outputs: ["end"],
    },
    inputs: { '"]; digraph': 1, ["权重的值".repeat(64)]: -2, ["W".repeat(256)]: 0.1 },
  },
  unused: {
    graph: { inputs: { x: {}, y: {} }, nodes: [{ name: "t", op: "Neg", inputs: ["x"] }], outputs: ["t", "x"] },
    inputs: { x: 3, y: [1, 2] },
    of: "t",
  },
} as const satisfies Readonly<Record<string, object>>;

/** Texts that stand at the edge from a value to a node. */
export interface EdgeTexts {
  readonly value: string | null;
  readonly gradient: string | null;
}

/** What a picture says at its edges, in the order in which they are drawn; `null` for what goes to no node. */
export function edgesOf(svg: string): (EdgeTexts & { readonly from: string | null; readonly to: string | null })[] {
  return Array.from(svg.matchAll(/<g class="edge[^"]*"([^>]*)>(.*?)<\/g>/gs), ([, attributes, content]) => ({
    from: attributeOf(attributes, "data-from"),
    to: attributeOf(attributes, "data-to"),
    value: textOf(content, "value"),
    gradient: textOf(content, "gradient"),
  }));
}

const attributeOf = (attributes: string, name: string): string | null => new RegExp(`${name}="([^"]*)"`).exec(attributes)?.[1] ?? null;
const textOf = (content: string, kind: string): string | null =>
  new RegExp(`<text class="${kind}[^>]*>(.*?)</text>`, "s").exec(content)?.[1] ?? null;
