import { sql } from "kysely";
import type { Scope } from "../clients/client.ts";
import { everyone } from "../program/registry.ts";
import { problem } from "../problems/problems.ts";
import { type Dataset, type DatasetStore, type JobStatus, type NewDataset, type Page, isFinal, jobStatuses } from "./contract.ts";
import type { Database } from "./database.ts";
import { madeAt, remember } from "./deleted.ts";
import { breaksReference } from "./faults.ts";
import { pageOf } from "./history.ts";
import type { Parts } from "./parts.ts";
import { requireShare } from "./quota.ts";
import { datasetOf, toText } from "./rows.ts";
import type { Connection } from "./schema.ts";

// The content of a dataset is kept once, whoever has uploaded it; that a client has it is a claim. What others have claimed shows in
// nothing: not in an answer, not in a list, not in a refusal.

/** Descriptions name tensors, columns and classes, and may be long: a page holds fewer of them then, of so many characters together. */
const pageLength = 2 ** 22;

const overStatuses: readonly JobStatus[] = jobStatuses.filter(isFinal);

const unknown = (id: string) => problem("unknown_dataset", `There is no dataset ${id}.`);
const inUse = (id: string) => problem("dataset_in_use", `A job that is not over reads dataset ${id}.`);

export function createDatasetStore({ database, discard }: Pick<Parts, "database" | "discard">): DatasetStore {
  return {
    add: (dataset, owner, share) => database.transaction((tx) => add(tx, dataset, owner, share)),
    get: (id, scope) => database.query((db) => get(db, id, scope)),
    list: (query) => database.query((db) => list(db, query)),
    delete: async (id, scope) => {
      await database.urgent((tx) => giveUp(tx, id, scope));
      await discard(await forgetUnclaimed(database));
    },
  };
}

async function add(
  tx: Connection,
  { id, name, created_at, bytes, description }: NewDataset,
  owner: string,
  share: number | null,
): Promise<boolean> {
  const claim = { owner, dataset_id: id, name, created_at };
  const known = await tx
    .selectFrom("dataset_claims")
    .select("name")
    .where("owner", "=", owner)
    .where("dataset_id", "=", id)
    .executeTakeFirst();
  if (known !== undefined) return false;
  await requireShare(tx, owner, bytes, share);
  const digest = id.slice(id.indexOf(":") + 1);
  await tx
    .insertInto("datasets")
    .values({ id, digest, name, created_at, bytes, description: toText(description) })
    // Written again, so that nobody forgets it before the claim is there.
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ digest }))
    .execute();
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto("dataset_claims")
    .values(claim)
    .onConflict((conflict) => conflict.columns(["owner", "dataset_id"]).doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

/** Datasets as one client sees them: by its own claims and by everyone's, and its own go first. For all, those who claim them are told, too. */
function claimed(db: Connection, scope: Scope) {
  const claims = db
    .selectFrom("dataset_claims")
    .innerJoin("datasets", "datasets.id", "dataset_claims.dataset_id")
    .select([
      "datasets.id",
      "dataset_claims.owner",
      "dataset_claims.name",
      "dataset_claims.created_at",
      "datasets.bytes",
      "datasets.description",
    ]);
  const owners = scope === null ? null : [scope, everyone];
  return claims
    .$if(owners !== null, (query) => query.where("dataset_claims.owner", "in", owners ?? []))
    .where((claim) =>
      claim.not(
        claim.exists(
          claim
            .selectFrom("dataset_claims as better")
            .select("better.owner")
            .whereRef("better.dataset_id", "=", "dataset_claims.dataset_id")
            .$if(scope === null, (query) =>
              query.where((other) =>
                other(
                  other.refTuple("better.created_at", "better.owner"),
                  "<",
                  other.refTuple("dataset_claims.created_at", "dataset_claims.owner"),
                ),
              ),
            )
            .$if(scope !== null, (query) => query.where("better.owner", "=", scope).where("dataset_claims.owner", "!=", scope)),
        ),
      ),
    );
}

async function get(db: Connection, id: string, scope: Scope): Promise<Dataset> {
  const row = await claimed(db, scope).where("datasets.id", "=", id).executeTakeFirst();
  if (row === undefined) throw unknown(id);
  return datasetOf(row);
}

/** When a client was given a dataset that is there or was until of late. */
async function placeOf(db: Connection, id: string, scope: Scope): Promise<number> {
  const row = await claimed(db, scope).where("datasets.id", "=", id).executeTakeFirst();
  const createdAt = row?.created_at ?? (await madeAt(db, id, scope));
  if (createdAt === null) throw unknown(id);
  return createdAt;
}

/** Newest first. */
async function list(db: Connection, { scope, after, limit }: Parameters<DatasetStore["list"]>[0]): Promise<Page<Dataset>> {
  let query = claimed(db, scope);
  if (after !== undefined) {
    const createdAt = await placeOf(db, after, scope);
    query = query.where((datasets) =>
      datasets(datasets.refTuple("dataset_claims.created_at", "datasets.id"), "<", datasets.tuple(createdAt, after)),
    );
  }
  const newest = query.orderBy("dataset_claims.created_at", "desc").orderBy("datasets.id", "desc");
  const lengths = await newest
    .clearSelect()
    .select(sql<number>`length(datasets.description)`.as("length"))
    .limit(limit)
    .execute();
  const fitting = fittingIn(pageLength, lengths);
  return pageOf(await newest.limit(fitting + 1).execute(), fitting, datasetOf);
}

/** How many of the first rows are together as long as this or shorter: one at the least. */
function fittingIn(most: number, rows: readonly { readonly length: number }[]): number {
  let length = 0;
  const beyond = rows.findIndex((row) => (length += row.length) > most);
  return Math.max(1, beyond < 0 ? rows.length : beyond);
}

/** Ends a client's claim, or for all of them everybody's. Jobs that are not over hold on to what they read. */
async function giveUp(tx: Connection, id: string, scope: Scope): Promise<void> {
  const { owner } = await get(tx, id, scope);
  if (scope !== null && owner !== scope) throw problem("forbidden", `Dataset ${id} belongs to everyone: an admin may delete it.`);
  const reader = await tx
    .selectFrom("job_datasets")
    .innerJoin("jobs", "jobs.id", "job_datasets.job_id")
    .select("jobs.id")
    .where("dataset_id", "=", id)
    .where("jobs.status", "not in", overStatuses)
    .$if(scope !== null, (query) => query.where("jobs.client", "=", scope ?? ""))
    .executeTakeFirst();
  if (reader !== undefined) throw inUse(id);
  const claims = await tx
    .deleteFrom("dataset_claims")
    .where("dataset_id", "=", id)
    .$if(scope !== null, (query) => query.where("owner", "=", scope ?? ""))
    .returning(["dataset_id as id", "owner", "created_at"])
    .execute();
  await remember(tx, claims);
}

/** Forgets the datasets that nobody claims and no job reads that is not over. Answers their digests. */
export async function forgetUnclaimed(database: Database): Promise<string[]> {
  try {
    return await database.urgent(async (tx) => {
      const unclaimed = await tx
        .selectFrom("datasets")
        .select(["id", "digest"])
        .where((datasets) =>
          datasets.not(datasets.exists(datasets.selectFrom("dataset_claims").select("owner").whereRef("dataset_id", "=", "datasets.id"))),
        )
        .where((datasets) =>
          datasets.not(
            datasets.exists(
              datasets
                .selectFrom("job_datasets")
                .innerJoin("jobs", "jobs.id", "job_datasets.job_id")
                .select("jobs.id")
                .whereRef("dataset_id", "=", "datasets.id")
                .where("jobs.status", "not in", overStatuses),
            ),
          ),
        )
        .limit(100)
        .execute();
      const ids = unclaimed.map(({ id }) => id);
      if (ids.length === 0) return [];
      await tx.deleteFrom("job_datasets").where("dataset_id", "in", ids).execute();
      await tx.deleteFrom("datasets").where("id", "in", ids).execute();
      return unclaimed.map(({ digest }) => digest);
    });
  } catch (error) {
    // A job that has just been created reads one, or somebody has just uploaded it: another sweep comes.
    if (!breaksReference(error)) throw error;
    return [];
  }
}
