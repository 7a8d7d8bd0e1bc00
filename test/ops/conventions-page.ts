import { catalogue } from "../../src/ops/catalogue.ts";

/** docs/conventions.md, of which the table is that of the catalogue. `npm run conventions` writes it, and a test compares it. */
export function conventionsPage(): string {
  const rows = catalogue.flatMap(({ type, kinks = [] }) => kinks.map(({ at, convention }) => `| ${type} | ${at} | ${convention} |`));
  return `${introduction}

| operator | where | what is taken |
|---|---|---|
${rows.join("\n")}
`;
}

const introduction = `# Conventions

What Adjoint takes where a derivative is not unique, where a limit stands for a number that arithmetic alone would not give, and where there is
no derivative at all. Values and gradients of all other places are those of mathematics, to the bounds of [accuracy](accuracy.md).

## What 0 means in an answer

- A gradient is 0 because the derivative is 0, or because nothing differentiable leads from the value to the objective. In the second case the
  name stands in \`independent\` beside the gradients: the objective does not depend on it at all, or only by what is constant between jumps
  (comparisons, indices) or taken as constant (\`stop_gradient\`).
- Functions with steps (\`floor\`, \`ceil\`, \`round\`, \`trunc\`, \`sign\`) have the derivative 0 everywhere, at their jumps too.
- A value whose derivative exists but is not known to an operator is refused with 422 \`not_differentiable\` when \`wrt\` names it, with the
  place in \`wrt\` and the node; without \`wrt\` it is left out. So is what decides shapes before anything runs, such as the bounds of \`range\`.
- An edge or a node through which nothing flows has the gradient \`null\`.

## Zeros, infinities and NaN

- Arithmetic is that of IEEE 754, with its signed zeros: 1/−0 is −∞, and 0 · ∞ is NaN where a client writes it as a product.
- Inside a function the limit counts. In losses and weighted sums, what has the weight 0 adds 0 even if it is infinite: soft targets, class
  weights and masks. The operator is \`MulNoNan\`, in formulas \`mul_no_nan(weight, x)\`.
- A softmax gives all to an element of ∞; several share evenly. Where every element is −∞ there is no limit, and the result is NaN. The gradient
  of logsumexp is then 0.
- A target of 0 adds nothing to KLDivLoss, whatever the output is; the derivative by that target is the limit −∞, or NaN where the output is −∞
  too. With \`log_target\` a target of −∞ adds nothing, with all its derivatives.
- CrossEntropyLoss takes a probability of 0 times a log-probability of −∞ as 0; the derivative by that probability is ∞.
- HuberLoss and SmoothL1Loss have the slopes ±δ and ±1 at an infinite difference.
- BCELoss holds its logarithms at −100, where no gradient flows through them. Outputs and targets outside of 0 to 1 are refused with 422
  \`number_out_of_range\`; NaN is none of them, and is passed on.
- A NaN that appears inside a program is no error: \`nonfinite\` in the answer names the node.

## Bounds

\`clip(x, lo, hi)\` is min(max(x, lo), hi). At a bound the gradient passes to x. Beyond it, it goes to the bound that is the result: at x = −3 with
lo = −2 the derivative by lo is 1. Where lo exceeds hi the result is hi, and so is the gradient hi's.

## Operator by operator

What the catalogue publishes at \`GET /v1/operators\` under \`kinks\`:`;
