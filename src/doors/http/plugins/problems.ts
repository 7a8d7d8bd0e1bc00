import { type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { FastifyError, FastifyInstance, FastifyReply } from "fastify";
import { aboutRequest } from "./request-log.ts";
import type { ProblemCode } from "../../../problems/catalogue.ts";
import { Problem, problem } from "../../../problems/problems.ts";

const mediaType = "application/problem+json";

/** Makes every error an RFC 9457 document. It belongs to the root, and before any route. */
export function answerWithProblems(app: FastifyInstance, { maxBodyBytes }: { maxBodyBytes: number }): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const found = problemOf(error, { maxBodyBytes, contentType: request.headers["content-type"] });
    // Nobody reads the answer of a request whose client has gone.
    const isUnforeseen = found.code === "internal" || (found !== error && found.code === "storage_unavailable");
    if (isUnforeseen && !reply.raw.destroyed) request.log.error({ ...aboutRequest(request), err: error }, "unforeseen error");
    // The framework would close the connection after a body that it did not take, and a client that still sends would not read why.
    reply.removeHeader("connection");
    return sendProblem(reply, found);
  });
}

export function sendProblem(reply: FastifyReply, found: Problem): FastifyReply {
  reply.request.problemCode = found.code;
  if (found.retryAfter !== undefined) reply.header("retry-after", found.retryAfter);
  return reply.code(found.status).type(mediaType).send(JSON.stringify(found.toDocument()));
}

/** What the framework finds wrong, in the words of the catalogue. */
function problemOf(error: FastifyError, circumstances: Circumstances): Problem {
  if (error instanceof Problem) return error;
  const translate = translations.get(error.code);
  if (translate !== undefined) return problem(translate.code, translate.detail(circumstances));
  if (lostFolder.test(error.code))
    return new Problem("storage_unavailable", "A folder of the service's data is gone, or closed to it", [], 5);
  // What sends files asks of them what the request does.
  if (error.statusCode === 412) return problem("precondition_failed", "What is there has another tag, or has changed since");
  // The parser of HTTP, or a stream that broke off.
  if (error.statusCode === 400) return problem("malformed_http", "The request could not be read to its end");
  return problem("internal", "The request could not be processed");
}

/** Codes of a file system in which somebody else has been at work. */
const lostFolder = /^E(?:NOENT|NOTDIR|ACCES|PERM)$/;

interface Circumstances {
  readonly maxBodyBytes: number;
  readonly contentType: string | undefined;
}

const translations = new Map<string, { code: ProblemCode; detail: (circumstances: Circumstances) => string }>([
  ["FST_ERR_CTP_BODY_TOO_LARGE", { code: "body_too_large", detail: ({ maxBodyBytes }) => `The body has more than ${maxBodyBytes} bytes` }],
  ["FST_ERR_CTP_INVALID_MEDIA_TYPE", { code: "unsupported_media_type", detail: ({ contentType }) => sendJson(contentType) }],
  ["FST_CP_ERR_INVALID_CONTENT_ENCODING", { code: "unsupported_media_type", detail: () => "The body's Content-Encoding is not supported" }],
  ["FST_CP_ERR_INVALID_CONTENT", { code: "invalid_encoding", detail: () => "The body is not compressed as its Content-Encoding says" }],
  ["FST_ERR_BAD_URL", { code: "malformed_http", detail: () => "The path cannot be decoded" }],
  ["FST_ERR_MAX_PARAM_LENGTH", { code: "not_found", detail: () => "The path is too long for anything to be there" }],
]);

/** Clients that name no type are often given another one by their tool. */
const sendJson = (contentType = "of no type"): string =>
  `The body is ${contentType.slice(0, 100)}: send JSON in UTF-8, with the header Content-Type: application/json`;

export const notJson = (contentType: string | undefined): Problem => problem("unsupported_media_type", sendJson(contentType));

/** Answers what is not HTTP, or arrives too slowly, where there is no request yet and hence no reply. */
export function answerClientError(error: NodeJS.ErrnoException, socket: ClientSocket, headers: Readonly<Record<string, string>>): void {
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  // Behind the beginning of another answer it would be taken for its rest.
  if (socket.writable && socket._httpMessage?.headersSent !== true) {
    const found = clientProblem(error);
    const { status } = found;
    const body = JSON.stringify(found.toDocument());
    const all = {
      ...headers,
      connection: "close",
      "content-type": mediaType,
      "content-length": Buffer.byteLength(body),
    };
    const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...Object.entries(all).map(([name, value]) => `${name}: ${value}`)];
    socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`);
  }
  socket.destroy(error);
}

/** A connection as Node's server keeps it, with the answer that is under way on it. */
type ClientSocket = Socket & { readonly _httpMessage?: ServerResponse | null };

function clientProblem({ code, reason }: NodeJS.ErrnoException & { readonly reason?: string }): Problem {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return problem("request_timeout", "The request did not arrive completely in time");
  if (code === "HPE_HEADER_OVERFLOW") return problem("headers_too_large", "The path and the headers are larger than 16 KiB");
  return problem("malformed_http", `This is not an HTTP/1.1 request${reason === undefined ? "" : `: ${reason}`}`);
}
