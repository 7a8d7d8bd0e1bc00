import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readConfig } from "../../src/config.ts";
import { openStorage } from "../../src/jobs/storage.ts";
import { DatabaseUnusable, inWords } from "../../src/jobs/unusable-database.ts";
import { postgresPrograms, PostgresServer } from "../support/postgres.ts";

const password = "p@ss/w:rd#%?";
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "adjoint-unusable-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = (databaseUrl: string) => openStorage({ dataDir: folder, databaseUrl, onError: () => {} });

/** What is said where the service cannot be started on a database. */
async function refusal(databaseUrl: string): Promise<string> {
  const error: unknown = await open(databaseUrl).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DatabaseUnusable)) throw new Error("It was not refused in words", { cause: error });
  return error.message;
}

test.each([
  ["postgres://me:secret@127.0.0.1:1/jobs", /^Nothing listens at 127\.0\.0\.1:1: /],
  ["postgres://me:secret@localhost:1/jobs", /^Nothing listens at localhost:1: /],
  ["postgres://me:secret@db.invalid/jobs", /^(There is no host of the name|The host) db\.invalid\b/],
  ["postgres://me:secret@%2Fnowhere/jobs", /^There is no socket in \/nowhere: /],
])("%s: what is wrong is said with host and port, and without the password", async (url, words) => {
  const said = await refusal(url);
  expect(said).toMatch(words);
  expect(said).not.toContain("secret");
});

test("what is no PostgreSQL is told from one", async () => {
  const server = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")).listen(0, "127.0.0.1");
  await once(server, "listening");
  expect(await refusal(`postgres://me@127.0.0.1:${(server.address() as AddressInfo).port}/jobs`)).toMatch(/it may not be PostgreSQL\.$/);
  server.close();
});

test.each([
  ["timeout exceeded when trying to connect", /^db:5432 did not answer in time\.$/],
  ["self-signed certificate in certificate chain", /sslrootcert/],
  ["Query read timeout", /did not answer in time/],
])("%j is said in words", (message, words) => {
  expect(inWords("postgres://me:secret@db/jobs", new Error("outer", { cause: new Error(message) }))).toMatchObject({
    message: expect.stringMatching(words),
  });
});

test("what is none of the connection's stays as it is", () => {
  const error = new TypeError("a fault of ours");
  expect(inWords("postgres://me@db/jobs", error)).toBe(error);
});

describe.skipIf(postgresPrograms === null)("a server", () => {
  let server: PostgresServer;
  let address: URL;
  beforeAll(async () => {
    server = await PostgresServer.start();
    address = new URL(await server.createDatabase());
    const [name] = address.pathname.slice(1).split("/");
    await server.execute(
      address.href,
      `create role student login password '${password}'; grant create, connect on database ${name} to student; grant create on schema public to student;
       create role guest login; create role stranger login;
       do $$ begin execute format('copy (values (%L), (%L), (%L)) to %L', 'host all student all scram-sha-256', 'host all adjoint,guest all trust', 'local all all trust', current_setting('hba_file')); end $$;
       select pg_reload_conf();`,
    );
  });
  afterAll(async () => server[Symbol.asyncDispose]());

  const at = (user: string, secret = "", rest = address.pathname): string => {
    const url = new URL(address.href);
    url.username = user;
    url.password = encodeURIComponent(secret);
    return url.href.replace(address.pathname, rest);
  };

  test("is reached with a password of any characters", async () => {
    const { DATABASE_URL } = readConfig({ DATABASE_URL: at("student"), PGPASSWORD: password });
    const storage = await open(String(DATABASE_URL));
    expect(await storage.ready()).toBe("available");
    await storage[Symbol.asyncDispose]();
  });

  test.each([
    ["a wrong password", () => at("student", "wrong"), /does not take this password of the user student\.$/],
    ["no password", () => at("student"), /asks for a password of the user student/],
    ["an unknown database", () => at("adjoint", "", "/nothing"), /has no database nothing: create it first\.$/],
    ["a user who is not let in", () => at("stranger"), /does not let the user stranger in to the database test_1 from here/],
    ["a user who may make nothing", () => at("guest"), /The user guest may not make tables in the database test_1/],
    ["TLS where there is none", () => `${at("adjoint")}?sslmode=require`, /does not speak TLS: /],
  ])("%s is told", async (_, url, words) => {
    const said = await refusal(url());
    expect(said).toMatch(words);
    expect(said).toContain(`127.0.0.1:${address.port}`);
    expect(said).not.toMatch(/wrong|p@ss/);
  });
});
