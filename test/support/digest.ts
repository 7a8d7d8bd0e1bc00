import { createHash, type Hash } from "node:crypto";
import { Session } from "../../src/run/session.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { withOneNaN } from "../../src/request/base64.ts";
import type { TrainingStep } from "./training-steps.ts";

/** Adds a tensor's bytes, every NaN as the same ones. */
export const addTo = (hash: Hash, { data }: Tensor): void => void hash.update(Buffer.from(withOneNaN(data.slice()).buffer));

/** A digest of the losses of so many steps from the start, and of the parameters after them. */
export function digestOfTraining({ plan, feeds, parameters }: TrainingStep, steps = 3): string {
  using session = new Session(plan);
  const hash = createHash("sha256");
  const kept = feeds.map((feed, at) => (at < 2 ? feed : null));
  for (let step = 0; step < steps; step++) addTo(hash, session.run(step === 0 ? feeds : kept).wanted[0]);
  for (let at = 0; at < parameters; at++) addTo(hash, session.read(at + 2));
  return hash.digest("hex");
}
