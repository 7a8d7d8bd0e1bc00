import { isAscii } from "node:buffer";
import { account } from "../memory/account.ts";
import { jsonCost, tooDeep } from "./json-cost.ts";
import { stoppingPlace } from "./json-scanner.ts";
import { type Limits, defaultLimits } from "./limits.ts";
import { locate } from "./position.ts";
import { Problem, pointerTo } from "../problems/problems.ts";

/** What a shorter text takes is not worth counting. */
const leastCounted = 2 ** 17;

/**
 * The value of a JSON text (or of the bytes of its UTF-8), safe to walk: no deeper than the limit, and without a member named
 * `__proto__`, which code that copies members could mistake for an object's prototype. Throws invalid_json with line and column, nesting_too_deep or invalid_request,
 * and OutOfMemoryBudget before it takes what there is no room for.
 */
export function parseJson(body: string | Uint8Array, limits: Pick<Limits, "nesting"> = defaultLimits): unknown {
  if (body.length >= leastCounted) charge(typeof body === "string" ? Buffer.from(body) : body, limits.nesting);
  const text = typeof body === "string" ? body : new TextDecoder().decode(body);
  const source = text.startsWith("\uFEFF") ? text.slice(1) : text;
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (error) {
    // Running out of memory or stack is not the text's fault.
    if (!(error instanceof SyntaxError)) throw error;
    throw malformed(source);
  }
  requireSafe(value, limits.nesting);
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
  const nonFinite = /^-?(NaN|Infinity)\b/i.exec(text.slice(at, at + 12))?.[0];
  const advice =
    nonFinite === undefined
      ? `expected ${expected}, found ${found}`
      : `${nonFinite} is not a JSON number: send ${JSON.stringify(spelled(nonFinite))} as a string`;
  return new Problem("invalid_json", `Line ${line}, column ${column}: ${advice}`);
}

function spelled(nonFinite: string): string {
  if (/nan/i.test(nonFinite)) return "NaN";
  return nonFinite.startsWith("-") ? "-Infinity" : "Infinity";
}

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
