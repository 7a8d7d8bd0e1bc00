/**
 * The tables, alike in SQLite and PostgreSQL. Times are milliseconds since 1970; JSON is kept as text, which both databases give back as
 * it was; marks are 0 or 1.
 */
import { type Kysely, sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { everyone } from "../program/registry.ts";
import type { JobStatus } from "./contract.ts";
import { createCounts } from "./counting.ts";

export interface JobRow {
  id: string;
  status: JobStatus;
  attempt: number;
  /** Attempts since the last checkpoint, or since somebody gave the job back in good order. */
  tries: number;
  submission: string;
  summary: string;
  datasets: string;
  tags: string;
  webhook: string | null;
  client: string;
  steps: number | null;
  /** The step at which the job pauses by itself. */
  pause_at: number | null;
  traceparent: string | null;
  created_at: number;
  queued_at: number;
  /** A queued job whose work was lost rests until then. */
  due_at: number | null;
  /** Why its work was lost the last time. */
  lost_cause: string | null;
  started_at: number | null;
  finished_at: number | null;
  progress: string | null;
  result: string | null;
  error: string | null;
  last_event: number;
  /** The dispatch that stands for this job in the queue of workers, where there is such a queue. */
  dispatch: string | null;
  /** The last write of an attempt: whether one whose answer was lost has reached the database. */
  last_write: string | null;
}

export interface EventRow {
  job_id: string;
  id: number;
  type: string;
  created_at: number;
  message: string;
  data: string;
}

export interface CheckpointRow {
  job_id: string;
  step: number;
  epoch: number;
  metrics: string;
  weights: string;
  state: string | null;
  bytes: number;
  best: number;
  final: number;
  created_at: number;
}

export interface DatasetRow {
  id: string;
  /** The digest of its blob, which is its id without `sha256:`. */
  digest: string;
  name: string;
  created_at: number;
  bytes: number;
  description: string;
}

/** That a client has a dataset, under the name that it has given it. */
export interface DatasetClaimRow {
  owner: string;
  dataset_id: string;
  name: string;
  created_at: number;
}

/** A registered graph of one owner. */
export interface GraphRow {
  owner: string;
  id: string;
  content: string;
  bytes: number;
  used_at: number;
}

/** Where a job or a dataset stood in lists that is not there any more. */
export interface DeletedRow {
  id: string;
  owner: string;
  created_at: number;
  deleted_at: number;
}

/** Opens the events of a job once. */
export interface TicketRow {
  digest: string;
  client: string;
  job_id: string;
  expires_at: number;
}

export interface Tables {
  jobs: JobRow;
  job_tags: { job_id: string; tag: string };
  job_datasets: { job_id: string; dataset_id: string };
  job_events: EventRow;
  job_metrics: { job_id: string; step: number; data: string };
  checkpoints: CheckpointRow;
  datasets: DatasetRow;
  dataset_claims: DatasetClaimRow;
  owned_graphs: GraphRow;
  deleted: DeletedRow;
  tickets: TicketRow;
  idempotency_keys: { scope: string; key: string; body: string; job_id: string | null; created_at: number };
  /** Jobs that are over and whose webhooks are owed, and when to try next. */
  webhooks: { job_id: string; due_at: number; tries: number };
  /** How many jobs there are: see counting.ts. */
  job_counts: { status: JobStatus; shard: number; count: number };
  /** `keeps` counts how often the same was kept. */
  blobs: { digest: string; bytes: number; used_at: number; keeps: number };
  blob_chunks: { digest: string; position: number; bytes: Uint8Array };
}

/** A connection, or a transaction on one. */
export type Connection = Kysely<Tables>;

async function createJobs(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("jobs")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("status", "text", (column) => column.notNull())
    .addColumn("attempt", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("tries", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("submission", "text", (column) => column.notNull())
    .addColumn("summary", "text", (column) => column.notNull())
    .addColumn("datasets", "text", (column) => column.notNull())
    .addColumn("tags", "text", (column) => column.notNull())
    .addColumn("webhook", "text")
    .addColumn("client", "text", (column) => column.notNull())
    .addColumn("steps", "bigint")
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("queued_at", "bigint", (column) => column.notNull())
    .addColumn("started_at", "bigint")
    .addColumn("finished_at", "bigint")
    .addColumn("progress", "text")
    .addColumn("result", "text")
    .addColumn("error", "text")
    .addColumn("last_event", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("dispatch", "text")
    .addColumn("last_write", "text")
    .execute();
  await db.schema.createIndex("jobs_by_age").on("jobs").columns(["created_at", "id"]).execute();
  await db.schema.createIndex("jobs_by_status").on("jobs").columns(["status", "client"]).execute();
  await db.schema.createIndex("jobs_by_end").on("jobs").column("finished_at").execute();
  await db.schema.createIndex("jobs_by_submission").on("jobs").column("submission").execute();
}

async function createHistory(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("job_tags")
    .addColumn("job_id", "text", (column) => column.notNull().references("jobs.id").onDelete("cascade"))
    .addColumn("tag", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("job_tags_key", ["tag", "job_id"])
    .execute();
  await db.schema.createIndex("job_tags_by_job").on("job_tags").column("job_id").execute();
  await db.schema
    .createTable("job_events")
    .addColumn("job_id", "text", (column) => column.notNull().references("jobs.id").onDelete("cascade"))
    .addColumn("id", "integer", (column) => column.notNull())
    .addColumn("type", "text", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("message", "text", (column) => column.notNull())
    .addColumn("data", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("job_events_key", ["job_id", "id"])
    .execute();
  await db.schema
    .createTable("job_metrics")
    .addColumn("job_id", "text", (column) => column.notNull().references("jobs.id").onDelete("cascade"))
    .addColumn("step", "bigint", (column) => column.notNull())
    .addColumn("data", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("job_metrics_key", ["job_id", "step"])
    .execute();
  await db.schema
    .createTable("checkpoints")
    .addColumn("job_id", "text", (column) => column.notNull().references("jobs.id").onDelete("cascade"))
    .addColumn("step", "bigint", (column) => column.notNull())
    .addColumn("epoch", "bigint", (column) => column.notNull())
    .addColumn("metrics", "text", (column) => column.notNull())
    .addColumn("weights", "text", (column) => column.notNull())
    .addColumn("state", "text")
    .addColumn("bytes", "bigint", (column) => column.notNull())
    .addColumn("best", "integer", (column) => column.notNull())
    .addColumn("final", "integer", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("checkpoints_key", ["job_id", "step"])
    .execute();
  await db.schema.createIndex("checkpoints_by_weights").on("checkpoints").column("weights").execute();
  await db.schema.createIndex("checkpoints_by_state").on("checkpoints").column("state").execute();
}

async function createShared(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("datasets")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("digest", "text", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("bytes", "bigint", (column) => column.notNull())
    .addColumn("description", "text", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("datasets_by_age").on("datasets").columns(["created_at", "id"]).execute();
  await db.schema.createIndex("datasets_by_digest").on("datasets").column("digest").execute();
  await db.schema
    .createTable("job_datasets")
    .addColumn("job_id", "text", (column) => column.notNull().references("jobs.id").onDelete("cascade"))
    // Without a cascade: a dataset cannot go while a job that has just been created refers to it.
    .addColumn("dataset_id", "text", (column) => column.notNull().references("datasets.id"))
    .addPrimaryKeyConstraint("job_datasets_key", ["job_id", "dataset_id"])
    .execute();
  await db.schema.createIndex("job_datasets_by_dataset").on("job_datasets").column("dataset_id").execute();
  await db.schema
    .createTable("idempotency_keys")
    .addColumn("scope", "text", (column) => column.notNull())
    .addColumn("key", "text", (column) => column.notNull())
    .addColumn("body", "text", (column) => column.notNull())
    .addColumn("job_id", "text")
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("idempotency_keys_key", ["scope", "key"])
    .execute();
}

async function createWebhooks(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("webhooks")
    .addColumn("job_id", "text", (column) => column.primaryKey().notNull().references("jobs.id").onDelete("cascade"))
    .addColumn("due_at", "bigint", (column) => column.notNull())
    .addColumn("tries", "integer", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("webhooks_by_time").on("webhooks").column("due_at").execute();
}

/** What files hold where there is one machine, and the database where there are several. */
async function createContent(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("graphs")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("content", "text", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("blobs")
    .addColumn("digest", "text", (column) => column.primaryKey().notNull())
    .addColumn("bytes", "bigint", (column) => column.notNull())
    .addColumn("used_at", "bigint", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("blob_chunks")
    .addColumn("digest", "text", (column) => column.notNull().references("blobs.digest").onDelete("cascade"))
    .addColumn("position", "integer", (column) => column.notNull())
    .addColumn("bytes", "bytea", (column) => column.notNull())
    .addPrimaryKeyConstraint("blob_chunks_key", ["digest", "position"])
    .execute();
  // Weights and images hardly shrink, and compressing them costs more than it saves.
  await sql`alter table blob_chunks alter column bytes set storage external`.execute(db);
}

async function createLosses(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("jobs").addColumn("due_at", "bigint").execute();
  await db.schema.alterTable("jobs").addColumn("lost_cause", "text").execute();
}

async function createTraces(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("jobs").addColumn("traceparent", "text").execute();
}

async function createPauses(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("jobs").addColumn("pause_at", "bigint").execute();
}

async function countKeeps(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable("blobs")
    .addColumn("keeps", "integer", (column) => column.notNull().defaultTo(1))
    .execute();
}

/** What was there before there were owners every client may read, as it could; jobs have been kept under their clients from the beginning. */
async function createOwners(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("dataset_claims")
    .addColumn("owner", "text", (column) => column.notNull())
    .addColumn("dataset_id", "text", (column) => column.notNull().references("datasets.id"))
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("dataset_claims_key", ["owner", "dataset_id"])
    .execute();
  await db.schema.createIndex("dataset_claims_by_dataset").on("dataset_claims").column("dataset_id").execute();
  await sql`insert into dataset_claims (owner, dataset_id, name, created_at) select ${sql.lit(everyone)}, id, name, created_at from datasets`.execute(
    db,
  );
  await db.schema
    .createTable("tickets")
    .addColumn("digest", "text", (column) => column.primaryKey().notNull())
    .addColumn("client", "text", (column) => column.notNull())
    .addColumn("job_id", "text", (column) => column.notNull().references("jobs.id").onDelete("cascade"))
    .addColumn("expires_at", "bigint", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("tickets_by_client").on("tickets").columns(["client", "expires_at"]).execute();
  await db.schema.createIndex("tickets_by_job").on("tickets").column("job_id").execute();
  await db.schema.createIndex("jobs_by_client").on("jobs").columns(["client", "created_at", "id"]).execute();
  await db.schema.createIndex("jobs_by_dispatch").on("jobs").column("dispatch").execute();
  await db.schema.createIndex("jobs_by_turn").on("jobs").columns(["status", "client", "attempt", "created_at", "id"]).execute();
}

async function createOwnedGraphs(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("owned_graphs")
    .addColumn("owner", "text", (column) => column.notNull())
    .addColumn("id", "text", (column) => column.notNull())
    .addColumn("content", "text", (column) => column.notNull())
    .addColumn("bytes", "bigint", (column) => column.notNull())
    .addColumn("used_at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("owned_graphs_key", ["owner", "id"])
    .execute();
  await db.schema.createIndex("owned_graphs_by_use").on("owned_graphs").columns(["owner", "used_at"]).execute();
  await sql`insert into owned_graphs (owner, id, content, bytes, used_at) select ${sql.lit(everyone)}, id, content, octet_length(content), ${sql.lit(Date.now())} from graphs`.execute(
    db,
  );
  await db.schema.dropTable("graphs").execute();
}

async function createDeleted(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("deleted")
    .addColumn("id", "text", (column) => column.notNull())
    .addColumn("owner", "text", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("deleted_at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("deleted_key", ["id", "owner"])
    .execute();
  await db.schema.createIndex("deleted_by_age").on("deleted").column("deleted_at").execute();
}

const common: Record<string, Migration> = {
  "001_jobs": { up: createJobs },
  "002_history": { up: createHistory },
  "003_shared": { up: createShared },
  "005_webhooks": { up: createWebhooks },
  "006_losses": { up: createLosses },
  "010_traces": { up: createTraces },
  "011_owners": { up: createOwners },
  "014_deleted": { up: createDeleted },
  "015_pauses": { up: createPauses },
};

const ofSqlite: Record<string, Migration> = { ...common, "013_counts": { up: createCounts("SQLite") } };

const ofPostgres: Record<string, Migration> = {
  ...common,
  "004_content": { up: createContent },
  "011_keeps": { up: countKeeps },
  "012_owned_graphs": { up: createOwnedGraphs },
  "013_counts": { up: createCounts("PostgreSQL") },
};

/** Brings the tables up to date. One process at a time does so: the others wait. */
export async function migrate(db: Connection, contentInDatabase: boolean): Promise<void> {
  const migrations = contentInDatabase ? ofPostgres : ofSqlite;
  const { error } = await new Migrator({ db, provider: { getMigrations: async () => migrations } }).migrateToLatest();
  if (error !== undefined)
    throw error instanceof Error ? error : new Error("The tables could not be brought up to date.", { cause: error });
}
