import type { Scope } from "../clients/client.ts";
import { Problem } from "../problems/problems.ts";
import type { Storage } from "./contract.ts";
import { idPrefix, mentionedIds } from "./mentioned-ids.ts";

/** A request that names more datasets than this is told that the others are unknown. */
const mostDatasets = 64;

/**
 * Paths of the files of the datasets whose ids stand anywhere in a body, by id. An id that is none of a dataset, but of a graph, is left out; so is an unknown one, of which the worker says where it stands.
 */
export async function mentionedDatasets(
  body: Buffer,
  scope: Scope,
  { datasets, blobs }: Pick<Storage, "datasets" | "blobs">,
): Promise<Record<string, string>> {
  const paths = await Promise.all(
    [...mentionedIds(body, mostDatasets)].map(async (id) => {
      const known = await datasets.get(id, scope).catch(unlessUnknown);
      return known === null ? [] : [[id, await blobs.localPath(id.slice(idPrefix.length))] as const];
    }),
  );
  return Object.fromEntries(paths.flat());
}

function unlessUnknown(error: unknown): null {
  if (error instanceof Problem && error.code === "unknown_dataset") return null;
  throw error;
}
