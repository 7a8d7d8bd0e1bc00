import type { Kysely } from "kysely";
import { Problem } from "../problems/problems.ts";
import { damageOf, isFull, storageFull, translated } from "./faults.ts";
import type { Room } from "./room.ts";
import type { StorageState } from "./contract.ts";
import type { Connection, Tables } from "./schema.ts";

/** Where the database is a file of ours: the room on its disk, and who is told when it turns out to be damaged. */
interface OwnFile {
  readonly room?: Room | null;
  readonly onDamage?: (error: unknown) => void;
}

/** Seconds after which less may be under way. */
const retryAfter = 1;

/** What is asked of the database at once, most of it waiting for its turn: who comes later is told so, rather than to wait for seconds. */
const mostUnderWay = 5_000;

/** The database, whichever it is. What it fails at becomes a Problem: storage_unavailable or storage_full. */
export class Database {
  readonly #kysely: Kysely<Tables>;
  readonly #room: Room | null;
  readonly #onDamage: ((error: unknown) => void) | undefined;
  #isDamageTold = false;
  #underWay = 0;

  constructor(kysely: Kysely<Tables>, { room = null, onDamage }: OwnFile = {}) {
    this.#kysely = kysely;
    this.#room = room;
    this.#onDamage = onDamage;
  }

  /** What was asked and is not answered yet. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Runs single statements. */
  async query<T>(ask: (db: Connection) => Promise<T>): Promise<T> {
    this.#requireTurn();
    return this.#translated(() => ask(this.#kysely));
  }

  /** Runs statements that take effect together or not at all: not at all when `work` throws. */
  async transaction<T>(work: (tx: Connection) => Promise<T>): Promise<T> {
    this.#requireTurn();
    if ((await this.#room?.isTaken()) === true) throw storageFull();
    return this.#transact(work);
  }

  /** The same for what ends jobs or makes room: where the disk is full, it has the room that is held back. */
  async urgent<T>(work: (tx: Connection) => Promise<T>): Promise<T> {
    try {
      return await this.#transact(work);
    } catch (error) {
      const lent = isFull(error) ? await this.#room?.lend(() => this.#transact(async (tx) => ({ done: await work(tx) }))) : null;
      if (lent === null || lent === undefined) throw error;
      return lent.done;
    }
  }

  #transact<T>(work: (tx: Connection) => Promise<T>): Promise<T> {
    return this.#translated(() => this.#kysely.transaction().execute(work));
  }

  #requireTurn(): void {
    if (this.#underWay < mostUnderWay) return;
    throw new Problem("storage_unavailable", `${this.#underWay} requests wait for the storage already.`, [], retryAfter);
  }

  async #translated<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay++;
    try {
      return await translated(work);
    } catch (error) {
      if (!this.#isDamageTold && damageOf(error) !== null) {
        this.#isDamageTold = true;
        this.#onDamage?.(error);
      }
      throw error;
    } finally {
      this.#underWay--;
    }
  }

  /** Whether it answers at all within a time, and has room. */
  async state(patienceMs: number): Promise<StorageState> {
    if (!(await this.#answers(patienceMs))) return "unavailable";
    return (await this.#room?.isTaken()) === true ? "full" : "available";
  }

  async #answers(patienceMs: number): Promise<boolean> {
    const patience = AbortSignal.timeout(patienceMs);
    const late = new Promise<boolean>((resolve) => patience.addEventListener("abort", () => resolve(false), { once: true }));
    const asked = this.#kysely.selectFrom("jobs").select("id").limit(1).execute();
    return Promise.race([
      late,
      asked.then(
        () => true,
        () => false,
      ),
    ]);
  }

  async close(): Promise<void> {
    await this.#kysely.destroy();
  }
}
