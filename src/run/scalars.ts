import type { Tensor } from "../tensor/tensor.ts";
import { allocate, isFloating } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/shape.ts";
import { functionOf } from "../plan/chain.ts";
import { Cancelled, type Executable } from "./executable.ts";
import type { Plan } from "../plan/plan.ts";
import type { KernelStep, Slot } from "../plan/steps.ts";

/** Instructions between two looks at whether the run is cancelled. */
const uninterrupted = 1 << 14;

/** Instructions on numbered cells: cell `out` gets f of the cells `a`, `b` and `c`, which mean nothing beyond the arity of f. */
interface Program {
  readonly functions: ((a: number, b: number, c: number) => number)[];
  /** Four cells an instruction: out, a, b, c. */
  readonly cells: Int32Array;
  /** 1 where the result is rounded to float32. */
  readonly rounds: Uint8Array;
}

/** Runs a plan of single numbers without a tensor per value: a cell of one array for each. Null when the plan is something else. */
export function scalarExecutable(plan: Plan): Executable | null {
  const { slots, steps } = plan;
  if (!slots.every(isSingle) || !steps.every((step) => "op" in step && step.op.element !== undefined)) return null;
  let run: Executable | undefined;
  return (feeds, cancelled) => (run ??= bind(plan, steps as readonly KernelStep[]))(feeds, cancelled);
}

const isSingle = ({ dtype, shape }: Slot): boolean => (isFloating(dtype) || dtype === "bool") && sizeOf(shape) === 1;

function bind(plan: Plan, steps: readonly KernelStep[]): Executable {
  const { slots, fed, watched } = plan;
  const cells = new Float64Array(slots.length);
  slots.forEach(({ constant }, slot) => constant !== null && (cells[slot] = constant.data[0]));
  const program = assemble(slots, steps);
  const watchedCells = watched.map((slot) => (slot < 0 ? -1 : slots[slot].memory));
  const nonfinite = new Uint8Array(watched.length);
  const results = plan.wanted.map((slot) => result(cells, slots[slot]));
  const count = program.functions.length;

  return (feeds, cancelled) => {
    for (let feed = 0; feed < fed.length; feed++) if (fed[feed] >= 0) cells[fed[feed]] = feeds[feed].data[0];
    for (let at = 0; at < count; at += uninterrupted) {
      if (at > 0 && cancelled()) throw new Cancelled();
      execute(program, cells, at, Math.min(count, at + uninterrupted));
    }
    for (const { tensor, cell } of results) if (cell >= 0) tensor.data[0] = cells[cell];
    for (let at = 0; at < watchedCells.length; at++) {
      // Only a finite number less itself is 0.
      const x = watchedCells[at] < 0 ? 0 : cells[watchedCells[at]];
      nonfinite[at] = x - x === 0 ? 0 : 1;
    }
    return { wanted: results.map(({ tensor }) => tensor), nonfinite };
  };
}

function execute({ functions, cells: at, rounds }: Program, cells: Float64Array, first: number, end: number): void {
  for (let i = first, place = 4 * first; i < end; i++, place += 4) {
    const value = functions[i](cells[at[place + 1]], cells[at[place + 2]], cells[at[place + 3]]);
    cells[at[place]] = rounds[i] === 0 ? value : Math.fround(value);
  }
}

function assemble(slots: readonly Slot[], steps: readonly KernelStep[]): Program {
  const functions: Program["functions"] = [];
  const places: number[] = [];
  const rounds: number[] = [];
  const add = (f: Program["functions"][number], out: number, a: number, b = 0, c = 0): void => {
    functions.push(f);
    places.push(out, a, b, c);
    rounds.push(slots[out].dtype === "float32" ? 1 : 0);
  };
  for (const step of steps) {
    const { f, folds } = functionOf(slots, step);
    const [out] = step.outputs;
    const [a, b, c, ...others] = step.inputs.filter((slot) => slot >= 0).map((slot) => slots[slot].memory);
    if (!folds) {
      add(f, out, a, b, c);
      continue;
    }
    if (b === undefined) add((x) => x, out, a);
    else add(f, out, a, b);
    for (const operand of c === undefined ? [] : [c, ...others]) add(f, out, out, operand);
  }
  return { functions, cells: Int32Array.from(places), rounds: Uint8Array.from(rounds) };
}

/** A tensor over a cell itself, or one that every run fills from the cell. */
function result(cells: Float64Array, { dtype, shape, memory }: Slot): { tensor: Tensor; cell: number } {
  if (dtype === "float64") return { tensor: { dtype, shape, data: cells.subarray(memory, memory + 1) }, cell: -1 };
  return { tensor: { dtype, shape, data: allocate(dtype, 1) }, cell: memory };
}
