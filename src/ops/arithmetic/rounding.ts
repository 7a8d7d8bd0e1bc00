import * as term from "../../formula/term.ts";
import { rounded } from "../define.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { filled } from "../shape/expand.ts";
import { real } from "../complex.ts";
import { called } from "../notation.ts";

/** The nearest integer; the even one of two that are equally near. */
function halfToEven(x: number): number {
  return Math.abs(x - Math.trunc(x)) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
}

export const Floor = elementwiseUnary({
  type: "Floor",
  since: 13,
  category: "arithmetic",
  summary: "The greatest integer that does not exceed each element.",
  f: Math.floor,
  calls: "floor",
  gradient: (_g, x) => filled(0, x),
  complex: ({ re }) => real(floor(re)),
  branch: (_x, y) => y,
  between: [0.2, 0.8],
  accuracy: rounded,
  display: { label: "⌊x⌋", formula: called("floor"), derivatives: () => [term.number(0)] },
  kinks: [{ at: "x an integer", convention: "0", holds: (x) => Number.isInteger(x) }],
});

export const Ceil = elementwiseUnary({
  type: "Ceil",
  since: 13,
  category: "arithmetic",
  summary: "The least integer that is not below each element.",
  f: Math.ceil,
  calls: "ceil",
  gradient: (_g, x) => filled(0, x),
  complex: ({ re }) => real(ceil(re)),
  branch: (_x, y) => y,
  between: [0.2, 0.8],
  accuracy: rounded,
  display: { label: "⌈x⌉", formula: called("ceil"), derivatives: () => [term.number(0)] },
  kinks: [{ at: "x an integer", convention: "0", holds: (x) => Number.isInteger(x) }],
  syntax: { names: [{ name: "ceiling" }] },
});

export const Round = elementwiseUnary({
  type: "Round",
  since: 11,
  category: "arithmetic",
  summary: "The nearest integer to each element; halves go to the even neighbour.",
  f: halfToEven,
  calls: "round",
  gradient: (_g, x) => filled(0, x),
  complex: ({ re }) => real(round(re)),
  branch: (_x, y) => y,
  between: [0.6, 1.4],
  accuracy: rounded,
  display: { label: "round", formula: called("round"), derivatives: () => [term.number(0)] },
  kinks: [{ at: "x halfway between two integers", convention: "0" }],
  syntax: { names: [{ name: "rint" }] },
});

export const Trunc = elementwiseUnary({
  type: "Trunc",
  category: "arithmetic",
  summary: "Every element without its fraction: the nearest integer towards zero.",
  f: Math.trunc,
  gradient: (_g, x) => filled(0, x),
  complex: ({ re }) => real(trunc(re)),
  branch: (_x, y) => y,
  between: [1.2, 1.8],
  display: { label: "trunc", formula: called("trunc"), derivatives: () => [term.number(0)] },
  syntax: { names: [{ name: "fix" }] },
  kinks: [{ at: "x an integer other than 0", convention: "0" }],
});

export const floor = unary(Floor);
export const ceil = unary(Ceil);
export const round = unary(Round);
const trunc = unary(Trunc);
