import { z } from "zod";
import { otherNames } from "../../request/other-names.ts";
import type { Value } from "../../ir/graph.ts";

/** A first-order optimizer: its update becomes part of the step's compiled plan. */
export interface OptimizerRule {
  /** Names of the tensors kept per parameter, in torch's words, with the number they start from. Each has the parameter's shape and dtype. */
  readonly states: readonly { readonly name: string; readonly initial: number }[];
  /** How many scalars are fed at each step. */
  readonly scalars: number;
  /**
   * Writes the scalars of update `t`, counted from 1, at learning rate `lr` into `out`. They follow from these two alone, so that a resumed
   * run gives the same bytes.
   */
  readonly schedule: (t: number, lr: number, out: Float64Array) => void;
  /** The new parameter and states. `scalars` are 0-d values of the parameter's dtype. */
  readonly update: (parameter: Value, gradient: Value, states: readonly Value[], scalars: readonly Value[]) => Updated;
}

/** What replaces a parameter and its states. */
export interface Updated {
  readonly parameter: Value;
  readonly states: readonly Value[];
}

/** States that start from zero. */
export const zeroed = (...names: readonly string[]): OptimizerRule["states"] => names.map((name) => ({ name, initial: 0 }));

/** The loss at `x`, with its gradient written into `gradient`. */
export type Evaluate = (x: Float64Array, gradient: Float64Array) => number;

/** A quasi-Newton optimizer at work on one flat vector of all parameters: it evaluates the objective as often as it needs to. */
export interface Search {
  /** Moves `x` in place, and answers the loss where it was. */
  readonly step: (x: Float64Array, evaluate: Evaluate, lr: number) => number;
  /** What `restore` needs to go on with the same numbers: views of what is in use, so copy what is to be kept. */
  readonly state: () => SearchState;
  /** Throws when the state is not one of this size. */
  readonly restore: (state: SearchState) => void;
}

export interface SearchState {
  readonly tensors: ReadonlyMap<string, Float64Array>;
  readonly numbers: Readonly<Record<string, number>>;
}

/** How an optimizer moves the parameters: by a rule, or by a search over so many elements, which wants all data at every step. */
export type Method =
  | { readonly rule: OptimizerRule; readonly search: null }
  | { readonly rule: null; readonly search: (elements: number) => Search };

/** An optimizer: what a request may say of it, and how it moves what is trained. */
export interface Optimizer<Schema extends z.ZodType, Source = z.output<Schema>> {
  readonly schema: Schema;
  method(source: Source): Method;
}

/** What a request may say of an optimizer: its arguments are those of the class of this name in torch.optim. */
export function schemaOf<const Type extends string, Shape extends z.core.$ZodLooseShape>(
  type: Type,
  description: string,
  shape: Shape,
  example: Readonly<Record<string, unknown>>,
) {
  return z
    .strictObject({ type: z.literal(type).meta({ description: "The class in torch.optim", examples: [type] }), ...shape })
    .meta({ title: type, description, examples: [{ type, ...example }] })
    .register(otherNames, namesElsewhere);
}

const namesElsewhere = {
  learning_rate: "lr",
  learningRate: "lr",
  eta: "lr",
  alpha: "lr",
  beta1: "betas",
  beta_1: "betas",
  epsilon: "eps",
  decay: "weight_decay",
  l2: "weight_decay",
};

export const byRule = <Schema extends z.ZodType>(
  schema: Schema,
  ruleOf: (source: z.output<Schema>) => OptimizerRule,
): Optimizer<Schema> => ({ schema, method: (source) => ({ rule: ruleOf(source), search: null }) });

export const bySearch = <Schema extends z.ZodType>(
  schema: Schema,
  searchOf: (source: z.output<Schema>, elements: number) => Search,
): Optimizer<Schema> => ({ schema, method: (source) => ({ rule: null, search: (elements) => searchOf(source, elements) }) });
