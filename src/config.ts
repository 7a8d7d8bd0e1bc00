/**
 * The configuration: every environment variable that the service reads, with its default and what it means. This is the only place
 * that reads the environment; the table of variables in docs/operating.md is checked against `variables`.
 */
import { isIP } from "node:net";
import { availableParallelism } from "node:os";
import { z } from "zod";
import { memoryOfMachine } from "./memory/machine.ts";
import { type Shares, shares, type Threads, threadsFor } from "./memory/shares.ts";

/** Sizes are counts; "64M" and the like are not understood, so that a number means one thing. */
const count = (least: number, most: number = Number.MAX_SAFE_INTEGER) =>
  z
    .string()
    .regex(/^\d{1,16}$/, "a whole number")
    .transform(Number)
    .refine((value) => value >= least && value <= most, { error: range(least, most) });

const range = (least: number, most: number): string =>
  most === Number.MAX_SAFE_INTEGER ? `a whole number of at least ${least}` : `a whole number from ${least} to ${most}`;

const entriesOf = (text: string): string[] =>
  text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");

/** A list that is given names something: a slip must not stand for nothing. */
const list = z
  .string()
  .refine((text) => text === "" || entriesOf(text).length > 0, { error: "a list, separated by commas, with something in it", abort: true })
  .transform(entriesOf);

/** A key that no header can carry, or that still has the quotes of a shell, would keep everybody out. */
const keys = list.refine((entries) => entries.every((entry) => /^[!-~]+$/.test(entry) && !/^["']|["']$/.test(entry)), {
  error: "keys, separated by commas, of ASCII characters without blanks and without quotes around them",
});

const keysFile = z
  .string()
  .refine((path) => path === "" || path.trim() !== "", { error: "the path of a file" })
  .transform((path) => (path === "" ? null : path.trim()));

const origins = list.refine((entries) => entries.every((entry) => entry === "*" || isOrigin(entry)), {
  error: "* or origins such as https://example.org, separated by commas",
});

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

const proxies = z
  .string()
  .refine((text) => text === "true" || text === "false" || (text !== "," && entriesOf(text).every(isNetwork)), {
    error: "true, false, or addresses and networks such as 10.0.0.0/8, separated by commas",
  })
  .transform((text) => (text === "true" || text === "false" ? text === "true" : entriesOf(text)));

/** An address, with or without the number of its bits that count. */
function isNetwork(text: string): boolean {
  const [address, bits, ...rest] = text.split("/");
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return most > 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
}

const database = z
  .string()
  .refine((text) => text === "" || (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text) && isWholeAddress(new URL(text))), {
    error:
      "a URL such as postgres://user:password@host/database, in which @ : / ? # and % of a password are percent-encoded; or give the password as it is, in PGPASSWORD",
  })
  .transform((text) => (text === "" ? null : text));

/** A password that is not encoded ends where one of its characters means something else: the rest of it is taken for host, path and more. */
function isWholeAddress({ password, pathname, hash, search }: URL): boolean {
  return hash === "" && !/[/@:]/.test(pathname.slice(1)) && !search.includes("@") && !/%(?![0-9a-f]{2})/i.test(password);
}

const collector = z
  .string()
  .refine((text) => text === "" || (/^https?:\/\//.test(text) && URL.canParse(text)), { error: "a URL such as http://localhost:4318" })
  .transform((text) => (text === "" ? null : text));

const roles = ["all", "api", "worker"] as const;

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

interface Variable<S extends z.ZodType = z.ZodType> {
  readonly schema: S;
  /** What stands in place of a variable that is not set or empty; it may follow from variables before it. */
  readonly fallback: string | ((given: Given) => number);
  /** The default in words, where it is no constant. */
  readonly fallbackInWords?: string;
  /** Blanks are no way to say nothing: who would set it means something by it. */
  readonly isKeptBlank?: boolean;
  /** A faulty value is not repeated: it may hold a password. */
  readonly isSecret?: boolean;
  readonly description: string;
}

/** What a default may follow from: the machine, and the variables before its own. */
interface Given {
  readonly memoryOf: () => number;
  readonly threadsOf: () => Threads;
  readonly sharesOf: () => Shares;
}

const variable = <S extends z.ZodType>(definition: Variable<S>): Variable<S> => Object.freeze(definition);

/** A memory has room for what this many threads pack: see src/kernels/workspace.ts. */
const mostThreads = 16;

const byMemory = (most: number): string => `${most}, less where memory is short`;

/** Every variable. All are optional. */
export const variables = Object.freeze({
  HOST: variable({ schema: z.string(), fallback: "0.0.0.0", description: "Address to listen on" }),
  PORT: variable({ schema: count(0, 65_535), fallback: "8080", description: "Port to listen on; 0 takes any free one" }),
  DATA_DIR: variable({ schema: z.string(), fallback: "./data", description: "Directory for what the service keeps" }),
  DATABASE_URL: variable({
    schema: database,
    fallback: "",
    isSecret: true,
    description:
      "PostgreSQL, as postgres://user:password@host/database, that keeps jobs and data for any number of processes; none: files in DATA_DIR, for one process",
  }),
  PGPASSWORD: variable({
    schema: z.string(),
    fallback: "",
    isKeptBlank: true,
    isSecret: true,
    description: "The password for PostgreSQL as it is, in place of one in DATABASE_URL, where some characters must be encoded",
  }),
  ROLE: variable({
    schema: z.enum(roles),
    fallback: "all",
    description: "What this process does, beside others on one DATABASE_URL: api answers requests, worker trains, all does both",
  }),
  MAX_MEMORY: variable({
    schema: count(1),
    fallback: ({ memoryOf }) => memoryOf(),
    fallbackInWords: "the limit of the container, or else the machine's memory",
    description: "Bytes of memory that the process may use; the defaults of the limits follow from it",
  }),
  TRAINERS: variable({
    schema: count(1, 1024),
    fallback: ({ threadsOf }) => threadsOf().trainers,
    fallbackInWords: "half the number of cores, at least 1; less where memory is short",
    description: "Jobs that this process trains at once",
  }),
  WORKERS: variable({
    schema: count(1, 1024),
    // One long request must not hold up the short ones, hence two even on one core. The event loop needs no core of its own: it moves
    // bytes only, and the operating system lets a thread that mostly sleeps go first.
    fallback: ({ threadsOf }) => threadsOf().workers,
    fallbackInWords: "the number of cores, at least 2; less where memory is short",
    description: "Worker threads that compute",
  }),
  THREADS: variable({
    schema: count(1, mostThreads),
    fallback: ({ threadsOf }) => threadsOf().crew,
    fallbackInWords: `the number of cores, at most ${mostThreads}; less where memory is short`,
    description: "Threads that may work on one large request while others are idle; the results are the same for any number",
  }),
  API_KEYS: variable({
    schema: keys,
    fallback: "",
    isKeptBlank: true,
    isSecret: true,
    description: "Keys, separated by commas, of which /v1 asks one as a bearer token; none: everyone may use it",
  }),
  KEYS_FILE: variable({
    schema: keysFile,
    fallback: "",
    isKeptBlank: true,
    description: "A JSON file of keys by their SHA-256, with names, roles and limits, that is read anew when it changes; see Keys and TLS",
  }),
  LOG_LEVEL: variable({ schema: z.enum(logLevels), fallback: "info", description: `Lowest level to log: ${logLevels.join(", ")}` }),
  RATE_LIMIT: variable({
    schema: count(0),
    // A class behind one address sends hundreds of requests at a deadline: this stops runaway loops, not classes. What protects the
    // service from overload is the length of the queue.
    fallback: "60000",
    description: "Requests per minute of one API key, or of one address without a key; 0: no limit",
  }),
  OPERATIONS_PER_MINUTE: variable({
    schema: count(0),
    fallback: "0",
    description: "Floating-point operations per minute that one API key, or one address without a key, may have computed; 0: no limit",
  }),
  CORS_ORIGIN: variable({
    schema: origins,
    fallback: "",
    description: "Origins, separated by commas, whose pages may call the service from a browser; * for all; none: only its own",
  }),
  TRUST_PROXY: variable({
    schema: proxies,
    fallback: "false",
    description:
      "Whose X-Forwarded-For tells the client's address: true for anyone, or the addresses and networks of proxies, separated by commas",
  }),
  MAX_BODY_BYTES: variable({
    schema: count(1),
    fallback: ({ sharesOf }) => sharesOf().limits.bodyBytes,
    fallbackInWords: byMemory(67108864),
    description: "Bytes of a request body",
  }),
  MAX_PENDING_BYTES: variable({
    schema: count(1),
    fallback: ({ sharesOf }) => sharesOf().limits.pendingBytes,
    fallbackInWords: byMemory(1073741824),
    description: "Bytes of all request bodies that are being received or wait for their answers; beyond it large ones are turned away",
  }),
  MAX_NODES: variable({ schema: count(1), fallback: "250000", description: "Nodes of a graph, after expressions and layers are expanded" }),
  MAX_ELEMENTS: variable({
    schema: count(1),
    fallback: ({ sharesOf }) => sharesOf().limits.elements,
    fallbackInWords: byMemory(67108864),
    description: "Elements of one tensor, given or computed",
  }),
  MAX_BYTES: variable({
    schema: count(1),
    fallback: ({ sharesOf }) => sharesOf().limits.bytes,
    fallbackInWords: byMemory(2147483648),
    description: "Bytes that the tensors of one request may hold together",
  }),
  MAX_OPERATIONS: variable({ schema: count(1), fallback: "100000000000", description: "Floating-point operations of one request" }),
  MAX_ANSWER_BYTES: variable({
    schema: count(1),
    fallback: ({ sharesOf }) => sharesOf().limits.answerBytes,
    fallbackInWords: byMemory(268435456),
    description: "Bytes of an answer",
  }),
  MAX_NESTING: variable({ schema: count(1, 1000), fallback: "100", description: "Lists, objects or parentheses inside one another" }),
  MAX_RANK: variable({ schema: count(1, 256), fallback: "32", description: "Axes of one tensor" }),
  MAX_POINTS: variable({ schema: count(1), fallback: "10000", description: "Points at which one request evaluates a program" }),
  MAX_QUEUE: variable({
    schema: count(1),
    fallback: "1000",
    description: "Requests that may wait for a worker; beyond it the answer is 503",
  }),
  MAX_QUEUED_JOBS: variable({
    schema: count(1),
    fallback: "10000",
    description: "Training jobs that may wait; beyond it the answer is 503",
  }),
  MAX_QUEUED_JOBS_PER_CLIENT: variable({
    schema: count(1),
    fallback: "1000",
    description: "Training jobs of one API key, or of one address without a key, that may wait; beyond it the answer is 429",
  }),
  MAX_STREAMS: variable({
    schema: count(1),
    fallback: "2000",
    description: "Streams of events, and requests that wait for the end of a job, that may be open at once; beyond it the answer is 503",
  }),
  MAX_STREAMS_PER_CLIENT: variable({
    schema: count(1),
    fallback: "1000",
    description: "The same of one API key, or of one address without a key; beyond it the answer is 429",
  }),
  MAX_STORED_BYTES_PER_CLIENT: variable({
    schema: count(0),
    fallback: "0",
    description: "Bytes of datasets and checkpoints that one client may keep, beyond which uploads are answered 507; 0: no limit",
  }),
  MAX_GRAPHS: variable({
    schema: count(1),
    fallback: "100000",
    description: "Registered graphs that are kept; beyond it those that were not used for longest go",
  }),
  MAX_GRAPHS_PER_CLIENT: variable({ schema: count(1), fallback: "1000", description: "The same for each API key" }),
  MAX_GRAPH_BYTES: variable({ schema: count(1), fallback: "10737418240", description: "Bytes of registered graphs that are kept" }),
  MAX_GRAPH_BYTES_PER_CLIENT: variable({ schema: count(1), fallback: "1073741824", description: "The same for each API key" }),
  MAX_DATASET_BYTES: variable({
    schema: count(1),
    fallback: ({ sharesOf }) => sharesOf().limits.datasetBytes,
    fallbackInWords: byMemory(1073741824),
    description: "Bytes of an uploaded dataset",
  }),
  JOB_ATTEMPTS: variable({
    schema: count(1, 1000),
    fallback: "3",
    description: "Times that a job is begun without getting to a newer checkpoint, as threads or processes end under it, before it fails",
  }),
  MAX_STORAGE_BYTES: variable({
    schema: count(0),
    fallback: "0",
    description:
      "Bytes of weights, datasets and submissions that are kept in all, beyond which uploads are answered 507 and jobs wait; 0: four fifths of what is free on the disk at the start, and in a database no limit",
  }),
  MAX_HISTORY_ROWS: variable({
    schema: count(100),
    fallback: "20000",
    description:
      "Rows of losses and metrics that one job keeps: of a longer history every row near both ends, then each tenth, each hundredth and so on",
  }),
  WEBHOOK_PRIVATE_ADDRESSES: variable({
    schema: z.enum(["true", "false"]).transform((text) => text === "true"),
    fallback: "false",
    description: "Whether webhooks may go to private addresses, such as those of this network: true or false",
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: variable({
    schema: collector,
    fallback: "",
    description:
      "Where traces go: a collector's address such as http://localhost:4318, that takes OTLP over HTTP; none: nothing is traced. OpenTelemetry's other variables work beside it",
  }),
  DEADLINE_MS: variable({
    schema: count(1, 3_600_000),
    fallback: "30000",
    description: "Milliseconds that a request may take from its arrival, waiting included; beyond it the answer is 504",
  }),
});

type Variables = typeof variables;
export type Config = { readonly [Name in keyof Variables]: z.output<Variables[Name]["schema"]> };

/** What is wrong with the environment, one sentence per variable. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Reads the configuration from an environment, by default this process's, on a machine of so much memory. Throws a ConfigError. */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  machine: number = memoryOfMachine(),
): Config {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  // Whatever a default follows from stands before it, and is at worst a default itself.
  const soFar = values as Config;
  const given: Given = {
    memoryOf: () => machine,
    threadsOf: once(() => threadsFor(soFar.MAX_MEMORY, availableParallelism())),
    sharesOf: once(() => sharesOf(soFar)),
  };
  for (const [name, { schema, fallback, isSecret = false, isKeptBlank = false }] of Object.entries<Variable>(variables)) {
    const raw = environment[name] ?? "";
    const text = isKeptBlank ? raw : raw.trim();
    const otherwise = typeof fallback === "string" ? fallback : String(fallback(given));
    const result = schema.safeParse(text === "" ? otherwise : text);
    const not = isSecret ? "" : `, not ${JSON.stringify(text)}${inDigits(text)}`;
    if (!result.success) faults.push(`${name} must be ${expectation(schema, result.error)}${not}.`);
    values[name] = result.success ? result.data : schema.parse(otherwise);
  }
  values.DATABASE_URL = withPassword(soFar.DATABASE_URL, soFar.PGPASSWORD);
  const role = environment.ROLE?.trim() ?? "";
  const url = environment.DATABASE_URL?.trim() ?? "";
  if ((role === "api" || role === "worker") && url === "") {
    faults.push(`ROLE may be ${role} only beside a DATABASE_URL: processes share their jobs in that database.`);
  }
  if (faults.length > 0) throw new ConfigError(faults.join("\n"));
  return Object.freeze(soFar);
}

function withPassword(url: string | null, password: string): string | null {
  if (url === null || password === "" || new URL(url).password !== "") return url;
  const address = new URL(url);
  address.password = encodeURIComponent(password);
  return address.href;
}

/** What a number with a unit would be without it. */
function inDigits(text: string): string {
  const [, digits, unit = ""] = /^(\d{1,9}(?:\.\d{1,9})?) ?([kmgt])i?b?$/i.exec(text) ?? [];
  return digits === undefined ? "" : `, which is ${Math.round(Number(digits) * 1024 ** ("kmgt".indexOf(unit.toLowerCase()) + 1))}`;
}

/** Names of the environment that are none of the service's. */
export const foreignNames = (environment: Readonly<Record<string, string | undefined>> = process.env): string[] =>
  Object.keys(environment).filter((name) => !Object.hasOwn(variables, name) && environment[name] !== "");

/**
 * Whether npm or npx runs the process and waits for it. Of what they are asked, npx tells its own shell alone, and npm nobody that it is
 * to hang up.
 */
export function isRunByNpm(environment: Readonly<Record<string, string | undefined>> = process.env): boolean {
  const { npm_command: command, npm_package_name: name, npm_lifecycle_event: script } = environment;
  return command === "exec" || (name === "adjoint" && script === "start");
}

/** Under `node --watch` threads would tell their parent what they import, in between what they tell it of their work. */
export function keepThreadsFromReporting(): void {
  delete process.env.WATCH_REPORT_DEPENDENCIES;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** The threads that a process starts: whoever only trains answers nothing that needs more than one worker. */
export const threadsOf = ({ ROLE, WORKERS, TRAINERS, THREADS }: Config): Threads => ({
  workers: ROLE === "worker" ? 1 : WORKERS,
  trainers: ROLE === "api" ? 0 : TRAINERS,
  crew: THREADS,
});

/** How a process shares its memory out. */
export const sharesOf = (config: Config): Shares => shares(config.MAX_MEMORY, threadsOf(config));

function expectation(schema: z.ZodType, error: z.ZodError): string {
  const options = schema instanceof z.ZodPipe ? schema.in : schema;
  return options instanceof z.ZodEnum ? `one of ${options.options.join(", ")}` : error.issues[0].message;
}
