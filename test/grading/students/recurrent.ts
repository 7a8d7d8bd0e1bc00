import { add, addRow, dot, map, type Matrix, mul, scale, sub, sumAll, sumRows, T, zeros } from "./matrix.ts";
import type { Student } from "./student.ts";

const steps = [1, 2, 3, 4, 5] as const;

type Inputs = Record<"x1" | "x2" | "x3" | "x4" | "x5" | "h0" | "W" | "U" | "V" | "y", Matrix> & Record<"b" | "a", number[]>;

/** A recurrent network over five steps with one set of weights, backpropagated through time by a loop. */
export const recurrent: Student<Inputs> = {
  title: "recurrent network",
  request: {
    expression: [...steps.map((t) => `h${t} = tanh(x${t} @ W + h${t - 1} @ U + b)`), "s = h5 @ V + a", "loss = mean((s - y)^2)"].join("; "),
  },
  probe: {
    generate: {
      ...Object.fromEntries(steps.map((t) => [`x${t}`, { shape: [4, 2] }])),
      h0: { shape: [4, 3] },
      W: { shape: [2, 3] },
      U: { shape: [3, 3] },
      b: { shape: [3] },
      V: { shape: [3, 2] },
      a: { shape: [2] },
      y: { shape: [4, 2] },
    },
    items: { outputs: ["loss"], gradients: ["W", "U", "b", "V", "a", ...steps.map((t) => `h${t}`)] },
  },
  parameters: ["W", "U", "b", "V", "a"],
  planted: [
    { slip: "last step of U", mistake: "missing_fanout_sum", places: ["U"] },
    { slip: "last step of W", mistake: "missing_fanout_sum", places: ["W"] },
    { slip: "first step of b", mistake: "missing_fanout_sum", places: ["b"] },
    { slip: "no last step of W", mistake: "missing_fanout_sum", places: ["W"] },
    { slip: "no activation derivative", mistake: "missing_activation_derivative", places: steps.map((t) => `h${t}`) },
    { slip: "activation as derivative", mistake: "activation_used_as_derivative", places: steps.map((t) => `h${t}`) },
    { slip: "derivative of h", mistake: "derivative_of_activated_value", places: steps.map((t) => `h${t}`) },
    { slip: "no activation derivative at 5", mistake: "missing_activation_derivative", places: ["h5"] },
    { slip: "U not transposed", mistake: "transposed", places: steps.map((t) => `h${t}`) },
    { slip: "U transposed", mistake: "transposed", places: ["U"] },
    { slip: "sign", mistake: "wrong_sign", places: ["h5"] },
    { slip: "mean for b", mistake: "bias_mean_instead_of_sum", places: ["b"] },
    { slip: "first row of b", mistake: "bias_first_row_only", places: ["b"] },
    { slip: "no mean", mistake: "missing_batch_mean", places: ["loss"] },
    { slip: "accumulated", mistake: "accumulated_gradient", places: ["W, U, b, V, a"] },
    { slip: "updated V", mistake: "used_updated_weights", places: ["V"] },
  ],
  work(inputs, slips = []) {
    const has = (slip: string): boolean => slips.includes(slip);
    const { W, U, b, V, a, y } = inputs;
    const N = y.length;
    const h: Matrix[] = [inputs.h0];
    for (const t of steps) h.push(map(addRow(add(dot(inputs[`x${t}`], W), dot(h[t - 1], U)), b), Math.tanh));
    const s = addRow(dot(h[5], V), a);
    const loss = sumAll(mul(sub(s, y), sub(s, y))) / (2 * N);

    const ds = scale(sub(s, y), has("no mean") ? 2 : 1 / N);
    const dV = dot(T(h[5]), ds);
    let dh = dot(ds, T(has("updated V") ? sub(V, scale(dV, 0.5)) : V));
    if (has("sign")) dh = scale(dh, -1);
    let [dW, dU, db] = [zeros(W), zeros(U), b.map(() => 0)];
    const dhs: Record<string, Matrix> = {};
    for (const t of steps.toReversed()) {
      dhs[`h${t}`] = dh;
      const slope = (each: number): number => {
        if (has("no activation derivative") || (t === 5 && has("no activation derivative at 5"))) return 1;
        if (has("activation as derivative")) return each;
        return has("derivative of h") ? 1 - Math.tanh(each) ** 2 : 1 - each ** 2;
      };
      const dz = mul(dh, map(h[t], slope));
      if (!(has("last step of W") && t !== 5) && !(has("no last step of W") && t === 5)) dW = add(dW, dot(T(inputs[`x${t}`]), dz));
      if (!(has("last step of U") && t !== 5)) dU = add(dU, dot(T(h[t - 1]), dz));
      const own = has("first row of b") ? dz[0] : sumRows(dz).map((sum) => (has("mean for b") ? sum / N : sum));
      if (!(has("first step of b") && t !== 1)) db = db.map((sum, j) => sum + own[j]);
      dh = dot(dz, has("U not transposed") ? U : T(U));
    }
    if (has("U transposed")) dU = T(dU);
    const times = has("accumulated") ? 2 : 1;
    const gradients = {
      W: scale(dW, times),
      U: scale(dU, times),
      b: db.map((g) => times * g),
      V: scale(dV, times),
      a: sumRows(ds).map((g) => times * g),
    };
    return { outputs: { loss }, gradients: { ...gradients, ...dhs } };
  },
};
