import { broadcastProbes, elementwiseBinary, loop } from "../elementwise.ts";
import { binary } from "../express.ts";
import { neg } from "./neg.ts";

export const Sub = elementwiseBinary({
  type: "Sub",
  since: 14,
  category: "arithmetic",
  summary: "The difference of two tensors, element by element.",
  kernel: loop((a, b) => a - b),
  vjp: (g) => [g, neg(g)],
  linear: true,
  display: { label: "−", latex: ([a, b]) => `${a} - ${b}`, derivatives: () => ["1", "-1"] },
  syntax: { infix: "-" },
  probes: broadcastProbes(),
});

export const sub = binary(Sub);
