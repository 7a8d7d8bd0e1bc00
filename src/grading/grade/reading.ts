import { Problem } from "../../problems/problems.ts";
import { parseJson } from "../../request/json.ts";
import type { Limits } from "../../request/limits.ts";
import { decodeTensor, described, type GivenTensor } from "../../request/tensor.ts";
import type { ItemRequest } from "../items.ts";
import {
  claimsBesidePoints,
  type Flaw,
  mostFlaws,
  nothing,
  notExpected,
  notJson,
  notTensor,
  otherPoints,
  pointsWithoutPoints,
  unknownMember,
} from "./flaws.ts";

/** What a submission says of one item: its numbers, or why there are none to be had. */
export type ClaimedItem =
  | { readonly request: ItemRequest; readonly tensor: GivenTensor; readonly fault: null }
  | { readonly request: ItemRequest; readonly tensor: null; readonly fault: Flaw };

/** What is wrong with a submission apart from the items of the program. `name` is a member of it, and null the whole. */
export interface Stray {
  readonly kind: "submission" | "edge";
  readonly name: string | null;
  readonly point: number;
  readonly fault: Flaw;
}

/** A submission as far as it can be read. */
export interface SubmissionRead {
  readonly id: string | undefined;
  /** By point; one entry where the request has no points. */
  readonly claims: readonly (readonly ClaimedItem[])[];
  readonly strays: readonly Stray[];
  /** How much more is wrong in the same way. */
  readonly unlisted: number;
}

const singles = ["outputs", "nodes", "gradients", "edges"] as const;
const kinds = { outputs: "output", nodes: "node", gradients: "gradient" } as const;
const objectOfClaims = "an object with outputs, nodes, gradients or edges";
const longestId = 256;

/**
 * Reads whatever somebody submitted, in the order outputs, nodes, gradients, edges. It may be any JSON, names that objects inherit
 * included, so that its members are only listed and never copied. `points` is how many points the request has; null for none.
 */
export function readSubmission(json: unknown, points: number | null, limits: Limits, givenId?: string): SubmissionRead {
  const reader = new Reader(limits);
  const { id, claims } = reader.submission(json, points);
  const { strays, unlisted } = reader;
  return { id: givenId ?? id, claims, strays, unlisted };
}

class Reader {
  readonly strays: Stray[] = [];
  unlisted = 0;
  readonly #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  submission(json: unknown, points: number | null): { id: string | undefined; claims: ClaimedItem[][] } {
    const members = this.#object(json, null, 0, objectOfClaims);
    const count = points ?? 1;
    const claims = Array.from({ length: count }, (): ClaimedItem[] => []);
    if (members === null) return { id: undefined, claims };
    let id: string | undefined;
    const single = new Map<string, unknown>();
    let several: unknown;
    for (const [name, member] of members) {
      if (name === "id") id = this.#id(member);
      else if (name === "points") several = member;
      else single.set(name, member);
    }
    if (points === null) {
      if (several !== undefined) this.#stray("points", 0, () => pointsWithoutPoints);
      claims[0] = this.#claims(single, 0, ["id", ...singles]);
      return { id, claims };
    }
    for (const [name] of single) {
      const isClaim = (singles as readonly string[]).includes(name);
      this.#stray(name, 0, () => (isClaim ? claimsBesidePoints : unknownMember(name, ["id", "points"])));
    }
    const list = this.#list(several ?? [], "points", 0, `a list of ${points} objects, each ${objectOfClaims}`);
    if (list !== null && list.length !== points) this.#stray("points", 0, () => otherPoints(points, list.length));
    list?.slice(0, count).forEach((each, at) => {
      const own = this.#object(each, null, at, objectOfClaims);
      if (own !== null) claims[at] = this.#claims(new Map(own), at, singles);
    });
    return { id, claims };
  }

  #id(json: unknown): string | undefined {
    if (typeof json === "string" || typeof json === "number") return String(json).toWellFormed().slice(0, longestId) || undefined;
    if (json !== null) this.#stray("id", 0, () => notExpected("a text", described(json)));
    return undefined;
  }

  #claims(members: ReadonlyMap<string, unknown>, point: number, known: readonly string[]): ClaimedItem[] {
    const claims: ClaimedItem[] = [];
    for (const member of ["outputs", "nodes", "gradients"] as const) {
      if (!members.has(member)) continue;
      const all = this.#object(members.get(member), member, point, "an object of tensors by name") ?? [];
      for (const [name, json] of this.#bounded(all, member, point)) {
        claims.push(this.#claim({ kind: kinds[member], name, pointer: "" }, json));
      }
    }
    if (members.has("edges")) claims.push(...this.#edges(members.get("edges"), point));
    for (const name of members.keys()) {
      if (!(singles as readonly string[]).includes(name)) this.#stray(name, point, () => unknownMember(name, known));
    }
    return claims;
  }

  #edges(json: unknown, point: number): ClaimedItem[] {
    const list = this.#list(json, "edges", point, "a list of edges") ?? [];
    return this.#bounded(list, "edges", point).flatMap((each): ClaimedItem[] => {
      const members = new Map(isObject(each) ? Object.entries(each) : []);
      const {
        from,
        to,
        input,
        gradient = null,
      } = Object.fromEntries(["from", "to", "input", "gradient"].map((name) => [name, members.get(name)]));
      const wrong =
        !isObject(each) || typeof to !== "string"
          ? notExpected("an edge with from, to, input and gradient", described(each))
          : from !== undefined && from !== null && typeof from !== "string"
            ? notExpected("a name under from", described(from))
            : input !== undefined && !Number.isSafeInteger(input)
              ? notExpected("a whole number under input", described(input))
              : null;
      if (wrong !== null || typeof to !== "string") {
        this.#stray(null, point, () => wrong ?? nothing, "edge");
        return [];
      }
      const place = {
        from: typeof from === "string" || from === null ? from : undefined,
        input: typeof input === "number" ? input : undefined,
      };
      return [this.#claim({ kind: "edge", to, ...place, pointer: "" }, gradient)];
    });
  }

  #claim(request: ItemRequest, json: unknown): ClaimedItem {
    if (json === null) return { request, tensor: null, fault: nothing };
    try {
      return { request, tensor: decodeTensor(json, "", this.#limits), fault: null };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { request, tensor: null, fault: notTensor(error) };
    }
  }

  /** The members of what should be an object, or the text of one. */
  #object(json: unknown, name: string | null, point: number, expected: string): readonly (readonly [string, unknown])[] | null {
    const value = this.#fromText(json, name, point);
    if (value === undefined) return null;
    if (isObject(value)) return Object.entries(value);
    this.#stray(name, point, () => (value === null ? nothing : notExpected(expected, described(value))));
    return null;
  }

  #list(json: unknown, name: string, point: number, expected: string): readonly unknown[] | null {
    const value = this.#fromText(json, name, point);
    if (value === undefined) return null;
    if (Array.isArray(value)) return value;
    this.#stray(name, point, () => (value === null ? nothing : notExpected(expected, described(value))));
    return null;
  }

  /** A text is what somebody's file holds, which should be JSON; undefined for one that is not. */
  #fromText(json: unknown, name: string | null, point: number): unknown {
    if (typeof json !== "string") return json;
    try {
      return parseJson(json, this.#limits);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#stray(name, point, () => notJson(error));
      return undefined;
    }
  }

  #stray(name: string | null, point: number, fault: () => Flaw, kind: Stray["kind"] = "submission"): void {
    if (this.strays.length < mostFlaws) this.strays.push({ kind, name, point, fault: fault() });
    else this.unlisted++;
  }

  /** As many claims as a program may have nodes. */
  #bounded<T>(all: readonly T[], name: string, point: number): readonly T[] {
    const most = this.#limits.nodes;
    if (all.length > most) this.#stray(name, point, () => notExpected(`at most ${most} claims`, String(all.length)));
    return all.slice(0, most);
  }
}

const isObject = (json: unknown): json is object => typeof json === "object" && json !== null && !Array.isArray(json);
