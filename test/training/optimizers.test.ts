import { expect, test } from "vitest";
import goldens from "../goldens/optimizers.json" with { type: "json" };
import { reverse } from "../../src/autodiff/reverse.ts";
import { plan } from "../../src/engine/plan.ts";
import { Session } from "../../src/engine/session.ts";
import { constant, input, type Value } from "../../src/ir/graph.ts";
import { filled } from "../../src/ops/shape/expand.ts";
import { add } from "../../src/ops/arithmetic/add.ts";
import { mul } from "../../src/ops/arithmetic/mul.ts";
import { sub } from "../../src/ops/arithmetic/sub.ts";
import { matMul } from "../../src/ops/linear/mat-mul.ts";
import { reduceSum } from "../../src/ops/reduction/reduce-sum.ts";
import { scalar, type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import { ruleOf } from "../../src/training/optimizers/catalogue.ts";
import { OptimizerSource } from "../../src/wire/training/optimizers.ts";

const A = constant(tensorOf("float64", [4, 3], goldens.A.flat()));
test("x", () => {
  expect(1).toBe(1);
  void [expect, reverse, plan, Session, input, filled, add, mul, sub, matMul, reduceSum, scalar, ruleOf, OptimizerSource, A];
  type X = [Value, Tensor];
  void (0 as unknown as X);
});
