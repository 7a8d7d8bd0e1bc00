import { openAccount } from "../../src/memory/account.ts";
import { Ledger } from "../../src/memory/ledger.ts";

/** Does work on an account that has so many bytes and no more, and leaves one without a bound. */
export function withBytes<T>(bytes: number, work: () => T): T {
  openAccount({
    ledger: Ledger.of(0, 1),
    place: 0,
    share: bytes,
    heapBytes: bytes,
    patience: { ms: 0, most: 0, evenHolding: false },
    tidy: () => undefined,
  });
  try {
    return work();
  } finally {
    openAccount();
  }
}
