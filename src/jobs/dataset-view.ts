import type { Dataset } from "./contract.ts";
import type { Parsed } from "../training/datasets/task.ts";
import type { DatasetView } from "../training/datasets/schema.ts";

/** A dataset as clients see it: its times are in seconds. */
export function viewOfDataset({ id, name, bytes, created_at, description }: Dataset): DatasetView {
  const described = description as unknown as Parsed["description"];
  return { id, object: "dataset", name, bytes, ...described, created_at: Math.floor(created_at / 1000) };
}
