import { isAscii } from "node:buffer";
import { account } from "../memory/account.ts";
import { jsonCost, tooDeep } from "./json-cost.ts";
import { stoppingPlace } from "./json-scanner.ts";
import { quoteTokens } from "./json-tokens.ts";
import { type Limits, defaultLimits } from "./limits.ts";
import { locate } from "./position.ts";
import { Problem, pointerTo } from "../problems/problems.ts";

/** What a shorter text takes is not worth counting. */
const leastCounted = 2 ** 17;

/**
 * The value of a JSON text (or of the bytes of its UTF-8), safe to walk: no deeper than the limit, and without a member named
 * `__proto__`, which code that copies members could mistake for an object's prototype. The tokens NaN, Infinity and -Infinity are read as
 * texts. What stands under the members named `foreign` of the body may be anything: the client passes on what others wrote, which is no
 * fault of the request, and whoever walks it is on guard. Throws invalid_json with line and column, nesting_too_deep or invalid_request,
 * and OutOfMemoryBudget before it takes what there is no room for.
 */
export function parseJson(
  body: string | Uint8Array,
  limits: Pick<Limits, "nesting"> = defaultLimits,
  foreign: readonly string[] = [],
): unknown {
  // Members of others are as deep as they are.
  const nesting = foreign.length > 0 ? Infinity : limits.nesting;
  if (body.length >= leastCounted) charge(typeof body === "string" ? Buffer.from(body) : body, nesting);
  const text = typeof body === "string" ? body : new TextDecoder().decode(body);
  const source = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const { json } = parsed(source) ?? tolerantly(source, nesting);
  requireSafe(foreign.length === 0 ? json : without(json, foreign), limits.nesting);
  return json;
}

const without = (json: unknown, members: readonly string[]): unknown =>
  isContainer(json) && !Array.isArray(json) ? Object.fromEntries(Object.entries(json).filter(([name]) => !members.includes(name))) : json;

/** null where the text is not JSON. Running out of memory or stack is not the text's fault. */
function parsed(text: string): { readonly json: unknown } | null {
  try {
    return { json: JSON.parse(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** What is JSON but for numbers that have no notation there, which become the texts that stand for them. */
function tolerantly(text: string, nesting: number): { readonly json: unknown } {
  const quoted = quoteTokens(text);
  if (quoted !== null && quoted.length >= leastCounted) charge(Buffer.from(quoted), nesting);
  const value = quoted === null ? null : parsed(quoted);
  if (value === null) throw malformed(text);
  return value;
}

/** What parsing takes: the text, whose characters are one byte each or two, and what becomes of it. */
function charge(bytes: Uint8Array, nesting: number): void {
  account().chargeHeap(jsonCost(bytes, nesting));
  account().charge(isAscii(bytes) ? bytes.length : 2 * bytes.length);
}

function malformed(text: string): Problem {
  const { at, expected, found } = stoppingPlace(text);
  const { line, column } = locate(text, at);
  const meant = expected === "a value" ? spelled(found) : null;
  const advice = meant === null ? `expected ${expected}, found ${found}` : `${found} is not JSON: write ${meant}`;
  return new Problem("invalid_json", `Line ${line}, column ${column}: ${advice}`);
}

/** How JSON has what other languages write; null where nobody can tell what is meant. */
const spellings: readonly (readonly [written: RegExp, json: string])[] = [
  [/^[+-]?nan$/i, "NaN"],
  [/^\+?inf(?:inity)?$/i, "Infinity"],
  [/^-inf(?:inity)?$/i, "-Infinity"],
  [/^(?:NA|N|NA_\w+_)$/, "NaN for a number that is missing, null for anything else"],
  [/^(?:None|nil|NULL|Null|undefined|nothing|missing)$/, "null, or NaN for a number that is missing"],
  [/^true$/i, "true"],
  [/^false$/i, "false"],
];

const spelled = (found: string): string | null => spellings.find(([written]) => written.test(found))?.[1] ?? null;

/** Level by level, so that the depth of the value is no limit here. Numbers of a list cost one comparison each. */
function requireSafe(value: unknown, most: number): void {
  let level = isContainer(value) ? [value] : [];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > most) throw tooDeep(most);
    const next: object[] = [];
    for (const container of level) {
      if (Array.isArray(container)) {
        for (let at = leadingNumbers(container); at < container.length; at++) if (isContainer(container[at])) next.push(container[at]);
      } else {
        const members = container as Readonly<Record<string, unknown>>;
        // JSON's objects inherit nothing enumerable.
        for (const name in members) {
          if (name === forbidden) throw prototypeIn(value);
          if (isContainer(members[name])) next.push(members[name]);
        }
      }
    }
    level = next;
  }
}

/** Apart from the general loop, so that it compiles to a scan of doubles: long lists are lists of numbers. */
function leadingNumbers(list: readonly unknown[]): number {
  let count = 0;
  while (count < list.length && typeof list[count] === "number") count++;
  return count;
}

const forbidden = "__proto__";

/** The problem of the first member that is named so, which is known to exist. */
function prototypeIn(value: unknown): Problem {
  const stack: { readonly value: unknown; readonly pointer: string }[] = [{ value, pointer: "" }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (!isContainer(top.value)) continue;
    for (const [name, member] of Object.entries(top.value).reverse()) {
      const pointer = top.pointer + pointerTo(name);
      if (name === forbidden && !Array.isArray(top.value)) {
        const detail = `A member may not be named ${forbidden}`;
        return new Problem("invalid_request", detail, [{ pointer, detail }]);
      }
      stack.push({ value: member, pointer });
    }
  }
  throw new Error(`no member is named ${forbidden}`);
}

const isContainer = (value: unknown): value is object => typeof value === "object" && value !== null;
