import Fastify from "fastify";
import { handover, type Way } from "./ways.ts";

/** A bare Fastify route whose bodies are handed to a worker in the way that the first argument names, and whose answers are sent as they come. */
const { submit } = handover(process.argv[2] as Way, "gradients");
const app = Fastify();
app.removeAllContentTypeParsers();
app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
app.post("/v1/gradients", async (request, reply) => reply.type("application/json").send(await submit(request.body as Buffer)));
const address = await app.listen({ port: 0, host: "127.0.0.1" });
process.send?.(address);
