import { z } from "zod";
import type { Compiler } from "../program/compiler.ts";
import type { Registry } from "../program/registry.ts";
import type { Limits } from "../request/limits.ts";
import type { Cache } from "./cache.ts";
import type { TaskResult } from "./result.ts";

/** What the tasks of one thread share. */
export interface Shared {
  readonly limits: Limits;
  readonly compiler: Compiler;
  /** Where registered programs are kept. */
  readonly registry: Registry;
  /** What is kept of compiled programs, and the like, for the next time. */
  readonly cache: Cache;
}

/** One call of a task, beside its body. */
export interface TaskCall<Parameters> {
  readonly parameters: Parameters;
  /** Whether nobody waits for the answer any more. Cheap: ask between the steps of long work, and throw anything when it is true. */
  readonly cancelled: () => boolean;
}

/** What a task's body is: JSON that a schema describes, bytes of the task's own reading (text where they are few), or nothing. */
export type BodyKind<Body> =
  | { readonly kind: "json"; readonly schema: z.ZodType<Body>; readonly foreign?: readonly string[] }
  | { readonly kind: "bytes" }
  | { readonly kind: "nothing" };

/** Under its members named `foreign` the client passes on what others wrote: they may hold whatever JSON can. */
export const json = <Schema extends z.ZodType>(schema: Schema, foreign: readonly string[] = []) =>
  ({ kind: "json", schema: schema as z.ZodType<z.output<Schema>>, foreign }) as const;
export const bytes = { kind: "bytes" } as const satisfies BodyKind<string | Uint8Array>;
export const nothing = { kind: "nothing" } as const satisfies BodyKind<null>;

/** The schema of a task that is told nothing beside its body. */
export const noParameters = z.strictObject({});

/** A request with its answer, for whoever reads the contract. */
export interface Exchange {
  readonly summary: string;
  readonly request: unknown;
  readonly answer: unknown;
}

/** What the contract says of a task that clients reach. */
export interface Operation<Parameters> {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tag: "compute" | "grading" | "graphs" | "jobs";
  readonly request: string;
  /** The answer is application/json unless told. */
  readonly answer: { readonly description: string; readonly schema: z.ZodType; readonly mediaType?: string };
  /** Read only by those who publish the contract. */
  readonly examples: () => Promise<Readonly<Record<string, Exchange>>>;
  /** Where a body is posted that needs nothing else looked up: what is told beside it follows from the headers. */
  readonly post?: {
    readonly path: string;
    /** `mediaType` is the one of `forms` that the client asks for; null where it asks for none of them. */
    readonly parameters: (headers: RequestHeaders, mediaType: string | null) => Parameters;
    /** The header on which the answer depends, besides Accept. */
    readonly vary?: string;
    /** Other media types that the answer may have. */
    readonly forms?: readonly string[];
  };
  /** What the command of the task's name does, in the words of its help; none: there is no such command. */
  readonly command?: {
    readonly summary: string;
    readonly parameters: Parameters;
    /** What is written in a format of the request's when it could not be answered; null: the problem document. */
    readonly refusedIn?: (format: string, detail: string) => string | null;
  };
}

type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Media types in which a task answers what is posted to the path of another one: whoever asks for them is answered by it. */
export interface Elsewhere<Parameters> {
  readonly path: string;
  readonly forms: readonly string[];
  readonly parameters: (mediaType: string) => Parameters;
}

/** Runs a task. Synchronous, and the same again on another thread when this one is held up or lost before the answer is sent. */
export type Handler<Parameters, Body, Facts> = (body: Body, call: TaskCall<Parameters>) => TaskResult<Facts>;

/** One kind of work for a worker thread, defined once: the pool, the command, the routes and the contract read it off here. */
export interface TaskDefinition<Parameters, Body, Facts> {
  /** Where messages and the log say which task is meant. */
  readonly name: string;
  /** What travels beside the body. */
  readonly parameters: z.ZodType<Parameters>;
  readonly body: BodyKind<Body>;
  readonly operation?: Operation<NoInfer<Parameters>>;
  readonly elsewhere?: Elsewhere<NoInfer<Parameters>>;
  /** What has to be there before the task is performed on a thread, and can only be waited for. */
  readonly load?: () => Promise<void>;
  /** Makes the task callable on a thread, where it may keep what it compiles. */
  readonly prepare: (shared: Shared) => Handler<Parameters, Body, Facts>;
}

/** A task as those see it who ask for it: what it is told, and the facts that its answer brings beside the body. */
export interface Task<Parameters, Facts> {
  readonly name: string;
  readonly parameters: z.ZodType<Parameters>;
  readonly body: BodyKind<unknown>;
  readonly operation?: Operation<Parameters>;
  readonly elsewhere?: Elsewhere<Parameters>;
  readonly load?: () => Promise<void>;
  readonly prepare: (shared: Shared) => (body: never, call: TaskCall<never>) => TaskResult<Facts>;
}

/** Any task, whatever it is told: its own schema says whether it can be told something. */
export type AnyTask = Task<unknown, unknown>;

export const defineTask = <Parameters, Body, Facts>(
  definition: TaskDefinition<Parameters, Body, Facts>,
): TaskDefinition<Parameters, Body, Facts> => Object.freeze(definition);
