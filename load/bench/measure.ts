/** One way to do a piece of work. */
export interface Contender {
  readonly name: string;
  /** Does the work so many times; tells the milliseconds that it took. */
  readonly run: (times: number) => number | Promise<number>;
}

/** Milliseconds per piece of work, round by round. */
export interface Timing {
  readonly name: string;
  readonly rounds: readonly number[];
}

export interface Pace {
  /** At least 5, so that the median has seen the machine in several moods. */
  readonly rounds: number;
  /** How long a contender works per round, in milliseconds; it works at least once. */
  readonly roundMs: number;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Work that is done when the function returns. */
export const contender = (name: string, work: () => unknown): Contender => ({
  name,
  run: (times) => {
    const start = performance.now();
    for (let time = 0; time < times; time++) work();
    return performance.now() - start;
  },
});

/** Work that is done when the promise is fulfilled. */
export const asyncContender = (name: string, work: () => Promise<unknown>): Contender => ({
  name,
  run: async (times) => {
    const start = performance.now();
    for (let time = 0; time < times; time++) await work();
    return performance.now() - start;
  },
});

/** Lets the contenders work in turns, so that all of them meet the same machine. */
export async function interleaved(contenders: readonly Contender[], { rounds, roundMs }: Pace): Promise<Timing[]> {
  const entries: { readonly one: Contender; readonly times: number; readonly measured: number[] }[] = [];
  for (const one of contenders) entries.push({ one, times: await repetitions(one, roundMs), measured: [] });
  for (let round = 0; round < rounds; round++) {
    for (const { one, times, measured } of entries) measured.push((await one.run(times)) / times);
  }
  return entries.map(({ one, measured }) => ({ name: one.name, rounds: measured }));
}

/** How often the work fits into a round, found out while it warms up. */
async function repetitions({ run }: Contender, roundMs: number): Promise<number> {
  let times = 1;
  for (;;) {
    const milliseconds = await run(times);
    if (milliseconds >= roundMs / 2) return Math.max(1, Math.round((times * roundMs) / milliseconds));
    times *= milliseconds < roundMs / 20 ? 10 : 2;
  }
}

/** How many times as fast as the rival, as the median over the rounds of both in the same round. */
export const ratio = (own: Timing, rival: Timing): number => median(rival.rounds.map((time, round) => time / own.rounds[round]));

/** A markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

/** Three digits that count. */
export const digits = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** A rival's row: its time in a unit that the bench chooses, and how many times as fast the engine is. */
export function againstRivals(own: readonly Timing[], rivals: readonly Timing[], unit: (milliseconds: number) => string): string {
  const times = (one: Timing): string => unit(median(one.rounds));
  const rows = [
    ...own.map((one) => [`**${one.name}**`, times(one), ...own.map((other) => (one === other ? "" : digits(ratio(other, one))))]),
    ...rivals.map((rival) => [rival.name, times(rival), ...own.map((one) => digits(ratio(one, rival)))]),
  ];
  return table(["", "measured", ...own.map(({ name }) => `${name} is × as fast`)], rows);
}
