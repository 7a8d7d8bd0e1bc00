import { anyone, type Client } from "../clients/client.ts";
import type { Dataset } from "./contract.ts";
import type { Parsed } from "../training/datasets/task.ts";
import type { DatasetView } from "../training/datasets/schema.ts";

/** A dataset as a client sees it: its times are in seconds. Whose it is only an admin is told. */
export function viewOfDataset({ id, owner, name, bytes, created_at, description }: Dataset, client: Client): DatasetView {
  const described = description as unknown as Parsed["description"];
  const own = { id, object: "dataset" as const, name, bytes, ...described, created_at: Math.floor(created_at / 1000) };
  return seesOwners(client) ? { ...own, owner } : own;
}

/** Where there are no keys there are no owners to be told of. */
export const seesOwners = (client: Client): boolean => client.role === "admin" && client !== anyone;
