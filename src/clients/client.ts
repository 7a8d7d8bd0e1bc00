import { z } from "zod";
import { everyone } from "../program/registry.ts";

/** What a key is for: a person or a program of theirs, a script that computes and judges, or whoever runs the service. */
export const roles = ["user", "grader", "admin"] as const;
export type Role = (typeof roles)[number];

const atLeastOne = z.int().min(1);

/** What one client may have and do. What is not said is as the service's settings have it for everybody. */
export const ClientLimits = z.strictObject({
  requests_per_minute: atLeastOne.optional(),
  operations_per_minute: atLeastOne.optional(),
  running_jobs: atLeastOne.optional(),
  queued_jobs: atLeastOne.optional(),
  stored_bytes: z.int().min(0).optional(),
  graphs: z.int().min(0).optional(),
});
export type ClientLimits = z.output<typeof ClientLimits>;

/** Who uses the service: what is made by one key of a name belongs to all keys of that name. */
export interface Client {
  readonly name: string;
  readonly role: Role;
  readonly limits: ClientLimits;
}

/** Whoever uses a service that asks for no key: all that there is belongs to everyone. */
export const anyone: Client = Object.freeze({ name: everyone, role: "admin", limits: {} });

/** Whose things a client sees: those of one owner, or with null those of all. */
export type Scope = string | null;

export const scopeOf = ({ name, role }: Client): Scope => (role === "admin" ? null : name);
