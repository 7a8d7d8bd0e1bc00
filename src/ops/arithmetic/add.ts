import { elementwiseBinary, broadcastProbes, loop } from "../elementwise.ts";
import { binary } from "../express.ts";

export const Add = elementwiseBinary({
  type: "Add",
  since: 14,
  category: "arithmetic",
  summary: "The sum of two tensors.",
  kernel: loop((a, b) => a + b),
  vjp: (g) => [g, g],
  linear: true,
  display: { label: "+", latex: ([a, b]) => `${a} + ${b}`, derivatives: () => ["1", "1"] },
  syntax: { infix: "+" },
  probes: broadcastProbes(),
});

export const add = binary(Add);
