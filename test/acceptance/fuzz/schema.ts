import fc from "fast-check";
import { z } from "zod";
import { extreme, mostly, plain, stranger } from "./numbers.ts";

/** The parts of JSON Schema that zod writes. */
interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

export interface Habits {
  /** One value in so many is not what the schema asks for. */
  readonly wrongOnce: number;
  /** What whole numbers are taken from where the schema sets no bounds. */
  readonly whole: fc.Arbitrary<number>;
  /** What stands where the schema says nothing. */
  readonly anything: fc.Arbitrary<unknown>;
  /** The percentage of optional members that are given. */
  readonly optional: number;
}

const usual: Habits = {
  wrongOnce: 25,
  whole: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: -3, max: 4 }) }, { weight: 1, arbitrary: fc.constantFrom(8, 31, -17) }),
  anything: fc.oneof(plain, stranger, extreme),
  optional: 30,
};

/** Values that fit a zod schema as a client reads it in the contract, most of the time. */
export function fitting(schema: z.ZodType, habits: Partial<Habits> = {}): fc.Arbitrary<unknown> {
  const { $defs, ...whole } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  return fromJsonSchema(resolved(whole, $defs ?? {}), { ...usual, ...habits });
}

/** The schema with what its references lead to in their place. A schema that refers to itself has no end here. */
function resolved<T>(schema: T, defs: Readonly<Record<string, JsonSchema>>): T {
  if (Array.isArray(schema)) return schema.map((part: unknown) => resolved(part, defs)) as T;
  if (typeof schema !== "object" || schema === null) return schema;
  const { $ref, ...own } = schema as JsonSchema;
  const target = $ref === undefined ? {} : resolved(defs[$ref.slice("#/$defs/".length)], defs);
  const parts = Object.entries(own).map(([name, part]) => [name, resolved<unknown>(part, defs)]);
  return { ...target, ...Object.fromEntries(parts) } as T;
}

function fromJsonSchema(schema: JsonSchema, habits: Habits): fc.Arbitrary<unknown> {
  const right = rightFor(schema, habits);
  const wrong = fc.oneof(extreme, stranger);
  return fc.oneof({ weight: habits.wrongOnce - 1, arbitrary: right }, { weight: 1, arbitrary: wrong });
}

function rightFor(schema: JsonSchema, habits: Habits): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const branches = schema.anyOf ?? (schema.properties === undefined ? schema.oneOf : undefined);
  if (branches !== undefined) return fc.oneof(...branches.map((branch) => rightFor(branch, habits)));
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type: string) => rightFor({ ...schema, type }, habits)));
  switch (schema.type) {
    case "object":
      return objectFor(schema, habits);
    case "array":
      return fc.array(fromJsonSchema(schema.items ?? {}, habits), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 5, (schema.minItems ?? 0) + 5),
      });
    case "integer":
      return hinted(schema, wholeFor(schema, habits));
    case "number":
      return hinted(schema, realFor(schema));
    case "string":
      return hinted(schema, fc.string({ unit: "grapheme", maxLength: 8 }));
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return hinted(schema, habits.anything);
  }
}

/** What the schema itself gives as default and examples, too. */
function hinted(schema: JsonSchema, arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const hints = [...(schema.examples ?? []), ...(schema.default === undefined ? [] : [schema.default])];
  return hints.length === 0 ? arbitrary : fc.oneof({ weight: 2, arbitrary }, { weight: 1, arbitrary: fc.constantFrom(...hints) });
}

function wholeFor({ minimum, maximum }: JsonSchema, { whole }: Habits): fc.Arbitrary<number> {
  if (minimum === undefined || minimum < -1000) return whole;
  return mostly(fc.integer({ min: minimum, max: Math.min(maximum ?? minimum + 4, minimum + 4) }), whole, 10);
}

function realFor({ minimum, maximum, exclusiveMinimum }: JsonSchema): fc.Arbitrary<number> {
  const low = minimum ?? exclusiveMinimum;
  if (low === undefined) return plain;
  return fc.integer({ min: 0, max: 16 }).map((n) => low + (n / 16) * ((maximum ?? low + 4) - low));
}

function objectFor(schema: JsonSchema, habits: Habits): fc.Arbitrary<unknown> {
  const required = new Set(schema.required);
  const members = Object.entries(schema.properties ?? {}).map(([name, member]) => {
    const value = fromJsonSchema(member, habits);
    const given = required.has(name) ? 98 : habits.optional;
    const presence = fc.oneof(
      { weight: given, arbitrary: value.map((json) => [[name, json] as const]) },
      { weight: 100 - given, arbitrary: fc.constant([]) },
    );
    return presence;
  });
  const extra = typeof schema.additionalProperties === "object" ? fromJsonSchema(schema.additionalProperties, habits) : null;
  const others =
    extra === null ? fc.constant([]) : fc.array(fc.tuple(fc.constantFrom("x", "y", "z", "target", "input"), extra), { maxLength: 3 });
  return fc.tuple(fc.tuple(...members), others).map(([own, more]) => Object.fromEntries([...own.flat(), ...more]));
}
