import { z } from "zod";
import type { Scope } from "../clients/client.ts";
import type { Job, Storage } from "./contract.ts";
import { mentionedDatasets } from "./mentioned-datasets.ts";

const Categories = z.object({ categories: z.record(z.string(), z.array(z.string())).optional() });

/** The files of the datasets that a body names, and what the classes of the job's own datasets are called, by the datasets' ids. */
export async function datasetsFor(storage: Pick<Storage, "datasets" | "blobs">, job: Job, body: Buffer, scope: Scope) {
  const named = await Promise.all(
    job.datasets.map(async (id) => {
      const { categories } = Categories.parse((await storage.datasets.get(id, null)).description);
      return categories === undefined ? [] : [[id, categories] as const];
    }),
  );
  return { datasets: await mentionedDatasets(body, scope, storage), categories: Object.fromEntries(named.flat()) };
}
