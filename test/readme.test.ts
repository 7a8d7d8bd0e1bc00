import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { variables } from "../src/config.ts";

/** What the README tells a newcomer to run, run as the README says, with the answers that it promises. */

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const blocks = Array.from(readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm), ([, language, text]) => ({ language, text }));
const run = promisify(execFile);

/** The blocks in one language, each with the block behind it: what it prints. */
const examples = (language: string): { command: string; answer: string }[] =>
  blocks.flatMap((block, at) => (block.language === language ? [{ command: block.text, answer: blocks[at + 1].text }] : []));

let folder: string;
let service: ChildProcess;
let port: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "adjoint-readme-"));
  port = await freePort();
  const environment = { ...process.env, PORT: String(port), DATA_DIR: folder, LOG_LEVEL: "warn" };
  service = spawn("npm", ["start", "--silent"], { env: environment, stdio: "inherit", detached: true });
  const deadline = Date.now() + 60_000;
  while (!(await isReady())) {
    if (Date.now() > deadline) throw new Error("the service did not become ready");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}, 70_000);

afterAll(async () => {
  if (service.pid !== undefined && service.exitCode === null) {
    const ended = new Promise((resolve) => service.once("exit", resolve));
    process.kill(-service.pid, "SIGTERM");
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

/** The job that was posted last. */
let job = "";

/** Without what is of one day or one machine. */
function lasting(value: unknown): unknown {
  const text = JSON.stringify(value, (name, member: unknown) => (/_(at|seconds|per_second)$/.test(name) ? undefined : member));
  return JSON.parse(text.replaceAll(/"job_\w+"/g, '"job"'));
}

const here = (text: string): string => text.replaceAll("localhost:8080", `localhost:${port}`);

describe("the README's requests", () => {
  test.each(examples("sh").map(({ command, answer }) => [command.replaceAll(/\s+/g, " ").slice(0, 120), command, answer]))(
    "%s",
    async (_, command, answer) => {
      const { stdout } = await run("sh", ["-c", here(command)], { env: { ...process.env, JOB: job } });
      const answered = JSON.parse(stdout) as { readonly id?: unknown };
      expect(lasting(answered)).toEqual(lasting(JSON.parse(answer)));
      if (String(answered.id).startsWith("job_")) job = String(answered.id);
    },
  );

  test("there are some", () => {
    expect(examples("sh").length).toBeGreaterThan(7);
  });
});

describe("the README's programs", () => {
  test("in Python", async () => {
    const [{ command, answer }] = examples("python");
    const { stdout } = await run("python3", ["-c", here(command)]);
    expect(stdout).toBe(answer);
  });

  test("in Perl", async () => {
    const [{ command, answer }] = examples("perl");
    const { stdout } = await run("perl", ["-e", here(command)]);
    expect(stdout).toBe(answer);
  });
});

test("the README's table of variables is the configuration's", () => {
  const rows = Object.entries(variables).map(([name, { fallback, fallbackInWords, description }]) => {
    const value = typeof fallback === "string" ? fallback : "";
    return `| \`${name}\` | ${fallbackInWords ?? (value === "" ? "" : `\`${value}\``)} | ${description.replaceAll("|", "\\|")} |`;
  });
  const table = ["| variable | default | meaning |", "|---|---|---|", ...rows].join("\n");
  expect(readme).toContain(table);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await new Promise((resolve) => server.once("listening", resolve));
  const { port: free } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return free;
}

const isReady = (): Promise<boolean> =>
  fetch(`http://localhost:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
