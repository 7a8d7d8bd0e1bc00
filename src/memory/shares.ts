const mb = 2 ** 20;

/** Threads beside the event loop. */
export interface Threads {
  readonly workers: number;
  readonly trainers: number;
  /** Threads that may work on one kernel, its leader included. */
  readonly crew: number;
}

/** What the parts of a process take when nothing is asked of them, as measured: see docs/operating.md. */
const eventLoopBytes = 170 * mb;
const threadBytes = 40 * mb;
const memberBytes = 8 * mb;

/** Of all memory so much is left alone: for the engine's own haste and waste, and for whatever else runs there. */
const margin = 1 / 10;

/** With less to share out than this a process would refuse nearly everything. */
const least = 32 * mb;

/** How the memory of a process is shared out. */
export interface Shares {
  /** What all threads take from as they need it; less than 0 where there is not even enough for the threads. */
  readonly ledgerBytes: number;
  /** Each thread's own, which is never asked for. */
  readonly threadBytes: number;
  /** Bytes of a thread's own that its kernels' memory may keep when a task is over. */
  readonly keptBytes: number;
  /** Bytes of JavaScript objects that one task may make. */
  readonly heapBytes: number;
  /** Memory that a thread may spend on what it keeps for the next time, such as compiled programs, in bytes. */
  readonly cacheBytes: number;
  /** Limits of a thread's heap. */
  readonly heap: { readonly maxOldGenerationSizeMb: number; readonly maxYoungGenerationSizeMb: number };
  /** Connections that may be open. */
  readonly connections: number;
  /** What one request may ask for, unless it is set. */
  readonly limits: {
    readonly bytes: number;
    readonly elements: number;
    readonly bodyBytes: number;
    readonly answerBytes: number;
    readonly pendingBytes: number;
    readonly datasetBytes: number;
  };
}

/**
 * The arithmetic of memory, all of it: what a process of so many bytes and threads gives to whom.
 *
 *      limit = margin + event loop + threads + crews + (each thread's own + ledger)
 */
export function shares(limitBytes: number, { workers, trainers, crew }: Threads): Shares {
  const threads = workers + trainers;
  const youngMb = youngMbOf(limitBytes);
  const rest = limitBytes * (1 - margin) - fixedBytes(limitBytes, { workers, trainers, crew });
  const own = whole(Math.min(512 * mb, rest / 3 / threads));
  const ledgerBytes = whole(rest - own * threads);
  const most = (bytes: number, share: number): number => Math.max(mb, Math.min(bytes, whole(ledgerBytes * share)));
  const heapBytes = most(2048 * mb, 3 / 4);
  return {
    ledgerBytes,
    threadBytes: own,
    keptBytes: whole(own / 2),
    heapBytes,
    cacheBytes: Math.max(mb, Math.min(128 * mb, whole(own / 4))),
    // A heap that is nearly full is collected again and again: estimates end before that.
    heap: { maxOldGenerationSizeMb: Math.ceil((1.25 * heapBytes + own) / mb) + 96, maxYoungGenerationSizeMb: youngMb },
    connections: Math.max(200, Math.min(20_000, Math.floor(limitBytes / (256 * 1024)))),
    limits: {
      bytes: most(2048 * mb, 1),
      elements: most(512 * mb, 1) / 8,
      bodyBytes: most(64 * mb, 1 / 4),
      answerBytes: most(256 * mb, 1 / 4),
      pendingBytes: most(1024 * mb, 1 / 2),
      datasetBytes: most(1024 * mb, 1),
    },
  };
}

/** Whether a process of so much memory can do anything with these threads. */
export const suffices = ({ ledgerBytes }: Shares): boolean => ledgerBytes >= least;

/** The least memory with which these threads can do anything. */
export function leastFor(threads: Threads): number {
  let bytes = 64 * mb;
  while (!suffices(shares(bytes, threads))) bytes += 16 * mb;
  return bytes;
}

/** How many threads to start on a machine of so many cores, where nobody says: as many as the cores, and less where memory is short. */
export function threadsFor(limitBytes: number, cores: number): Threads {
  const wanted = { workers: Math.max(2, cores), trainers: Math.max(1, Math.floor(cores / 2)), crew: Math.min(16, cores) };
  // Two workers, so that one long request does not hold up the short ones: down to one only where there is not enough for two.
  const fewer = (part: number): Threads => ({
    workers: Math.max(2, Math.floor(wanted.workers * part)),
    trainers: Math.max(1, Math.floor(wanted.trainers * part)),
    crew: Math.max(1, Math.floor(wanted.crew * part)),
  });
  for (let part = 1; part > 1 / 1024; part /= 1.2) {
    const threads = fewer(part);
    if (fixedBytes(limitBytes, threads) - eventLoopBytes <= 0.4 * limitBytes) return threads;
  }
  return { workers: 1, trainers: 1, crew: 1 };
}

function fixedBytes(limitBytes: number, { workers, trainers, crew }: Threads): number {
  const threads = workers + trainers;
  return eventLoopBytes + threads * (threadBytes + youngMbOf(limitBytes) * mb + (crew - 1) * memberBytes);
}

/** The young generation of a thread's heap: the engine's own choice is made for machines. */
const youngMbOf = (limitBytes: number): number => Math.max(3, Math.min(48, Math.floor(limitBytes / mb / 85)));

const whole = (bytes: number): number => Math.floor(bytes / mb) * mb;
