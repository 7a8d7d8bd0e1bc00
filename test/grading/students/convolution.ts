import { addRow, dot, map, type Matrix, scale, sub, sumAll, sumRows, T } from "./matrix.ts";
import type { Student } from "./student.ts";

type Images = Matrix[][];

type Inputs = { x: Images; W: Images; b: number[]; V: Matrix; a: number[]; t: Matrix };

const indices = (count: number): number[] => [...Array(count).keys()];

/** A 3 × 3 convolution, ReLU, 2 × 2 max-pooling and a linear layer, by loops over every element. */
export const convolution: Student<Inputs> = {
  title: "convolution and pooling",
  request: {
    expression:
      "c = conv(x, W, b); r = relu(c); q = max_pool(r, kernel_shape=[2, 2], strides=[2, 2]); f = flatten(q); s = f @ V + a; loss = mean((s - t)^2)",
  },
  probe: {
    generate: {
      x: { shape: [3, 2, 6, 6] },
      W: { shape: [2, 2, 3, 3] },
      b: { shape: [2] },
      V: { shape: [8, 2] },
      a: { shape: [2] },
      t: { shape: [3, 2] },
    },
    items: { outputs: ["loss"], gradients: ["x", "W", "b", "V", "a", "q", "r", "c"] },
  },
  parameters: ["x", "W", "b", "V", "a"],
  planted: [
    { slip: "kernel not flipped for x", mistake: "kernel_flipped", places: ["c"] },
    { slip: "gradient of W flipped", mistake: "kernel_flipped", places: ["c"] },
    { slip: "inverted mask", mistake: "relu_mask_inverted", places: ["r"] },
    { slip: "no mask", mistake: "missing_activation_derivative", places: ["r"] },
    { slip: "activation as derivative", mistake: "activation_used_as_derivative", places: ["r"] },
    { slip: "first image for b", mistake: "bias_first_row_only", places: ["b"] },
    { slip: "mean for b", mistake: "bias_mean_instead_of_sum", places: ["b"] },
    { slip: "mean for a", mistake: "bias_mean_instead_of_sum", places: ["a"] },
    { slip: "a not summed", mistake: "broadcast_not_reduced", places: ["a"] },
    { slip: "V transposed", mistake: "transposed", places: ["V"] },
    { slip: "sign", mistake: "wrong_sign", places: ["s"] },
    { slip: "no mean", mistake: "missing_batch_mean", places: ["loss"] },
    { slip: "updated V", mistake: "used_updated_weights", places: ["V"] },
    { slip: "flat q", mistake: "shape_mismatch", places: ["q"] },
    { slip: "double", mistake: "scale_factor", places: ["q", "f"] },
  ],
  work({ x, W, b, V, a, t }, slips = []) {
    const has = (slip: string): boolean => slips.includes(slip);
    const N = x.length;
    const [filters, channels] = [W.length, W[0].length];
    const blank = (like: Images): Images => like.map((image) => image.map((plane) => map(plane, () => 0)));
    const c: Images = x.map((image) =>
      indices(filters).map((k) =>
        indices(4).map((i) =>
          indices(4).map((j) => {
            let sum = b[k];
            for (const ch of indices(channels))
              for (const p of indices(3)) for (const q of indices(3)) sum += image[ch][i + p][j + q] * W[k][ch][p][q];
            return sum;
          }),
        ),
      ),
    );
    const r: Images = c.map((image) => image.map((plane) => map(plane, (z) => Math.max(0, z))));
    const pooled: Images = r.map((image) =>
      image.map((plane) =>
        indices(2).map((i) =>
          indices(2).map((j) =>
            Math.max(plane[2 * i][2 * j], plane[2 * i][2 * j + 1], plane[2 * i + 1][2 * j], plane[2 * i + 1][2 * j + 1]),
          ),
        ),
      ),
    );
    const f = pooled.map((image) => image.flat(2));
    const s = addRow(dot(f, V), a);
    const loss = sumAll(map(sub(s, t), (each) => each * each)) / (N * 2);

    const ds = scale(sub(s, t), (has("sign") ? -1 : 1) * (has("no mean") ? 2 : 2 / (N * 2)));
    const da: unknown = has("a not summed") ? ds : sumRows(ds).map((sum) => (has("mean for a") ? sum / N : sum));
    const dV = dot(T(f), ds);
    const df = scale(dot(ds, T(has("updated V") ? sub(V, scale(dV, 0.2)) : V)), has("double") ? 2 : 1);
    const dq: Images = df.map((row) => indices(filters).map((k) => indices(2).map((i) => indices(2).map((j) => row[k * 4 + i * 2 + j]))));
    const dr = blank(r);
    for (const n of indices(N)) {
      for (const k of indices(filters)) {
        for (const i of indices(2)) {
          for (const j of indices(2)) {
            let given = false;
            for (const p of indices(2)) {
              for (const q of indices(2)) {
                if (r[n][k][2 * i + p][2 * j + q] !== pooled[n][k][i][j] || (given && !has("ties"))) continue;
                dr[n][k][2 * i + p][2 * j + q] += dq[n][k][i][j];
                given = true;
              }
            }
          }
        }
      }
    }
    const slope = (z: number): number => {
      if (has("no mask")) return 1;
      if (has("activation as derivative")) return Math.max(0, z);
      return z > 0 !== has("inverted mask") ? 1 : 0;
    };
    const dc: Images = dr.map((image, n) => image.map((plane, k) => map(plane, (g, i, j) => g * slope(c[n][k][i][j]))));
    const dx = blank(x);
    let dW = blank(W);
    const db = indices(filters).map((k) => {
      const sums = dc.map((image) => sumAll(image[k]));
      if (has("first image for b")) return sums[0];
      return sums.reduce((total, each) => total + each, 0) / (has("mean for b") ? N * 16 : 1);
    });
    for (const n of indices(N)) {
      for (const k of indices(filters)) {
        for (const ch of indices(channels)) {
          for (const i of indices(4)) {
            for (const j of indices(4)) {
              for (const p of indices(3)) {
                for (const q of indices(3)) {
                  dW[k][ch][p][q] += x[n][ch][i + p][j + q] * dc[n][k][i][j];
                  dx[n][ch][i + p][j + q] += (has("kernel not flipped for x") ? W[k][ch][2 - p][2 - q] : W[k][ch][p][q]) * dc[n][k][i][j];
                }
              }
            }
          }
        }
      }
    }
    if (has("gradient of W flipped")) dW = dW.map((filter) => filter.map((plane) => plane.toReversed().map((row) => row.toReversed())));
    return {
      outputs: { loss },
      gradients: { x: dx, W: dW, b: db, V: has("V transposed") ? T(dV) : dV, a: da, q: has("flat q") ? df : dq, r: dr, c: dc },
    };
  },
};

/** What students add who let every maximum of a window have the gradient: to be seen only where elements tie. */
export const tied = { slip: "ties", mistake: "pool_ties_all", places: ["q"] };
