import * as term from "../../formula/term.ts";
import { sum } from "../../kernels/summaries.ts";
import { numbers, sumOfTerms } from "../define.ts";
import { reduced } from "../notation.ts";
import { expand } from "../shape/expand.ts";
import { reducer, reductionOp } from "./family.ts";
import { added } from "./merges.ts";

export const ReduceSum = reductionOp({
  type: "ReduceSum",
  since: 13,
  summary: "The sum over axes.",
  types: numbers,
  reduction: () => sum,
  merge: added,
  gradient: (g, x) => expand(g, x.shape),
  traits: ["linear"],
  accuracy: sumOfTerms,
  display: {
    label: "Σ",
    formula: reduced("Σ"),
    cotangents: (_, __, delta) => [term.call("broadcast", delta), null],
  },
  syntax: {
    names: [
      { name: "Σ", arity: 1 },
      { name: "sum", arity: 1 },
    ],
  },
});

export const reduceSum = reducer(ReduceSum);
