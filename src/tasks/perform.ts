import type { z } from "zod";
import { account } from "../memory/account.ts";
import { memoryTold } from "../problems/out-of-memory.ts";
import { parseJson } from "../request/json.ts";
import { everyone } from "../program/registry.ts";
import type { Limits } from "../request/limits.ts";
import { validate } from "../request/validate.ts";
import { type BodyKind, noParameters, type Shared, type Task, type TaskCall } from "./define.ts";
import type { TaskContent, TaskResult } from "./result.ts";

/** What is sent for a task's content: a content type, and text or bytes, whose memory is given away. */
export interface Written {
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/** How a door writes the content of a result. Throws answer_too_large. */
export type WriteContent = (content: TaskContent, limits: Limits) => Written;

/** What comes back for a call: an HTTP status with what is sent, and the facts; undefined where the call was refused. */
export interface Answer<Facts = unknown> extends Written {
  readonly status: number;
  /** To be called when the body has been sent or is not needed any more: its memory counts until then. */
  readonly release?: () => void;
  readonly facts: Facts | undefined;
  /** Floating-point operations that it took; none where nobody counted. */
  readonly operations?: number;
  /** When which worker began and ended, in milliseconds since 1970; none where nobody asked. */
  readonly run?: { readonly began: number; readonly ended: number; readonly worker: number };
}

/**
 * A task on a thread, from the body as it came to the answer as it goes, on behalf of somebody whose things it may use. Throws Problem.
 */
export interface Performer<Facts = unknown> {
  (body: string | Uint8Array, parameters: unknown, cancelled: () => boolean, owner?: string): Answer<Facts>;
  /** To be waited for before the first call, where there is something to load. */
  readonly load?: (() => Promise<void>) | undefined;
}

const nothingTold = Object.freeze({});

/**
 * Makes a task callable. Its results are written in the form of one door. What it charges to the thread's account is given back with its
 * end, and what the account refuses is its problem.
 */
export function performerOf<Parameters, Facts>(task: Task<Parameters, Facts>, shared: Shared, write: WriteContent): Performer<Facts> {
  const { limits, registry } = shared;
  // The body is what the task's own kind makes of it.
  const run = task.prepare(shared) as (body: unknown, call: TaskCall<Parameters>) => TaskResult<Facts>;
  const isTold = task.parameters !== noParameters;
  const performer: Performer<Facts> = (body, told, cancelled, owner) => {
    registry.serve(owner ?? everyone);
    const parameters = (isTold ? task.parameters.parse(told) : nothingTold) as Parameters;
    const perform = (): Answer<Facts> => {
      const { content, facts } = run(readBody(task.body, body, limits), { parameters, cancelled });
      return { status: 200, ...write(content, limits), facts };
    };
    try {
      return account().within(perform, () => !cancelled());
    } catch (error) {
      throw memoryTold(error);
    }
  };
  return Object.assign(performer, { load: task.load });
}

function readBody(kind: BodyKind<unknown>, body: string | Uint8Array, limits: Limits): unknown {
  switch (kind.kind) {
    case "json":
      return readRequest(kind.schema, body, limits, kind.foreign);
    case "bytes":
      return body;
    case "nothing":
      return null;
  }
}

/** Reads a request's body, UTF-8 by the pool's word, as a schema wants it. */
function readRequest<S extends z.ZodType>(schema: S, body: string | Uint8Array, limits: Limits, foreign?: readonly string[]): z.output<S> {
  return validate(schema, parseJson(body, limits, foreign), limits);
}
