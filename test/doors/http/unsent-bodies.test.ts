import { expect, test } from "vitest";
import { postText, rawClient, startApp } from "./fixture.ts";

/** More than the buffers between two processes hold. */
const long = "x".repeat(24 * 2 ** 20);

test.each([
  ["of a body that is too large", "/v1/gradients", "application/json", '"code":"body_too_large"'],
  ["of a body of another type", "/v1/gradients", "text/csv", '"code":"unsupported_media_type"'],
  ["at a path where nothing is", "/v1/nowhere", "application/json", '"code":"not_found"'],
])("a refusal %s is read by a client that sends all of it first, on a connection that ends", async (_, path, type, code) => {
  await using http = await startApp({ maxBodyBytes: 1000 });
  const client = await rawClient(await http.listen());
  const errors: Error[] = [];
  client.socket.on("error", (error) => errors.push(error));
  client.write(postText(long, ["connection: close"]).replace("/v1/gradients", path).replace("application/json", type));
  expect(await client.ended()).toContain(code);
  expect(errors).toEqual([]);
});

test("on a connection that goes on it is told at once", async () => {
  await using http = await startApp({ maxBodyBytes: 1000 });
  const client = await rawClient(await http.listen());
  client.write(postText(long).slice(0, 5_000));
  await client.until(/"code":"body_too_large"/);
  client.socket.destroy();
});
