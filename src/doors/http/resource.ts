import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";

/** An answer that is the same until the service is replaced: worked out once, and known by its digest. */
export class Resource {
  /** In bytes, which all who read it slowly share. */
  readonly #body: Buffer;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #etag: string;

  constructor(body: string, headers: Readonly<Record<string, string>>) {
    this.#body = Buffer.from(body);
    this.#headers = { "cache-control": "public, max-age=60", ...headers };
    this.#etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`;
  }

  static json(value: unknown): Resource {
    return new Resource(JSON.stringify(value), { "content-type": "application/json; charset=utf-8" });
  }

  /** Sends the resource, or 304 when the client has it already. */
  send(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    reply.headers(this.#headers).header("etag", this.#etag);
    return knows(request, this.#etag) ? reply.code(304).send() : reply.send(this.#body);
  }
}

/** Whether the client has what the tag stands for already. */
export const knows = ({ headers }: Pick<FastifyRequest, "headers">, etag: string): boolean =>
  headers["if-none-match"]?.split(",").some((tag) => ["*", etag].includes(tag.trim().replace(/^W\//, ""))) === true;
