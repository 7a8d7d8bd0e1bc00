import type { z } from "zod";
import { parseJson } from "../request/json.ts";
import type { Limits } from "../request/limits.ts";
import { validate } from "../request/validate.ts";
import type { Compiler } from "../program/compiler.ts";

/** What a task answers: an HTTP status, a content type, and the bytes of the body, whose memory is given away, or its text. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
  /** Whether what a task judged has passed, for the exit status of a command; it does not travel. */
  readonly passed?: boolean;
}

/** What a handler may ask about the task that it runs. */
export interface TaskContext {
  /** Whether nobody waits for the answer any more. Cheap: ask between the steps of long work, and throw anything when it is true. */
  readonly cancelled: () => boolean;
}

/**
 * Runs one kind of task. The body is UTF-8 text, as bytes when it is long. Handlers are synchronous and pure: a task may be run
 * again on another thread when this one is held up or lost before the answer is sent.
 */
export type Handler = (body: string | Uint8Array, context: TaskContext) => Answer;

/** What the tasks of one worker share. */
export interface Context {
  readonly limits: Limits;
  readonly compiler: Compiler;
  /** Memory that each task may spend on keeping compiled programs. */
  readonly cacheBytes: number;
}

/** Reads a request's body, UTF-8 by the pool's word, as a schema wants it. */
export function readRequest<S extends z.ZodType>(schema: S, body: string | Uint8Array, limits: Limits): z.output<S> {
  return validate(schema, parseJson(typeof body === "string" ? body : new TextDecoder().decode(body), limits), limits);
}
