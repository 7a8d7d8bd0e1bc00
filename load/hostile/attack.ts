import type { Attacker } from "./attacker.ts";

/** Something that a client could do to bring the service down or to slow everybody. */
export interface Attack {
  readonly name: string;
  /** What it tries to exhaust. */
  readonly family: "memory" | "queues" | "event loop" | "processor" | "storage" | "connections";
  /** Variables that it needs, beyond those that everybody has. */
  readonly environment?: (megabytes: number) => Readonly<Record<string, string>>;
  /** Goes on until it has done its worst, or `signal` says that it is enough. */
  readonly run: (attacker: Attacker, signal: AbortSignal) => Promise<void>;
}

/** Does something so many times, so many at once, until it is enough. */
export async function crowd(times: number, atOnce: number, signal: AbortSignal, work: (at: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < times && !signal.aborted) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

/** Whether something was taken; 0 stands for no answer at all. */
export const isGood = (status: number): boolean => status >= 200 && status < 300;

/** Posts a job; its id, or null where it was refused. */
export async function submitted(attacker: Attacker, job: unknown): Promise<string | null> {
  const { status, text } = await attacker.post("/v1/jobs", job);
  return isGood(status) ? (JSON.parse(text) as { id: string }).id : null;
}
