import { type ProblemCode, problemPath, problems } from "./catalogue.ts";
import type { ProblemDocument } from "./document.ts";

/** One place in the request that is at fault. `pointer` is an RFC 6901 JSON pointer into the body; "" is the whole body. */
export interface ProblemPlace {
  readonly pointer: string;
  readonly detail: string;
  readonly suggestion?: string | undefined;
}

/** An error whose meaning is in the catalogue: it reaches the client as an RFC 9457 document, and `retryAfter`, in seconds, as a header. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors: readonly ProblemPlace[];
  readonly retryAfter: number | undefined;

  constructor(code: ProblemCode, detail: string, errors: readonly ProblemPlace[] = [], retryAfter?: number) {
    super(`${code}: ${clipped(detail)}`);
    this.code = code;
    this.detail = clipped(detail);
    this.errors = errors.map((place) => ({ ...place, pointer: clipped(place.pointer), detail: clipped(place.detail) }));
    this.retryAfter = retryAfter;
  }

  /** The HTTP status of the problem's kind. */
  get status(): number {
    return problems[this.code].status;
  }

  /** The body of an `application/problem+json` answer. */
  toDocument(): ProblemDocument {
    const { code, detail, status } = this;
    return { type: problemPath(code), title: problems[code].title, status, detail, code, errors: [...this.errors] };
  }
}

/** A sentence may quote what the client sent, and nobody reads more of it than this. */
const longestSentence = 4096;

const clipped = (text: string): string => (text.length <= longestSentence ? text : `${text.slice(0, longestSentence)}…`);

/** A problem, ready to throw. */
export function problem(code: ProblemCode, detail: string, errors: readonly ProblemPlace[] = []): Problem {
  return new Problem(code, detail, errors);
}

/** A problem of one place, ready to throw. */
export function problemAt(code: ProblemCode, pointer: string, detail: string, suggestion?: string): Problem {
  return new Problem(code, detail, [{ pointer, detail, suggestion }]);
}

/** A JSON pointer to a place in the request body: `pointerTo("graph", "nodes", 3)` is `/graph/nodes/3`. */
export function pointerTo(...segments: readonly (string | number)[]): string {
  return segments.map((segment) => `/${String(segment).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
