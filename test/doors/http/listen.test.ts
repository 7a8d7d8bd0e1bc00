import Fastify from "fastify";
import { expect, test } from "vitest";
import { CannotListen, listen } from "../../../src/doors/http/listen.ts";

test.each([
  ["203.0.113.1", /^The service cannot listen on 203\.0\.113\.1, port 0: HOST is no address of this machine\.$/],
  ["nowhere.invalid", /HOST/],
])("whoever gives the host %s is told that it is none", async (host, words) => {
  await using app = Fastify();
  const refused = listen(app, host, 0);
  await expect(refused).rejects.toThrow(CannotListen);
  await expect(refused).rejects.toThrow(words);
});
