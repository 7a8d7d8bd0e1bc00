import { broadcastProbes, elementwiseBinary, loop } from "../elementwise.ts";
import { binary } from "../express.ts";

export const Mul = elementwiseBinary({
  type: "Mul",
  since: 14,
  category: "arithmetic",
  summary: "The product of two tensors, element by element.",
  kernel: loop((a, b) => a * b),
  vjp: (g, a, b) => [mul(g, b), mul(g, a)],
  display: { label: "×", latex: ([a, b]) => String.raw`${a} \cdot ${b}`, derivatives: ([a, b]) => [b, a] },
  syntax: { infix: "*" },
  probes: broadcastProbes(),
});

export const mul = binary(Mul);
