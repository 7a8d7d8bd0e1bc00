import type { FastifyInstance, FastifySchemaCompiler } from "fastify";
import { z } from "zod";
import { pointerTo, problem } from "../../problems/problems.ts";
import { check } from "../../request/validate.ts";

const nothing = z.strictObject({});

const isEmpty = (given: unknown): boolean => typeof given === "object" && given !== null && Object.keys(given).length === 0;

/** Checks what stands in a path or a query as bodies are checked, with pointers to the parameters. */
export const checkParameters: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart }) =>
  (given: unknown) => {
    // Nearly every request: nothing is told where nothing may be.
    if (schema === nothing && isEmpty(given)) return { value: given };
    const result = check(schema, given);
    if (result.success) return { value: result.data };
    const places = result.places.map((place) => ({ ...place, detail: repeated(given, place.pointer) ?? place.detail }));
    const [{ pointer, detail }] = places;
    const part = httpPart === "params" ? "path" : "query";
    return { error: problem("invalid_request", `In the ${part}, at ${pointer}: ${detail}`, places) };
  };

/** What is wrong with a parameter that is given several times, which comes as a list; undefined of any other. */
function repeated(given: unknown, pointer: string): string | undefined {
  const named = Object.entries(given ?? {}).find(([name]) => pointerTo(name) === pointer);
  return Array.isArray(named?.[1]) ? `This parameter is given ${named[1].length} times, and may be given once` : undefined;
}

/** A whole number in a query, in digits: Number would take a blank for 0, too. */
export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER) {
  const isBounded = most < Number.MAX_SAFE_INTEGER;
  const error = `Expected a whole number ${isBounded ? `from ${least} to ${most}` : `of at least ${least}`}, in digits`;
  const number = z.int({ error }).min(least, { error });
  return z.preprocess(
    (given) => (typeof given === "string" && /^\d{1,16}$/.test(given) ? Number(given) : given),
    isBounded ? number.max(most, { error }) : number,
  );
}

/** The routes of this scope take no other query than they say: what was misspelt would be passed over. */
export function refuseQueries(scope: FastifyInstance): void {
  scope.addHook("onRoute", (route) => {
    route.schema = { querystring: nothing, ...route.schema };
  });
}
