import { readFileSync } from "node:fs";
import { z } from "zod";
import { everyone } from "../program/registry.ts";
import { type Client, ClientLimits, roles } from "./client.ts";

/** What is wrong with a file of keys, in words that name the place. */
export class KeysFault extends Error {
  override readonly name = "KeysFault";
}

const Entry = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.@-]{1,64}$/, "a name has 1 to 64 letters, digits or the signs . _ @ -")
    .refine((name) => name !== everyone, `the name ${everyone} stands for those without a key`),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "the SHA-256 of a key is 64 hexadecimal digits in small letters"),
  role: z.enum(roles).default("user"),
  limits: ClientLimits.default({}),
});

const Entries = z.array(Entry);

/** A client with the digest of one of its keys. */
export interface KnownKey {
  readonly sha256: string;
  readonly client: Client;
}

/** Reads a file of keys. Throws KeysFault. */
export function readKeys(path: string): KnownKey[] {
  try {
    return keysIn(readFileSync(path, "utf8"));
  } catch (error) {
    throw new KeysFault(`The file of keys ${path} cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The keys that a text lists. Several may share a name, so that a new one is known before the old one goes. Throws KeysFault. */
export function keysIn(text: string): KnownKey[] {
  const result = Entries.safeParse(jsonOf(text));
  if (!result.success) throw new KeysFault(result.error.issues.map(worded).join("; "));
  const clients = new Map<string, Client>();
  const digests = new Map<string, string>();
  return result.data.map(({ sha256, ...client }, at) => {
    const known = clients.get(client.name) ?? client;
    if (JSON.stringify(known) !== JSON.stringify(client)) {
      throw new KeysFault(`at /${at}: another key of ${client.name} has another role or other limits, and a client has one of each`);
    }
    clients.set(client.name, known);
    if (digests.has(sha256)) throw new KeysFault(`at /${at}/sha256: the same key is listed twice`);
    digests.set(sha256, client.name);
    return { sha256, client: known };
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What a parser says of a text repeats a part of it.
    throw new KeysFault("it is not JSON");
  }
}

const worded = ({ path, message }: z.core.$ZodIssue): string => `at /${path.map(String).join("/")}: ${message}`;
