import fc from "fast-check";
import { type Attempt, asked, attempt, type Json } from "./attempt.ts";
import { validBodies } from "./bodies.ts";
import { extreme, mostly, stranger } from "./numbers.ts";
import { textOf } from "./raw.ts";
import { tensorJson } from "./tensors.ts";

/** Valid bodies with mistakes: in their members, and in their text. */

const valid = fc.nat({ max: validBodies.length - 1 }).map((at) => validBodies[at]);

type Edit = (parent: Container, key: string) => void;
type Container = Record<string, unknown> | unknown[];

const isContainer = (json: unknown): json is Container => typeof json === "object" && json !== null;

/** Every member of the body that can be reached: what holds it, and its key. */
function places(root: unknown): { parent: Container; key: string }[] {
  const found: { parent: Container; key: string }[] = [];
  const stack = [root];
  for (let json = stack.pop(); json !== undefined; json = stack.pop()) {
    if (!isContainer(json)) continue;
    for (const [key, member] of Object.entries(json)) {
      found.push({ parent: json, key });
      if (isContainer(member)) stack.push(member);
    }
  }
  return found;
}

const put = (parent: Container, key: string, value: unknown): void => {
  // Assignment would set the prototype in place of a member of this name.
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
};

const get = (parent: Container, key: string): unknown => (parent as Record<string, unknown>)[key];

const remove: Edit = (parent, key) => {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
};

const replaceWith =
  (value: unknown): Edit =>
  (parent, key) =>
    put(parent, key, structuredClone(value));

const duplicate: Edit = (parent, key) => {
  if (Array.isArray(parent)) parent.splice(Number(key), 0, structuredClone(parent[Number(key)]));
  else put(parent, `${key}2`, structuredClone(parent[key]));
};

const renameTo =
  (name: string): Edit =>
  (parent, key) => {
    const value = get(parent, key);
    remove(parent, key);
    if (Array.isArray(parent)) parent.push(value);
    else put(parent, name, value);
  };

const misspell: Edit = (parent, key) => {
  const value = get(parent, key);
  if (typeof value === "string" && value.length > 1) put(parent, key, value.slice(0, -2) + value.slice(-1) + value.slice(-2, -1));
  else renameTo(key.slice(1))(parent, key);
};

const wrap =
  (depth: number, asObject: boolean): Edit =>
  (parent, key) => {
    let value = get(parent, key);
    for (let level = 0; level < depth; level++) value = asObject ? { data: value } : [value];
    put(parent, key, value);
  };

const swapType: Edit = (parent, key) => {
  const value = get(parent, key);
  const other =
    typeof value === "number"
      ? String(value)
      : typeof value === "string"
        ? Number(value) || 0
        : Array.isArray(value)
          ? Object.fromEntries(value.entries())
          : [value];
  put(parent, key, other);
};

const scale =
  (factor: number): Edit =>
  (parent, key) => {
    const value = get(parent, key);
    if (typeof value === "number") put(parent, key, value * factor + (factor < 0 ? 1 : 0));
  };

const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(remove) },
  { weight: 2, arbitrary: fc.constant(duplicate) },
  { weight: 4, arbitrary: extreme.map(replaceWith) },
  { weight: 4, arbitrary: stranger.map(replaceWith) },
  { weight: 3, arbitrary: fc.integer({ min: -2, max: 9 }).map(replaceWith) },
  { weight: 2, arbitrary: tensorJson().map(replaceWith) },
  {
    weight: 2,
    arbitrary: fc.constantFrom("__proto__", "constructor", "x", "inputs", "shape", "op", "type", "graph", "expression", "").map(renameTo),
  },
  { weight: 3, arbitrary: fc.constant(misspell) },
  { weight: 2, arbitrary: fc.constant(swapType) },
  { weight: 3, arbitrary: fc.constantFrom(-1, 0, 2, 1000, 2 ** 20, 2 ** 40, 0.5).map(scale) },
  { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 1, max: 130 }), fc.boolean()).map(([depth, asObject]) => wrap(depth, asObject)) },
);

const edits = fc.array(fc.tuple(fc.nat(), edit), { minLength: 1, maxLength: 3 });

function edited(body: Json, list: readonly (readonly [number, Edit])[]): Json {
  const root = { body: structuredClone(body) };
  for (const [at, apply] of list) {
    const all = places(root.body);
    const { parent, key } = all[at % all.length] ?? { parent: root, key: "body" };
    apply(parent, key);
  }
  return root.body;
}

export const memberAttempts: fc.Arbitrary<Attempt> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(valid, edits).map(([{ path, body }, list]) => attempt(path, edited(body, list))) },
  { weight: 1, arbitrary: asked(fc.tuple(valid, edits).map(([{ body }, list]) => edited(body, list))) },
);

const characters = fc.constantFrom(
  "{",
  "}",
  "[",
  "]",
  '"',
  ",",
  ":",
  "\\",
  "0",
  "1",
  "9",
  "e",
  "+",
  "-",
  ".",
  "n",
  "t",
  "u",
  " ",
  "\u0000",
  "\u0007",
  "é",
  "\ud83d",
  "null",
  "NaN",
  "Infinity",
  "//",
  "/*",
  "1e999",
  "\\u12",
  "\\ud800",
  "\uFEFF",
  "__proto__",
  '"x":',
  "},{",
);

const slip: fc.Arbitrary<(text: string) => string> = fc.oneof(
  fc.tuple(fc.nat(), characters).map(
    ([at, piece]) =>
      (text: string) =>
        insert(text, at, piece, 0),
  ),
  fc.tuple(fc.nat(), characters).map(
    ([at, piece]) =>
      (text: string) =>
        insert(text, at, piece, 1),
  ),
  fc.tuple(fc.nat(), fc.integer({ min: 1, max: 8 })).map(
    ([at, length]) =>
      (text: string) =>
        insert(text, at, "", length),
  ),
  fc.nat().map((at) => (text: string) => text.slice(0, at % (text.length + 1))),
  fc.tuple(fc.nat(), fc.nat()).map(
    ([at, length]) =>
      (text: string) =>
        insert(text, at, text.slice(at % text.length, (at % text.length) + (length % 40)), 0),
  ),
  fc.constantFrom(" ", "\n", "\uFEFF", "x", "{}", ",").map((piece) => (text: string) => text + piece),
);

function insert(text: string, at: number, piece: string, instead: number): string {
  const place = at % (text.length + 1);
  return text.slice(0, place) + piece + text.slice(place + instead);
}

/** Half of them keep to one slip, which often leaves JSON that means something else. */
export const textAttempts: fc.Arbitrary<Attempt> = fc
  .tuple(
    valid,
    fc.array(slip, { minLength: 1, maxLength: 2 }),
    mostly(fc.constant(""), fc.constantFrom("", "null", "[]", "0", '"x"', "{", "[".repeat(500), '{"a":'.repeat(500)), 20),
  )
  .map(([{ path, body }, slips, instead]) => ({
    path,
    body: instead === "" ? slips.reduce((text, change) => change(text), textOf(body)) : instead,
  }));
