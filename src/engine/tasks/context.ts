import type { z } from "zod";
import { parseJson } from "../../wire/json.ts";
import type { Limits } from "../../wire/limits.ts";
import { validate } from "../../wire/validate.ts";
import type { Compiler } from "../compile.ts";

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
