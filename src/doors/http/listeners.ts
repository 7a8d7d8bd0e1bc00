import { Problem } from "../../problems/problems.ts";

/** How many may listen at once, in all and of one client. */
export interface ListenerCaps {
  readonly all: number;
  readonly perClient: number;
}

/** Seconds after which a place may have become free. */
const retryAfter = 10;

/** Those who wait for news with a connection each: streams of events, and requests that are answered when a job is over. */
export class Listeners {
  readonly #caps: ListenerCaps;
  readonly #byClient = new Map<string, number>();
  #count = 0;

  constructor(caps: ListenerCaps) {
    this.#caps = caps;
  }

  get count(): number {
    return this.#count;
  }

  /** Takes a place; answers how to leave it. Throws Problem too_many_streams, overloaded. */
  enter(client: string): () => void {
    const refusal = this.#refusal(client);
    if (refusal !== null) throw refusal;
    return this.#take(client);
  }

  /** The same for those who can do without: null when there is no room. */
  enterIfRoom(client: string): (() => void) | null {
    return this.#refusal(client) === null ? this.#take(client) : null;
  }

  #refusal(client: string): Problem | null {
    const { all, perClient } = this.#caps;
    const own = this.#byClient.get(client) ?? 0;
    if (own >= perClient) {
      return new Problem(
        "too_many_streams",
        `${own} streams of this client are open, and one client may have ${perClient}`,
        [],
        retryAfter,
      );
    }
    return this.#count < all ? null : new Problem("overloaded", `${this.#count} streams are open, and ${all} may be`, [], retryAfter);
  }

  #take(client: string): () => void {
    this.#byClient.set(client, (this.#byClient.get(client) ?? 0) + 1);
    this.#count++;
    let isIn = true;
    return () => {
      if (isIn) this.#leave(client);
      isIn = false;
    };
  }

  #leave(client: string): void {
    const left = (this.#byClient.get(client) ?? 1) - 1;
    if (left === 0) this.#byClient.delete(client);
    else this.#byClient.set(client, left);
    this.#count--;
  }
}
