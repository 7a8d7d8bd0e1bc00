import type { Answer } from "../../src/tasks/perform.ts";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { taskNamed } from "./fixtures/tasks.ts";
import { WorkerPool, type WorkerPoolOptions, type WorkerTrouble } from "../../src/workers/pool.ts";

import { Problem } from "../../src/problems/problems.ts";

const fixture = (name: string): URL => new URL(`fixtures/${name}.ts`, import.meta.url);

function poolOf(options: Partial<WorkerPoolOptions> = {}): WorkerPool {
  const pool = new WorkerPool({
    script: fixture("worker"),
    workers: 1,
    queueLimit: 20_000,
    deadlineMs: 10_000,
    graceMs: 1_000,
    ...options,
  });
  onTestFinished(() => pool.close({ drainMs: 0 }));
  return pool;
}

const bytes = (text: string | number = ""): Uint8Array => Buffer.from(String(text));
const read = ({ body }: Answer): string => Buffer.from(body as string).toString();
const after = (milliseconds: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, milliseconds));
const code = (promise: Promise<Answer>): Promise<string> =>
  promise.then(
    () => "answered",
    (error: unknown) => (error instanceof Problem ? error.code : String(error)),
  );

describe("tasks and answers", () => {
  test("an answer carries status, content type and body", async () => {
    const pool = poolOf({ workerData: "given" });
    expect(await pool.run(taskNamed("echo"), {}, bytes("häh"))).toEqual({
      status: 200,
      operations: 0,
      contentType: "text/plain",
      body: "häh",
      facts: null,
    });
    expect(read(await pool.run(taskNamed("data"), {}, bytes()))).toBe("given");
  });

  test("what is told beside a body arrives, and so do the facts beside its answer", async () => {
    const told = { language: "en", paths: ["a", "b"], most: 3 };
    expect((await poolOf().run(taskNamed("tell"), told)).facts).toEqual(told);
    expect((await poolOf().run(taskNamed("refuse"), {})).facts).toBeUndefined();
  });

  test("tasks that arrive together run in the order of arrival", async () => {
    const pool = poolOf();
    const answers = await Promise.all(Array.from({ length: 100 }, () => pool.run(taskNamed("count"), {}, bytes())));
    expect(answers.map(read)).toEqual(Array.from({ length: 100 }, (_, index) => String(index + 1)));
  });

  test("ten thousand small tasks are each answered once, by all workers", async () => {
    const pool = poolOf({ workers: 2 });
    await expect.poll(() => pool.stats().workers, { timeout: 20_000 }).toBe(2);
    const answers = await Promise.all(Array.from({ length: 10_000 }, (_, index) => pool.run(taskNamed("echo"), {}, bytes(index))));
    expect(answers.map(read)).toEqual(Array.from({ length: 10_000 }, (_, index) => String(index)));
    expect(pool.stats()).toMatchObject({ workers: 2, busy: 0, queued: 0, completed: 10_000, replaced: 0 });
  });

  test("tasks of one turn that may take long go to different threads", async () => {
    const pool = poolOf({ workers: 2 });
    while (pool.stats().workers < 2) await after(5);
    const answers = Promise.all([pool.run(taskNamed("echo"), {}, bytes(1)), pool.run(taskNamed("echo"), {}, bytes(2))]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(pool.stats().busy).toBe(2);
    expect((await answers).map(read)).toEqual(["1", "2"]);
  });

  test("a problem becomes its document", async () => {
    const answer = await poolOf().run(taskNamed("refuse"), {}, bytes());
    expect(answer).toMatchObject({ status: 422, contentType: "application/problem+json" });
    expect(JSON.parse(read(answer))).toMatchObject({ code: "cycle", errors: [{ pointer: "/graph", detail: "cycle" }] });
  });

  test("an unforeseen error is told to the log and not to the client", async () => {
    const troubles: WorkerTrouble[] = [];
    const pool = poolOf({ onWorkerError: (trouble) => troubles.push(trouble) });
    const answer = await pool.run(taskNamed("throw"), {}, bytes("a secret"));
    expect(answer.status).toBe(500);
    expect(JSON.parse(read(answer))).toMatchObject({ code: "internal" });
    expect(read(answer)).not.toContain("secret");
    expect(troubles).toEqual([{ kind: "task", task: "throw", trace: expect.stringMatching(/a secret[^]*worker\.ts/) }]);
    expect((await pool.run(taskNamed("nobody"), {}, bytes())).status).toBe(500);
  });
});

describe("bodies", () => {
  test.each([0, 1, 16_384, 16_385, 262_144, 262_145, 5_000_000])("a body of %i bytes arrives intact", async (length) => {
    const pool = poolOf();
    const body = Buffer.alloc(length, "abcdefghij");
    const expected = Buffer.from(body);
    expect(Buffer.compare(Buffer.from((await pool.run(taskNamed("echo"), {}, body)).body), expected)).toBe(0);
  });

  test("bodies travel as text when they are short and as bytes when they are long", async () => {
    const pool = poolOf();
    expect(read(await pool.run(taskNamed("describe"), {}, bytes("abc")))).toBe("text 3");
    expect(read(await pool.run(taskNamed("describe"), {}, Buffer.alloc(100_000, "x")))).toBe("bytes 100000");
  });

  test.each([10, 50_000, 500_000])("a view of %i bytes of a larger buffer leaves the rest alone", async (length) => {
    const whole = Buffer.alloc(1_000_000, "x");
    const { body } = await poolOf().run(taskNamed("echo"), {}, whole.subarray(100, 100 + length));
    expect(body.length).toBe(length);
    expect(whole.length).toBe(1_000_000);
  });

  test("large answers arrive as bytes, and views without their surroundings", async () => {
    const pool = poolOf();
    expect((await pool.run(taskNamed("large"), {}, bytes(3_000_000))).body).toEqual(new Uint8Array(3_000_000).fill(7));
    expect(read(await pool.run(taskNamed("largeText"), {}, bytes(100_000)))).toBe("ä".repeat(100_000));
    const { body } = await pool.run(taskNamed("slice"), {}, bytes());
    expect((body as Uint8Array).buffer.byteLength).toBe(10);
  });

  test("bytes that are not UTF-8 are refused, however many", async () => {
    const pool = poolOf();
    expect(await code(pool.run(taskNamed("echo"), {}, Buffer.from([0x22, 0xff, 0x22])))).toBe("invalid_encoding");
    const answer = await pool.run(taskNamed("echo"), {}, Buffer.alloc(1_000_000, 0xff));
    expect(answer.status).toBe(400);
    expect(JSON.parse(read(answer))).toMatchObject({ code: "invalid_encoding" });
  });
});

describe("cancellation", () => {
  test("a running task stops between its steps, and its thread lives on", async () => {
    const steps = new Int32Array(new SharedArrayBuffer(8));
    const pool = poolOf({ workerData: steps.buffer });
    const controller = new AbortController();
    const running = code(pool.run(taskNamed("steps"), {}, bytes(), { signal: controller.signal }));
    while (steps[0] === 0) await after(5);
    controller.abort("went away");
    expect(await running).toBe("went away");
    await pool.run(taskNamed("echo"), {}, bytes());
    expect(steps[1]).toBe(1);
    expect(pool.stats().replaced).toBe(0);
  });

  test("a task that has not begun never runs", async () => {
    const pool = poolOf();
    const controller = new AbortController();
    const before = pool.run(taskNamed("sleep"), {}, bytes(50));
    const inFlight = code(pool.run(taskNamed("count"), {}, bytes(), { signal: controller.signal }));
    const others = Array.from({ length: 20 }, () => pool.run(taskNamed("sleep"), {}, bytes(0)));
    const waiting = code(pool.run(taskNamed("count"), {}, bytes(), { signal: controller.signal }));
    await pool.ready;
    controller.abort("went away");
    expect(await Promise.all([inFlight, waiting])).toEqual(["went away", "went away"]);
    await Promise.all([before, ...others]);
    expect(read(await pool.run(taskNamed("count"), {}, bytes()))).toBe("1");
  });

  test("an aborted signal is refused at once", async () => {
    expect(await code(poolOf().run(taskNamed("echo"), {}, bytes(), { signal: AbortSignal.abort("gone") }))).toBe("gone");
  });
});

describe("deadlines and long tasks", () => {
  test("one task of another client waits for no more of a hundred than are under way and a turn of each worker", async () => {
    const pool = poolOf({ workers: 2 });
    const ask = (client: string) => pool.run(taskNamed("sleep"), {}, bytes(10), { client });
    await Promise.all(Array.from({ length: 40 }, () => ask("class")));
    let answered = 0;
    const many = Array.from({ length: 100 }, () => ask("class").then(() => answered++));
    await after(50);
    const before = answered;
    await ask("other");
    expect(answered - before).toBeLessThanOrEqual(6);
    await Promise.all(many);
  });

  test("an endless loop ends with its thread, and what comes after it is not lost", async () => {
    const pool = poolOf({ deadlineMs: 1_500, graceMs: 50 });
    await pool.ready;
    const endless = code(pool.run(taskNamed("forever"), {}, bytes()));
    // Late, so that a busy machine has the time to start another thread before these are due.
    await after(1_400);
    const waiting = Array.from({ length: 20 }, (_, index) => pool.run(taskNamed("echo"), {}, bytes(index)));
    expect(await endless).toBe("deadline_exceeded");
    expect((await Promise.all(waiting)).map(read)).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
    expect(pool.stats().replaced).toBe(1);
  });

  test("a thread is asked to end only once", async () => {
    const warnings: string[] = [];
    const note = ({ message }: Error): void => void warnings.push(message);
    process.on("warning", note);
    const pool = poolOf({ workers: 1, deadlineMs: 300, graceMs: 10 });
    await pool.ready;
    // It lives on until its step is done, and is looked at many times until then.
    expect(await code(pool.run(taskNamed("native"), {}, bytes()))).toBe("deadline_exceeded");
    while (pool.stats().replaced === 0) await after(50);
    process.off("warning", note);
    expect(warnings).toEqual([]);
  });

  test("the deadline counts from the arrival", async () => {
    const pool = poolOf({ deadlineMs: 400 });
    await pool.ready;
    const first = code(pool.run(taskNamed("sleep"), {}, bytes(600)));
    const waiting = Array.from({ length: 30 }, () => code(pool.run(taskNamed("echo"), {}, bytes())));
    expect(await first).toBe("deadline_exceeded");
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["deadline_exceeded"]));
  });

  test("what waits behind a long task moves to another worker", async () => {
    const pool = poolOf({ workers: 2 });
    while (pool.stats().workers < 2) await after(5);
    let longIsDone = false;
    const long = pool.run(taskNamed("sleep"), {}, bytes(1_500)).then(() => (longIsDone = true));
    const short = Array.from({ length: 31 }, (_, index) => pool.run(taskNamed("echo"), {}, bytes(index)));
    await Promise.all(short);
    expect(longIsDone).toBe(false);
    expect(await long).toBe(true);
  });
});

describe("threads that die", () => {
  test("only the task that ran fails", async () => {
    const troubles: WorkerTrouble[] = [];
    const pool = poolOf({ onWorkerError: (trouble) => troubles.push(trouble) });
    await pool.ready;
    const outcomes = Array.from({ length: 12 }, (_, index) => code(pool.run(taskNamed(index === 5 ? "exit" : "echo"), {}, bytes())));
    expect(await Promise.all(outcomes)).toEqual(Array.from({ length: 12 }, (_, index) => (index === 5 ? "worker_lost" : "answered")));
    expect(pool.stats().replaced).toBe(1);
    expect(troubles).toEqual([{ kind: "thread", task: "exit", trace: expect.stringContaining("exit code 3") }]);
  });

  test("an error outside any task is told to the log, and the pool goes on", async () => {
    const troubles: WorkerTrouble[] = [];
    const pool = poolOf({ onWorkerError: (trouble) => troubles.push(trouble) });
    await pool.run(taskNamed("throwLater"), {}, bytes());
    while (pool.stats().replaced === 0) await after(5);
    expect(troubles[0]).toMatchObject({ kind: "thread", trace: expect.stringContaining("Error: later") });
    expect(await code(pool.run(taskNamed("echo"), {}, bytes()))).toBe("answered");
  });

  test("a task that uses up its thread's memory is lost alone", async () => {
    const pool = poolOf({ resourceLimits: { maxOldGenerationSizeMb: 32 } });
    const hog = code(pool.run(taskNamed("hog"), {}, bytes()));
    const others = Array.from({ length: 5 }, () => code(pool.run(taskNamed("echo"), {}, bytes())));
    expect(await hog).toBe("worker_lost");
    expect(new Set(await Promise.all(others))).toEqual(new Set(["answered"]));
  });

  test("a task under which threads die before they begin it is given up", async () => {
    const pool = poolOf({ script: fixture("deaf-worker") });
    expect(await code(pool.run(taskNamed("echo"), {}, bytes()))).toBe("worker_lost");
    expect(pool.stats().replaced).toBe(2);
  });

  test("threads that cannot start are not started without pause, and nobody waits for them", async () => {
    let ended = 0;
    const pool = poolOf({ script: fixture("broken-worker"), onWorkerError: ({ trace }) => void (trace.includes("exit code") && ended++) });
    expect(await code(pool.run(taskNamed("echo"), {}, bytes()))).toBe("worker_lost");
    await expect(pool.ready).rejects.toThrow("No worker thread can be started");
    expect(ended).toBe(5);
    expect(pool.isReady).toBe(false);
    expect(await code(pool.run(taskNamed("echo"), {}, bytes()))).toBe("worker_lost");
  });
});

describe("limits and the end", () => {
  test("a full queue refuses and says when to come back", async () => {
    const pool = poolOf({ queueLimit: 3 });
    await pool.ready;
    const accepted = Array.from({ length: 16 + 3 }, () => pool.run(taskNamed("sleep"), {}, bytes(5)));
    await expect(pool.run(taskNamed("echo"), {}, bytes())).rejects.toMatchObject({ code: "overloaded", status: 503, retryAfter: 1 });
    expect(pool.stats()).toMatchObject({ busy: 1, queued: 3 });
    await Promise.all(accepted);
    expect(await code(pool.run(taskNamed("echo"), {}, bytes()))).toBe("answered");
  });

  test("closing answers what was accepted and refuses the rest", async () => {
    const pool = poolOf();
    const accepted = Array.from({ length: 30 }, () => code(pool.run(taskNamed("sleep"), {}, bytes(2))));
    const closed = pool.close();
    expect(await code(pool.run(taskNamed("echo"), {}, bytes()))).toBe("shutting_down");
    await closed;
    expect(new Set(await Promise.all(accepted))).toEqual(new Set(["answered"]));
    expect(pool.stats()).toMatchObject({ workers: 0, busy: 0, queued: 0 });
  });

  test("closing does not wait for ever", async () => {
    const pool = poolOf();
    await pool.ready;
    const accepted = Array.from({ length: 30 }, () => code(pool.run(taskNamed("forever"), {}, bytes())));
    await after(50);
    await pool.close({ drainMs: 50 });
    expect(new Set(await Promise.all(accepted))).toEqual(new Set(["shutting_down"]));
  });

  test("nothing of a closed pool keeps the process alive", async () => {
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, [fileURLToPath(fixture("whole-life"))], { timeout: 20_000 });
    expect(stdout).toBe("fulfilled rejected rejected fulfilled");
  });
});
