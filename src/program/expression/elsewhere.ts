const folded = (name: string): string => name.replaceAll("_", "").toLowerCase();

/** Functions of other languages and libraries that have no name here, and what computes the same. */
const written: Readonly<Record<string, string>> = {
  "mse mse_loss mean_squared_error": "mean((a - b)^2)",
  "mae l1_loss mean_absolute_error": "mean(abs(a - b))",
  "rmse root_mean_squared_error": "sqrt(mean((a - b)^2))",
  sse: "sum((a - b)^2)",
  "bce binary_cross_entropy log_loss": "-mean(t*log(p) + (1 - t)*log(1 - p))",
  "bce_with_logits binary_cross_entropy_with_logits": "mean(softplus(z) - z*t)",
  "kl_div kl_divergence": "sum(p*(log(p) - log(q)))",
  "hinge hinge_loss": "mean(relu(1 - t*y))",
  "factorial fact": "exp(lgamma(x + 1))",
  beta: "exp(lgamma(a) + lgamma(b) - lgamma(a + b))",
  "betaln lbeta": "lgamma(a) + lgamma(b) - lgamma(a + b)",
  "comb choose nchoosek binom binomial": "exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1))",
  "normcdf norm_cdf normal_cdf ndtr Φ": "erfc(-x/sqrt(2))/2",
  "normpdf norm_pdf normal_pdf": "gaussian(x/sqrt(2))/sqrt(2*pi)",
  "heaviside step unit_step": "where(x < 0, 0, 1)",
  softmin: "softmax(-x)",
  "ld lb": "log2(x)",
  sh: "sinh(x)",
  ch: "cosh(x)",
  th: "tanh(x)",
  cth: "coth(x)",
  "acot arccot": "atan(1/x)",
  "asec arcsec": "acos(1/x)",
  "acsc arccsc": "asin(1/x)",
  "acoth arcoth arccoth": "atanh(1/x)",
  "asech arsech arcsech": "acosh(1/x)",
  "acsch arcsch arccsch": "asinh(1/x)",
  sind: "sin(deg2rad(x))",
  cosd: "cos(deg2rad(x))",
  tand: "tan(deg2rad(x))",
  asind: "rad2deg(asin(x))",
  acosd: "rad2deg(acos(x))",
  atand: "rad2deg(atan(x))",
  sinpi: "sin(pi*x)",
  cospi: "cos(pi*x)",
  "logcosh log_cosh": "abs(x) + log1p(exp(-2*abs(x))) - log(2)",
  softsign_grad: "1/(1 + abs(x))^2",
  tanhshrink: "x - tanh(x)",
  quick_gelu: "x*sigmoid(1.702*x)",
  "dist euclidean": "norm(a - b)",
  normalize: "x/norm(x)",
  "zscore standardize": "(x - mean(x))/std(x)",
  cosine_similarity: "sum(a*b)/(norm(a)*norm(b))",
  "inner vdot": "sum(a*b)",
  "isfinite is_finite": "not(or(isnan(x), isinf(x)))",
  "floor_divide floordiv quotient": "floor(a/b)",
  rem: "fmod(a, b)",
  "ne not_equal": "a != b",
  eq: "a == b",
  lt: "a < b",
  le: "a <= b",
  gt: "a > b",
  ge: "a >= b",
  masked_fill: "where(mask, value, x)",
  flip: "x[::-1]",
  numel: "size(x)",
  "vstack row_stack": "concat(a, b, axis=0)",
  embedding: "gather(w, i)",
  linear: "x @ w' + b",
  xlogy: "mul_no_nan(x, log(y))",
};

/** Where one text will not do. */
const said: Readonly<Record<string, string>> = {
  "grad gradient derivative jacobian hessian nabla dx dy dt":
    "derivatives are what /v1/gradients and its like answer; a formula holds the function alone",
  diff: "differences of neighbours are x[1:] - x[:-1]; derivatives are what /v1/gradients answers",
  sinc: "sin(pi*x)/(pi*x) is it away from 0, where it is 1",
  "gamma Γ tgamma": "exp(lgamma(x)) is it for positive x, and its absolute value for others",
  nan_to_num: "where(isnan(x), 0, x) puts 0 in place of NaN, and clip(x, lo, hi) moves infinities to bounds",
  lg: "it is read in two ways: write log10(x) or log2(x)",
  sqr: "it is read in two ways: write square(x) or sqrt(x)",
  argsort: "the second result of sort(x) is what it gives: _, i = sort(x)",
  "median quantile percentile": "sort(x) puts the elements in order, and sort(x)[k] is one of them",
  "rand randn random uniform normal": "a formula draws nothing: give random numbers as inputs",
  "zeros ones full zeros_like ones_like": "numbers stretch to what they meet: write 0 or 1",
  "eye linspace meshgrid": "give it as an input",
  "hstack column_stack": "tensors are joined by concat(a, b, axis=…)",
  "permute swapaxes moveaxis": "axes change places by transpose(x, perm=[…])",
  view: "a shape is changed by reshape(x, [2, 3])",
  "print assert return": "the last statement is the output, and every value can be asked for by its name",
  "int float double": "cast(x, to=…) changes the type of elements",
};

/** What further operands of a function are for elsewhere, and how that is written. */
const further: ReadonlyMap<string, string> = new Map([
  ["log", "the logarithm to a base b is log(x)/log(b)"],
  ["round", "to n digits it is round(x*10^n)/10^n"],
  ["sqrt", "the n-th root is x^(1/n)"],
]);

export const furtherOperands = (name: string): string | undefined => further.get(folded(name));

/** Known, and not here: what is close to one of these names is something else. */
const absent =
  `inv inverse pinv det logdet slogdet solve lstsq eig eigh eigvals svd qr lu cholesky matrix_power expm logm sqrtm kron cross cdist
  integrate integral quad trapz cumtrapz cummax cummin nansum nanmean nanmax nanmin any all unique histogram bincount searchsorted roll repeat
  fft ifft rfft convolve correlate interp polyfit polyval erfinv erfcinv erfi erfcx dawsn besselj bessely besseli besselk j0 j1 i0 i1 airy zeta
  lambertw expint ei li ellipk ellipe hyp2f1 gammainc gammaincc betainc owens_t log_ndtr ndtri probit huber huber_loss smooth_l1_loss
  ctc_loss triplet_loss focal_loss dice_loss glu geglu swiglu hardshrink softshrink rrelu maxout batch_norm layer_norm group_norm instance_norm
  rms_norm conv1d conv2d conv3d max_pool1d max_pool2d avg_pool1d avg_pool2d attention lerp fmax fmin ldexp frexp nextafter gcd lcm cov corrcoef
  mode range_of skew kurtosis vander select choose_from case switch while for lambda let exec eval import open max_by min_by atan3 nand nor xnor
  coshm sinhm tril_indices triu_indices logspace geomspace stft copysign signbit fma hypot3 log1m logexp expexp isreal iscomplex real imag conj
  angle phase asinc lines sums means`.split(/\s+/);

/** A table by each of the names that its keys list. */
const byName = (table: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(table).flatMap(([names, text]) => names.split(" ").map((name) => [folded(name), text] as const)));

/** The formulas by the names, as documentation lists them. */
export const formulasElsewhere: readonly (readonly [names: string, formula: string])[] = Object.entries(written);

const formulas = byName(written);
const sentences = byName(said);

/** Every name here, as names are compared. */
export const functionsElsewhere: ReadonlySet<string> = new Set([...formulas.keys(), ...sentences.keys(), ...absent.map(folded)]);

/** What to write in place of a function of another language: a formula that computes the same, or a sentence. */
export function writtenInstead(name: string): { readonly formula: string } | { readonly sentence: string } | undefined {
  const formula = formulas.get(folded(name));
  if (formula !== undefined) return { formula };
  const sentence = sentences.get(folded(name));
  return sentence === undefined ? undefined : { sentence };
}
