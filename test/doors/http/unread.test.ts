import { type AddressInfo, connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { eventLoop } from "../../../src/memory/ledger.ts";
import { type ServiceOptions, startService } from "../../support/service.ts";

const mb = 2 ** 20;
const long = JSON.stringify({ expression: "expand(x, [4000000])", inputs: { x: 0.123456789 } });

async function listening(options: ServiceOptions) {
  const service = await startService({ workers: 1, ...options });
  onTestFinished(() => service[Symbol.asyncDispose]());
  await service.app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = service.app.server.address() as AddressInfo;
  /** Asks for a long answer over a socket of its own, which is read as `read` says. */
  const ask = () => {
    const socket = connect(port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => undefined);
    socket.pause();
    socket.write(
      `POST /v1/evaluate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${long.length}\r\n\r\n${long}`,
    );
    return socket;
  };
  return { ...service, ask, held: () => service.ledger.usedBy(eventLoop) };
}

test("an answer that nobody reads counts as memory, and its client is left", { timeout: 60_000 }, async () => {
  const { ask, held, ledger } = await listening({ unreadMs: 1_500 });
  ask();
  await expect.poll(held, { timeout: 20_000 }).toBeGreaterThan(40 * mb);
  await expect.poll(held, { timeout: 20_000 }).toBe(0);
  expect(ledger.used).toBe(0);
});

test("a client that reads slowly, but reads, gets all of its answer", { timeout: 60_000 }, async () => {
  const { ask, held } = await listening({ unreadMs: 3_000 });
  const socket = ask();
  let length = 0;
  // Some six megabytes a second, for longer than a client may read nothing.
  const reading = setInterval(() => (length += (socket.read() as Buffer | null)?.length ?? 0), 10);
  onTestFinished(() => clearInterval(reading));
  await expect.poll(() => length, { timeout: 50_000 }).toBeGreaterThan(44_000_000);
  await expect.poll(held, { timeout: 20_000 }).toBe(0);
});

test("answers that are read, and those that are not waited for, leave nothing behind", { timeout: 60_000 }, async () => {
  const { ask, app, ledger, held } = await listening({});
  const reply = await app.inject({ method: "POST", url: "/v1/evaluate", headers: { "content-type": "application/json" }, payload: long });
  expect([reply.statusCode, reply.body.slice(0, 400)]).toEqual([200, expect.stringContaining("outputs")]);
  const socket = ask();
  await expect.poll(held, { timeout: 20_000 }).toBeGreaterThan(40 * mb);
  socket.destroy();
  await expect.poll(() => ledger.used, { timeout: 20_000 }).toBe(0);
});

test("long bodies count while their requests are under way; what there is no room for is told to come again", async () => {
  const { app, ledger, post, held } = await listening({ memory: 700 * mb });
  ledger.take(eventLoop, ledger.total - mb);
  const body = JSON.stringify({ expression: "sum(x)", inputs: { x: Array.from({ length: 400_000 }, (_, at) => at + 0.5) } });
  const refused = await app.inject({ method: "POST", url: "/v1/evaluate", headers: { "content-type": "application/json" }, payload: body });
  expect([refused.statusCode, refused.json<{ code: string }>().code, refused.headers["retry-after"]]).toEqual([503, "overloaded", "1"]);
  expect((await post("/v1/evaluate", { expression: "x + 1", inputs: { x: 1 } })).status).toBe(200);
  ledger.give(eventLoop, ledger.total - mb);
  expect((await post("/v1/evaluate", body)).status).toBe(200);
  await expect.poll(held).toBe(0);
});
