import { type ProblemCode, problemPath, problems } from "../../../src/problems/catalogue.ts";
import { ProblemDocument } from "../../../src/problems/document.ts";
import { EvaluateResponse, GradientsResponse, GraphResponse } from "../../../src/compute/responses.ts";
import { decodeTensor } from "../../../src/request/tensor.ts";
import { type Attempt, evaluatePath, gradientsPath } from "./attempt.ts";

/** What is wrong with an answer, whatever the request was: a list of sentences, empty when it is well-formed. */

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Problems that no request of a client who waits its turn may meet. */
const unexpected: ReadonlySet<string> = new Set<ProblemCode>([
  "internal",
  "worker_lost",
  "overloaded",
  "not_ready",
  "shutting_down",
  "deadline_exceeded",
  "request_timeout",
  "unauthorized",
  "rate_limited",
  "malformed_http",
  "not_found",
  "method_not_allowed",
  "unsupported_media_type",
]);

const longestDetail = 2000;

export function faultsOf({ path, body }: Attempt, reply: Reply): string[] {
  let json: unknown;
  try {
    json = JSON.parse(reply.body);
  } catch {
    return [`the answer is not JSON: ${reply.body.slice(0, 100)}`];
  }
  if (reply.status !== 200) return [...problemFaults(body, reply, json)];
  return [...successFaults(path, reply, json)];
}

function* problemFaults(request: string, { status, contentType }: Reply, json: unknown): Iterable<string> {
  const result = ProblemDocument.safeParse(json);
  if (!result.success) {
    yield `not a problem document: ${result.error.message}`;
    return;
  }
  const { data } = result;
  const { code, detail, errors } = data;
  if (!contentType.startsWith("application/problem+json")) yield `the content type is ${contentType}`;
  if (unexpected.has(code)) yield `the code is ${code}: ${detail}`;
  if (data.status !== status || status !== problems[code].status) yield `${code} comes with ${status}`;
  if (data.type !== problemPath(code) || data.title !== problems[code].title) yield `the type is ${data.type}, the title ${data.title}`;
  const parsed = parsedOrNothing(request);
  if ((parsed === undefined) !== (code === "invalid_json")) yield `${code} for a body that is ${parsed === undefined ? "not " : ""}JSON`;
  for (const sentence of [detail, ...errors.map((place) => place.detail)]) {
    if (sentence === "" || sentence.length > longestDetail) yield `a detail of ${sentence.length} characters`;
    if (/\bundefined\b|\[object |Invalid (?:input|string|number)|is not a function/.test(sentence) && !request.includes("undefined"))
      yield `unclear: ${sentence}`;
  }
  for (const { pointer } of errors) if (!exists(parsed, pointer)) yield `nothing is near ${pointer}: ${detail}`;
  if (errors.length === 0 && !placeless.has(code)) yield `${code} names no place: ${detail}`;
}

/** Problems of the body as a whole, or of what became of it. */
const placeless: ReadonlySet<string> = new Set<ProblemCode>([
  "invalid_json",
  "invalid_encoding",
  "nesting_too_deep",
  "body_too_large",
  "answer_too_large",
  "memory_limit",
  "operations_limit",
]);

function parsedOrNothing(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, "")) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether a pointer leads to something in the body, or to a member that something there lacks. */
function exists(root: unknown, pointer: string): boolean {
  if (pointer === "") return true;
  if (!pointer.startsWith("/")) return false;
  const segments = pointer
    .slice(1)
    .split("/")
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
  let at = root;
  for (const [depth, segment] of segments.entries()) {
    // A text where a list is wanted is a list of one.
    if (typeof at === "string" && segment === "0") return depth === segments.length - 1;
    if (typeof at !== "object" || at === null) return false;
    // Attributes that are left out are all at their defaults, and inputs that are left out all lack.
    const isLast = depth === segments.length - 1 || (depth === segments.length - 2 && (segment === "attributes" || segment === "inputs"));
    if (!Object.hasOwn(at, segment)) return isLast;
    at = (at as Record<string, unknown>)[segment];
  }
  return true;
}

function* successFaults(path: string, { contentType }: Reply, json: unknown): Iterable<string> {
  if (!contentType.startsWith("application/json")) yield `the content type is ${contentType}`;
  const schema = path === evaluatePath ? EvaluateResponse : path === gradientsPath ? GradientsResponse : GraphResponse;
  const result = schema.safeParse(json);
  if (!result.success) yield `the answer does not fit its schema: ${result.error.message.slice(0, 300)}`;
  else if (path === evaluatePath || path === gradientsPath) yield* computedFaults(json as Computed);
}

interface Computed {
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly gradients?: Readonly<Record<string, unknown>>;
  readonly nodes?: readonly { readonly name: string; readonly value: unknown; readonly gradient?: unknown }[];
  readonly edges?: readonly { readonly value: unknown; readonly local?: unknown; readonly gradient: unknown }[];
  readonly points?: readonly Computed[];
}

function* computedFaults({ outputs = {}, gradients = {}, nodes = [], edges = [], points = [] }: Computed): Iterable<string> {
  for (const [name, value] of Object.entries(outputs)) yield* tensorFaults(`output ${name}`, value);
  for (const [name, value] of Object.entries(gradients)) if (value !== null) yield* tensorFaults(`gradient ${name}`, value);
  for (const { name, value, gradient } of nodes) yield* pairFaults(`node ${name}`, value, gradient);
  for (const { value, local, gradient } of edges) {
    yield* pairFaults("edge", value, gradient);
    yield* pairFaults("local derivative", value, local);
  }
  for (const point of points) yield* computedFaults(point);
}

function* tensorFaults(what: string, json: unknown): Iterable<string> {
  if (shapeOf(json) === null) yield `${what} is not a tensor: ${JSON.stringify(json)?.slice(0, 100)}`;
}

function* pairFaults(what: string, value: unknown, other: unknown): Iterable<string> {
  yield* tensorFaults(what, value);
  if (other === null || other === undefined) return;
  yield* tensorFaults(`the derivative at ${what}`, other);
  if (shapeOf(value) !== shapeOf(other)) yield `${what} has shape ${shapeOf(value)} and a derivative of ${shapeOf(other)}`;
}

function shapeOf(json: unknown): string | null {
  try {
    return decodeTensor(json, "").shape.join();
  } catch {
    return null;
  }
}
