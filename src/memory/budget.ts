import { type AccountTerms, openAccount } from "./account.ts";
import { eventLoop, Ledger, type LedgerWords, type Allotment } from "./ledger.ts";
import { type Shares, shares, type Threads } from "./shares.ts";

/** The memory of a process, as those know it who start its threads. */
export interface MemoryBudget {
  readonly shares: Shares;
  readonly ledger: Ledger;
  /** Where the ledger has a worker, and where it has a trainer, each by its number. */
  readonly placeOfWorker: (worker: number) => number;
  readonly placeOfTrainer: (trainer: number) => number;
  /** Trainings go on for long: they leave some to requests. */
  readonly roomOfTrainers: Allotment;
  /** Bytes that are taken, by who holds them. */
  readonly usage: () => Readonly<Record<"event_loop" | "workers" | "trainers", number>>;
}

/** What a thread is told of it. */
export interface BudgetTerms {
  readonly shares: Shares;
  readonly words: LedgerWords;
  readonly patience: AccountTerms["patience"];
  readonly room?: Allotment;
}

/** Clients wait for a worker's tasks, and one worker at least must be there for those of others, which may need no memory. */
export const patienceOfWorkers = (workers: number): AccountTerms["patience"] => ({ ms: 500, most: workers - 1, evenHolding: false });

/** Nobody waits for a trainer as for an answer; when it has been long, the job goes back to those that wait. */
export const patienceOfTrainers: AccountTerms["patience"] = { ms: 30_000, most: Number.POSITIVE_INFINITY, evenHolding: true };

/** Shares the memory of a process out among its threads. */
export function budgetOf(limitBytes: number, threads: Threads): MemoryBudget {
  const shared = shares(limitBytes, threads);
  const placeOfWorker = (worker: number): number => 1 + worker;
  const placeOfTrainer = (trainer: number): number => 1 + threads.workers + trainer;
  const ledger = Ledger.of(shared.ledgerBytes, placeOfTrainer(threads.trainers));
  const usedBy = (placeOf: (thread: number) => number, count: number): number =>
    Array.from({ length: count }, (_, thread) => ledger.usedBy(placeOf(thread))).reduce((sum, bytes) => sum + bytes, 0);
  const usage = (): ReturnType<MemoryBudget["usage"]> => ({
    event_loop: ledger.usedBy(eventLoop),
    workers: usedBy(placeOfWorker, threads.workers),
    trainers: usedBy(placeOfTrainer, threads.trainers),
  });
  const roomOfTrainers = { first: placeOfTrainer(0), end: placeOfTrainer(threads.trainers), bytes: (ledger.total * 3) / 4 };
  return { shares: shared, roomOfTrainers, ledger, placeOfWorker, placeOfTrainer, usage };
}

/** Puts this thread on its terms; `tidy` frees what its tasks leave behind, down to so many bytes that it may keep. */
export function joinBudget({ shares: shared, words, patience, room }: BudgetTerms, place: number, tidy: (keptBytes: number) => void): void {
  const { threadBytes, heapBytes, keptBytes } = shared;
  openAccount({
    ledger: new Ledger(words),
    place,
    share: threadBytes,
    heapBytes,
    patience,
    ...(room && { room }),
    tidy: () => tidy(keptBytes),
  });
}
