import { mapBinary } from "../../kernels/elementwise.ts";
import { broadcastProbes, elementwiseBinary } from "../elementwise.ts";
import { binary } from "../express.ts";
import { times } from "../complex.ts";

export const Mul = elementwiseBinary({
  type: "Mul",
  since: 14,
  category: "arithmetic",
  summary: "The product of two tensors, element by element.",
  // The low bits of an int32 product are exact only so.
  kernel: (a, b, out) => mapBinary(out.dtype === "int32" ? Math.imul : (p, q) => p * q, a, b, out),
  vjp: (g, a, b) => [mul(g, b), mul(g, a)],
  complex: times,
  display: { label: "×", latex: ([a, b]) => String.raw`${a} \cdot ${b}`, derivatives: ([a, b]) => [b, a] },
  syntax: { infix: "*" },
  probes: broadcastProbes(),
});

export const mul = binary(Mul);
