import Fastify from "fastify";

/**
 * The yardstick: a bare Fastify route that parses a body and answers JSON of a given content, so that it moves the same bytes as the
 * service and computes nothing. The answer comes as the first argument.
 */
const answer: unknown = JSON.parse(process.argv[2]);
const app = Fastify({ bodyLimit: 2 ** 26 });
app.post("/v1/gradients", () => answer);
const address = await app.listen({ port: 0, host: "127.0.0.1" });
process.send?.(address);
