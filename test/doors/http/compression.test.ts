import { randomBytes } from "node:crypto";
import fastify from "fastify";
import { expect, onTestFinished, test } from "vitest";
import { compression } from "../../../src/doors/http/plugins/compression.ts";
import { rawClient } from "./fixture.ts";

test("of answers that nobody reads only a few are compressed, and further ones go as they are", async () => {
  const app = fastify();
  onTestFinished(() => {
    app.server.closeAllConnections();
    return app.close();
  });
  await app.register(compression);
  const long = randomBytes(32_000_000);
  app.get("/long", (_request, reply) => reply.type("text/plain").send(long));
  app.get("/short", (_request, reply) => reply.type("text/plain").send("x".repeat(100_000)));
  const origin = await app.listen({ port: 0, host: "127.0.0.1" });
  const encoding = async (): Promise<string | null> => {
    const answer = await fetch(`${origin}/short`, { headers: { "accept-encoding": "gzip" } });
    await answer.text();
    return answer.headers.get("content-encoding");
  };
  expect(await encoding()).toBe("gzip");
  const clients = await Promise.all(Array.from({ length: 20 }, () => rawClient(origin)));
  for (const client of clients) {
    client.socket.pause();
    client.write("GET /long HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n");
  }
  await expect.poll(encoding, { timeout: 20_000 }).toBeNull();
  for (const client of clients) client.socket.destroy();
  await expect.poll(encoding, { timeout: 20_000 }).toBe("gzip");
});
