import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Service, startService } from "../support/service.ts";
import { faultsOnWire, isAnswered, type Message, messages } from "./fuzz/wire.ts";

/** Messages that no library would write, as bytes on connections of their own: each is answered in the service's words. */
const count = Math.ceil(Number(process.env.FUZZ_REQUESTS ?? 20_000) / 10);
const seed = Number(process.env.FUZZ_SEED ?? 1);
const atOnce = 32;

/** Who has said all that was to be said waits so long, in milliseconds, before the connection is ended. */
const silenceMs = 150;

let service: Service;
let port: number;
beforeAll(async () => {
  service = await startService();
  port = Number(new URL(await service.app.listen({ host: "127.0.0.1", port: 0 })).port);
});
afterAll(() => service[Symbol.asyncDispose]());

/** What comes back on a connection until there is an answer; a message that breaks off is answered when the connection is ended. */
async function send(message: Message): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let received = "";
  socket.setEncoding("latin1").on("data", (text: string) => (received += text));
  socket.on("error", () => {});
  const closed = once(socket, "close");
  socket.write(message.text, "latin1");
  for (let waited = 0; waited < silenceMs && !socket.closed && !isAnswered(received, message); waited += 5) await sleep(5);
  if (isAnswered(received, message)) socket.destroy();
  else socket.end();
  await closed;
  return received;
}

test(`${count} messages on the wire are answered in good order`, { timeout: 60_000 + 40 * count }, async () => {
  const waiting = fc.sample(messages, { numRuns: count, seed }).values();
  const faulty: { message: Message; faults: string[] }[] = [];
  const statuses = new Map<string, number>();
  const lane = async (): Promise<void> => {
    for (const message of waiting) {
      const received = await send(message);
      const [, status = "none"] = /^HTTP\/1\.1 (\d{3})/.exec(received) ?? [];
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const faults = faultsOnWire(received, message);
      if (faults.length > 0) faulty.push({ message, faults });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const [shortest] = faulty.toSorted((a, b) => a.message.text.length - b.message.text.length);
  if (shortest)
    expect.fail(`${faulty.length} faulty answers, such as\n${shortest.faults.join("\n")}\nto ${JSON.stringify(shortest.message.text)}`);
  // Messages that are all right or all wrong would not search where the two meet.
  for (const status of ["200", "400", "404", "405", "417", "431"])
    expect([status, (statuses.get(status) ?? 0) > 0]).toEqual([status, true]);
  expect(service.pool.stats()).toMatchObject({ replaced: 0 });
  expect((await service.app.inject("/readyz")).statusCode).toBe(200);
});
