import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import type { Storage } from "../../src/jobs/contract.ts";
import { isPublic, lookupPublic, RefusedAddress, refusalOf } from "../../src/jobs/webhook-addresses.ts";
import { type WebhookOptions, type WebhookOutcome, Webhooks } from "../../src/jobs/webhooks.ts";
import { everyStorage } from "./backends.ts";
import { claimed, newJob, until } from "./given.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

interface Told {
  readonly at: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Somebody who is told of jobs, and answers with one status after another, the last one from then on; 0: never. */
async function receiver(...statuses: number[]) {
  const told: Told[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const status = statuses[Math.min(told.length, statuses.length - 1)];
      told.push({ at: performance.now(), headers: request.headers, body });
      if (status !== 0) response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end();
    });
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    told,
    url: `http://127.0.0.1:${port}/hook`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Tells webhooks, quickly, and writes down what came of each trial. */
function telling(storage: Storage, options: Partial<WebhookOptions> = {}) {
  const tried: WebhookOutcome[] = [];
  const webhooks = new Webhooks({
    storage,
    allowPrivate: true,
    pollMs: 5,
    pausesMs: [20, 40],
    timeoutMs: 300,
    onTried: (outcome) => tried.push(outcome),
    onError: (error) => {
      throw error;
    },
    ...options,
  });
  return { tried, [Symbol.asyncDispose]: () => webhooks[Symbol.asyncDispose]() };
}

/** A job that is over, and whose webhook is owed. */
async function over(storage: Storage, url: string, key: string | null = secret): Promise<string> {
  const { id } = await storage.jobs.create(newJob({ webhook: { url, secret: key } }));
  await claimed(storage.jobs, id);
  await storage.jobs.finish(id, 1, { status: "succeeded", message: "It is done.", result: { loss: 0.5 } });
  return id;
}

const owed = async (storage: Storage): Promise<number> => {
  const due = await storage.webhooks.take(100, 0);
  return due.length;
};

everyStorage("webhooks", (given) => {
  test("tell, signed, that a job is over", async () => {
    await using hook = await receiver(204);
    const id = await over(given.storage, hook.url);
    await using work = telling(given.storage);
    await until(() => work.tried.length > 0);
    expect(work.tried).toEqual(["delivered"]);
    const [{ headers, body }] = hook.told;
    expect(headers).toMatchObject({ "content-type": "application/json", "webhook-id": `msg_${id}_3` });
    const message = new Webhook(secret).verify(body, headers as Record<string, string>);
    expect(message).toMatchObject({ type: "training.job.succeeded", data: { id, object: "training.job", result: { loss: 0.5 } } });
    expect(body).not.toContain(secret);
    expect(() => new Webhook(secret).verify(body.replace("0.5", "0.6"), headers as Record<string, string>)).toThrow();
    expect(await owed(given.storage)).toBe(0);
  });

  test("are not signed without a secret", async () => {
    await using hook = await receiver(200);
    await over(given.storage, hook.url, null);
    await using work = telling(given.storage);
    await until(() => work.tried.length > 0);
    expect(hook.told[0].headers).not.toHaveProperty("webhook-signature");
  });

  test("are owed by a job that is cancelled in the queue too, and by none without a webhook", async () => {
    await using hook = await receiver(200);
    const { id } = await given.storage.jobs.create(newJob({ webhook: { url: hook.url, secret } }));
    await given.storage.jobs.cancel((await given.storage.jobs.create(newJob())).id);
    expect(await owed(given.storage)).toBe(0);
    await given.storage.jobs.cancel(id);
    await using work = telling(given.storage);
    await until(() => work.tried.length > 0);
    expect(JSON.parse(hook.told[0].body)).toMatchObject({ type: "training.job.cancelled", data: { id } });
  });

  test("are tried again, later and later, with the same id", async () => {
    await using hook = await receiver(500, 302, 200);
    await over(given.storage, hook.url);
    await using work = telling(given.storage);
    await until(() => work.tried.length === 3);
    expect(work.tried).toEqual(["failed", "failed", "delivered"]);
    // A redirection is not followed.
    expect(hook.told).toHaveLength(3);
    expect(new Set(hook.told.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(hook.told[1].at - hook.told[0].at).toBeGreaterThanOrEqual(19);
    expect(hook.told[2].at - hook.told[1].at).toBeGreaterThanOrEqual(39);
  });

  test.each([
    ["that always fails", [500], ["failed", "failed", "given_up"]],
    ["that is gone", [410], ["given_up"]],
    ["that never answers", [0], ["failed", "failed", "given_up"]],
  ])("are given up with a receiver %s", async (_, statuses, outcomes) => {
    await using hook = await receiver(...statuses);
    await over(given.storage, hook.url);
    await using work = telling(given.storage);
    await until(() => work.tried.length === outcomes.length);
    expect(work.tried).toEqual(outcomes);
    expect(await owed(given.storage)).toBe(0);
  });

  test("outlive the process that should have told them", async () => {
    await using hook = await receiver(0, 200);
    const id = await over(given.storage, hook.url);
    {
      await using work = telling(given.storage, { timeoutMs: 60_000 });
      await until(() => hook.told.length === 1);
      expect(work.tried).toEqual([]);
    }
    const storage = await given.reopen();
    await using work = telling(storage);
    await until(() => work.tried.length > 0);
    expect(work.tried).toEqual(["delivered"]);
    expect(hook.told.map(({ headers }) => headers["webhook-id"])).toEqual([`msg_${id}_3`, `msg_${id}_3`]);
  });

  test("are taken by one of many, and again when they are not settled in time", async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => over(given.storage, "http://192.0.2.1/")));
    const takings = await Promise.all(Array.from({ length: 4 }, () => given.storage.webhooks.take(2, 60_000)));
    const taken = takings.flat().map(({ jobId }) => jobId);
    expect(new Set(taken).size).toBe(taken.length);
    expect(taken.length).toBeGreaterThanOrEqual(2);
    for (const id of ids) await given.storage.webhooks.settle(id, 0);
    expect((await given.storage.webhooks.take(10, 0)).map(({ jobId }) => jobId).sort()).toEqual([...ids].sort());
    for (const id of ids) await given.storage.webhooks.settle(id, null);
    expect(await owed(given.storage)).toBe(0);
  });

  test("go with a job that is forgotten", async () => {
    const id = await over(given.storage, "http://192.0.2.1/");
    await given.storage.jobs.delete(id);
    expect(await owed(given.storage)).toBe(0);
  });

  test.each(["http://127.0.0.1", "http://localhost", "http://[::1]", "http://0x7f000001", "http://2130706433"])(
    "do not go to %s unless they may",
    async (host) => {
      await using hook = await receiver(200);
      await over(given.storage, hook.url.replace("http://127.0.0.1", host));
      await using work = telling(given.storage, { allowPrivate: false });
      await until(() => work.tried.length > 0);
      expect(work.tried).toEqual(["refused"]);
      expect(hook.told).toEqual([]);
      expect(await owed(given.storage)).toBe(0);
    },
  );
});

describe("addresses", () => {
  test.each([
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "127.0.0.1",
    "127.255.0.1",
    "0.0.0.0",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:a00:1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
    "2001::1",
    "2001:db8::1",
    "::7f00:1",
    "::8.8.8.8",
  ])("such as %s are not public", (address) => {
    expect(isPublic(address)).toBe(false);
  });

  test.each(["8.8.8.8", "93.184.215.14", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "2a00:1450::1"])(
    "such as %s are",
    (address) => {
      expect(isPublic(address)).toBe(true);
    },
  );

  test("are judged in a URL however they are written", () => {
    for (const url of ["http://127.1/", "http://0177.0.0.1/", "http://[::ffff:7f00:1]/", "http://localhost./", "https://a.localhost/"]) {
      expect(refusalOf(new URL(url)), url).toBeTypeOf("string");
    }
    for (const url of ["https://example.org/", "http://8.8.8.8:8080/", "http://[2606:4700::1111]/"])
      expect(refusalOf(new URL(url))).toBeNull();
  });

  test.each([{ all: true }, { all: false }])("of a name are judged where a socket looks it up: %j", async (options) => {
    const { promise, resolve } = Promise.withResolvers<Error | null>();
    lookupPublic("localhost", options, resolve);
    expect(await promise).toBeInstanceOf(RefusedAddress);
  });
});
