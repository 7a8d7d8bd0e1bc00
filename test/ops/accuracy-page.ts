import { type AccuracyCase, boundsOf, doublesOf, type Measured, type Worst } from "./accuracy.ts";

interface Row {
  readonly given: AccuracyCase;
  readonly found: Measured;
}

/** docs/accuracy.md: what is stated, and what was measured. `npm run accuracy` writes it, and a test compares it. */
export function accuracyPage(measured: readonly Row[]): string {
  const [operators, losses] = [false, true].map((isLoss) => table(measured.filter(({ given }) => (given.operator === null) === isLoss)));
  return `${introduction}

${tellWorst(measured)}

${operators}

## Losses

The losses of networks, as means over four numbers unless told otherwise.

${losses}
`;
}

function table(measured: readonly Row[]): string {
  const rows = [...Map.groupBy(measured, ({ given }) => given.name)].map(([name, cases]) => {
    const { value, gradient, of } = boundsOf(cases[0].given);
    const worst = (dtype: string, part: keyof Measured): string => {
      const units = cases.filter(({ given }) => given.dtype === dtype).map(({ found }) => found[part].units);
      return Math.max(...units).toFixed(2);
    };
    const cells = [
      value,
      worst("float64", "value"),
      worst("float32", "value"),
      gradient,
      worst("float64", "gradient"),
      worst("float32", "gradient"),
    ];
    return `| ${[of === "terms" ? `${name} (terms)` : name, ...cells].join(" | ")} |`;
  });
  return `| | value, at most | float64 | float32 | gradient, at most | float64 | float32 |
|---|---|---|---|---|---|---|
${rows.join("\n")}`;
}

const introduction = `# Accuracy

How far values and gradients are from the exact ones at most, in units in the last place (ulp) of the result's type. The best that a rounded
result can be is 0.5. The bounds stand in the definitions of the operators, and at \`GET /v1/operators\` under \`accuracy\`:

\`\`\`bash
curl -s localhost:8080/v1/operators/Tanh | jq .accuracy
\`\`\`

\`\`\`json
{ "value": 2, "gradient": 5, "of": "result" }
\`\`\`

They hold over all numbers of the type: both signs of every magnitude from the subnormal numbers to the largest, the tails in which functions
vanish or saturate, the neighbourhood of 1, zeros with their signs and infinities. Subnormal results are counted by the distance between them.
NaN stands only where the function has no value. Gradients are those of \`POST /v1/gradients\` for a cotangent of 1, as kernels and loops
compute them.

Sums in which terms cancel are known no better than their terms. Where \`of\` is \`terms\`, a unit is that of what the magnitudes of the terms
add up to: Σ|a||b| for a product of matrices, t/p + (1 − t)/(1 − p) for the slope of a binary cross entropy. In particular
- terms are held by the type: those that overflow add up to an infinity or to NaN, even if they would cancel. Sums and means of given numbers
  alone come back from there.
- a share of a softmax counts 1 and the distance of its number from the greatest times, since that distance is rounded first.
- what is normalised, and what a variance or deviation is taken of, counts as the greatest distance from the mean. Of numbers below the normal
  ones nothing is said: their mean is one of them.
- the gradient of ReduceProd, and CumProd, are measured where no product on the way leaves the range.

Operators that copy numbers to other places (those of the category \`shape\` but for scattering, Sort, TopK, the greatest and the least) have a bound of 0: a test
compares them at their probes. What comes back through them is added. Recurrent layers (GRU, LSTM, RNN) state nothing: what a step rounds is
the operand of the next.

The columns beside the bounds are the largest errors found against results of hundreds of digits, at some hundred places per elementwise operator and type, and at some fifty for
others: one magnitude after the other, mixed ones, close ones, zeros
(\`test/goldens/accuracy\`). \`npm run accuracy\` measures again and writes this page; a test compares the two.`;

function tellWorst(measured: readonly Row[]): string {
  const all = measured.flatMap(({ given, found }) => [
    { given, kind: "value", worst: found.value },
    { given, kind: "gradient", worst: found.gradient },
  ]);
  const { given, kind, worst } = all.reduce((a, b) => (b.worst.units > a.worst.units ? b : a));
  return `The worst is the ${kind} of ${given.name} in ${given.dtype}, ${worst.units.toFixed(2)} units off${placeOf(given, worst)}.`;
}

const placeOf = ({ points, inputs }: AccuracyCase, { at }: Worst): string =>
  points === undefined
    ? ` at ${Object.entries(inputs)
        .map(([name, text]) => `${name} = ${doublesOf(text)[at]}`)
        .join(", ")}`
    : "";
