import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { Ledger } from "../../../src/memory/ledger.ts";
import { eventually, postText, problemIn, rawClient, startApp } from "./fixture.ts";

test("a client that goes away stops its task, and the worker is free for others", async () => {
  await using http = await startApp();
  const client = await rawClient(await http.listen());
  client.write(postText('{"task":"steps"}'));
  await eventually(() => http.counters[0] > 3);
  client.socket.destroy();
  await eventually(() => http.counters[1] === 1);
  expect((await http.post({ task: "echo" })).statusCode).toBe(200);
  await eventually(() => http.log.some(({ msg, path }) => msg === "the client has gone" && path === "/v1/gradients"));
  expect(http.log.filter(({ status }) => Number(status) >= 400)).toEqual([]);
});

test("a client that goes away while it waits leaves the queue", async () => {
  await using http = await startApp();
  const client = await rawClient(await http.listen());
  const long = http.post({ task: "sleep", ms: 400 });
  await eventually(() => http.pool.stats().busy === 1);
  for (let sent = 0; sent < 40; sent++) client.write(postText('{"task":"steps"}'));
  client.socket.destroy();
  expect((await long).statusCode).toBe(200);
  expect((await http.post({ task: "echo" })).statusCode).toBe(200);
  expect(http.counters[1]).toBe(0);
});

test("requests on one connection are answered in their order", async () => {
  await using http = await startApp({ workers: 2 });
  const client = await rawClient(await http.listen());
  for (const ms of [60, 0, 30]) client.write(postText(`{"task":"sleep","ms":${ms}}`));
  const text = await client.until(/"slept":30/);
  expect([...text.matchAll(/"slept":(\d+)/g)].map(([, ms]) => Number(ms))).toEqual([60, 0, 30]);
  client.socket.destroy();
});

test("a body in many pieces arrives whole, announced or not", async () => {
  await using http = await startApp();
  const origin = await http.listen();
  const text = JSON.stringify({ task: "echo", text: "x".repeat(90_000) });
  const pieces = Array.from({ length: Math.ceil(text.length / 1000) }, (_, index) => text.slice(index * 1000, (index + 1) * 1000));
  const headers = { "content-type": "application/json" };
  const stream = new ReadableStream({
    pull: (controller) => {
      const piece = pieces.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(new TextEncoder().encode(piece));
    },
  });
  const chunked = await fetch(`${origin}/v1/gradients`, { method: "POST", headers, body: stream, duplex: "half" });
  expect(await chunked.text()).toBe(text);
  const announced = await fetch(`${origin}/v1/gradients`, { method: "POST", headers, body: text });
  expect(await announced.text()).toBe(text);
  const large = await fetch(`${origin}/v1/gradients`, { method: "POST", headers, body: "7".repeat(3_000_000) });
  expect(await large.json()).toEqual({ length: 3_000_000 });
});

test("compressed bodies are taken, and may not grow beyond the limit", async () => {
  await using http = await startApp({ maxBodyBytes: 1_000_000 });
  const post = (payload: Buffer, encoding: string) =>
    http.app.inject({
      method: "POST",
      url: "/v1/gradients",
      headers: { "content-type": "application/json", "content-encoding": encoding },
      payload,
    });
  const text = JSON.stringify({ task: "echo", text: "ä".repeat(1000) });
  expect((await post(gzipSync(text), "gzip")).body).toBe(text);
  expect((await post(zstdCompressSync(text), "zstd")).body).toBe(text);
  problemIn(await post(gzipSync("x".repeat(50_000_000)), "gzip"), "body_too_large");
  const far = (windowLog: number): Buffer =>
    zstdCompressSync(`"${"x".repeat(20_000_000)}"`, { params: { [constants.ZSTD_c_windowLog]: windowLog } });
  problemIn(await post(far(23), "zstd"), "body_too_large");
  problemIn(await post(far(24), "zstd"), "invalid_encoding");
});

test("what unpacks a body is memory, too, and is given back", async () => {
  const ledger = Ledger.of(12 * 2 ** 20, 1);
  await using http = await startApp({ memory: { ledger, usage: () => ({ event_loop: 0, workers: 0, trainers: 0 }) } });
  const origin = await http.listen();
  const text = JSON.stringify({ task: "echo" });
  const post = (body: Buffer, encoding: string) =>
    fetch(`${origin}/v1/gradients`, {
      method: "POST",
      headers: { "content-type": "application/json", "content-encoding": encoding },
      body: new Uint8Array(body),
    });
  const client = await rawClient(origin);
  client.write(
    "POST /v1/gradients HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Encoding: zstd\r\nContent-Length: 100\r\n\r\n",
  );
  await eventually(() => ledger.used > 8 * 2 ** 20);
  expect((await post(zstdCompressSync(text), "zstd")).status).toBe(503);
  expect((await post(gzipSync(text), "gzip")).status).toBe(200);
  client.socket.destroy();
  await eventually(() => ledger.used === 0);
  expect((await post(zstdCompressSync(text), "zstd")).status).toBe(200);
});

test("long answers are compressed for those who take it, short ones are not", async () => {
  await using http = await startApp();
  const large = { task: "large", bytes: 100_000 };
  for (const encoding of ["gzip", "zstd"]) {
    const answer = await http.post(large, { "accept-encoding": encoding });
    expect(answer.headers["content-encoding"]).toBe(encoding);
    expect(answer.headers.vary).toContain("accept-encoding");
    expect(answer.rawPayload.length).toBeLessThan(10_000);
  }
  expect((await http.post(large)).headers).not.toHaveProperty("content-encoding");
  const short = await http.post({ task: "echo" }, { "accept-encoding": "gzip" });
  expect(short.headers).not.toHaveProperty("content-encoding");
});

test("one connection has only so many requests that wait for their answers", async () => {
  await using http = await startApp();
  const client = await rawClient(await http.listen());
  client.write(postText(JSON.stringify({ task: "echo" })).repeat(40));
  await eventually(() => client.received().match(/HTTP\/1\.1 /g)?.length === 40);
  expect(client.received().match(/HTTP\/1\.1 200/g)?.length).toBe(8);
  expect(client.received().match(/HTTP\/1\.1 503/g)?.length).toBe(32);
});

test("when too many bytes are pending, large bodies are turned away and small ones are not", async () => {
  await using http = await startApp({ maxPendingBytes: 300_000 });
  const origin = await http.listen();
  const first = await rawClient(origin);
  const text = JSON.stringify({ task: "echo", text: "x".repeat(200_000) });
  // All but its last byte.
  first.write(postText(text).slice(0, -1));
  await setTimeout(100);
  const refused = await http.post(text);
  problemIn(refused, "overloaded");
  expect(refused.headers["retry-after"]).toBe("1");
  expect((await http.post({ task: "echo" })).statusCode).toBe(200);
  first.write("}");
  await first.until(/HTTP\/1\.1 200/);
  first.socket.destroy();
  expect((await http.post(text)).statusCode).toBe(200);
});

test("an upload that breaks off is forgotten", async () => {
  await using http = await startApp({ maxPendingBytes: 300_000 });
  const origin = await http.listen();
  for (let upload = 0; upload < 3; upload++) {
    const client = await rawClient(origin);
    client.write(postText("x".repeat(250_000)).slice(0, -1));
    await setTimeout(50);
    client.socket.destroy();
  }
  await eventually(() => http.log.filter(({ msg }) => msg === "the client has gone").length === 3);
  expect((await http.post(JSON.stringify({ task: "echo", text: "x".repeat(250_000) }))).statusCode).toBe(200);
  expect(http.log.filter(({ level }) => level === "error")).toEqual([]);
});

/** What this thread, on which the event loop runs, has worked so far, in microseconds: it does not count the time of others on its core. */
function processorTime(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

test("a body of 20 MB and its work do not hold up /livez", async () => {
  await using http = await startApp({ workers: 1 });
  const origin = await http.listen();
  const body = `[${"0.123456789,".repeat(1_700_000)}0]`;
  expect(body.length).toBeGreaterThan(20_000_000);
  const start = processorTime();
  JSON.parse(body);
  // What reading it on the event loop would cost.
  const reading = processorTime() - start;

  await (await fetch(`${origin}/livez`)).text();
  const uploads = Array.from({ length: 2 }, async () => {
    const uploader = new Worker(new URL("fixtures/uploader.ts", import.meta.url), { workerData: { url: `${origin}/v1/gradients`, body } });
    const [answer] = await once(uploader, "message");
    expect(answer).toEqual({ length: body.length });
  });
  const finished = Promise.all(uploads).then(() => true);
  let slowest = 0;
  let samples = 0;
  while (!(await Promise.race([finished, setTimeout(2)]))) {
    const asked = processorTime();
    await (await fetch(`${origin}/livez`)).text();
    slowest = Math.max(slowest, processorTime() - asked);
    samples++;
  }
  expect(samples).toBeGreaterThan(10);
  expect(slowest).toBeLessThan(reading);
});
