import { finished, type Readable } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { eventLoop, type Ledger } from "../../../memory/ledger.ts";
import { Departure } from "../departure.ts";
import { decoderBytes } from "./compression.ts";
import { aboutRequest } from "./request-log.ts";
import { notJson } from "./problems.ts";
import { Problem, problem } from "../../../problems/problems.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** When the client goes away before it has its answer. */
    departure: Departure;
    /** Bytes of this request's body that count as pending. */
    pendingBytes: number;
    /** Bytes that were taken from the ledger for it. */
    takenBytes: number;
  }
  interface FastifyInstance {
    /** A client that takes nothing of a long answer for so many milliseconds is left. */
    unreadMs: number;
  }
}

export interface BodyLimits {
  readonly maxBodyBytes: number;
  /** Bytes of all bodies that are being received or wait for their answers. */
  readonly maxPendingBytes: number;
  /** Where they are counted among all memory of the process; none: only here. */
  readonly ledger: Ledger | undefined;
  /** A client that takes nothing of a long answer for so many milliseconds is left. */
  readonly unreadMs: number;
}

/** Bodies of up to this many bytes are taken however much is pending, and are not given memory in advance. */
const small = 64 * 1024;

/** Memory for larger ones is taken in pieces of this many bytes, as they arrive: who announces much and sends nothing takes nothing. */
const piece = 2 ** 20;

/** Requests of one connection that wait for their answers: what is sent ahead of answers that nobody reads has an end. */
const mostPipelined = 8;

const jsonTypes = /^application\/(?:[\w.-]+\+)?json(?:;|$)/;

/** The routes of this scope take JSON as the bytes that came: the event loop parses nothing. */
export function takeRawBodies(scope: FastifyInstance, { maxBodyBytes, maxPendingBytes, ledger, unreadMs }: BodyLimits): void {
  let pending = 0;
  scope.decorate("unreadMs", unreadMs);
  scope.decorateRequest("departure");
  scope.decorateRequest("pendingBytes", 0);
  scope.decorateRequest("takenBytes", 0);

  const isThere = (request: FastifyRequest, length: number): boolean => {
    const wanted = length + (decoderBytes.get(request.headers["content-encoding"] ?? "") ?? 0);
    if (ledger === undefined || wanted <= request.takenBytes) return true;
    const grain = length > small ? piece : small;
    const missing = Math.ceil((wanted - request.takenBytes) / grain) * grain;
    const isTaken = ledger.take(eventLoop, missing);
    if (isTaken) request.takenBytes += missing;
    else ledger.countRefusal();
    return isTaken;
  };

  const unanswered = new WeakMap<object, number>();
  scope.addHook("onRequest", (request, reply, done) => {
    const { socket } = request.raw;
    const waiting = (unanswered.get(socket) ?? 0) + 1;
    unanswered.set(socket, waiting);
    request.departure = new Departure();
    // The end of the answer and not of the request, which closes as soon as its body has been read.
    reply.raw.once("close", () => {
      unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1);
      pending -= request.pendingBytes;
      if (request.takenBytes > 0) ledger?.give(eventLoop, request.takenBytes);
      if (reply.raw.writableEnded) return;
      request.log.info(aboutRequest(request), "the client has gone");
      request.departure.happen();
    });
    // A body that is packed takes memory before its first byte.
    done(waiting <= mostPipelined && isThere(request, 0) ? undefined : tooManyBytes());
  });

  scope.addContentTypeParser(jsonTypes, (request, payload, done) => {
    requireUtf8(request);
    const announced = payload === request.raw ? Number(request.headers["content-length"] ?? 0) : 0;
    if (announced > maxBodyBytes) throw tooLarge(maxBodyBytes);
    const body = new ArrivingBody(announced);

    const take = (chunk: Buffer): void => {
      pending += chunk.length;
      request.pendingBytes += chunk.length;
      const length = body.length + chunk.length;
      if (length > maxBodyBytes) refuse(tooLarge(maxBodyBytes));
      else if (length > small && (pending > maxPendingBytes || !isThere(request, length))) refuse(tooManyBytes());
      else body.add(chunk);
    };
    const refuse = (error: Error): void => {
      stop();
      // What still comes is read and forgotten, so that the client, once it has sent all, reads the answer. It is not unpacked: a little may be much.
      if (payload !== request.raw) {
        request.raw.unpipe();
        payload.pause();
        finished(request.raw, () => payload.destroy());
      }
      request.raw.resume();
      done(error);
    };
    const finish = (): void => {
      stop();
      done(null, body.bytes());
    };
    const stop = (): void => {
      payload.off("data", take).off("end", finish).off("error", refuse);
      ignoreErrors(payload);
    };
    payload.on("data", take).on("end", finish).on("error", refuse).resume();
  });

  // An empty body, as tools send where nothing is to be sent, has no type worth refusing.
  scope.addContentTypeParser("*", ({ headers, raw }, payload, done) => {
    const settle = (error: Error | null): void => {
      payload.off("data", refuse).off("end", accept).off("error", settle);
      ignoreErrors(payload);
      // What still comes is read and forgotten.
      raw.resume();
      done(error);
    };
    const refuse = (): void => settle(notJson(headers["content-type"]));
    const accept = (): void => settle(null);
    payload.on("data", refuse).on("end", accept).on("error", settle).resume();
  });
}

/** Collects a body: in one piece of memory when it is large and its length was announced, else in pieces that are joined at the end. */
class ArrivingBody {
  readonly #whole: Buffer | undefined;
  readonly #pieces: Buffer[] = [];
  #length = 0;

  constructor(announced: number) {
    // Memory that nothing was written to yet costs nothing.
    if (announced > small) this.#whole = Buffer.allocUnsafeSlow(announced);
  }

  get length(): number {
    return this.#length;
  }

  add(chunk: Buffer): void {
    if (this.#whole) chunk.copy(this.#whole, this.#length);
    else this.#pieces.push(chunk);
    this.#length += chunk.length;
  }

  bytes(): Buffer {
    if (this.#whole) return this.#whole;
    return this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces);
  }
}

function requireUtf8({ headers }: FastifyRequest): void {
  const type = headers["content-type"];
  if (type === undefined || type === "application/json") return;
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(type)?.[1] ?? "utf-8";
  if (!/^utf-?8$/i.test(charset)) throw problem("unsupported_media_type", `JSON is read as UTF-8, not as ${charset.slice(0, 40)}`);
}

const ignoreErrors = (stream: Readable): Readable => stream.on("error", () => {});
const tooLarge = (most: number): Problem => problem("body_too_large", `The body has more than ${most} bytes`);
const tooManyBytes = (): Problem => new Problem("overloaded", "Too many bytes of other requests are waiting already", [], 1);
