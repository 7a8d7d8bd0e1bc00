import { type Derivatives, differentiate } from "../compute/differentiate.ts";
import type { Watch } from "../run/watch.ts";
import { ownersIn } from "../program/owner.ts";
import { type Plan, plan } from "../plan/plan.ts";
import { requireWithin } from "../run/run.ts";
import type { ProgramInput } from "../program/program.ts";
import { input, type Value } from "../ir/graph.ts";
import { pointerTo, problemAt } from "../problems/problems.ts";
import { clipped } from "./clipping.ts";
import { type Measure, measuresOf } from "./measures.ts";
import type { OptimizerRule } from "./optimizers/define.ts";
import type { Compiled } from "./compiled.ts";
import type { Setup } from "./setup.ts";

/** A tensor that stays in memory between steps: a parameter, a buffer, or what the optimizer keeps of a parameter. */
export interface Kept {
  readonly name: string;
  readonly role: "weight" | "state";
  readonly value: Value;
  /** Where it stands among the feeds. */
  readonly feed: number;
  /** Whether steps replace its numbers; else they are fed at every step. */
  readonly isUpdated: boolean;
}

/** One step for batches of one size: forward, backward, clipping and, with a rule, the update. */
export interface StepPlan {
  readonly plan: Plan;
  readonly compiled: Compiled;
  readonly measures: readonly Measure[];
  /** How many values of the loss's parts are wanted after the measures' values. */
  readonly parts: number;
  readonly clipsNorm: boolean;
  /** Trained inputs that the loss depends on. */
  readonly moved: readonly ProgramInput[];
  /** Places among the feeds: data come first, then what is fed whole, then these. */
  readonly stepFeed: number;
  readonly firstScalar: number;
  readonly kept: readonly Kept[];
  readonly feeds: number;
  /** null unless every value is watched. */
  readonly watch: Watch | null;
}

export interface StepPlanOptions {
  /** null: the gradients are wanted, after the loss, and nothing is updated. */
  readonly rule: OptimizerRule | null;
  readonly isWatched: boolean;
}

/** Plans the step for batches of so many rows. Throws Problem. */
export function stepPlan(setup: Setup, rows: number, { rule, isWatched }: StepPlanOptions): StepPlan {
  const compiled = setup.compiled(rows, "train");
  const { program, data, fixed, step, trained, buffers, objective } = compiled;
  const derivatives = differentiate(program, {
    of: objective.name,
    wrt: trained.map(({ name }) => name),
    parts: ["gradients"],
    cotangent: false,
  });
  const moved = trained.filter((each) => reaches(each, setup, derivatives));
  const { gradients, norm } = clipped(
    moved.map(({ value }) => derivatives.gradientOf(value) as Value),
    setup.spec.gradient_clipping ?? {},
  );
  const measures = measuresOf(setup.spec.metrics, program, setup.spec.program);
  const parts = setup.epochParts?.of(compiled) ?? [];
  const update = rule === null ? null : updateOf(rule, moved, gradients);

  const fed = [...data, ...fixed].map(({ value }) => value);
  const stepFeed = fed.push(step) - 1;
  const firstScalar = fed.length;
  fed.push(...(update?.scalars ?? []));
  const updates = new Map([...(update?.updates ?? []), ...program.replacements]);
  const kept = [
    ...[...trained, ...buffers].map(({ name, value }) => ({ name, role: "weight" as const, value })),
    ...(update?.states ?? []),
  ].map((each): Kept => ({ ...each, feed: fed.push(each.value) - 1, isUpdated: updates.has(each.value) }));

  const watching = isWatched ? derivatives.watch : null;
  const wanted = [
    objective.value,
    ...(norm === null ? [] : [norm]),
    ...(rule === null ? gradients : []),
    ...measures.flatMap(({ output, target }) => [output, target]),
    ...parts,
  ];
  const planned = plan(fed, wanted, { updates, watched: watching?.values ?? [] });
  requireWithin(planned, ownersIn(program), setup.limits);
  return {
    plan: planned,
    compiled,
    measures,
    parts: parts.length,
    clipsNorm: norm !== null,
    moved,
    stepFeed,
    firstScalar,
    kept,
    feeds: fed.length,
    watch: watching,
  };
}

/** A parameter of a graph that the loss does not depend on is a mistake; in a network it is a layer that has no effect. */
function reaches({ name, value }: ProgramInput, { spec }: Setup, { gradientOf, objective }: Derivatives): boolean {
  if (gradientOf(value) !== null) return true;
  if (spec.program.kind === "network") return false;
  const detail = `No gradient reaches ${name}: ${objective.name} does not depend on it by differentiable operations`;
  throw problemAt("invalid_training", `/parameters${pointerTo(name)}`, detail);
}

interface Update {
  readonly scalars: readonly Value[];
  readonly states: readonly { readonly name: string; readonly role: "state"; readonly value: Value }[];
  readonly updates: ReadonlyMap<Value, Value>;
}

/** What replaces parameters and their states. Scalars come once per element type that the parameters have. */
function updateOf(rule: OptimizerRule, moved: readonly ProgramInput[], gradients: readonly Value[]): Update {
  const updates = new Map<Value, Value>();
  const states: Update["states"][number][] = [];
  const scalarsOf = new Map<string, readonly Value[]>();
  moved.forEach(({ name, value }, at) => {
    const { dtype } = value;
    let scalars = scalarsOf.get(dtype);
    if (scalars === undefined) {
      scalarsOf.set(dtype, (scalars = Array.from({ length: rule.scalars }, () => input({ dtype, shape: [] }))));
    }
    const own = rule.states.map((state) => ({ name: `${state.name}/${name}`, role: "state" as const, value: input(value) }));
    const next = rule.update(
      value,
      gradients[at],
      own.map((state) => state.value),
      scalars,
    );
    updates.set(value, next.parameter);
    own.forEach((state, position) => updates.set(state.value, next.states[position]));
    states.push(...own);
  });
  return { scalars: [...scalarsOf.values()].flat(), states, updates };
}

/** What the optimizer keeps of a parameter, before the first step: its names are `state/parameter`. */
export function initialStates(rule: OptimizerRule, moved: readonly ProgramInput[]): { name: string; value: Value; initial: number }[] {
  return moved.flatMap(({ name, value }) => rule.states.map((state) => ({ name: `${state.name}/${name}`, value, initial: state.initial })));
}
