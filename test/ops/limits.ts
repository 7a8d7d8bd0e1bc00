// What operators make of NaN, infinities and numbers near the end of the range: IEEE 754, and the limits of the functions.

const { NaN: nan, POSITIVE_INFINITY: inf, MAX_VALUE: huge } = Number;

/** The gamma of Selu, as ONNX has it: a float32. */
const scale = 1.05070102214813232421875;

/** f(NaN), f(∞), f(-∞), f(1e300), f(-1e300) and f(-0), as IEEE 754 and the limits of the functions say. */
export const unary: Readonly<Record<string, readonly number[]>> = {
  Abs: [nan, inf, inf, 1e300, 1e300, 0],
  Acos: [nan, nan, nan, nan, nan, Math.PI / 2],
  Acosh: [nan, inf, nan, 691.4686750787736, nan, nan],
  Asin: [nan, nan, nan, nan, nan, 0],
  Asinh: [nan, inf, -inf, 691.4686750787736, -691.4686750787736, 0],
  Atan: [nan, Math.PI / 2, -Math.PI / 2, Math.PI / 2, -Math.PI / 2, 0],
  Atanh: [nan, nan, nan, nan, nan, 0],
  Ceil: [nan, inf, -inf, 1e300, -1e300, 0],
  Celu: [nan, inf, -1, 1e300, -1, 0],
  Cos: [nan, nan, nan, Math.cos(1e300), Math.cos(1e300), 1],
  Cosh: [nan, inf, inf, inf, inf, 1],
  Elu: [nan, inf, -1, 1e300, -1, 0],
  Erf: [nan, 1, -1, 1, -1, 0],
  Erfc: [nan, 0, 2, 0, 2, 1],
  Exp: [nan, inf, 0, inf, 0, 1],
  Expm1: [nan, inf, -1, inf, -1, -0],
  Floor: [nan, inf, -inf, 1e300, -1e300, 0],
  Gaussian: [nan, 0, 0, 0, 0, 1],
  Gelu: [nan, inf, nan, 1e300, 0, 0],
  HardSigmoid: [nan, 1, 0, 1, 0, 0.5],
  HardSwish: [nan, inf, nan, 1e300, 0, 0],
  Identity: [nan, inf, -inf, 1e300, -1e300, 0],
  IsInf: [0, 1, 1, 0, 0, 0],
  IsNaN: [1, 0, 0, 0, 0, 0],
  LeakyRelu: [nan, inf, -inf, 1e300, -1e298, 0],
  Log: [nan, inf, nan, 690.7755278982137, nan, -inf],
  Log1p: [nan, inf, nan, 690.7755278982137, nan, -0],
  Mish: [nan, inf, nan, 1e300, 0, 0],
  Neg: [nan, -inf, inf, -1e300, 1e300, 0],
  Reciprocal: [nan, 0, 0, 1e-300, -1e-300, -inf],
  Relu: [nan, inf, 0, 1e300, 0, 0],
  Round: [nan, inf, -inf, 1e300, -1e300, 0],
  Selu: [nan, inf, -scale * 1.67326319217681884765625, scale * 1e300, -scale * 1.67326319217681884765625, 0],
  Shrink: [0, inf, -inf, 1e300, -1e300, 0],
  Sigmoid: [nan, 1, 0, 1, 0, 0.5],
  Sign: [nan, 1, -1, 1, -1, 0],
  Sin: [nan, nan, nan, Math.sin(1e300), -Math.sin(1e300), 0],
  Sinh: [nan, inf, -inf, inf, -inf, 0],
  Softplus: [nan, inf, 0, 1e300, 0, Math.LN2],
  Softsign: [nan, nan, nan, 1, -1, 0],
  Sqrt: [nan, inf, nan, 1e150, nan, 0],
  StopGradient: [nan, inf, -inf, 1e300, -1e300, 0],
  Swish: [nan, inf, nan, 1e300, 0, 0],
  Tan: [nan, nan, nan, Math.tan(1e300), -Math.tan(1e300), 0],
  Tanh: [nan, 1, -1, 1, -1, 0],
  // By its condition: what is not greater than alpha is 0.
  ThresholdedRelu: [0, inf, 0, 1e300, 0, 0],
};

/** Pairs of operands and the result. */
export const binary: Readonly<Record<string, readonly (readonly [number, number, number])[]>> = {
  Add: [
    [inf, -inf, nan],
    [nan, 1, nan],
    [huge, huge, inf],
    [inf, 1, inf],
  ],
  Div: [
    [1, 0, inf],
    [-1, 0, -inf],
    [1, -0, -inf],
    [0, 0, nan],
    [inf, inf, nan],
    [1, inf, 0],
    [nan, 1, nan],
    [1, nan, nan],
  ],
  Equal: [
    [nan, nan, 0],
    [inf, inf, 1],
    [-0, 0, 1],
  ],
  Greater: [
    [nan, 1, 0],
    [1, nan, 0],
    [inf, huge, 1],
  ],
  GreaterOrEqual: [
    [nan, nan, 0],
    [inf, inf, 1],
  ],
  Less: [
    [nan, 1, 0],
    [1, nan, 0],
    [-inf, -huge, 1],
  ],
  LessOrEqual: [
    [nan, nan, 0],
    [-inf, -inf, 1],
  ],
  Max: [
    [nan, 1, nan],
    [1, nan, nan],
    [-inf, 1, 1],
    [inf, 1, inf],
  ],
  Mean: [
    [nan, 1, nan],
    [inf, -inf, nan],
    [inf, 1, inf],
  ],
  Min: [
    [nan, 1, nan],
    [1, nan, nan],
    [-inf, 1, -inf],
    [inf, 1, 1],
  ],
  Mod: [
    [nan, 1, nan],
    [1, nan, nan],
    [inf, 2, nan],
    [5, 0, nan],
    [5, inf, 5],
    [-5, -inf, -5],
    // The sign is the divisor's, also of fractions.
    [0.5, 2, 0.5],
    [-0.5, 2, 1.5],
    [0.5, -2, -1.5],
    [-0.5, -2, -0.5],
    [5.5, 0.75, 0.25],
    [-5.5, 0.75, 0.5],
    [5.5, -0.75, -0.5],
  ],
  Mul: [
    [0, inf, nan],
    [nan, 0, nan],
    [huge, 2, inf],
    [-inf, inf, -inf],
  ],
  Pow: [
    [nan, 0, 1],
    [1, nan, 1],
    [1, inf, 1],
    [-1, inf, 1],
    [0, -1, inf],
    [-0, -1, -inf],
    [-8, 1 / 3, nan],
    [inf, -1, 0],
    [inf, 0, 1],
    [-inf, 3, -inf],
    [0.5, inf, 0],
    [2, -inf, 0],
    [nan, 1, nan],
    [2, nan, nan],
    [10, 400, inf],
  ],
  PRelu: [
    [nan, 1, nan],
    [-inf, 0.5, -inf],
    [inf, nan, inf],
    [-1, nan, nan],
  ],
  Sub: [
    [inf, inf, nan],
    [nan, 1, nan],
    [-huge, huge, -inf],
  ],
  Sum: [
    [inf, -inf, nan],
    [nan, 1, nan],
    [huge, huge, inf],
  ],
};

export const lists = [
  [1, nan, 2],
  [inf, 1, 2],
  [inf, -inf, 1],
  [-inf, -inf],
  [nan, inf],
  [-0, 0],
] as const;

/** The results for those lists in turn. */
export const reductions: Readonly<Record<string, readonly number[]>> = {
  ReduceL1: [nan, inf, inf, inf, nan, 0],
  ReduceL2: [nan, inf, inf, inf, nan, 0],
  ReduceLogSum: [nan, inf, nan, nan, nan, -inf],
  ReduceLogSumExp: [nan, inf, inf, -inf, nan, Math.LN2],
  ReduceMax: [nan, inf, inf, -inf, nan, 0],
  ReduceMean: [nan, inf, nan, -inf, nan, 0],
  ReduceMin: [nan, 1, -inf, -inf, nan, 0],
  ReduceProd: [nan, inf, -inf, inf, nan, 0],
  ReduceSum: [nan, inf, nan, -inf, nan, 0],
  ReduceSumSquare: [nan, inf, inf, inf, nan, 0],
};
