import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { type Config, ConfigError, readConfig, variables } from "../../../src/config.ts";
import { shares, threadsFor } from "../../../src/memory/shares.ts";
import { defaultLimits } from "../../../src/request/limits.ts";

test("everything has a default", () => {
  expect(readConfig({}, 64 * 2 ** 30)).toEqual({
    HOST: "0.0.0.0",
    PORT: 8080,
    DATA_DIR: "./data",
    DATABASE_URL: null,
    PGPASSWORD: "",
    ROLE: "all",
    MAX_MEMORY: 64 * 2 ** 30,
    TRAINERS: Math.max(1, Math.floor(availableParallelism() / 2)),
    WORKERS: Math.max(2, availableParallelism()),
    THREADS: Math.min(16, availableParallelism()),
    API_KEYS: [],
    KEYS_FILE: null,
    LOG_LEVEL: "info",
    RATE_LIMIT: 60_000,
    OPERATIONS_PER_MINUTE: 0,
    CORS_ORIGIN: [],
    TRUST_PROXY: false,
    MAX_BODY_BYTES: defaultLimits.bodyBytes,
    MAX_PENDING_BYTES: 2 ** 30,
    MAX_NODES: defaultLimits.nodes,
    MAX_ELEMENTS: defaultLimits.elements,
    MAX_BYTES: defaultLimits.bytes,
    MAX_OPERATIONS: defaultLimits.operations,
    MAX_ANSWER_BYTES: defaultLimits.answerBytes,
    MAX_NESTING: defaultLimits.nesting,
    MAX_RANK: defaultLimits.rank,
    MAX_POINTS: defaultLimits.points,
    MAX_QUEUE: 1000,
    MAX_QUEUED_JOBS: 10_000,
    MAX_QUEUED_JOBS_PER_CLIENT: 1_000,
    MAX_STREAMS: 2_000,
    MAX_STREAMS_PER_CLIENT: 1_000,
    MAX_STORED_BYTES_PER_CLIENT: 0,
    MAX_GRAPHS: 100_000,
    MAX_GRAPHS_PER_CLIENT: 1_000,
    MAX_GRAPH_BYTES: 10 * 2 ** 30,
    MAX_GRAPH_BYTES_PER_CLIENT: 2 ** 30,
    MAX_DATASET_BYTES: 2 ** 30,
    JOB_ATTEMPTS: 3,
    MAX_STORAGE_BYTES: 0,
    MAX_HISTORY_ROWS: 20_000,
    WEBHOOK_PRIVATE_ADDRESSES: false,
    OTEL_EXPORTER_OTLP_ENDPOINT: null,
    DEADLINE_MS: 30_000,
  });
});

test("what is not set follows from the memory, and what is set does not", () => {
  const { limits } = shares(2 ** 29, threadsFor(2 ** 29, availableParallelism()));
  const config = readConfig({ MAX_BYTES: "123456789" }, 2 ** 29);
  expect(config).toMatchObject({ MAX_BYTES: 123_456_789, MAX_ELEMENTS: limits.elements, MAX_BODY_BYTES: limits.bodyBytes });
  expect(limits.bodyBytes).toBeLessThan(defaultLimits.bodyBytes);
  expect(readConfig({ MAX_MEMORY: String(2 ** 29) }, 64 * 2 ** 30)).toEqual(readConfig({}, 2 ** 29));
});

test("what a faulty variable would decide is no further fault", () => {
  expect(() => readConfig({ MAX_MEMORY: "512M" })).toThrow(/^MAX_MEMORY must be a whole number, not "512M", which is 536870912\.$/);
});

test("an empty variable is one that is not set", () => {
  expect(readConfig({ PORT: "", WORKERS: "  ", API_KEYS: "" })).toEqual(readConfig({}));
});

test.each<[keyof Config, string, unknown]>([
  ["PORT", " 9000 ", 9000],
  ["PORT", "0", 0],
  ["WORKERS", "1", 1],
  ["API_KEYS", "one, two,,three ", ["one", "two", "three"]],
  ["LOG_LEVEL", "silent", "silent"],
  ["RATE_LIMIT", "0", 0],
  ["CORS_ORIGIN", "*", ["*"]],
  ["CORS_ORIGIN", "https://a.example,http://localhost:3000", ["https://a.example", "http://localhost:3000"]],
  ["TRUST_PROXY", "true", true],
  ["TRUST_PROXY", "false", false],
  ["TRUST_PROXY", "10.0.0.0/8, 127.0.0.1", ["10.0.0.0/8", "127.0.0.1"]],
  ["MAX_OPERATIONS", "1000000000000", 1e12],
  ["DATABASE_URL", "postgres://me:secret@db:5432/jobs", "postgres://me:secret@db:5432/jobs"],
  ["DATABASE_URL", "postgresql://db/jobs", "postgresql://db/jobs"],
  ["WEBHOOK_PRIVATE_ADDRESSES", "true", true],
])("%s=%j is read", (name, text, value) => {
  expect(readConfig({ [name]: text })[name]).toEqual(value);
});

const keysInWords = "keys, separated by commas, of ASCII characters without blanks and without quotes around them";
const addressInWords =
  "a URL such as postgres://user:password@host/database, in which @ : / ? # and % of a password are percent-encoded; or give the password as it is, in PGPASSWORD";

test.each<[keyof Config, string, string]>([
  ["PORT", "http", 'PORT must be a whole number, not "http".'],
  ["PORT", "70000", 'PORT must be a whole number from 0 to 65535, not "70000".'],
  ["PORT", "1e3", 'PORT must be a whole number, not "1e3".'],
  ["WORKERS", "0", 'WORKERS must be a whole number from 1 to 1024, not "0".'],
  ["WORKERS", "-1", 'WORKERS must be a whole number, not "-1".'],
  ["MAX_NODES", "0", 'MAX_NODES must be a whole number of at least 1, not "0".'],
  ["ROLE", "trainer", 'ROLE must be one of all, api, worker, not "trainer".'],
  ["WEBHOOK_PRIVATE_ADDRESSES", "yes", 'WEBHOOK_PRIVATE_ADDRESSES must be one of true, false, not "yes".'],
  ["DATABASE_URL", "mysql://me:secret@db/jobs", `DATABASE_URL must be ${addressInWords}.`],
  ["MAX_BODY_BYTES", "64M", 'MAX_BODY_BYTES must be a whole number, not "64M", which is 67108864.'],
  ["MAX_BYTES", "1.5 GiB", 'MAX_BYTES must be a whole number, not "1.5 GiB", which is 1610612736.'],
  ["API_KEYS", ",", "API_KEYS must be a list, separated by commas, with something in it."],
  ["API_KEYS", " ", "API_KEYS must be a list, separated by commas, with something in it."],
  ["API_KEYS", " , ,", "API_KEYS must be a list, separated by commas, with something in it."],
  ["API_KEYS", "one,two three", `API_KEYS must be ${keysInWords}.`],
  ["API_KEYS", '"one,two"', `API_KEYS must be ${keysInWords}.`],
  ["API_KEYS", "schlüssel", `API_KEYS must be ${keysInWords}.`],
  ["KEYS_FILE", "  ", 'KEYS_FILE must be the path of a file, not "  ".'],
  ["CORS_ORIGIN", ",", 'CORS_ORIGIN must be a list, separated by commas, with something in it, not ",".'],
  ["DATABASE_URL", "postgres://me:p@ss/w:rd#%?@db/jobs", `DATABASE_URL must be ${addressInWords}.`],
  ["DATABASE_URL", "postgres://me:a/b@db/jobs", `DATABASE_URL must be ${addressInWords}.`],
  ["DATABASE_URL", "postgres://me:50%@db/jobs", `DATABASE_URL must be ${addressInWords}.`],
  ["DATABASE_URL", "postgres://me:a?b@db/jobs", `DATABASE_URL must be ${addressInWords}.`],
  ["LOG_LEVEL", "loud", 'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent, not "loud".'],
  ["CORS_ORIGIN", "example.org", 'CORS_ORIGIN must be * or origins such as https://example.org, separated by commas, not "example.org".'],
  [
    "CORS_ORIGIN",
    "https://a.example/",
    'CORS_ORIGIN must be * or origins such as https://example.org, separated by commas, not "https://a.example/".',
  ],
  ["TRUST_PROXY", "2", 'TRUST_PROXY must be true, false, or addresses and networks such as 10.0.0.0/8, separated by commas, not "2".'],
  [
    "TRUST_PROXY",
    "10.0.0.0/99",
    'TRUST_PROXY must be true, false, or addresses and networks such as 10.0.0.0/8, separated by commas, not "10.0.0.0/99".',
  ],
])("%s=%j is refused with a sentence", (name, text, sentence) => {
  expect(() => readConfig({ [name]: text })).toThrow(new ConfigError(sentence));
});

test.each(["p@ss/w:rd#%?", " blanks ", "100%25", "ключ"])(
  "the password %j of a database need not be encoded where it stands alone",
  (password) => {
    const { DATABASE_URL } = readConfig({ DATABASE_URL: "postgres://me@db:5433/jobs?sslmode=disable", PGPASSWORD: password });
    const address = new URL(String(DATABASE_URL));
    expect([address.username, decodeURIComponent(address.password), address.host]).toEqual(["me", password, "db:5433"]);
    const given = "postgres://me:given@db/jobs";
    expect(readConfig({ DATABASE_URL: given, PGPASSWORD: password }).DATABASE_URL).toBe(given);
  },
);

test.each(["api", "worker"] as const)("the role %s needs a database that others share", (role) => {
  expect(() => readConfig({ ROLE: role })).toThrow(
    new ConfigError(`ROLE may be ${role} only beside a DATABASE_URL: processes share their jobs in that database.`),
  );
  expect(readConfig({ ROLE: role, DATABASE_URL: "postgres://db/jobs" }).ROLE).toBe(role);
});

test("all faults are told at once", () => {
  expect(() => readConfig({ PORT: "x", LOG_LEVEL: "y" })).toThrow(/^PORT must .*\nLOG_LEVEL must .*$/);
});

test("every variable says what it is for", () => {
  for (const { description } of Object.values(variables)) expect(description).toMatch(/^[A-Z].{10,}[^.]$/);
});
