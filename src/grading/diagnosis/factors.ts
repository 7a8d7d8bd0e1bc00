/** Numbers of elements that a person may divide by, or forget to. */
export interface Counts {
  /** Examples in a batch: the first sizes of the program's inputs. */
  readonly batch: ReadonlySet<number>;
  /** Classes that are told apart: the sizes along which probabilities add up, or labels choose. */
  readonly classes: ReadonlySet<number>;
  /** How often each value is used, by its name. */
  readonly uses: ReadonlyMap<string, number>;
  /** Sizes and products of sizes of its tensors. */
  readonly sizes: ReadonlySet<number>;
}

/** What a factor, or one over it, is the number of. */
export interface FactorMeaning {
  readonly number: number;
  readonly what: "examples" | "classes" | "both" | "uses";
}

/** What k or 1 / k counts for something of this name; null where it counts nothing. */
export function countedBy(k: number | null, name: string, { batch, classes, uses }: Counts): FactorMeaning | null {
  if (k === null || k === 0) return null;
  const isIt = (number: number): boolean => number > 1 && (near(Math.abs(k), number) || near(1 / Math.abs(k), number));
  const both = [...batch].flatMap((examples) => [...classes].map((each) => examples * each));
  const candidates: readonly (readonly [FactorMeaning["what"], Iterable<number>])[] = [
    ["examples", batch],
    ["classes", classes],
    ["both", both],
    ["uses", [uses.get(name) ?? 0]],
  ];
  for (const [what, numbers] of candidates) for (const number of numbers) if (isIt(number)) return { what, number };
  return null;
}

export const near = (a: number, b: number): boolean => Math.abs(a - b) <= 2e-3 * Math.abs(b);
/** Whether a contribution that is taken k times is left out. */
export const isNone = (k: number): boolean => Math.abs(k) < 2e-3;

/** Whether a factor is one of these numbers. */
export const isAny = (k: number, numbers: Iterable<number>): boolean => [...numbers].some((number) => number !== 1 && near(k, number));

/** Factors that a single number may show: any number at all is some multiple of the right one. */
export function isTelling(k: number, counts: Counts, summed: readonly number[] = []): boolean {
  const magnitude = Math.abs(k);
  if (isNone(k)) return true;
  return (
    [0.5, 1, 2, 3, 4].some((number) => near(magnitude, number)) ||
    isAny(magnitude, counts.sizes) ||
    isAny(1 / magnitude, [...counts.sizes, ...summed])
  );
}

export const isWhole = (k: number): boolean => k > 1.5 && near(k, Math.round(k));
