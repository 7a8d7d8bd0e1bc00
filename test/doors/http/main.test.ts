import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { inherited } from "../../support/environment.ts";
import { postText, rawClient } from "./fixture.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const main = join(root, "src/main.ts");

/** The service as a process of its own, told by environment variables only. */
function run(environment: Record<string, string>, [command, ...words]: readonly string[] = [process.execPath, main]) {
  const folder = mkdtempSync(join(tmpdir(), "adjoint-main-"));
  const child: ChildProcess = spawn(command, words, {
    cwd: root,
    env: { ...inherited, HOST: "127.0.0.1", PORT: "0", DATA_DIR: folder, WORKERS: "1", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, as of what runs in a terminal.
    detached: true,
  });
  let output = "";
  let errors = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const ended = once(child, "close").then(([code]) => code as number | null);
  const until = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = pattern.exec(output);
      if (found) return found;
      if (child.exitCode !== null) throw new Error(`It ended: ${output}${errors}`);
      await setTimeout(10);
    }
  };
  return {
    child,
    ended,
    until,
    output: () => output,
    errors: () => errors,
    origin: async () => {
      await until(/"msg":"ready"/);
      return (await until(/listening at (http:\/\/[\d.:]+)/))[1];
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) process.kill(-Number(child.pid), "SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A request that takes a second or more: sines are computed one by one. */
const long = JSON.stringify({
  expression: `y = expand(x, [4000, 4000]); ${"y = sin(y); ".repeat(8)} sum(y * 0 + 1)`,
  inputs: { x: 1 },
  return: ["outputs"],
});
const answer = /"outputs":\{"\w+":16000000\}/;

test("asked to stop, it answers what is under way, takes nothing new, and ends with 0", async () => {
  await using service = run({});
  const origin = await service.origin();
  const client = await rawClient(origin);
  const idle = await rawClient(origin);
  client.write(postText(long));
  await setTimeout(150);
  service.child.kill("SIGTERM");
  await service.until(/"msg":"stopping"/);
  await expect(rawClient(origin)).rejects.toThrow("ECONNREFUSED");
  expect(await client.ended()).toMatch(answer);
  expect(client.received().toLowerCase()).toContain("connection: close");
  expect(await idle.ended()).toBe("");
  expect(await service.ended).toBe(0);
  expect(service.output()).toContain('"msg":"stopped"');
  expect(service.errors()).toBe("");
});

test("a client that never finishes its request does not keep it from stopping", async () => {
  await using service = run({ DEADLINE_MS: "500" });
  const client = await rawClient(await service.origin());
  client.write(postText("{}").slice(0, -1));
  await setTimeout(100);
  service.child.kill("SIGINT");
  await client.ended();
  expect(await service.ended).toBe(0);
});

test("it stops although nobody reads its log", async () => {
  await using service = run({});
  await service.origin();
  service.child.stdout?.destroy();
  service.child.kill("SIGTERM");
  expect(await service.ended).toBe(0);
});

test("asked twice, it stops at once", async () => {
  await using service = run({});
  const client = await rawClient(await service.origin());
  client.write(postText("{}").slice(0, -1));
  await setTimeout(100);
  service.child.kill("SIGTERM");
  await service.until(/"msg":"stopping"/);
  // What follows at once is the same signal on another way.
  service.child.kill("SIGTERM");
  await setTimeout(600);
  expect(service.child.exitCode).toBeNull();
  service.child.kill("SIGTERM");
  expect(await service.ended).toBe(1);
});

test("asked to stop while it is being read, it ends", async () => {
  await using service = run({});
  await setTimeout(300);
  service.child.kill("SIGTERM");
  await service.ended;
  expect([service.child.exitCode, service.child.signalCode]).toContainEqual(service.child.exitCode === null ? "SIGTERM" : 0);
  expect(service.errors()).toBe("");
});

test("asked to stop before its workers are ready, it stops as ever", async () => {
  await using service = run({});
  await service.until(/listening at/);
  service.child.kill("SIGTERM");
  expect(await service.ended).toBe(0);
  expect(service.output()).toContain('"msg":"stopped"');
});

/** What sends a signal to what has started the service, and what to all that runs in its terminal. */
const toStarter = (signal: NodeJS.Signals) => (child: ChildProcess) => child.kill(signal);
const toAll = (signal: NodeJS.Signals) => (child: ChildProcess) => process.kill(-Number(child.pid), signal);

test.each([
  ["npm start, interrupted at its terminal", ["npm", "start", "--silent"], toAll("SIGINT")],
  ["npm start, which is gone", ["npm", "start", "--silent"], toStarter("SIGKILL")],
  ["npm run dev, asked to stop", ["npm", "run", "--silent", "dev"], toStarter("SIGTERM")],
])("%s: the service stops as it should, and leaves its folder", async (_, command, send) => {
  await using service = run({}, command);
  await service.origin();
  send(service.child);
  await service.until(/"msg":"stopped"/);
  await service.ended;
  expect(service.output()).not.toContain("asked twice");
});

test("it says what is wrong with its environment, and ends with 1", async () => {
  await using service = run({ PORT: "none", WORKERS: "0" });
  expect(await service.ended).toBe(1);
  expect(service.errors()).toBe('PORT must be a whole number, not "none".\nWORKERS must be a whole number from 1 to 1024, not "0".\n');
  expect(service.output()).toBe("");
});

test.each([
  [{ KEYS_FILE: join(root, "test/doors/http/fixtures/no-keys.json") }, /^The file of keys .*no-keys\.json lists none: .*\.\n$/],
  [{ DATABASE_URL: "postgres://me:secret@127.0.0.1:1/jobs", ROLE: "api" }, /^Nothing listens at 127\.0\.0\.1:1: .*\.\n$/],
])("of %j it says what is wrong, and ends with 1", async (environment, words) => {
  await using service = run(environment);
  expect(await service.ended).toBe(1);
  expect(service.errors()).toMatch(words);
  expect(service.output()).not.toMatch(/secret|"stack"/);
});

test("it names variables that may be misspelt", async () => {
  await using service = run({ API_KEY: "secret", LOGLEVEL: "debug", MAX_MEM: "1", HOSTNAME: "here", MAX_MEMORY: "512" });
  expect(await service.ended).toBe(1);
  expect(service.errors()).toMatch(/^There are 512 bytes of memory, and /);
  const told = service.output().matchAll(/"variable":"(\w+)","meant":"(\w+)"/g);
  expect(Object.fromEntries([...told].map(([, variable, meant]) => [variable, meant]))).toEqual({
    API_KEY: "API_KEYS",
    LOGLEVEL: "LOG_LEVEL",
    MAX_MEM: "MAX_MEMORY",
  });
});

test("it says when its folder cannot be had, and ends with 1", async () => {
  await using service = run({ DATA_DIR: join(main, "data") });
  expect(await service.ended).toBe(1);
  expect(service.errors()).toMatch(/^Nothing can be kept in the folder .*main\.ts.data \(.+\)\. DATA_DIR names .*\.\n$/);
});

test("it says when its port is taken, and ends with 1", async () => {
  await using first = run({});
  const { port } = new URL(await first.origin());
  await using second = run({ PORT: port });
  expect(await second.ended).toBe(1);
  expect(second.errors()).toBe(
    `The service cannot listen on 127.0.0.1, port ${port}: something else listens there already; stop that, or set another PORT.\n`,
  );
  expect(second.output()).toMatch(/"msg":"stopped"/);
  expect(second.output()).not.toContain("stack");
});
