import * as term from "../../formula/term.ts";
import { mean } from "../../kernels/summaries.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { div } from "../arithmetic/div.ts";
import { numbers, sumOfTerms } from "../define.ts";
import { reduced } from "../notation.ts";
import { expand } from "../shape/expand.ts";
import { reducer, reductionOp } from "./family.ts";
import { averaged } from "./merges.ts";

export const ReduceMean = reductionOp({
  type: "ReduceMean",
  since: 18,
  summary: "The mean over axes; NaN over no elements.",
  types: numbers,
  reduction: () => mean,
  merge: averaged,
  gradient: (g, x, _y, axes) => expand(div(g, sizeOf(axes.map((axis) => x.shape[axis]))), x.shape),
  traits: ["linear"],
  accuracy: sumOfTerms,
  display: {
    label: "mean",
    formula: reduced("mean"),
    cotangents: (_, __, delta) => [term.quotient(term.call("broadcast", delta), "n"), null],
  },
  syntax: {
    names: [
      { name: "average", arity: 1 },
      { name: "avg", arity: 1 },
      { name: "mean", arity: 1 },
    ],
  },
});

export const reduceMean = reducer(ReduceMean);
