import type { TensorSource } from "../safetensors.ts";
import { notANumber, numberIn, numberOf } from "./cell-number.ts";
import type { PlannedTensor } from "./columns.ts";
import { type Budget, Growing } from "./growing.ts";
import { ClassLabels } from "./labels.ts";
import type { TableLayout } from "./table-layout.ts";
import { missingClass, missingNumber, type MissingValues } from "./missing.ts";
import type { Notation } from "./notation.ts";
import { fault } from "./parsed.ts";
import type { Records } from "./records.ts";

const digitZero = 0x30;
const digitNine = 0x39;

/** The cells of one table that are read as numbers, and what was met among them. */
export class NumberCells {
  readonly missing: MissingValues;
  readonly notation: Notation;
  /** Cells of the columns that hold true and false. */
  readonly trueFalse = new Set<number>();
  missingCells = 0;
  missingRows = 0;
  readonly #layout: TableLayout;
  /** Of columns that begin with missing values: in how many rows. */
  readonly #leading = new Map<number, number>();
  #row = -1;
  #missingRow = -1;

  constructor(missing: MissingValues, notation: Notation, layout: TableLayout) {
    this.missing = missing;
    this.notation = notation;
    this.#layout = layout;
  }

  /** What follows is of the next row. */
  beginRow(): void {
    this.#row++;
  }

  isMissing(records: Records, cell: number): boolean {
    const first = records.bytes[records.start(cell)];
    const { numbers } = this.missing;
    if (numbers === null && first >= digitZero && first <= digitNine && records.end(cell) > records.start(cell)) return false;
    const text = records.text(cell);
    return this.missing.has(text) || text.toLowerCase() === "nan" || numbers?.has(numberOf(text, this.notation) ?? Number.NaN) === true;
  }

  /** Where a cell stands, with the name of its column. Where the first line was not taken for a header and seems to be one, that is said. */
  place(records: Records, cell: number): string {
    const place = records.place(cell);
    const { columns, first } = this.#layout;
    if (columns.names !== null) return `${place} (${columns.names[cell - first]})`;
    return this.#row === 0 ? `${place} (if this line names the columns, say header=true)` : place;
  }

  /** The number of a cell that seems to be `value`, which may be none: NaN where it is missing. Throws invalid_dataset. */
  odd(records: Records, cell: number, value: number | null): number {
    if (value !== null && !Number.isNaN(value) && this.missing.numbers?.has(value) !== true) {
      if (this.trueFalse.has(cell)) throw this.#mixed(records, cell);
      return value;
    }
    const text = records.text(cell);
    if (this.isMissing(records, cell)) {
      if (this.missing.policy === "refuse") throw fault(this.place(records, cell), missingNumber(text));
      this.missingCells++;
      if (this.#missingRow !== this.#row) this.missingRows++;
      this.#missingRow = this.#row;
      if (this.#isLeading(cell)) this.#leading.set(cell, this.#row + 1);
      return Number.NaN;
    }
    const truth = /^(?:(true)|false)$/i.exec(text);
    if (truth === null) throw fault(this.place(records, cell), notANumber(text, this.notation));
    if (!this.trueFalse.has(cell)) {
      if (!this.#isLeading(cell)) throw this.#mixed(records, cell);
      this.trueFalse.add(cell);
    }
    return truth[1] === undefined ? 0 : 1;
  }

  /** Whether the cells of all rows before this one are missing. */
  #isLeading(cell: number): boolean {
    return (this.#leading.get(cell) ?? 0) === this.#row;
  }

  #mixed(records: Records, cell: number): Error {
    return fault(
      this.place(records, cell),
      `expected ${this.trueFalse.has(cell) ? "true or false" : "a number"} as in the rows before, found ${JSON.stringify(records.text(cell))}`,
    );
  }
}

/** Collects the cells of one tensor, row by row. */
export interface Collector {
  /** The tensor, whose places are those of cells. */
  readonly plan: PlannedTensor;
  readonly take: (records: Records) => void;
  readonly finish: (rows: number) => Collected;
}
export interface Collected {
  readonly source: TensorSource;
  readonly categories: readonly string[] | null;
}

export function numberCollector(plan: PlannedTensor, budget: Budget, cells: NumberCells): Collector {
  const numbers = new Growing("float64", budget);
  const { places } = plan;
  const { notation, trueFalse } = cells;
  const mayBeOdd = cells.missing.numbers !== null;
  return {
    plan,
    take: (records) => {
      const { bytes } = records;
      for (const cell of places) {
        const value = numberIn(bytes, records.start(cell), records.end(cell), notation);
        const isPlain = value !== null && !Number.isNaN(value) && trueFalse.size === 0 && !mayBeOdd;
        numbers.push(isPlain ? value : cells.odd(records, cell, value));
      }
    },
    finish: (rows) => ({
      source: { name: plan.name, dtype: "float64", shape: shapeOf(plan, rows), parts: () => numbers.parts() },
      categories: null,
    }),
  };
}

export function classCollector(plan: PlannedTensor, budget: Budget, cells: NumberCells): Collector {
  const labels = new ClassLabels(budget);
  return {
    plan,
    take: (records) => {
      for (const cell of plan.places) {
        const text = records.text(cell);
        if (cells.isMissing(records, cell)) throw fault(cells.place(records, cell), missingClass(text));
        labels.push(text, () => cells.place(records, cell));
      }
    },
    finish: (rows) => {
      const { parts, categories } = labels.finish();
      return { source: { name: plan.name, dtype: "int64", shape: shapeOf(plan, rows), parts }, categories };
    },
  };
}

const shapeOf = ({ isSingle, places }: PlannedTensor, rows: number): number[] => (isSingle ? [rows] : [rows, places.length]);
