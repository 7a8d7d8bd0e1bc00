import { z } from "zod";

const count = (description: string, example: number) =>
  z
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .meta({ description, examples: [example] })
    .optional();

export const Checkpointing = z
  .strictObject({
    every_steps: count("Updates from one checkpoint to the next", 1000),
    every_epochs: count("Epochs from one checkpoint to the next", 5),
    every_seconds: z
      .number()
      .min(1)
      .optional()
      .meta({ description: "Seconds from one checkpoint to the next; 30 where nothing is told", examples: [60] }),
    keep: z
      .int()
      .min(1)
      .max(100)
      .default(2)
      .meta({ description: "Checkpoints that are kept beside the best and the last", examples: [3] }),
  })
  .meta({ id: "Checkpointing", description: "When to keep what a run that is interrupted goes on from", examples: [{ every_epochs: 5 }] });
export type Checkpointing = z.output<typeof Checkpointing>;

/** A checkpoint unless told, in milliseconds; and at first in a run that was broken off before, where they take at most a twentieth of the time. */
const checkpointEvery = 30_000;
const checkpointSoon = 250;
const checkpointShare = 20;

/** What the pause between checkpoints depends on, in milliseconds. */
interface Course {
  readonly wasInterrupted: boolean;
  /** How long the run has gone on, and how long its last checkpoint took. */
  readonly age: number;
  readonly cost: number;
}

/** Milliseconds from one checkpoint to the next, where steps and epochs do not tell. */
export function pauseBetween({ every_steps, every_epochs, every_seconds }: Checkpointing, { wasInterrupted, age, cost }: Course): number {
  if (wasInterrupted && age < checkpointEvery) return Math.max(checkpointSoon, checkpointShare * cost);
  if (every_seconds !== undefined) return 1000 * every_seconds;
  return every_steps === undefined && every_epochs === undefined ? checkpointEvery : Number.POSITIVE_INFINITY;
}
