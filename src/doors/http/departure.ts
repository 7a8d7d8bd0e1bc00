import type { StopSignal } from "../../workers/pool.ts";

/** Tells one listener when the client of a request has gone before it had its answer. */
export class Departure implements StopSignal {
  reason: Error | undefined;
  #listener: (() => void) | undefined;

  throwIfAborted(): void {
    if (this.reason !== undefined) throw this.reason;
  }

  addEventListener(_type: "abort", listener: () => void): void {
    this.#listener = listener;
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    if (this.#listener === listener) this.#listener = undefined;
  }

  /** The client has gone. */
  happen(): void {
    this.reason = new Error("The client has gone");
    this.#listener?.();
  }
}
