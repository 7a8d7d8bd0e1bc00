import type { Checkpoint, Claim, LostPart, Storage } from "./contract.ts";
import { isLost } from "./sound-files.ts";

type Kept = Pick<Storage, "blobs" | "jobs">;

/** A claim whose checkpoint can be gone on from: one that is damaged is passed over for the one before it. Throws LostJob. */
export async function soundClaim(storage: Kept, claim: Claim): Promise<Claim> {
  let { checkpoint } = claim;
  while (checkpoint !== null) {
    const lost = await lostPart(storage, checkpoint);
    if (lost === null) break;
    checkpoint = await storage.jobs.passOver(claim.job.id, claim.attempt, lost);
  }
  return { ...claim, checkpoint };
}

async function lostPart({ blobs }: Kept, checkpoint: Checkpoint): Promise<LostPart | null> {
  for (const part of ["weights", "state"] as const) {
    const digest = checkpoint[part];
    if (digest === null) continue;
    try {
      await blobs.localPath(digest);
    } catch (error) {
      if (!isLost(error)) throw error;
      return { step: checkpoint.step, part, detail: error.detail };
    }
  }
  return null;
}
