import { addRow, map, type Matrix, mul, mulRow, scale, sub, sumAll, sumRows } from "./matrix.ts";
import type { Student } from "./student.ts";

const epsilon = 0.01;

type Inputs = { x: Matrix; gamma: number[]; beta: number[]; t: Matrix };

/** Batch normalisation by the steps of its graph, as courses have it derived, under a mean squared error. */
export const batchNorm: Student<Inputs> = {
  title: "batch normalisation",
  request: {
    expression: [
      "mu = mean(x, axis=0)",
      "xc = x - mu",
      "sq = xc^2",
      `v = mean(sq, axis=0) + ${epsilon}`,
      "std = sqrt(v)",
      "xhat = xc / std",
      "out = gamma * xhat + beta",
      "loss = mean((out - t)^2)",
    ].join("; "),
  },
  probe: {
    generate: { x: { shape: [5, 3] }, gamma: { shape: [3] }, beta: { shape: [3] }, t: { shape: [5, 3] } },
    items: { outputs: ["loss"], gradients: ["x", "gamma", "beta", "xhat", "xc"] },
  },
  parameters: ["x", "gamma", "beta"],
  planted: [
    { slip: "no path through mu", mistake: "missing_fanout_sum", places: ["x"] },
    { slip: "no path through the variance", mistake: "missing_fanout_sum", places: ["xc"] },
    { slip: "sign of mu", mistake: "wrong_sign", places: ["mu"] },
    { slip: "sign of the division", mistake: "wrong_sign", places: ["std"] },
    { slip: "half of the square", mistake: "scale_factor", places: ["xc", "sq", "std", "v"] },
    { slip: "no square root", mistake: "missing_activation_derivative", places: ["std"] },
    { slip: "no mean in the loss", mistake: "missing_batch_mean", places: ["loss"] },
    { slip: "no mean in the variance", mistake: "missing_batch_mean", places: ["reduce_mean_1"] },
    { slip: "beta mean", mistake: "bias_mean_instead_of_sum", places: ["beta"] },
    { slip: "beta first row", mistake: "bias_first_row_only", places: ["beta"] },
    { slip: "gamma first row", mistake: "bias_first_row_only", places: ["gamma"] },
    { slip: "gamma not summed", mistake: "broadcast_not_reduced", places: ["gamma"] },
    { slip: "swapped", mistake: "swapped_operands", places: ["gamma, beta"] },
  ],
  work({ x, gamma, beta, t }, slips = []) {
    const has = (slip: string): boolean => slips.includes(slip);
    const N = x.length;
    const D = gamma.length;
    const columns = (a: Matrix): number[] => sumRows(a).map((sum) => sum / N);
    const mu = columns(x);
    const xc = map(x, (each, _, j) => each - mu[j]);
    const v = columns(mul(xc, xc)).map((each) => each + epsilon);
    const std = v.map(Math.sqrt);
    const xhat = map(xc, (each, _, j) => each / std[j]);
    const out = addRow(mulRow(xhat, gamma), beta);
    const loss = sumAll(mul(sub(out, t), sub(out, t))) / (N * D);

    const dout = scale(sub(out, t), has("no mean in the loss") ? 2 : 2 / (N * D));
    let dbeta: unknown = has("beta first row") ? dout[0] : has("beta mean") ? columns(dout) : sumRows(dout);
    const products = mul(dout, xhat);
    let dgamma: unknown = has("gamma first row") ? products[0] : has("gamma not summed") ? products : sumRows(products);
    if (has("swapped")) [dgamma, dbeta] = [dbeta, dgamma];
    const dxhat = mulRow(dout, gamma);
    const dstd = sumRows(mul(dxhat, xc)).map((sum, j) => ((has("sign of the division") ? 1 : -1) * sum) / v[j]);
    const dv = dstd.map((each, j) => (has("no square root") ? each : (0.5 * each) / std[j]));
    const dsq = map(x, (_row, _i, j) => (has("no mean in the variance") ? dv[j] : dv[j] / N));
    const throughVariance = mul(
      map(xc, (each) => (has("half of the square") ? each : 2 * each)),
      dsq,
    );
    const dxc = map(dxhat, (each, i, j) => each / std[j] + (has("no path through the variance") ? 0 : throughVariance[i][j]));
    const dmu = sumRows(dxc).map((sum) => (has("sign of mu") ? sum : -sum));
    const dx = map(dxc, (each, _, j) => each + (has("no path through mu") ? 0 : dmu[j] / N));
    return { outputs: { loss }, gradients: { x: dx, gamma: dgamma, beta: dbeta, xhat: dxhat, xc: dxc } };
  },
};
