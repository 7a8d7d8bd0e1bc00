import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keysOf } from "../../support/keys.ts";
import { eventStream, taken, writtenEvents } from "../../../src/doors/http/event-stream.ts";
import { JobFeeds, type JobReader } from "../../../src/jobs/job-feed.ts";
import type { NewEvent } from "../../../src/jobs/contract.ts";
import { JobEvent, JobEventList, type JobEventView } from "../../../src/jobs/response.ts";
import { newJob, running, until } from "../../jobs/given.ts";
import { type JobService, problemFrom, startJobService } from "./job-service.ts";

let service: JobService;
beforeAll(async () => {
  service = await startJobService();
});
afterAll(() => service[Symbol.asyncDispose]());

const progress = (step: number, padding = ""): NewEvent => ({ type: "progress", message: `Step ${step}.`, data: { step, padding } });
const report = (id: string, events: readonly NewEvent[]) => service.jobs.report(id, 1, { events });
const finish = (id: string) => service.jobs.finish(id, 1, { status: "succeeded", message: "It is done." });

/** A job that runs and has the events 1 to `last`. */
async function runningWith(last: number): Promise<string> {
  const { id } = await running(service.jobs);
  await report(
    id,
    Array.from({ length: last - 2 }, (_, step) => progress(step)),
  );
  return id;
}

/** A client of server-sent events that reads as fast as it is asked to. */
async function listen(id: string, headers: Record<string, string> = {}, query = "", from = service) {
  const asked = request(`${from.origin}/v1/jobs/${id}/events${query}`, { headers: { accept: "text/event-stream", ...headers } }).end();
  asked.on("error", () => {});
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  let text = "";
  const over = Promise.withResolvers<void>();
  let isOver = false;
  void over.promise.then(() => (isOver = true));
  answer.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  answer.on("error", () => {});
  answer.on("close", over.resolve);
  return {
    answer,
    text: () => text,
    isOver: () => isOver,
    events: (): JobEventView[] =>
      text
        .split("\n\n")
        .filter((block) => block.startsWith("id: "))
        .map((block) => {
          const [, id, type, data] = /^id: (\d+)\nevent: (\w+)\ndata: (.*)$/.exec(block) ?? [];
          const event = JobEvent.parse(JSON.parse(data));
          expect([event.id, event.type]).toEqual([Number(id), type]);
          return event;
        }),
    ended: () => over.promise,
    leave: () => asked.destroy(),
  };
}

const numbers = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, at) => first + at);
const ids = (events: readonly JobEventView[]): number[] => events.map(({ id }) => id);

describe("events as a stream", () => {
  test("are those that were and those to come, and end with the job", async () => {
    const id = await runningWith(4);
    const client = await listen(id);
    expect(client.answer.headers).toMatchObject({ "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" });
    await until(() => client.events().length === 4);
    await report(id, [progress(5), progress(6)]);
    await until(() => client.events().length === 6);
    await finish(id);
    await client.ended();
    expect(client.text()).toMatch(/^retry: \d+\n\n/);
    expect(ids(client.events())).toEqual(numbers(1, 7));
    expect(client.events()[4]).toMatchObject({ type: "progress", message: "Step 5.", step: 5 });
    expect(client.events()[6]).toMatchObject({ type: "succeeded", message: "It is done." });
    expect(service.watched(id)).toBe(false);
  });

  test.each([
    ["Last-Event-ID", { "last-event-id": "3" }, ""],
    ["after", {}, "?after=3"],
    ["both, of which the header is the later one", { "last-event-id": "3" }, "?after=1"],
  ])("go on behind %s", async (_, headers, query) => {
    const id = await runningWith(5);
    const client = await listen(id, headers, query);
    await finish(id);
    await client.ended();
    expect(ids(client.events())).toEqual([4, 5, 6]);
  });

  test("have no gaps and no repeats for a client that leaves and comes back while they come", async () => {
    const id = await runningWith(2);
    const had: number[] = [];
    const writing = (async () => {
      for (let step = 0; step < 300; step++) {
        await report(id, [progress(step)]);
        // The store answers before the event loop turns.
        await turn();
      }
      await finish(id);
    })();
    for (let visit = 0; had.at(-1) !== 303; visit++) {
      const client = await listen(id, { "last-event-id": String(had.at(-1) ?? 0) });
      await until(() => client.isOver() || client.events().length > visit % 7);
      client.leave();
      await client.ended();
      had.push(...ids(client.events()));
    }
    await writing;
    expect(had).toEqual(numbers(1, 303));
  });

  test("reach 200 clients alike", async () => {
    const id = await runningWith(3);
    const clients = await Promise.all(Array.from({ length: 200 }, () => listen(id)));
    for (let step = 0; step < 20; step++) {
      await report(id, [progress(step), progress(step)]);
      await turn();
    }
    await finish(id);
    await Promise.all(clients.map((client) => client.ended()));
    for (const client of clients) expect(ids(client.events())).toEqual(numbers(1, 44));
    expect(service.watched(id)).toBe(false);
  });

  test("are not read ahead of a client that does not read", async () => {
    const { id } = await running(service.jobs);
    const asked = request(`${service.origin}/v1/jobs/${id}/events`, { headers: { accept: "text/event-stream" } }).end();
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    answer.pause();
    // More than sockets hold: the server must wait for the client.
    const padding = "x".repeat(100_000);
    const reads = service.countReads(id);
    for (let round = 0; round < 40; round++) {
      await report(
        id,
        numbers(1, 10).map((step) => progress(step, padding)),
      );
      await turn();
    }
    await finish(id);
    await turn();
    expect(reads()).toBeGreaterThan(10);
    expect(reads()).toBeLessThan(350);
    let text = "";
    for await (const chunk of answer.setEncoding("utf8")) text += String(chunk);
    expect(Array.from(text.matchAll(/^id: (\d+)$/gm), ([, number]) => Number(number))).toEqual(numbers(1, 403));
  });

  test("are not read any more when the client has gone", async () => {
    const id = await runningWith(3);
    const client = await listen(id);
    await until(() => client.events().length === 3);
    client.leave();
    await until(() => !service.watched(id));
    const reads = service.countReads(id);
    await report(id, [progress(9)]);
    expect(reads()).toBe(0);
  });

  test("are interrupted by comments when nothing happens, so that proxies keep the connection", async () => {
    const id = await runningWith(3);
    using follower = new JobFeeds(service.jobs, writtenEvents).follow(id, []);
    const silent = { isOver: false, news: async () => false, page: (after: number) => follower.page(after) };
    const stream = eventStream(await service.jobs.get(id), 0, silent);
    expect(String((await stream.next()).value)).toMatch(/^retry: /);
    expect(String((await stream.next()).value)).toMatch(/^id: 1\n/);
    expect(String((await stream.next()).value)).toBe(": still here\n\n");
    await report(id, [progress(4)]);
    expect(String((await stream.next()).value)).toMatch(/^id: 4\n/);
    await stream.return(undefined);
  });

  test("leave nothing behind of clients that go at any moment", async () => {
    const id = await runningWith(3);
    for (let turns = 0; turns < 60; turns++) {
      const socket = connect(service.port, "127.0.0.1");
      await once(socket, "connect");
      socket.write(`GET /v1/jobs/${id}/events?stream=true HTTP/1.1\r\nHost: x\r\n\r\n`);
      for (let at = 0; at < turns % 12; at++) await turn();
      socket.destroy();
    }
    const client = await listen(id);
    await until(() => client.events().length === 3);
    client.leave();
    await until(() => !service.watched(id));
  });

  test("end at once for a job that is long over, whose last events are not kept any more", async () => {
    await using old = await startJobService({ retention: { eventsMs: 0 } });
    const { id } = await running(old.jobs);
    await old.jobs.report(id, 1, { events: [progress(1)] });
    await old.jobs.finish(id, 1, { status: "succeeded", message: "It is done." });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await old.storage.sweep()).events).toBe(4);
    expect((await old.get(`/v1/jobs/${id}/events?stream=true`)).status).toBe(204);
  });

  test("are none when the client has had the last one: EventSource then does not come back", async () => {
    const id = await runningWith(3);
    await finish(id);
    const client = await listen(id, { "last-event-id": "4" });
    expect(client.answer.statusCode).toBe(204);
    expect((await listen(id, { "last-event-id": "3" })).answer.statusCode).toBe(200);
  });

  test("end when the service stops, for the client to go on elsewhere", async () => {
    const stopping = await startJobService();
    const { id } = await running(stopping.jobs);
    const client = await listen(id, {}, "", stopping);
    await until(() => client.events().length === 2);
    await stopping[Symbol.asyncDispose]();
    await client.ended();
    expect(client.answer.complete).toBe(true);
    expect(ids(client.events())).toEqual([1, 2]);
  });

  test("of no job are a problem, and so is a number that is none", async () => {
    await problemFrom(await service.get("/v1/jobs/nobody/events?stream=true"), "unknown_job");
    const id = await runningWith(2);
    await problemFrom(await service.get(`/v1/jobs/${id}/events?stream=true`, { "last-event-id": "x" }), "invalid_request");
  });

  test("are not compressed, and their headers can be asked for alone", async () => {
    const id = await runningWith(3);
    const client = await listen(id, { "accept-encoding": "gzip" });
    expect(client.answer.headers).not.toHaveProperty("content-encoding");
    client.leave();
    const head = await fetch(`${service.origin}/v1/jobs/${id}/events?stream=true`, { method: "HEAD" });
    expect(head.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  });
});

describe("many streams", () => {
  test("share one reading of what is new", async () => {
    const id = await runningWith(2);
    const reads: number[] = [];
    const counted: JobReader = {
      get: (job) => service.jobs.get(job),
      watch: (job, onChange) => service.jobs.watch(job, onChange),
      events: (job, query) => {
        reads.push(query.after);
        return service.jobs.events(job, query);
      },
    };
    const feeds = new JobFeeds(counted, writtenEvents);
    const followers = numbers(1, 300).map(() => feeds.follow(id, []));
    for (let last = 2; last < 5; last++) {
      const heard = Promise.all(followers.map((follower) => follower.news(25_000)));
      await report(id, [progress(last)]);
      expect(await heard).not.toContain(false);
      const pages = await Promise.all(followers.map((follower) => follower.page(last)));
      for (const page of pages) expect(page.latest?.id).toBe(last + 1);
      expect(new Set(pages.map(({ written }) => written)).size).toBe(1);
    }
    expect(reads).toEqual([2, 3, 4]);
    for (const follower of followers) follower[Symbol.dispose]();
    expect(service.watched(id)).toBe(false);
  });

  test("of one client, and of all, have a cap; those that have ended count no more", async () => {
    await using capped = await startJobService({
      listeners: { all: 3, perClient: 2 },
      keys: keysOf({ first: { role: "admin" }, second: { role: "admin" } }),
    });
    const { id } = await running(capped.jobs);
    const as = (key: string) => ({ authorization: `Bearer ${key}` });
    const clients = [await listen(id, as("first"), "", capped), await listen(id, as("first"), "", capped)];
    const path = `/v1/jobs/${id}/events?stream=true`;
    const refused = await capped.get(path, as("first"));
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    await problemFrom(refused, "too_many_streams");
    clients.push(await listen(id, as("second"), "", capped));
    await problemFrom(await capped.get(path, as("second")), "overloaded");
    expect(await (await fetch(`${capped.origin}/metrics`)).text()).toContain("adjoint_job_listeners 3\n");
    // Who would wait for the end of a job does so where there is room, and else has the job as it is.
    const before = performance.now();
    expect(await (await capped.get(`/v1/jobs/${id}`, { ...as("second"), prefer: "wait=20" })).json()).toMatchObject({ status: "running" });
    expect(performance.now() - before).toBeLessThan(15_000);
    clients[0].leave();
    await until(async () => (await listen(id, as("first"), "", capped)).answer.statusCode === 200);
    for (const client of clients) client.leave();
  });

  test("are left when nobody takes what they bring", async () => {
    const stalled = Promise.withResolvers<void>();
    const pieces = taken(Readable.from([Buffer.from("a"), Buffer.from("b")]), stalled.resolve, 20);
    expect(String((await pieces.next()).value)).toBe("a");
    await stalled.promise;
    await pieces.return(undefined);
  });
});

describe("events as pages", () => {
  const page = async (id: string, query: string) => JobEventList.parse(await (await service.get(`/v1/jobs/${id}/events${query}`)).json());

  test("follow one another", async () => {
    const id = await runningWith(5);
    const first = await page(id, "?limit=3");
    expect([ids(first.data), first.has_more]).toEqual([[1, 2, 3], true]);
    const second = await page(id, "?limit=3&after=3");
    expect([ids(second.data), second.has_more]).toEqual([[4, 5], false]);
    expect(await page(id, "?after=9")).toEqual({ object: "list", data: [], has_more: false });
  });

  test.each([
    ["*/*", "python-requests/2.32", "application/json"],
    ["application/json", "curl/8.5.0", "application/json"],
    ["*/*", "curl/8.5.0", "text/event-stream"],
    ["text/event-stream", "Mozilla/5.0", "text/event-stream"],
    ["TEXT/Event-Stream", "Mozilla/5.0", "text/event-stream"],
    ["text/event-stream;charset=UTF-8", "Mozilla/5.0", "text/event-stream"],
    ["text/event-stream;charset=utf-8;q=0, application/json", "Mozilla/5.0", "application/json"],
    ["application/json, text/event-stream;q=0", "Mozilla/5.0", "application/json"],
    ["text/event-stream;q=0", "curl/8.5.0", "application/json"],
    ["*/*, text/event-stream; q=0.000", "curl/8.5.0", "application/json"],
    ["application/json;q=0.5, text/event-stream;q=0.4", "Mozilla/5.0", "application/json"],
    ["application/json;q=0.5, text/event-stream;q=0.6", "Mozilla/5.0", "text/event-stream"],
    ["text/event-stream;q=0.3, */*;q=0.1", "Mozilla/5.0", "text/event-stream"],
    ["text/event-stream;q=much", "Mozilla/5.0", "application/json"],
    ["image/png", "curl/8.5.0", "application/json"],
    [",;garbage", "curl/8.5.0", "application/json"],
  ])("are what Accept: %s from %s wants or not: %s", async (accept, agent, type) => {
    const { id } = await service.jobs.create(newJob());
    await service.jobs.cancel(id);
    const answer = await service.get(`/v1/jobs/${id}/events`, { accept, "user-agent": agent });
    expect(answer.headers.get("content-type")).toContain(type);
    await answer.text();
  });
});
