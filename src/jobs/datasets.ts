import { problem } from "../problems/problems.ts";
import { type Dataset, type DatasetStore, type JobStatus, type Page, isFinal, jobStatuses } from "./contract.ts";
import type { Database } from "./database.ts";
import { breaksReference } from "./faults.ts";
import { pageOf } from "./history.ts";
import { datasetOf, toText } from "./rows.ts";
import type { Connection, DatasetRow } from "./schema.ts";

const overStatuses: readonly JobStatus[] = jobStatuses.filter(isFinal);

const unknown = (id: string) => problem("unknown_dataset", `There is no dataset ${id}.`);
const inUse = (id: string) => problem("dataset_in_use", `A job that is not over reads dataset ${id}.`);

export function createDatasetStore(database: Database): DatasetStore {
  return {
    add: (dataset) => database.query((db) => add(db, dataset)),
    get: (id) => database.query(async (db) => datasetOf(await readDataset(db, id))),
    list: (query) => database.query((db) => list(db, query)),
    delete: async (id) => {
      try {
        await database.transaction((tx) => remove(tx, id));
      } catch (error) {
        if (breaksReference(error)) throw inUse(id);
        throw error;
      }
    },
  };
}

async function add(db: Connection, { id, name, created_at, bytes, description }: Dataset): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto("datasets")
    .values({ id, digest: id.slice(id.indexOf(":") + 1), name, created_at, bytes, description: toText(description) })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

async function readDataset(db: Connection, id: string): Promise<DatasetRow> {
  const row = await db.selectFrom("datasets").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw unknown(id);
  return row;
}

/** Newest first. */
async function list(db: Connection, { after, limit }: { readonly after?: string; readonly limit: number }): Promise<Page<Dataset>> {
  let query = db.selectFrom("datasets").selectAll();
  if (after !== undefined) {
    const last = await readDataset(db, after);
    query = query.where((datasets) => datasets(datasets.refTuple("created_at", "id"), "<", datasets.tuple(last.created_at, last.id)));
  }
  const rows = await query
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return pageOf(rows, limit, datasetOf);
}

/** Jobs that are over let go of it; one that is created meanwhile holds on to it by its reference. */
async function remove(tx: Connection, id: string): Promise<void> {
  await readDataset(tx, id);
  const over = tx.selectFrom("jobs").select("id").where("status", "in", overStatuses);
  await tx.deleteFrom("job_datasets").where("dataset_id", "=", id).where("job_id", "in", over).execute();
  await tx.deleteFrom("datasets").where("id", "=", id).execute();
}
