import { hash } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { anyone } from "../../clients/client.ts";
import type { Caller } from "../../workers/pool.ts";
import { clientOf } from "./plugins/auth.ts";

/** Who takes turns with others: a client or, where nobody is asked for a key, an address. */
const turnOf = (request: FastifyRequest): string => (request.client === anyone ? request.ip : clientOf(request).name);

/** Names whoever hands something in: as its client or, where nobody is asked for a key, by a digest that does not tell the address. */
export const submitterOf = (request: FastifyRequest): string =>
  request.client === anyone ? hash("sha256", `address ${request.ip}`) : clientOf(request).name;

/** On whose behalf the workers do what a request asks for, and until when. */
export const callerOf = (request: FastifyRequest): Caller => ({
  signal: request.departure,
  traceparent: request.traceparent,
  owner: clientOf(request).name,
  client: turnOf(request),
});
