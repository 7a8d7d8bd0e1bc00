import { reverse } from "../../../src/autodiff/reverse.ts";
import { plan } from "../../../src/plan/plan.ts";
import { Session } from "../../../src/run/session.ts";
import { constant, input, type Value } from "../../../src/ir/graph.ts";
import { add } from "../../../src/ops/arithmetic/add.ts";
import { div } from "../../../src/ops/arithmetic/div.ts";
import { mul } from "../../../src/ops/arithmetic/mul.ts";
import { neg } from "../../../src/ops/arithmetic/neg.ts";
import { sub } from "../../../src/ops/arithmetic/sub.ts";
import { matMul } from "../../../src/ops/linear/mat-mul.ts";
import { reduceSum } from "../../../src/ops/reduction/reduce-sum.ts";
import { filled } from "../../../src/ops/shape/expand.ts";
import { copyOf, scalar, type Tensor, tensorOf } from "../../../src/tensor/tensor.ts";
import { clipped, GradientClipping } from "../../../src/training/clipping.ts";
import { methodOf, OptimizerSource } from "../../../src/training/optimizers/catalogue.ts";
import type { OptimizerRule, Search } from "../../../src/training/optimizers/define.ts";
import { schedulerOf, ScheduleSource } from "../../../src/training/schedules/catalogue.ts";
import goldens from "../../goldens/optimizers.json" with { type: "json" };

export const vector = (numbers: readonly number[]): Tensor => tensorOf("float64", [numbers.length], numbers);

/** A scalar function of one vector. */
export type Objective = (w: Value) => Value;

const square = (x: Value): Value => mul(x, x);
const total = (x: Value): Value => reduceSum(x, { keepdims: false });
const element = (w: Value, at: 0 | 1): Value => total(mul(w, constants(w, at === 0 ? [1, 0] : [0, 1])));
const constants = (like: Value, numbers: readonly number[]): Value => constant(tensorOf(like.dtype, [numbers.length], numbers));

/** sum((A w − b)²) / 2 + sum(w⁴) / 40, that of the goldens. */
export const quartic: Objective = (w) => {
  const matrix = constant(tensorOf(w.dtype, [4, 3], goldens.A.flat()));
  const residual = sub(matMul(matrix, w), constants(w, goldens.b));
  return add(div(total(square(residual)), 2), div(total(square(square(w))), 40));
};
export const hill: Objective = (w) => neg(quartic(w));
/** Rosenbrock's. */
export const valley: Objective = (w) => {
  const [x, y] = [element(w, 0), element(w, 1)];
  return add(square(sub(1, x)), mul(square(sub(y, square(x))), 100));
};
/** x²/20 + y². */
export const bowl: Objective = (w) => total(mul(square(w), constants(w, [1 / 20, 1])));
/** x² + y². */
export const paraboloid: Objective = (w) => total(square(w));

export const starts = { quartic: goldens.w0, hill: goldens.w0, valley: [-1.2, 1] };
export const objectives = { quartic, hill, valley };

export interface Descent {
  readonly optimizer: object;
  readonly objective: Objective;
  readonly start: readonly number[];
  readonly steps: number;
  readonly schedule?: object | null;
  readonly clipping?: object | null;
  readonly dtype?: "float64" | "float32";
  /** Stands in for the optimizer's own rule. */
  readonly rule?: OptimizerRule;
}

/** What was seen of a run: of step n at the place n − 1. */
export interface Course {
  readonly w: readonly Tensor[];
  readonly loss: readonly number[];
  readonly lr: readonly number[];
  /** Evaluations of the objective until after the step. */
  readonly calls: readonly number[];
}

interface Stepper extends Disposable {
  /** Answers the loss before the update. */
  readonly step: (t: number, lr: number) => number;
  readonly read: () => Tensor;
  readonly calls: () => number;
}

/** Runs an optimizer through compiled plans, as training does, from defaults and all as a request would have it. */
export function descend(descent: Descent): Course {
  const source = OptimizerSource.parse(descent.optimizer);
  const scheduler = schedulerOf(descent.schedule ? ScheduleSource.parse(descent.schedule) : undefined, source.lr);
  const course = { w: [] as Tensor[], loss: [] as number[], lr: [] as number[], calls: [] as number[] };
  const { rule, search } = methodOf(source);
  using stepper = search === null ? gradientSteps(descent, descent.rule ?? rule) : quasiNewton(descent, search(descent.start.length));
  for (let t = 1; t <= descent.steps; t++) {
    course.lr.push(scheduler.lr);
    course.loss.push(stepper.step(t, scheduler.lr));
    course.w.push(copyOf(stepper.read()));
    course.calls.push(stepper.calls());
    scheduler.advance(course.loss[t - 1]);
  }
  return course;
}

/** The rule of a first-order optimizer. */
export function ruleOf(source: OptimizerSource): OptimizerRule {
  const { rule } = methodOf(source);
  if (rule === null) throw new Error(`${source.type} has no rule`);
  return rule;
}

function differentiated({ objective, start, clipping, dtype = "float64" }: Descent) {
  const w = input({ dtype, shape: [start.length] });
  const loss = objective(w);
  const { gradientOf } = reverse([loss], [filled(1, loss)]);
  const [gradient] = clipped([gradientOf(w) ?? filled(0, w)], clipping ? GradientClipping.parse(clipping) : {}).gradients;
  return { w, loss, gradient, first: tensorOf(dtype, [start.length], start) };
}

function gradientSteps(descent: Descent, rule: OptimizerRule): Stepper {
  const { w, loss, gradient, first } = differentiated(descent);
  const states = rule.states.map(() => input(w));
  const scalars = Array.from({ length: rule.scalars }, () => input({ dtype: w.dtype, shape: [] }));
  const next = rule.update(w, gradient, states, scalars);
  const updates = new Map([[w, next.parameter], ...states.map((state, at): [Value, Value] => [state, next.states[at]])]);
  const session = new Session(plan([w, ...states, ...scalars], [loss], { updates }));
  const initial = [
    first,
    ...rule.states.map((state) =>
      tensorOf(
        w.dtype,
        w.shape,
        first.data.map(() => state.initial),
      ),
    ),
  ];
  const numbers = new Float64Array(rule.scalars);
  let calls = 0;
  return {
    step: (t, lr) => {
      rule.schedule(t, lr, numbers);
      const kept = initial.map((tensor) => (t === 1 ? tensor : null));
      const { wanted } = session.run([...kept, ...Array.from(numbers, (number) => scalar(number, w.dtype))]);
      calls++;
      return wanted[0].data[0];
    },
    read: () => session.read(0),
    calls: () => calls,
    [Symbol.dispose]: () => session[Symbol.dispose](),
  };
}

function quasiNewton(descent: Descent, optimizer: Search): Stepper {
  const { w, loss, gradient, first } = differentiated(descent);
  const session = new Session(plan([w], [loss, gradient]));
  const point = Float64Array.from(first.data);
  let calls = 0;
  const evaluate = (x: Float64Array, out: Float64Array): number => {
    calls++;
    const { wanted } = session.run([tensorOf(w.dtype, w.shape, x)]);
    out.set(wanted[1].data);
    return wanted[0].data[0];
  };
  return {
    step: (_t, lr) => optimizer.step(point, evaluate, lr),
    read: () => tensorOf("float64", w.shape, point),
    calls: () => calls,
    [Symbol.dispose]: () => session[Symbol.dispose](),
  };
}
