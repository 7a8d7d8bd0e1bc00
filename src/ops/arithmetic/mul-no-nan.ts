import * as term from "../../formula/term.ts";
import { instruction, composed } from "../../kernels/element.ts";
import { floats, rounded } from "../define.ts";
import { broadcastProbes, elementwiseBinary } from "../elementwise.ts";
import { binary } from "../express.ts";
import { times } from "../complex.ts";

const weighted = composed(
  2,
  (weight, x) => (weight === 0 ? 0 : weight * x),
  (weight, x) => instruction("where", instruction("eq", weight, 0), 0, instruction("mul", weight, x)),
);

/** The product as sums over probabilities and masks mean it. The derivative by the weight is the other factor, infinite or not. */
export const MulNoNan = elementwiseBinary({
  type: "MulNoNan",
  category: "arithmetic",
  summary: "The product of two tensors, element by element, which is 0 where the first is 0, even if the second is infinite or NaN there.",
  types: floats,
  element: () => weighted,
  vjp: (g, weight, x) => [mulNoNan(g, x), mulNoNan(weight, g)],
  complex: times,
  accuracy: rounded,
  display: { label: "×", formula: ([a, b]) => term.product(a, b), derivatives: ([a, b]) => [b, a] },
  kinks: [{ at: "0 times ∞", convention: "0; the derivative by the 0 is the infinity" }],
  probes: broadcastProbes(),
});

export const mulNoNan = binary(MulNoNan);
