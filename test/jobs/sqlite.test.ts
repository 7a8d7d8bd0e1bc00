import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, expect, test } from "vitest";
import { storageFault } from "../../src/jobs/faults.ts";
import { type Connection, migrate } from "../../src/jobs/schema.ts";
import { openSqlite } from "../../src/jobs/sqlite.ts";
import { temporaryFolder } from "./backends.ts";
import { until } from "./given.ts";

const folder = temporaryFolder();
let database: Connection;
afterEach(() => database.destroy());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const mortal = new URL("fixtures/mortal-sqlite.ts", import.meta.url);
const theEnd = sql`the end`;
const rows = [1, 2, 3].map((at) => ({ scope: "somebody", key: String(at), body: "", job_id: null, created_at: at }));

async function opened(script?: URL): Promise<void> {
  database = openSqlite(join(folder, `${randomUUID()}.sqlite`), script);
  await migrate(database, false);
}

const keys = async (): Promise<string[]> =>
  (await database.selectFrom("idempotency_keys").select("key").orderBy("key").execute()).map(({ key }) => key);

test("transactions and statements take turns, in the order in which they were asked for", async () => {
  await opened();
  const order: string[] = [];
  const failing = database.transaction().execute(async (tx) => {
    await tx.insertInto("idempotency_keys").values(rows[0]).execute();
    await sleep(20);
    order.push("first");
    throw new Error("No");
  });
  const working = database.transaction().execute(async (tx) => {
    await tx.insertInto("idempotency_keys").values(rows[1]).execute();
    order.push("second");
  });
  const reading = keys().then((found) => order.push(...found));
  await expect(failing).rejects.toThrow("No");
  await Promise.all([working, reading]);
  expect(order).toEqual(["first", "second", "2"]);
  await database.transaction().execute(async () => {});
  expect(await keys()).toEqual(["2"]);
});

test("a thread that ends is replaced; what it was asked for, and the transaction that it had begun, fail as a storage does that is away", async () => {
  await opened(mortal);
  await database.insertInto("idempotency_keys").values(rows[0]).execute();
  const broken = await database
    .transaction()
    .execute(async (tx) => {
      await tx.insertInto("idempotency_keys").values(rows[1]).execute();
      await theEnd.execute(tx).catch(() => undefined);
      await sleep(1_100);
      // Another thread could take it, in which there is no transaction.
      await tx.insertInto("idempotency_keys").values(rows[2]).execute();
    })
    .catch((error: unknown) => error);
  expect(storageFault(broken)).toMatchObject({ code: "storage_unavailable" });
  expect(await keys()).toEqual(["1"]);
  expect(storageFault(await theEnd.execute(database).catch((error: unknown) => error))).toMatchObject({ code: "storage_unavailable" });
  expect(await until(() => keys().catch(() => null))).toEqual(["1"]);
});

test("what is asked of a database that is closed fails", async () => {
  await opened();
  await keys();
  await database.destroy();
  await expect(keys()).rejects.toThrow();
});
