import { z } from "zod";
import { requireBounds } from "./bounds.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import { otherNames } from "./other-names.ts";
import { misspelt, nearest } from "../problems/nearest.ts";
import { Problem, type ProblemPlace, pointerTo } from "../problems/problems.ts";

/** An answer names at most this many faults: more help nobody. */
const mostPlaces = 20;
/** So many texts are taken for lists of one: each costs a copy of what it stands in. */
const mostAlone = 100;
/** An alternative's faults are worded before it is known which alternative is meant. */
const mostSentences = 10 * mostPlaces;

/** What the schema makes of the JSON. Throws invalid_request, with the pointer of each fault and what was probably meant. */
export function validate<Schema extends z.ZodType>(schema: Schema, json: unknown, limits: Limits = defaultLimits): z.output<Schema> {
  requireBounds(schema, json, limits);
  const result = check(schema, json);
  if (result.success) return result.data;
  const [first, ...others] = result.places;
  const more = others.length === 0 ? "" : ` (${others.length === mostPlaces - 1 ? "many" : others.length} more below)`;
  const where = first.pointer === "" ? "" : `At ${first.pointer}: `;
  throw new Problem("invalid_request", `${where}${first.detail}${more}`, result.places);
}

export type Checked<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly places: readonly ProblemPlace[] };

/** What the schema makes of the JSON, or where it does not fit, with pointers that begin with `at`. */
export function check<Schema extends z.ZodType>(schema: Schema, json: unknown, at = "", isListed = false): Checked<z.output<Schema>> {
  const known: KnownMembers = new WeakMap();
  const alone: Path[] = [];
  let sentences = 0;
  // Each fault is put into words, but only the first ones are read.
  const error = (issue: z.core.$ZodRawIssue): string | undefined => {
    if (alone.length < mostAlone && isTextAlone(issue)) alone.push(issue.path ?? []);
    return ++sentences > mostSentences ? "" : sentence(issue, known);
  };
  try {
    const result = schema.safeParse(json, { reportInput: true, error });
    if (result.success) return { success: true, data: result.data };
    const { issues } = result.error;
    const listed = isListed ? json : alone.reduce(withList, json);
    if (listed !== json) return check(schema, listed, at, true);
    return { success: false, places: placesOf(issues, known, at).slice(0, mostPlaces) };
  } catch (error) {
    // zod passes a list's faults on as arguments, and a stack holds only so many.
    if (!(error instanceof RangeError)) throw error;
    return { success: false, places: [{ pointer: at, detail: "There are too many faults here to name them" }] };
  }
}

type Path = readonly PropertyKey[];

/** A text where a list of such is wanted is a list of one, as some languages write it. */
const isTextAlone = ({ code, input, inst }: z.core.$ZodRawIssue): boolean =>
  code === "invalid_type" && typeof input === "string" && inst instanceof z.ZodArray && z.safeParse(inst.element, input).success;

/** The JSON with the text at a path as a list of one; the same JSON where there is none. What is not on the way is shared. */
function withList(json: unknown, [first, ...rest]: Path): unknown {
  if (first === undefined) return typeof json === "string" ? [json] : json;
  if (typeof json !== "object" || json === null) return json;
  const member: unknown = Reflect.get(json, first);
  const listed = withList(member, rest);
  if (listed === member) return json;
  const copy = Array.isArray(json) ? [...(json as readonly unknown[])] : { ...json };
  Reflect.set(copy, first, listed);
  return copy;
}

/** A strict object, by the list of the members that it does not know: the schema itself is not on a finished issue. */
type KnownMembers = WeakMap<readonly string[], z.ZodObject>;
type Issue = z.core.$ZodIssue;
type NoMatch = Extract<z.core.$ZodIssueInvalidUnion, { options?: unknown }>;

function sentence(issue: z.core.$ZodRawIssue, known: KnownMembers): string | undefined {
  switch (issue.code) {
    case "unrecognized_keys": {
      const { inst } = issue;
      if (inst instanceof z.ZodObject) known.set(issue.keys, inst);
      return undefined;
    }
    case "invalid_type":
      if (issue.input === undefined) return "This member is missing";
      if (typeof issue.input === "string" && isTyped(issue.inst)) return expectedObject(issue.input, issue.inst);
      return `Expected ${withArticle(issue.expected)}, found ${typeOf(issue.input)}`;
    case "invalid_value":
      if (issue.input === undefined)
        return `This member is missing: it is ${alternatives(issue.values.map((value) => JSON.stringify(value)))}`;
      return `Expected ${alternatives(issue.values.map((value) => JSON.stringify(value)))}, found ${brief(issue.input)}`;
    case "too_small":
    case "too_big": {
      const bound = Number(issue.code === "too_small" ? issue.minimum : issue.maximum);
      if (Math.abs(bound) === Number.MAX_SAFE_INTEGER) return `Expected a whole number between -2^53 and 2^53, found ${brief(issue.input)}`;
      const unit = units.get(issue.origin) ?? "";
      const plural = unit === "" || bound === 1 ? "" : "s";
      return `Expected ${issue.code === "too_small" ? "at least" : "at most"} ${bound}${unit}${plural}`;
    }
    default:
      return undefined;
  }
}

const units: ReadonlyMap<string, string> = new Map([
  ["string", " character"],
  ["array", " element"],
]);

function placesOf(issues: readonly Issue[], known: KnownMembers, at: string): ProblemPlace[] {
  const places: ProblemPlace[] = [];
  for (const issue of issues) {
    if (places.length >= mostPlaces) break;
    const pointer = at + pointerTo(...(issue.path as readonly (string | number)[]));
    switch (issue.code) {
      case "unrecognized_keys":
        for (const name of issue.keys.slice(0, mostPlaces)) {
          const object = known.get(issue.keys);
          const members = Object.keys(object?.shape ?? {});
          const meant = otherNameOf(object, name);
          const suggestion = meant === undefined ? memberMeant(name, members, issue.input) : { suggestion: meant };
          places.push({ pointer: pointer + pointerTo(name), detail: unknownMember(name, members), ...suggestion });
        }
        break;
      case "invalid_union":
        places.push(...("options" in issue ? [unknownKind(issue, pointer)] : branchOf(issue.errors, known, pointer)));
        break;
      case "invalid_key":
        places.push({ pointer, detail: issue.issues[0]?.message ?? issue.message });
        break;
      case "invalid_value":
        places.push({ pointer, detail: issue.message, ...suggest(issue.input, issue.values.map(String), nearestValue) });
        break;
      default:
        places.push({ pointer, detail: issue.message, ...objectNamed(issue.message) });
    }
  }
  return places;
}

/** The member that tells which of several kinds an object is of names none of them. */
function unknownKind({ input, discriminator = "", options = [] }: NoMatch, pointer: string): ProblemPlace {
  const given = (input as Readonly<Record<string, unknown>>)[discriminator];
  const kinds = options.map(String);
  const expected = alternatives(kinds.map((kind) => JSON.stringify(kind)));
  if (given === undefined) return { pointer, detail: `This member is missing: it is ${expected}` };
  return { pointer, detail: `Expected ${expected}, found ${brief(given)}`, ...suggest(given, kinds, misspelt) };
}

/** The alternative that the JSON comes closest to: one whose faults lie inside it. When all refuse it as a whole, what they ask for. */
function branchOf(branches: readonly (readonly Issue[])[], known: KnownMembers, pointer: string): ProblemPlace[] {
  const inside = branches.filter((issues) => issues.every(({ path, code }) => path.length > 0 || code === "unrecognized_keys"));
  const best = inside.toSorted((a, b) => a.length - b.length)[0];
  if (best !== undefined) return placesOf(best, known, pointer);
  const places = branches.flatMap((issues) => placesOf(issues, known, pointer).slice(0, 1));
  const suggestion = places.find((place) => place.suggestion !== undefined)?.suggestion;
  return [{ pointer, detail: joined(places.map(({ detail }) => detail)), ...(suggestion !== undefined && { suggestion }) }];
}

/** One sentence of several: what they found is the same, and what they expected is listed. */
function joined(details: readonly string[]): string {
  const parts = details.map((detail) => /^Expected (.*)(, found .*)$/s.exec(detail));
  const found = parts[0]?.[2] ?? "";
  const expected = parts.flatMap((part) => (part === null || part[2] !== found ? [] : [part[1]]));
  if (expected.length === details.length && expected.length > 0) return `Expected ${alternatives([...new Set(expected)])}${found}`;
  return [...new Set(details)].join("; or: ") || "None of the alternatives fits";
}

function otherNameOf(object: z.ZodObject | undefined, name: string): string | undefined {
  const names = object === undefined ? undefined : otherNames.get(object);
  return names !== undefined && Object.hasOwn(names, name) ? names[name] : undefined;
}

const isTyped = (schema: unknown): schema is z.ZodDiscriminatedUnion | z.ZodObject =>
  schema instanceof z.ZodDiscriminatedUnion || (schema instanceof z.ZodObject && Object.hasOwn(schema.shape, "type"));

/** What is said of a name that stands where an object says by its type which of several kinds it is, with the kind that it probably names. */
function expectedObject(name: string, schema: z.ZodDiscriminatedUnion | z.ZodObject): string {
  const kinds = kindsOf(schema);
  // Where any text may stand it names a layer or a loss, and these have capitals: relu is none.
  const [kind] = kinds !== null ? misspelt(name, kinds) : /^[A-Z]/.test(name) ? [name] : [];
  return `Expected an object with a type${kind === undefined ? "" : `, as in {"type": ${brief(kind)}}`}, found ${brief(name)}`;
}

/** What the type may be; null where the schema takes any text. */
function kindsOf(schema: z.ZodDiscriminatedUnion | z.ZodObject): readonly string[] | null {
  const types = ("options" in schema ? schema.options : [schema]).map(({ _zod }) => _zod.propValues?.type);
  return types.includes(undefined) ? null : types.flatMap((each) => [...(each ?? [])].map(String));
}

const objectNamed = (detail: string): { suggestion?: string } => {
  const [, suggestion] = /^Expected an object with a type, as in (\{.*\}), found /.exec(detail) ?? [];
  return suggestion === undefined ? {} : { suggestion };
};

function unknownMember(name: string, members: readonly string[]): string {
  const list = members.length === 0 || members.length > 12 ? "" : `; there are ${members.join(", ")}`;
  return `There is no member ${brief(name)}${list}`;
}

/** What a name that is no member stands for. A member that is there already was hardly meant, but for a slip of the hand. */
function memberMeant(name: string, members: readonly string[], given: unknown): { suggestion?: string } {
  const isThere = (member: string): boolean => typeof given === "object" && given !== null && Object.hasOwn(given, member);
  const isSlip = (member: string): boolean => member.startsWith(name) || name.startsWith(member) || misspelt(name, [member]).length > 0;
  return suggest(
    name,
    members.filter((member) => !isThere(member) || isSlip(member)),
  );
}

function suggest(
  name: unknown,
  candidates: readonly string[],
  meant: (name: string, candidates: readonly string[]) => string[] = nearest,
): { suggestion?: string } {
  const [suggestion] = typeof name === "string" ? meant(name, candidates) : [];
  return suggestion === undefined ? {} : { suggestion };
}

/** A value with another number in its name is another value: float16 is no float64. */
function nearestValue(name: string, candidates: Iterable<string>): string[] {
  const digits = (text: string): string => text.replaceAll(/\D/g, "");
  return nearest(name, candidates).filter((candidate) => digits(candidate) === digits(name));
}

const withArticle = (type: string): string => {
  if (type === "record") return "an object";
  if (type === "array") return "a list";
  if (type === "int") return "a whole number";
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
};

const typeOf = (json: unknown): string => {
  if (json === null) return "null";
  return Array.isArray(json) ? "a list" : typeof json === "number" ? brief(json) : withArticle(typeof json);
};

const brief = (json: unknown): string => {
  if (typeof json === "object" && json !== null) return typeOf(json);
  if (typeof json === "string") return JSON.stringify(json.length > 40 ? `${json.slice(0, 40)}…` : json);
  return String(json);
};

const alternatives = (values: readonly string[]): string =>
  values.length < 2 ? values.join("") : `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
