import * as term from "../../formula/term.ts";
import { rounded } from "../define.ts";
import { direct } from "../../kernels/element.ts";
import { elementwiseBinary, broadcastProbes } from "../elementwise.ts";
import { binary } from "../express.ts";

const sum = direct("add", 2, (a, b) => a + b);

export const Add = elementwiseBinary({
  type: "Add",
  since: 14,
  category: "arithmetic",
  summary: "The sum of two tensors.",
  element: () => sum,
  vjp: (g) => [g, g],
  linear: true,
  accuracy: rounded,
  display: { label: "+", formula: ([a, b]) => term.sum(a, b), derivatives: () => [term.number(1), term.number(1)] },
  syntax: { infix: "+" },
  probes: broadcastProbes(),
});

export const add = binary(Add);
