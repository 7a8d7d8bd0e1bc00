import { z } from "zod";

/** Arguments that several optimizers take, with the names of torch.optim. */

export const atLeastZero = (initial: number, description: string, example: number) =>
  z
    .number()
    .min(0)
    .default(initial)
    .meta({ description, examples: [example] });

/** A share that stays below one: an average that keeps all of its past never moves. */
const decay = z.number().min(0).lt(1, { error: "Expected a number below 1" });

export const flag = (description: string) =>
  z
    .boolean()
    .default(false)
    .meta({ description, examples: [true] });

export const rate = (initial: number, example: number) => atLeastZero(initial, "The learning rate", example);
export const maximize = flag("Whether to climb instead: the objective is made as great as it can be");
export const weightDecay = atLeastZero(0, "What times each parameter is added to its gradient: an L2 penalty", 0.0001);
export const stabiliser = (initial: number) => atLeastZero(initial, "Added to denominators, so that nothing is divided by zero", 1e-7);
export const betas = z
  .tuple([decay, decay])
  .default([0.9, 0.999])
  .meta({
    description: "What the running averages of the gradient and of its square keep of their past at each step",
    examples: [[0.8, 0.99]],
  });
