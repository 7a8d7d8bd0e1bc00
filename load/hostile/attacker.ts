import { Agent, type IncomingMessage, request } from "node:http";
import { connect, type Socket } from "node:net";

/** What an attacker got: a status, or 0 where there was no answer. */
export interface Reply {
  readonly status: number;
  readonly text: string;
}

/** A client that behaves badly, from an address of its own. Its requests end with it. */
export class Attacker implements Disposable {
  readonly origin: string;
  readonly #localAddress: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 10_000 });
  readonly #sockets = new Set<Socket>();
  readonly #statuses = new Map<number, number>();
  readonly #end = new AbortController();

  constructor(origin: string, localAddress: string) {
    this.origin = origin;
    this.#localAddress = localAddress;
  }

  /** How often each status was answered. */
  get tally(): string {
    return [...this.#statuses]
      .toSorted(([a], [b]) => a - b)
      .map(([status, times]) => `${times} × ${status === 0 ? "no answer" : status}`)
      .join(", ");
  }

  post = (path: string, body: unknown, options: { abortMs?: number; type?: string } = {}): Promise<Reply> =>
    this.#ask("POST", path, body instanceof Uint8Array || typeof body === "string" ? body : JSON.stringify(body), options);
  get = (path: string): Promise<Reply> => this.#ask("GET", path, null, {});
  delete = (path: string): Promise<Reply> => this.#ask("DELETE", path, null, {});

  /** Sends bytes as they are, and reads nothing of what comes unless told. */
  async raw(bytes: string | Uint8Array, { reads = false } = {}): Promise<Socket> {
    const { hostname, port } = new URL(this.origin);
    const socket = connect({ host: hostname, port: Number(port), localAddress: this.#localAddress });
    this.#sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => this.#sockets.delete(socket));
    if (reads) socket.resume();
    else socket.pause();
    await new Promise((resolve) => socket.once("connect", resolve).once("close", resolve));
    socket.write(bytes);
    return socket;
  }

  [Symbol.dispose](): void {
    this.#end.abort();
    for (const socket of this.#sockets) socket.destroy();
    this.#agent.destroy();
  }

  #ask(
    method: string,
    path: string,
    body: string | Uint8Array | null,
    { abortMs, type = "application/json" }: { abortMs?: number; type?: string },
  ): Promise<Reply> {
    return new Promise((resolve) => {
      const settle = (status: number, text: string): void => {
        this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
        resolve({ status, text });
      };
      const headers = body === null ? {} : { "content-type": type, "content-length": Buffer.byteLength(body) };
      const asked = request(
        this.origin + path,
        { method, agent: this.#agent, localAddress: this.#localAddress, headers, signal: this.#end.signal },
        (reply: IncomingMessage) => {
          let text = "";
          reply.on("data", (piece: Buffer) => (text.length < 10_000 ? (text += piece.toString("latin1")) : undefined));
          reply.on("error", () => settle(0, "")).on("end", () => settle(reply.statusCode ?? 0, text));
        },
      );
      asked.on("error", (error) => settle(0, error.message));
      asked.end(body ?? undefined);
      if (abortMs !== undefined) globalThis.setTimeout(() => asked.destroy(), abortMs);
    });
  }
}
