import { z } from "zod";
import type { Scope } from "../clients/client.ts";
import type { Job, Storage } from "./contract.ts";
import { mentionedDatasets } from "./mentioned-datasets.ts";

const Names = z.record(z.string(), z.array(z.string()));
const Described = z.object({ categories: Names.default({}), columns: Names.default({}) });

/** The files of the datasets that a body names, and what the classes and columns of the job's own datasets are called, by the datasets' ids. */
export async function datasetsFor(storage: Pick<Storage, "datasets" | "blobs">, job: Job, body: Buffer, scope: Scope) {
  const named = await Promise.all(
    job.datasets.map(async (id) => {
      return [id, Described.parse((await storage.datasets.get(id, null)).description)] as const;
    }),
  );
  return { datasets: await mentionedDatasets(body, scope, storage), names: Object.fromEntries(named) };
}
