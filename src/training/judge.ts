import { Session } from "../run/session.ts";
import { plan } from "../plan/plan.ts";
import { requireWithin } from "../run/run.ts";
import { ownersIn } from "../program/owner.ts";
import type { Program } from "../program/program.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { sizeOf } from "../tensor/shape.ts";
import { Problem } from "../problems/problems.ts";
import type { LossParts } from "./loss-parts.ts";
import { LossSum } from "./loss-sum.ts";
import { type Measure, measuredBy, measuresOf, tablesOf } from "./measures.ts";
import type { NamedTensors } from "./optimization.ts";
import type { Rows } from "./rows.ts";
import { runRows } from "./run-rows.ts";
import type { Setup } from "./setup.ts";

/** A network is judged by so many rows at once, at the least, where the program allows. */
const fewestRows = 256;

interface Bound {
  readonly session: Session;
  readonly program: Program;
  readonly names: readonly string[];
  readonly feeds: Tensor[];
  readonly weights: readonly string[];
  readonly firstWeight: number;
}

/** Measures a program on rows of data as it is when it is used: without dropout, by its running statistics. */
export class Judge implements Disposable {
  readonly #setup: Setup;
  readonly #rows: Rows;
  readonly #chunk: number;
  readonly #bound = new Map<number, Bound>();
  readonly #measures: readonly Measure[];
  /** null where all rows are measured at once. */
  readonly #parts: LossParts | null;

  constructor(setup: Setup, rows: Rows) {
    const { program } = setup.spec;
    this.#setup = setup;
    // A graph may be written for one size of batches.
    const isFree = program.kind === "network";
    this.#rows =
      !isFree && setup.spec.drop_last && rows === setup.training ? { ...rows, count: rows.count - (rows.count % setup.batch) } : rows;
    const { count } = this.#rows;
    const most = Math.min(isFree ? Math.max(setup.batch, fewestRows) : setup.batch, count);
    const sizes = [...new Set([most, count % (most || 1)])].filter((size) => size > 0 || count === 0);
    const parts = most === count ? null : setup.lossParts("use", count, sizes);
    const isWhole = parts === null || (parts.sums === null && this.#fits(count));
    this.#parts = isWhole ? null : parts;
    this.#chunk = isWhole ? count : most;
    this.#measures = measuresOf(setup.spec.metrics, setup.compiled(this.#chunk, "use").program, program);
    for (const size of isWhole ? [count] : sizes) this.#boundTo(size);
  }

  /** Whether the loss is that of all rows together, and not for want of better a mean of parts. */
  get isExact(): boolean {
    return this.#parts === null || this.#parts.sums !== null;
  }

  /** The loss over all rows, without those that a graph is not trained on for want of a full batch, and the measures by their names, with `prefix` before them. */
  judge(weights: NamedTensors, prefix: string, cancelled: () => boolean): Record<string, number> {
    for (const { tally } of this.#measures) tally.reset();
    const loss = new LossSum(this.#parts && this.#parts.sums);
    const { count } = this.#rows;
    for (let from = 0; from === 0 || from < count; from += this.#chunk || 1) {
      const rows = Math.min(this.#chunk, count - from);
      const { wanted } = this.#run(this.#boundTo(rows), from, rows, weights, cancelled);
      this.#measures.forEach(({ tally }, at) => tally.add(wanted[2 * at], wanted[2 * at + 1]));
      loss.add(wanted.slice(2 * this.#measures.length), rows);
    }
    return { [`${prefix}loss`]: loss.value(), ...measuredBy(this.#measures, prefix) };
  }

  /** What was judged last and is no number. */
  tables(prefix: string): Record<string, unknown> {
    return tablesOf(this.#measures, prefix);
  }

  [Symbol.dispose](): void {
    for (const { session } of this.#bound.values()) session[Symbol.dispose]();
  }

  #run(
    { session, program, names, feeds, weights, firstWeight }: Bound,
    from: number,
    rows: number,
    own: NamedTensors,
    cancelled: () => boolean,
  ) {
    names.forEach((name, at) => {
      const tensor = this.#rows.tensors.get(name) as Tensor;
      const size = sizeOf(tensor.shape.slice(1));
      feeds[at] = { ...tensor, shape: [rows, ...tensor.shape.slice(1)], data: tensor.data.subarray(from * size, (from + rows) * size) };
    });
    weights.forEach((name, at) => (feeds[firstWeight + at] = own.get(name) as Tensor));
    return runRows(session, program, feeds, cancelled);
  }

  #fits(rows: number): boolean {
    try {
      this.#boundTo(rows);
      return true;
    } catch (error) {
      if (error instanceof Problem) return false;
      throw error;
    }
  }

  #boundTo(rows: number): Bound {
    let bound = this.#bound.get(rows);
    if (bound !== undefined) return bound;
    const setup = this.#setup;
    const compiled = setup.compiled(rows, "use");
    const { program, data, fixed, trained, buffers } = compiled;
    const measures = measuresOf(setup.spec.metrics, program, setup.spec.program);
    const inputs = [...data, ...fixed, ...trained, ...buffers];
    const parts = this.#parts?.of(compiled) ?? [compiled.objective.value];
    const wanted = [...measures.flatMap(({ output, target }) => [output, target]), ...parts];
    const planned = plan(
      inputs.map(({ value }) => value),
      wanted,
    );
    requireWithin(planned, ownersIn(program), setup.limits);
    const feeds = new Array<Tensor>(inputs.length);
    fixed.forEach(({ name }, at) => (feeds[data.length + at] = setup.fixed.get(name) as Tensor));
    const names = data.map(({ name }) => name);
    const weights = [...trained, ...buffers].map(({ name }) => name);
    bound = { session: new Session(planned), program, names, feeds, weights, firstWeight: data.length + fixed.length };
    this.#bound.set(rows, bound);
    return bound;
  }
}
