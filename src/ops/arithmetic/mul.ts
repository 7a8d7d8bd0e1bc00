import * as term from "../../formula/term.ts";
import { rounded } from "../define.ts";
import { direct, looped } from "../../kernels/element.ts";
import { broadcastProbes, elementwiseBinary } from "../elementwise.ts";
import { binary } from "../express.ts";
import { times } from "../complex.ts";

const product = direct("mul", 2, (a, b) => a * b);
/** The low bits of an int32 product are exact only so. */
const int32Product = looped(2, Math.imul);

export const Mul = elementwiseBinary({
  type: "Mul",
  since: 14,
  category: "arithmetic",
  summary: "The product of two tensors, element by element.",
  element: (dtype) => (dtype === "int32" ? int32Product : product),
  vjp: (g, a, b) => [mul(g, b), mul(g, a)],
  complex: times,
  accuracy: rounded,
  display: { label: "×", formula: ([a, b]) => term.product(a, b), derivatives: ([a, b]) => [b, a] },
  syntax: {
    names: [
      { name: "multiply" },
      { name: "deg2rad", arity: 1, operands: [null, Math.PI / 180] },
      { name: "radians", arity: 1, operands: [null, Math.PI / 180] },
      { name: "rad2deg", arity: 1, operands: [null, 180 / Math.PI] },
      { name: "degrees", arity: 1, operands: [null, 180 / Math.PI] },
    ],
    infix: "*",
  },
  probes: broadcastProbes(),
});

export const mul = binary(Mul);
