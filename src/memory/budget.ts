import { type AccountTerms, openAccount } from "./account.ts";
import { Ledger, type LedgerWords } from "./ledger.ts";
import { type Shares, shares, type Threads } from "./shares.ts";

/** The memory of a process, as those know it who start its threads. */
export interface MemoryBudget {
  readonly shares: Shares;
  readonly ledger: Ledger;
  /** Where the ledger has a worker, and where it has a trainer, each by its number. */
  readonly placeOfWorker: (worker: number) => number;
  readonly placeOfTrainer: (trainer: number) => number;
}

/** What a thread is told of it. */
export interface BudgetTerms {
  readonly shares: Shares;
  readonly words: LedgerWords;
  readonly patience: AccountTerms["patience"];
}

/** Clients wait for a worker's tasks, and one worker at least must be there for those of others, which may need no memory. */
export const patienceOfWorkers = (workers: number): AccountTerms["patience"] => ({ ms: 2_000, most: workers - 1, evenHolding: false });

/** Nobody waits for a trainer as for an answer; when it has been long, the job goes back to those that wait. */
export const patienceOfTrainers: AccountTerms["patience"] = { ms: 30_000, most: Number.POSITIVE_INFINITY, evenHolding: true };

/** Shares the memory of a process out among its threads. */
export function budgetOf(limitBytes: number, threads: Threads): MemoryBudget {
  const shared = shares(limitBytes, threads);
  const placeOfWorker = (worker: number): number => 1 + worker;
  const placeOfTrainer = (trainer: number): number => 1 + threads.workers + trainer;
  return { shares: shared, ledger: Ledger.of(shared.ledgerBytes, placeOfTrainer(threads.trainers)), placeOfWorker, placeOfTrainer };
}

/** Puts this thread on its terms; `tidy` frees what its tasks leave behind, down to so many bytes that it may keep. */
export function joinBudget({ shares: shared, words, patience }: BudgetTerms, place: number, tidy: (keptBytes: number) => void): void {
  const { threadBytes, heapBytes, keptBytes } = shared;
  openAccount({ ledger: new Ledger(words), place, share: threadBytes, heapBytes, patience, tidy: () => tidy(keptBytes) });
}
