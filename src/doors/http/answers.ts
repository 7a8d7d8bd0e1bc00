import { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import { problem } from "../../problems/problems.ts";
import type { Answer } from "../../tasks/perform.ts";
import type { StopSignal } from "../../workers/pool.ts";

/** What may go wrong with anything that is computed. */
export const computeProblems = [400, 401, 403, 404, 408, 413, 415, 422, 429, 500, 503, 504];

/** What may go wrong with anything that is read by its id. */
export const readProblems = [400, 401, 403, 404, 429, 500, 503];

/** The bytes of a request's body. Throws Problem when there are none. */
export function bodyOf({ body }: Pick<FastifyRequest, "body">): Buffer {
  if (!Buffer.isBuffer(body) || body.length === 0) throw problem("invalid_json", "The body is empty; it should be a JSON object");
  return body;
}

/** The same of a body that need not be there. */
export const optionalBodyOf = ({ body }: Pick<FastifyRequest, "body">): Buffer =>
  Buffer.isBuffer(body) && body.length > 0 ? body : Buffer.from("{}");

/** What says that nobody waits for an answer any more: its client has gone, or the service stops. */
export const endsOf = ({ departure, server }: Pick<FastifyRequest, "departure" | "server">): readonly StopSignal[] => [
  departure,
  server.stopping,
];

/** Whether a client names a media type among those it accepts, and likes it no less than the usual one: what it would take besides says nothing. */
export function namesType(request: FastifyRequest, mediaType: string, usual = "application/json"): boolean {
  const named = [request.types()].flat().some((type) => String(type).toLowerCase() === mediaType);
  // Texts are in UTF-8, and may be asked for as such.
  const liked = String(request.type([mediaType, `${mediaType}; charset=utf-8`, usual]));
  return named && (mediaType === usual || liked.startsWith(mediaType));
}

/** Which of other media types a client would rather have than the usual one; null where it is none. */
export function formNamed(request: FastifyRequest, usual: string, forms: readonly string[]): string | null {
  if (forms.length === 0) return null;
  // Texts are in UTF-8, and may be asked for as such.
  const best = String(request.type([usual, ...forms, ...forms.map((form) => `${form}; charset=utf-8`)])).replace("; charset=utf-8", "");
  return forms.includes(best) ? best : null;
}

/** Whether a client would take a media type at all. */
export const takesType = (request: FastifyRequest, mediaType: string): boolean => request.type([mediaType]) === mediaType;

/** Seconds after which what a worker had no room for may be asked again. */
const retryAfter = 1;

/** Answers travel as text or as the bytes of text, and either way as they are. Long ones count as memory until the client has read them or is gone. */
export function sendAnswer(reply: FastifyReply, { status, contentType, body, release }: Answer): FastifyReply {
  if (release !== undefined) {
    if (reply.raw.closed) release();
    else reply.raw.once("close", release);
    // The connection's own timer sees whether anything of what was written has been taken.
    if (reply.raw.socket instanceof Socket) reply.raw.socket.setTimeout(reply.server.unreadMs);
  }
  if (status === 503 && !reply.hasHeader("retry-after")) reply.header("retry-after", retryAfter);
  if (status >= 400) reply.request.problemCode = codeIn(body);
  const policy = policies.find(([mediaType]) => contentType.startsWith(mediaType));
  if (policy !== undefined) reply.header("content-security-policy", policy[1]);
  return reply.code(status).header("content-type", contentType).send(body);
}

/** What a browser may do with an answer that it would show as a document: its own styles, and nothing that runs or loads. */
const ownStyles = "sandbox; default-src 'none'; style-src 'unsafe-inline'";
const policies: readonly (readonly [mediaType: string, policy: string])[] = [
  ["image/svg+xml", ownStyles],
  ["text/html", ownStyles],
];

/** The code in a problem document that a worker has written. */
const codeIn = (body: string | Uint8Array): string | undefined => /"code":"(\w+)"/.exec(Buffer.from(body).toString())?.[1];
