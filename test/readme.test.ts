import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import contract from "../openapi/openapi.json" with { type: "json" };
import { variables } from "../src/config.ts";
import { openStorage } from "../src/jobs/storage.ts";

/** What the README and the guides tell a newcomer to run, run as they say, with the answers that they promise. */

const root = fileURLToPath(new URL("..", import.meta.url));
const names = [
  "README.md",
  ...["programs", "pictures", "explanations", "training", "grading", "operating", "contributing"].map((name) => `docs/${name}.md`),
];
const translated = "README.zh.md";
const pages = [...names, translated].map((name) => ({ name, text: readFileSync(join(root, name), "utf8") }));
const page = (wanted: string): string => pages.find(({ name }) => name === wanted)?.text ?? "";
const run = promisify(execFile);

const fence = /^```[\s\S]*?^```$/gm;

const blocks = (text: string): { language: string; text: string }[] =>
  Array.from(text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm), ([, language, block]) => ({ language, text: block }));

/** The blocks of a page in one language, each with the block behind it: what it prints, as JSON or as any other text. */
function examples(text: string, language: string): { command: string; answer: string; isJson: boolean }[] {
  const all = blocks(text);
  return all.flatMap((block, at) => {
    if (block.language !== language) return [];
    const { language: printed, text: answer } = all[at + 1];
    return [{ command: block.text, answer, isJson: printed === "json" }];
  });
}

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
    // npm alone is asked to stop, and hands it on.
    service.kill("SIGTERM");
    await ended;
    await expect(isReady()).resolves.toBe(false);
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

const requests = pages
  // Those of a translation are the same.
  .filter(({ name }) => name !== translated)
  .flatMap(({ name, text }) =>
    examples(text, "sh").map((example) => ({ ...example, name, words: example.command.replaceAll(/\s+/g, " ").slice(0, 120) })),
  );

test.each(requests)("$name: $words", async ({ command, answer, isJson }) => {
  const { stdout } = await run("sh", ["-c", here(command)], { env: { ...process.env, JOB: job } });
  if (!isJson) return expect(stdout.trim()).toBe(answer.trim());
  const answered = JSON.parse(stdout) as { readonly id?: unknown };
  expect(lasting(answered)).toEqual(lasting(JSON.parse(answer)));
  if (String(answered.id).startsWith("job_")) job = String(answered.id);
});

test("there are requests", () => {
  expect(requests.length).toBeGreaterThan(20);
});

test.each([
  ["docs/programs.md", "python", "python3", "-c"],
  ["docs/programs.md", "perl", "perl", "-e"],
  ["docs/pictures.md", "python", "python3", "-c"],
])("%s: a program in %s", async (name, language, interpreter, flag) => {
  const [{ command, answer }] = examples(page(name), language);
  const { stdout } = await run(interpreter, [flag, here(command)]);
  expect(stdout).toBe(answer);
});

/** The requests of the guides that draw what stands below them; `npx vitest run test/readme.test.ts -u` draws it anew. */
const drawings = pages
  .filter(({ name }) => name !== translated)
  .flatMap(({ text }) => blocks(text))
  .flatMap(({ text: command }) => Array.from(command.matchAll(/> (\w+\.svg)$/gm), ([, file]) => ({ command, file })));

test.each(drawings)("docs/$file is what its request draws", async ({ command, file }) => {
  await run("sh", ["-c", here(command)], { cwd: folder });
  await expect(readFileSync(join(folder, file), "utf8")).toMatchFileSnapshot(join(root, "docs", file));
});

test("a backup of the running service is one that a service starts on", async () => {
  const script = blocks(page("docs/operating.md")).find(({ language }) => language === "bash")?.text ?? "";
  const backup = join(folder, "backup");
  await run("sh", ["-e", "-c", script], { cwd: root, env: { ...process.env, DATA_DIR: folder, BACKUP: backup } });
  await using storage = await openStorage({ dataDir: backup, onError: () => {} });
  const kept = await storage.jobs.get(job);
  expect(kept?.status).toBe("succeeded");
  const digests = readdirSync(join(backup, "blobs"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(digests.length).toBeGreaterThan(3);
}, 60_000);

test("the table of variables is the configuration's", () => {
  const rows = Object.entries(variables).map(([name, { fallback, fallbackInWords, description }]) => {
    const value = typeof fallback === "string" ? fallback : "";
    return `| \`${name}\` | ${fallbackInWords ?? (value === "" ? "" : `\`${value}\``)} | ${description.replaceAll("|", "\\|")} |`;
  });
  const table = ["| variable | default | meaning |", "|---|---|---|", ...rows].join("\n");
  expect(page("docs/operating.md")).toContain(table);
});

/** The name that a heading has in a link. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_\- ]/gu, "")
    .replaceAll(" ", "-");

test.each(pages)("$name: links lead somewhere", ({ name, text }) => {
  const prose = text.replaceAll(fence, "");
  for (const [, target] of prose.matchAll(/\]\(([^)]+)\)/g)) {
    if (/^https?:/.test(target)) continue;
    const [path, heading] = target.split("#");
    const file = path === "" ? join(root, name) : join(root, dirname(name), path);
    expect([target, existsSync(file)]).toEqual([target, true]);
    if (heading === undefined) continue;
    const headings = Array.from(readFileSync(file, "utf8").matchAll(/^#+ (.+)$/gm), ([, words]) => anchor(words));
    expect(headings).toContain(heading);
  }
});

test.each([...pages, { name: "test/README.md", text: readFileSync(join(root, "test/README.md"), "utf8") }])(
  "$name: files that it names are there",
  ({ text }) => {
    // Beside what git diff said of files that were added and undone again.
    const prose = text.replaceAll(fence, "");
    const named = Array.from(prose.matchAll(/`((?:src|test|load|openapi)\/[^`\s]*)`/g), ([, path]) => path);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  },
);

/** What of a page's prose is the same in each language, section by section. */
function outline(text: string): object[] {
  const sections = text.replaceAll(fence, "").split(/^(?=#+ )/m);
  return sections.map((section) => ({
    level: /^#*/.exec(section)?.[0],
    code: Array.from(section.matchAll(/`([^`]+)`/g), ([, code]) => code).toSorted(),
    links: Array.from(section.matchAll(/\]\(([^)#]+)/g), ([, target]) => target).toSorted(),
    rows: section.match(/^\|/gm)?.length,
  }));
}

test("the Chinese README says what the English one says", () => {
  const [english, chinese] = ["README.md", translated].map((name) => page(name).replaceAll(translated, "README.md"));
  expect(chinese.match(fence)).toEqual(english.match(fence));
  expect(outline(chinese)).toEqual(outline(english));
});

test("the README's table of endpoints has every path of the contract", () => {
  const text = page("README.md");
  const isNamed = (path: string): boolean => text.includes(path) || text.includes(`\`${path.slice(path.lastIndexOf("/"))}\``);
  expect(Object.keys(contract.paths).filter((path) => !isNamed(path))).toEqual([]);
});

test("the README is short", () => {
  expect(page("README.md").split("\n").length).toBeLessThanOrEqual(260);
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
