import { Session } from "../run/session.ts";
import { plan } from "../plan/plan.ts";
import { requireWithin } from "../run/run.ts";
import { ownersIn } from "../program/owner.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { sizeOf } from "../tensor/shape.ts";
import { type Measure, measuresOf } from "./measures.ts";
import type { NamedTensors } from "./optimization.ts";
import type { Rows } from "./rows.ts";
import type { Setup } from "./setup.ts";

/** A network is judged by so many rows at once, at the least, where the program allows. */
const fewestRows = 256;

interface Bound {
  readonly session: Session;
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
  readonly #isMean: boolean;

  constructor(setup: Setup, rows: Rows) {
    const { program } = setup.spec;
    this.#setup = setup;
    // A graph may be written for one size of batches.
    const isFree = program.kind === "network";
    this.#rows =
      !isFree && setup.spec.drop_last && rows === setup.training ? { ...rows, count: rows.count - (rows.count % setup.batch) } : rows;
    this.#chunk = Math.min(isFree ? Math.max(setup.batch, fewestRows) : setup.batch, rows.count);
    this.#measures = measuresOf(setup.spec.metrics, setup.compiled(this.#chunk, "use").program, program);
    this.#isMean = !(program.kind === "network" && program.source.loss?.reduction === "sum");
    const { count } = this.#rows;
    for (const size of new Set([this.#chunk, count % (this.#chunk || 1)])) if (size > 0 || count === 0) this.#boundTo(size);
  }

  /** The loss over all rows, without those that a graph is not trained on for want of a full batch, and the measures by their names, with `prefix` before them. Means are weighted by rows. */
  judge(weights: NamedTensors, prefix: string, cancelled: () => boolean): Record<string, number> {
    for (const { tally } of this.#measures) tally.reset();
    let loss = 0;
    const { count } = this.#rows;
    for (let from = 0; from === 0 || from < count; from += this.#chunk || 1) {
      const rows = Math.min(this.#chunk, count - from);
      const { wanted } = this.#run(this.#boundTo(rows), from, rows, weights, cancelled);
      loss += wanted[0].data[0] * (this.#isMean && count > 0 ? rows / count : 1);
      this.#measures.forEach(({ tally }, at) => tally.add(wanted[1 + 2 * at], wanted[2 + 2 * at]));
    }
    return { [`${prefix}loss`]: loss, ...Object.fromEntries(this.#measures.map(({ name, tally }) => [prefix + name, tally.value()])) };
  }

  [Symbol.dispose](): void {
    for (const { session } of this.#bound.values()) session[Symbol.dispose]();
  }

  #run({ session, names, feeds, weights, firstWeight }: Bound, from: number, rows: number, own: NamedTensors, cancelled: () => boolean) {
    names.forEach((name, at) => {
      const tensor = this.#rows.tensors.get(name) as Tensor;
      const size = sizeOf(tensor.shape.slice(1));
      feeds[at] = { ...tensor, shape: [rows, ...tensor.shape.slice(1)], data: tensor.data.subarray(from * size, (from + rows) * size) };
    });
    weights.forEach((name, at) => (feeds[firstWeight + at] = own.get(name) as Tensor));
    return session.run(feeds, cancelled);
  }

  #boundTo(rows: number): Bound {
    let bound = this.#bound.get(rows);
    if (bound !== undefined) return bound;
    const setup = this.#setup;
    const { program, objective, data, fixed, trained, buffers } = setup.compiled(rows, "use");
    const measures = measuresOf(setup.spec.metrics, program, setup.spec.program);
    const inputs = [...data, ...fixed, ...trained, ...buffers];
    const wanted = [objective.value, ...measures.flatMap(({ output, target }) => [output, target])];
    const planned = plan(
      inputs.map(({ value }) => value),
      wanted,
    );
    requireWithin(planned, ownersIn(program), setup.limits);
    const feeds = new Array<Tensor>(inputs.length);
    fixed.forEach(({ name }, at) => (feeds[data.length + at] = setup.fixed.get(name) as Tensor));
    const names = data.map(({ name }) => name);
    const weights = [...trained, ...buffers].map(({ name }) => name);
    bound = { session: new Session(planned), names, feeds, weights, firstWeight: data.length + fixed.length };
    this.#bound.set(rows, bound);
    return bound;
  }
}
