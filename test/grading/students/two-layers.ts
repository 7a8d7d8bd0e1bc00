import { add, addRow, dot, everyNumber, map, type Matrix, mul, scale, softmax, squares, sub, sumAll, sumRows, T } from "./matrix.ts";
import type { Planted, Student } from "./student.ts";

const activations = {
  tanh: { f: Math.tanh, d: (x: number) => 1 - Math.tanh(x) ** 2 },
  sigmoid: { f: (x: number) => 1 / (1 + Math.exp(-x)), d: (x: number) => Math.exp(-x) / (1 + Math.exp(-x)) ** 2 },
  relu: { f: (x: number) => Math.max(0, x), d: (x: number) => (x > 0 ? 1 : 0) },
};

const lambda = 0.1;

type Inputs = Record<"x" | "W1" | "W2" | "y", Matrix> & Record<"b1" | "b2", number[]>;

const common: readonly Planted[] = [
  { slip: "sign", mistake: "wrong_sign", places: ["z2"] },
  { slip: "double", mistake: "scale_factor", places: ["z2"] },
  { slip: "no mean", mistake: "missing_batch_mean", places: ["reduce_mean_1"] },
  { slip: "no penalty", mistake: "missing_regularizer", places: ["W1, W2"] },
  { slip: "no penalty at all", mistake: "missing_regularizer", places: ["W1, W2"] },
  { slip: "no penalty on W1", mistake: "missing_regularizer", places: ["W1"] },
  { slip: "penalty on biases", mistake: "regularizer_on_bias", places: ["b1, b2", "b2, b1"] },
  { slip: "half penalty", mistake: "regularizer_factor_2", places: ["W1, W2"] },
  { slip: "dW1 transposed", mistake: "transposed", places: ["W1"] },
  { slip: "bias not summed", mistake: "broadcast_not_reduced", places: ["b1"] },
  { slip: "bias mean", mistake: "bias_mean_instead_of_sum", places: ["b1"] },
  { slip: "bias first row", mistake: "bias_first_row_only", places: ["b2"] },
  { slip: "no activation derivative", mistake: "missing_activation_derivative", places: ["h"] },
  { slip: "activation as derivative", mistake: "activation_used_as_derivative", places: ["h"] },
  { slip: "no target", mistake: "missing_target", places: ["p"] },
  { slip: "double softmax", mistake: "double_softmax", places: ["p"] },
  { slip: "double softmax in the gradient", mistake: "double_softmax", places: ["p"] },
  { slip: "labels", mistake: "label_off_by_one", places: ["y"] },
  { slip: "accumulated", mistake: "accumulated_gradient", places: ["W1, b1, W2, b2"] },
  { slip: "updated W2", mistake: "used_updated_weights", places: ["W2"] },
  { slip: "flat W2", mistake: "shape_mismatch", places: ["W2"] },
  { slip: "no mean for W1", mistake: "missing_batch_mean", places: ["W1"] },
  { slip: "mean twice", mistake: "batch_mean_twice", places: ["z2"] },
  { slip: "bias over the wrong axis", mistake: "summed_over_wrong_axis", places: ["b1"] },
  { slip: "bias over the wrong axis, kept", mistake: "summed_over_wrong_axis", places: ["b1"] },
  { slip: "bias over everything", mistake: "summed_over_everything", places: ["b2"] },
  { slip: "bias over everything, spread", mistake: "summed_over_everything", places: ["b2"] },
  { slip: "derivative twice", mistake: "extra_activation_derivative", places: ["h"] },
  { slip: "derivative of p", mistake: "extra_activation_derivative", places: ["p"] },
  { slip: "derivative of scores", mistake: "extra_activation_derivative", places: ["z2"] },
  { slip: "z1 for h", mistake: "preactivation_used", places: ["W2"] },
  { slip: "diagonal", mistake: "softmax_jacobian", places: ["p"] },
  { slip: "softmax down", mistake: "softmax_wrong_axis", places: ["p"] },
  { slip: "nothing for W1", mistake: "zero_gradient", places: ["W1"] },
  { slip: "minus twice", mistake: "wrong_sign", places: ["z2"] },
];

/** What is written where the derivative of the activation belongs, in its value a and its input z. */
const slopes: Readonly<
  Record<keyof typeof activations, Readonly<Record<string, readonly [mistake: string, slope: (a: number, z: number) => number]>>>
> = {
  tanh: {
    "1 - a": ["incomplete_activation_derivative", (a) => 1 - a],
    "a (1 - a)": ["other_activation_derivative", (a) => a * (1 - a)],
    "mask of z": ["other_activation_derivative", (_, z) => Number(z > 0)],
    "1 - z²": ["derivative_formula_at_input", (_, z) => 1 - z * z],
  },
  sigmoid: {
    "1 - a": ["incomplete_activation_derivative", (a) => 1 - a],
    "1 - a²": ["other_activation_derivative", (a) => 1 - a * a],
    "mask of z": ["other_activation_derivative", (_, z) => Number(z > 0)],
    "z (1 - z)": ["derivative_formula_at_input", (_, z) => z * (1 - z)],
  },
  relu: {
    "a (1 - a)": ["other_activation_derivative", (a) => a * (1 - a)],
    "1 - a²": ["other_activation_derivative", (a) => 1 - a * a],
  },
};

/** A network of two layers with softmax cross-entropy and an L2 penalty, over a batch. */
export function twoLayers(activation: keyof typeof activations): Student<Inputs> {
  const { f, d } = activations[activation];
  return {
    title: `two layers with ${activation}`,
    request: {
      expression: `z1 = x @ W1 + b1; h = ${activation}(z1); z2 = h @ W2 + b2; p = softmax(z2, axis=1); data = -mean(sum(y * log(p), axis=1)); loss = data + ${lambda} * (sum(W1^2) + sum(W2^2))`,
    },
    probe: {
      generate: {
        x: { shape: [6, 4] },
        W1: { shape: [4, 5] },
        b1: { shape: [5] },
        W2: { shape: [5, 3] },
        b2: { shape: [3] },
        y: { shape: [6, 3], one_hot: true },
      },
      items: { outputs: ["loss"], gradients: ["W1", "b1", "W2", "b2", "z1", "z2"] },
    },
    parameters: ["W1", "b1", "W2", "b2"],
    planted: [
      ...common,
      ...Object.entries(slopes[activation]).map(([slip, [mistake]]) => ({ slip, mistake, places: ["h"] })),
      ...(activation === "relu"
        ? [
            { slip: "inverted mask", mistake: "relu_mask_inverted", places: ["h"] },
            { slip: "mask of dh", mistake: "relu_mask_of_gradient", places: ["h"] },
          ]
        : [{ slip: "derivative of h", mistake: "derivative_of_activated_value", places: ["h"] }]),
    ],
    work({ x, W1, b1, W2, b2, y }, slips = []) {
      const has = (slip: string): boolean => slips.includes(slip);
      const N = x.length;
      const labels: Matrix = has("labels") ? y.map((row) => [row[2], row[0], row[1]]) : y;
      const z1 = addRow(dot(x, W1), b1);
      const h = map(z1, f);
      const z2 = addRow(dot(h, W2), b2);
      const once = has("softmax down") ? T(softmax(T(z2))) : softmax(z2, has("overflow"));
      const p = has("double softmax") ? softmax(once) : once;
      const data = -sumAll(mul(labels, map(p, Math.log))) / N;
      const loss = data + (has("no penalty at all") ? 0 : lambda * (squares(W1) + squares(W2)));

      let dz2 = has("no target") ? p : sub(has("double softmax in the gradient") ? softmax(p) : p, labels);
      if (has("diagonal")) {
        const dp = map(labels, (t, i, j) => -t / p[i][j]);
        dz2 = mul(
          dp,
          map(p, (x) => x * (1 - x)),
        );
      }
      if (!has("no mean")) dz2 = scale(dz2, 1 / N);
      if (has("mean twice")) dz2 = scale(dz2, 1 / N);
      if (has("minus twice")) dz2 = scale(dz2, -2);
      if (has("derivative of p"))
        dz2 = mul(
          dz2,
          map(p, (x) => x * (1 - x)),
        );
      if (has("derivative of scores")) dz2 = mul(dz2, map(z2, activations.sigmoid.d));
      if (has("sign")) dz2 = scale(dz2, -1);
      if (has("double")) dz2 = scale(dz2, 2);
      const penalty = has("half penalty") ? lambda : 2 * lambda;
      let dW2 = dot(T(has("z1 for h") ? z1 : h), dz2);
      if (!has("no penalty") && !has("no penalty at all")) dW2 = add(dW2, scale(W2, penalty));
      let db2: unknown = has("bias first row") ? dz2[0] : sumRows(dz2);
      const used = has("updated W2") ? sub(W2, scale(dW2, 0.3)) : W2;
      const dh = dot(dz2, T(used));
      const slope = (z: number, i: number, j: number): number => {
        if (has("no activation derivative")) return 1;
        if (has("activation as derivative")) return h[i][j];
        if (has("derivative of h")) return d(h[i][j]);
        const written = Object.entries(slopes[activation]).find(([slip]) => has(slip));
        if (written !== undefined) return written[1][1](h[i][j], z);
        if (has("mask of dh")) return Number(dh[i][j] > 0);
        if (has("derivative twice")) return d(z) ** 2;
        return has("inverted mask") ? 1 - d(z) : d(z);
      };
      const dz1 = mul(dh, map(z1, slope));
      let dW1 = dot(T(x), dz1);
      if (!has("no penalty") && !has("no penalty at all") && !has("no penalty on W1")) dW1 = add(dW1, scale(W1, penalty));
      if (has("dW1 transposed")) dW1 = T(dW1);
      if (has("no mean for W1")) dW1 = scale(dW1, N);
      if (has("nothing for W1")) dW1 = map(dW1, () => 0);
      let db1: unknown = has("bias not summed") ? dz1 : has("bias mean") ? sumRows(dz1).map((g) => g / N) : sumRows(dz1);
      if (has("bias over the wrong axis")) db1 = dz1.map((row) => sumAll([row]));
      if (has("bias over the wrong axis, kept")) db1 = dz1.map((row) => [sumAll([row])]);
      if (has("bias over everything")) db2 = sumAll(dz2);
      if (has("bias over everything, spread")) db2 = b2.map(() => sumAll(dz2));
      if (has("penalty on biases")) {
        db1 = sumRows(dz1).map((g, j) => g + 2 * lambda * b1[j]);
        db2 = sumRows(dz2).map((g, j) => g + 2 * lambda * b2[j]);
      }
      let gradients: Record<string, unknown> = { W1: dW1, b1: db1, W2: has("flat W2") ? dW2.flat() : dW2, b2: db2 };
      if (has("accumulated")) {
        gradients = everyNumber(gradients, (x) => 3 * x) as typeof gradients;
      }
      return { outputs: { loss }, gradients: { ...gradients, z1: dz1, z2: dz2 } };
    },
  };
}
