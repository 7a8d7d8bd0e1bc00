import * as term from "../../formula/term.ts";
import { rounded } from "../define.ts";
import { direct } from "../../kernels/element.ts";
import { broadcastProbes, elementwiseBinary } from "../elementwise.ts";
import { binary } from "../express.ts";
import { neg } from "./neg.ts";

const difference = direct("sub", 2, (a, b) => a - b);

export const Sub = elementwiseBinary({
  type: "Sub",
  since: 14,
  category: "arithmetic",
  summary: "The difference of two tensors, element by element.",
  element: () => difference,
  vjp: (g) => [g, neg(g)],
  linear: true,
  accuracy: rounded,
  display: { label: "−", formula: ([a, b]) => term.difference(a, b), derivatives: () => [term.number(1), term.number(-1)] },
  syntax: { names: [{ name: "subtract" }], infix: "-" },
  probes: broadcastProbes(),
});

export const sub = binary(Sub);
