import { askForKey, keyOf } from "./key.ts";
import { type ProblemFacts, ServiceProblem, Unreachable } from "./problem.ts";
import { readEvents, type ServerEvent } from "./events.ts";
import { language } from "./settings.ts";

export interface RequestOptions {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Sent as JSON; a Blob or a text as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Where a path of the service is: the page may stand below another path. */
export const urlOf = (path: string): string => new URL(path.replace(/^\//, ""), document.baseURI).href;

/** So often, and after so many seconds at the most, what a busy service has refused is asked again. */
const patience = 3;
const longestWait = 5;

/** Asks the service, for a key too where it wants one. Throws ServiceProblem, or Unreachable. */
export async function ask(path: string, { method, body, headers = {}, signal }: RequestOptions = {}): Promise<Response> {
  const isRaw = body instanceof Blob || typeof body === "string";
  for (let attempt = 0; ; attempt++) {
    const key = keyOf();
    const request: RequestInit = {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers: {
        "accept-language": language.peek(),
        ...(body !== undefined && !isRaw && { "content-type": "application/json" }),
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...headers,
      },
      cache: "no-store",
      ...(body !== undefined && { body: isRaw ? body : JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    };
    const response = await fetch(urlOf(path), request).catch((error: unknown) => {
      throw signal?.aborted === true ? error : new Unreachable("The service does not answer", { cause: error });
    });
    if (response.ok) return response;
    if (response.status === 401 && (await askForKey(key))) continue;
    const wait = Number(response.headers.get("retry-after") ?? Number.NaN);
    // It is busy for a moment only.
    if (attempt < patience && [429, 503].includes(response.status) && wait <= longestWait) {
      await new Promise((resolve) => setTimeout(resolve, wait * 1000));
      continue;
    }
    throw await problemIn(response);
  }
}

/** An answer as JSON. What it is, its caller knows by the contract. */
export const call = async <Answer>(path: string, options?: RequestOptions): Promise<Answer> =>
  (await (await ask(path, options)).json()) as Answer;

export const text = async (path: string, options?: RequestOptions): Promise<string> => (await ask(path, options)).text();

async function problemIn(response: Response): Promise<ServiceProblem> {
  const written = await response.text();
  try {
    return new ServiceProblem(response.status, JSON.parse(written) as ProblemFacts);
  } catch {
    // A proxy's own page.
    const title = `${response.status} ${response.statusText}`;
    return new ServiceProblem(response.status, { title, detail: title, code: "unknown", errors: [] });
  }
}

/**
 * The events of a stream, those that were and those to come. A connection that is lost is made again behind the last event that came.
 * The stream ends when the service says so by 204, when `isLast` says it of an event, or by the signal.
 */
export async function* events(
  path: string,
  { signal, isLast, after = "" }: { signal: AbortSignal; isLast: (event: ServerEvent) => boolean; after?: string },
): AsyncGenerator<ServerEvent> {
  let last = after;
  let wait = 2_000;
  while (!signal.aborted) {
    try {
      const response = await ask(path, { signal, headers: { accept: "text/event-stream", ...(last !== "" && { "last-event-id": last }) } });
      if (response.status === 204 || response.body === null) return;
      for await (const event of readEvents(piecesOf(response.body), (milliseconds) => (wait = milliseconds))) {
        if (event.id !== "") last = event.id;
        yield event;
        if (isLast(event)) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ServiceProblem && error.status < 500 && error.status !== 429) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** Not every browser can iterate over a stream. */
async function* piecesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value;
  } finally {
    await reader.cancel().catch(() => {});
  }
}
