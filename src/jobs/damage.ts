/** What becomes of a job some of whose content is damaged or gone. */
import { randomUUID } from "node:crypto";
import { holdAttempt, type Writer } from "./attempts.ts";
import type { Checkpoint, LostPart } from "./contract.ts";
import { checkpointToGoOnFrom, forgetMetricsAfter, removeCheckpoints } from "./history.ts";
import { event, writeEvents } from "./job-changes.ts";
import type { Parts } from "./parts.ts";
import { checkpointOf } from "./rows.ts";

/** See JobStore.passOver. */
export async function passOver(parts: Parts, writer: Writer, { step, part, detail }: LostPart): Promise<Checkpoint | null> {
  const { id } = writer;
  let gone: string[] = [];
  const next = await parts.database.transaction(async (tx) => {
    const row = await holdAttempt(tx, writer, randomUUID(), {}, 1);
    // Weights without a state are nothing to go on from, and still somebody may want them.
    if (part === "state")
      await tx.updateTable("checkpoints").set({ state: null }).where("job_id", "=", id).where("step", "=", step).execute();
    else gone = await removeCheckpoints(tx, id, [step]);
    const earlier = await checkpointToGoOnFrom(tx, id);
    await forgetMetricsAfter(tx, id, earlier?.step ?? -1);
    const where = earlier === undefined ? "from the beginning" : `after step ${earlier.step}`;
    const told = event("checkpoint_damaged", `The checkpoint at step ${step} cannot be used: ${detail} The training goes on ${where}.`, {
      step,
    });
    await writeEvents(parts, tx, id, row.last_event, [told]);
    return earlier;
  });
  parts.watchers.changed(id);
  await parts.discard(gone);
  return next === undefined ? null : checkpointOf(next);
}
