import { z } from "zod";

/** Arguments that several schedules take, with the names of torch.optim.lr_scheduler. */

export const count = (description: string, example: number) =>
  z
    .int()
    .min(1)
    .meta({ description, examples: [example] });

export const amount = (initial: number, description: string, example: number) =>
  z
    .number()
    .min(0)
    .default(initial)
    .meta({ description, examples: [example] });

export const share = (initial: number, description: string, example: number) =>
  z
    .number()
    .min(0)
    .max(1)
    .default(initial)
    .meta({ description, examples: [example] });

export const gamma = z
  .number()
  .min(0)
  .meta({ description: "What the rate is multiplied by", examples: [0.5] });
export const floor = amount(0, "The least rate", 1e-5);
export const length = count("Advances until the end of the change", 10).default(5);
