import { Problem } from "../problems/problems.ts";

const minuteMs = 60_000;

/** Clients, which may be addresses, that are remembered without looking whether they need be. */
const mostBalances = 10_000;

/** What is left of an allowance, as of a moment. Below zero it is a debt: what a request takes is known when it is done. */
interface Balance {
  left: number;
  at: number;
}

/** Operations that clients may have computed a minute: each has an allowance that fills again as time goes by. */
export class Allowances {
  readonly #balances = new Map<string, Balance>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Refuses a client that has nothing left. Throws Problem rate_limited. */
  require(client: string, perMinute: number): void {
    const { left } = this.#current(client, perMinute);
    if (left > 0) return;
    const seconds = Math.max(1, Math.ceil(((1 - left) / perMinute) * (minuteMs / 1000)));
    throw new Problem(
      "rate_limited",
      `More than ${perMinute} operations of this client within a minute, as operations_per_minute allows`,
      [],
      seconds,
    );
  }

  spend(client: string, operations: number, perMinute: number): void {
    this.#current(client, perMinute).left -= operations;
  }

  #current(client: string, perMinute: number): Balance {
    const now = this.#now();
    let balance = this.#balances.get(client);
    if (balance === undefined) {
      if (this.#balances.size >= mostBalances) this.#forget(now);
      this.#balances.set(client, (balance = { left: perMinute, at: now }));
    }
    balance.left = Math.min(perMinute, balance.left + (perMinute * (now - balance.at)) / minuteMs);
    balance.at = now;
    return balance;
  }

  /** Whoever has been away for a minute and owes nothing comes back as one who is new. */
  #forget(now: number): void {
    for (const [client, { left, at }] of this.#balances) if (left >= 0 && now - at >= minuteMs) this.#balances.delete(client);
  }
}
