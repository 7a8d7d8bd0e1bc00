/**
 * How many jobs there are of each status. The database itself counts, with every change of a job: nobody looks at all jobs to know, and the
 * numbers are right whichever process asks, and after whatever has happened to it.
 */
import { type Kysely, sql } from "kysely";

/** Transactions of different connections mostly count in different rows, and need not wait for each other. */
const shards = 16;

const triggersOfSqlite = ((): readonly string[] => {
  const count = (status: string, change: number): string =>
    `insert into job_counts (status, shard, count) values (${status}, 0, ${change})
     on conflict (status, shard) do update set count = count + excluded.count;`;
  return [
    `create trigger job_added after insert on jobs begin ${count("new.status", 1)} end`,
    `create trigger job_removed after delete on jobs begin ${count("old.status", -1)} end`,
    `create trigger job_changed after update of status on jobs when old.status <> new.status
     begin ${count("old.status", -1)} ${count("new.status", 1)} end`,
  ];
})();

/** Two rows are changed in the order of their names, so that no two transactions wait for each other. */
const triggersOfPostgres: readonly string[] = [
  `create function count_jobs() returns trigger language plpgsql as $$
   begin
     insert into job_counts as counts (status, shard, count)
     select status, pg_backend_pid() % ${shards}, change
     from (values (case when tg_op <> 'INSERT' then old.status end, -1), (case when tg_op <> 'DELETE' then new.status end, 1)) as changes (status, change)
     where status is not null
     order by status
     on conflict (status, shard) do update set count = counts.count + excluded.count;
     return null;
   end $$`,
  "create trigger job_added_or_removed after insert or delete on jobs for each row execute function count_jobs()",
  `create trigger job_changed after update of status on jobs for each row
   when (old.status is distinct from new.status) execute function count_jobs()`,
];

/** Makes the table, for the jobs that there are, and has the database keep it; and indexes for what else is asked of jobs by status. */
export const createCounts =
  (database: "SQLite" | "PostgreSQL") =>
  async (db: Kysely<unknown>): Promise<void> => {
    await db.schema
      .createTable("job_counts")
      .addColumn("status", "text", (column) => column.notNull())
      .addColumn("shard", "integer", (column) => column.notNull())
      .addColumn("count", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("job_counts_key", ["status", "shard"])
      .execute();
    await sql`insert into job_counts (status, shard, count) select status, 0, count(*) from jobs group by status`.execute(db);
    for (const trigger of database === "SQLite" ? triggersOfSqlite : triggersOfPostgres) await sql.raw(trigger).execute(db);
    await db.schema.createIndex("jobs_by_status_and_age").on("jobs").columns(["status", "created_at", "id"]).execute();
    await db.schema.createIndex("jobs_by_client_and_status").on("jobs").columns(["client", "status", "created_at", "id"]).execute();
    // Others begin with the same columns.
    await db.schema.dropIndex("jobs_by_status").execute();
    await db.schema.createIndex("jobs_by_wait").on("jobs").columns(["status", "queued_at"]).execute();
    await db.schema.createIndex("idempotency_keys_by_age").on("idempotency_keys").column("created_at").execute();
  };
