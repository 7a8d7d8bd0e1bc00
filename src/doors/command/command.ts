import "./interpreted.ts";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { parseArgs } from "node:util";
import about from "../../../package.json" with { type: "json" };
import { ConfigError, readConfig } from "../../config.ts";
import { Compiler } from "../../program/compiler.ts";
import { requireUtf8 } from "../../workers/pool-body.ts";
import { Cache } from "../../tasks/cache.ts";
import { Registry } from "../../program/registry.ts";
import type { AnyTask } from "../../tasks/define.ts";
import { type Answer, performerOf } from "../../tasks/perform.ts";
import { allTasks, taskNamed } from "../../workers/tasks.ts";
import { writeJson } from "../json/write.ts";
import { maintain, maintenance } from "./maintenance.ts";
import { problemAnswer } from "../../workers/worker-loop.ts";
import { parseJson } from "../../request/json.ts";
import { type Limits, limitsOf } from "../../request/limits.ts";
import { nearest } from "../../problems/nearest.ts";
import { Problem, problem, problemAt } from "../../problems/problems.ts";

// One request from standard input to an answer on standard output, by the tasks that the service's workers run, without a network.

/** A task that the command performs. */
interface Command {
  readonly task: AnyTask;
  readonly summary: string;
  readonly parameters: unknown;
  readonly refusedIn?: (format: string, detail: string) => string | null;
}

function commandOf(task: AnyTask): Command | null {
  const command = task.operation?.command;
  return command === undefined ? null : { task, ...command };
}

const allCommands = async (): Promise<Command[]> => (await allTasks()).map(commandOf).filter((command) => command !== null);

const usageOf = (commands: readonly Command[]): string => `Usage: adjoint COMMAND [--format FORMAT] [FILE] < request.json > answer.json

Answers one request, as POST /v1/COMMAND of the service does, without a network.

Commands:
${commands.map(({ task, summary }) => `  ${task.name.padEnd(10)} ${summary}`).join("\n")}

For operators:
${Object.values(maintenance)
  .map(({ usage, summary }) => `  ${usage.padEnd(26)} ${summary}`)
  .join("\n")}

The request is read from FILE or, without one, from standard input. --format sets the request's member "format", for commands that
have one. Limits and DATA_DIR are taken from the same environment variables as the service's. --version tells the version.

Exit status: 0 answered (and what was judged passed), 1 what was judged did not pass, 2 the request or the command cannot be
understood or carried out: the problem document is on standard output, or with --format a report of no points that says why.
`;

interface Arguments {
  readonly name: string;
  readonly file: string | undefined;
  readonly format: string | undefined;
}

/** What the command reads and writes. */
interface Streams {
  readonly input: Readable;
  readonly output: Writable;
}

/** Writes the answer and returns the exit status. */
export async function run(words: readonly string[], { input, output }: Streams): Promise<number> {
  const write = (text: string | Uint8Array): Promise<void> => writeTo(output, text);
  if (words.length === 0 || words.some((word) => word === "--help" || word === "-h")) {
    await write(usageOf(await allCommands()));
    return words.length === 0 ? 2 : 0;
  }
  if (words[0] === "--version" || words[0] === "-v") {
    await write(`adjoint ${about.version}\n`);
    return 0;
  }
  const [name, ...rest] = words;
  if (Object.hasOwn(maintenance, name)) {
    const said = await maintain(maintenance[name], rest, configuration);
    await write(said.text);
    return said.status;
  }
  const { status, body, facts } = await answerTo(words, input).catch(problemAnswer);
  await write(body);
  if (status !== 200) return 2;
  return hasFailed(facts) ? 1 : 0;
}

async function answerTo(words: readonly string[], input: Readable): Promise<Answer> {
  const { name, file, format } = readArguments(words);
  const { DATA_DIR, ...configured } = configuration();
  const limits = limitsOf(configured);
  const [{ task, parameters, refusedIn }, request] = await Promise.all([commandNamed(name), read(file ?? "-", input).catch(problemOf)]);
  try {
    if (request instanceof Problem) throw request;
    requireReadable(request, limits);
    await task.load?.();
    const registry = new Registry(join(DATA_DIR, "graphs"));
    const perform = performerOf(task, { limits, registry, compiler: new Compiler(registry, limits), cache: new Cache(0) }, writeJson);
    return perform(format === undefined ? request : withFormat(request, format), parameters, () => false);
  } catch (error) {
    // Whoever waits for a report gets one, whatever happened.
    const answer = problemAnswer(error);
    const asked = format ?? (request instanceof Problem ? null : formatIn(request, limits));
    const report =
      asked === null ? null : refusedIn?.(asked, error instanceof Problem ? error.detail : "The request could not be processed");
    return typeof report === "string" ? { ...answer, body: report } : answer;
  }
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  throw error;
}

/** Only the task that is asked for is loaded: a start is felt when it is repeated for every submission. */
async function commandNamed(name: string): Promise<Command> {
  const task = await taskNamed(name);
  const command = task === null ? null : commandOf(task);
  if (command !== null) return command;
  const names = [...(await allCommands()).map((each) => each.task.name), ...Object.keys(maintenance)];
  throw misunderstood(`There is no command ${name}; there are ${names.slice(0, -1).join(", ")} and ${names.at(-1)}`, name, names);
}

/** Whether what was judged did not pass. */
const hasFailed = (facts: unknown): boolean => typeof facts === "object" && facts !== null && "passed" in facts && facts.passed === false;

const options = { format: { type: "string" } } as const;

function readArguments(words: readonly string[]): Arguments {
  // What is wrong with the words is told in our own, with the option that may have been meant.
  const { values, positionals, tokens } = parseArgs({ args: [...words], options, allowPositionals: true, strict: false, tokens: true });
  const unknown = tokens.find((token) => token.kind === "option" && !Object.hasOwn(options, token.name));
  if (unknown?.kind === "option") {
    const { rawName } = unknown;
    throw misunderstood(`There is no option ${rawName}; there are --format, --help and --version`, rawName, [
      "--format",
      "--help",
      "--version",
    ]);
  }
  const { format } = values;
  if (typeof format === "boolean") throw misunderstood("The option --format is followed by the name of a format", "", []);
  const [name = "", file, ...rest] = positionals;
  if (rest.length > 0) throw misunderstood(`One file is read, and ${rest.length + 1} are named`, "", []);
  return { name, file, format };
}

const misunderstood = (detail: string, word: string, candidates: readonly string[]): Problem =>
  problemAt("invalid_request", "", detail, nearest(word, candidates)[0]);

function configuration(): ReturnType<typeof readConfig> {
  try {
    return readConfig();
  } catch (error) {
    throw error instanceof ConfigError ? problem("invalid_request", error.message) : error;
  }
}

async function read(file: string, input: Readable): Promise<Uint8Array> {
  if (file === "-") return buffer(input);
  return readFile(file).catch((error: unknown) => {
    throw problem("invalid_request", `The file ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
}

function requireReadable(request: Uint8Array, { bodyBytes }: Limits): void {
  if (request.length === 0) throw problem("invalid_json", "The request is empty; it should be a JSON object");
  if (request.length > bodyBytes) throw problem("body_too_large", `The request has more than ${bodyBytes} bytes`);
  requireUtf8(request);
}

/** The request with its format set: of members of one name the last counts. What is no JSON object is left to the task, which says so. */
function withFormat(request: Uint8Array, format: string): string {
  const text = new TextDecoder().decode(request);
  const [trimmed, member] = [text.trim(), `"format": ${JSON.stringify(format)}`];
  if (!trimmed.startsWith("{") || !trimmed.endsWith("}")) return text;
  return /^\{\s*\}$/.test(trimmed) ? `{${member}}` : `${text.slice(0, text.lastIndexOf("}"))}, ${member}}`;
}

/** The format that a request asks for itself; null where it cannot be told. */
function formatIn(request: Uint8Array, limits: Limits): string | null {
  try {
    const json = parseJson(request, limits);
    return typeof json === "object" && json !== null && "format" in json && typeof json.format === "string" ? json.format : null;
  } catch {
    return null;
  }
}

/** Whoever reads the answer may stop reading it. */
function writeTo(output: Writable, text: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    output.on("error", () => resolve());
    output.write(text, () => resolve());
  });
}
