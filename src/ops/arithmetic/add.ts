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
  display: { label: "+", latex: ([a, b]) => `${a} + ${b}`, derivatives: () => ["1", "1"] },
  syntax: { infix: "+" },
  probes: broadcastProbes(),
});

export const add = binary(Add);
