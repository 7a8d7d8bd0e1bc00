/** An operator's type as functions and nodes are named: TopK is topk, ReduceL1 reduce_l1, GatherND gather_nd, IsNaN is_nan. */
export function snakeName(type: string): string {
  return type.replaceAll(/(?<=[a-z0-9])(?=[A-Z][A-Za-z0-9])|(?<=[A-Z]{2})(?=[A-Z][a-z])/g, "_").toLowerCase();
}

/** Gives names like add_1 that nothing else in the graph has. */
export class FreshNames {
  readonly #taken: { has(name: string): boolean };
  readonly #counts = new Map<string, number>();

  constructor(taken: { has(name: string): boolean }) {
    this.#taken = taken;
  }

  next(stem: string): string {
    for (let count = this.#counts.get(stem) ?? 0; ;) {
      const name = `${stem}_${++count}`;
      if (this.#taken.has(name)) continue;
      this.#counts.set(stem, count);
      return name;
    }
  }
}
