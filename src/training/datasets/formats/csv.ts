import type { TensorSource } from "../../safetensors.ts";
import { notANumber, numberIn, numberOf } from "../cell-number.ts";
import { type PlannedTensor, planTensors } from "../columns.ts";
import { Budget, Growing } from "../growing.ts";
import { ClassLabels } from "../labels.ts";
import { Abandoned, type Allowance, fault, type ParsedDataset } from "../parsed.ts";
import { Records } from "../records.ts";
import { beginsWith, type FileFormat, type TableOptions } from "./define.ts";

/** The names of columns are kept with the dataset; more of them help nobody. */
const mostNames = 2 ** 16;
/** Whoever asks for a dataset is told the names of its columns and classes: bytes of all of them, with their quotes and commas. */
const mostTold = 2 ** 22;

/** So many rows go by before asking whether anybody still waits. */
const rowsPerQuestion = 4096;

/** Reads a CSV file. Columns that no role names may hold anything. Throws invalid_dataset with line and column, invalid_request for roles that do not fit. */
function parseCsv(path: string, { header, delimiter, columns: roles }: TableOptions, allowance: Allowance): ParsedDataset {
  using records = new Records(path, delimiter);
  if (!records.advance()) throw fault("Line 1", "the file is empty");
  const first = records.texts();
  const present = header ?? first.every((text) => numberOf(text) === null && text !== "");
  const names = present ? first : null;
  if (names !== null) requireDistinct(names, records);
  const budget = new Budget(allowance.maxBytes);
  const collectors = planTensors(roles ?? null, { count: first.length, names }).map((plan) =>
    plan.isClass ? classCollector(plan, budget) : numberCollector(plan, budget, names),
  );
  const rows = readRows(records, names, first.length, collectors, budget, allowance);
  const collected = collectors.map(({ finish }) => finish(rows));
  const columns = names === null ? undefined : namesOf(collectors, names);
  const categories = categoriesOf(collected);
  requireShort({ columns, categories });
  return {
    tensors: collected.map(({ source }) => source),
    columns,
    categories,
    reading: { header: { present, guessed: header === undefined }, delimiter: records.delimiter },
  };
}

/** Collects the cells of one tensor, row by row. */
interface Collector {
  readonly plan: PlannedTensor;
  readonly take: (records: Records) => void;
  readonly finish: (rows: number) => Collected;
}
interface Collected {
  readonly source: TensorSource;
  readonly categories: readonly string[] | null;
}

function numberCollector(plan: PlannedTensor, budget: Budget, names: readonly string[] | null): Collector {
  const numbers = new Growing("float64", budget);
  const { places } = plan;
  return {
    plan,
    take: (records) => {
      for (const cell of places) {
        const value = numberIn(records.bytes, records.start(cell), records.end(cell));
        if (value === null) throw fault(placeIn(records, cell, names), notANumber(records.text(cell)));
        numbers.push(value);
      }
    },
    finish: (rows) => ({
      source: { name: plan.name, dtype: "float64", shape: shapeOf(plan, rows), parts: () => numbers.parts() },
      categories: null,
    }),
  };
}

function classCollector(plan: PlannedTensor, budget: Budget): Collector {
  const labels = new ClassLabels(budget);
  return {
    plan,
    take: (records) => {
      for (const cell of plan.places) {
        const text = records.text(cell);
        if (text === "") throw fault(records.place(cell), "the cell is empty, and should name a class");
        labels.push(text, () => records.place(cell));
      }
    },
    finish: (rows) => {
      const { parts, categories } = labels.finish();
      return { source: { name: plan.name, dtype: "int64", shape: shapeOf(plan, rows), parts }, categories };
    },
  };
}

const shapeOf = ({ isSingle, places }: PlannedTensor, rows: number): number[] => (isSingle ? [rows] : [rows, places.length]);

/** Hands every row to the collectors; returns how many there are. With names, the first record has been read and is no row. */
function readRows(
  records: Records,
  names: readonly string[] | null,
  width: number,
  collectors: readonly Collector[],
  budget: Budget,
  { cancelled }: Allowance,
): number {
  const firstLine = records.line;
  let rows = 0;
  for (let isRow = names === null || records.advance(); isRow; isRow = records.advance()) {
    if (records.count !== width) {
      const longer = records.count > width ? records.place(width) : `Line ${records.line}`;
      throw fault(longer, `the line has ${cells(records.count)}, and line ${firstLine} has ${width}`);
    }
    for (const { take } of collectors) take(records);
    budget.charge();
    if (++rows % rowsPerQuestion === 0 && cancelled()) throw new Abandoned();
  }
  if (rows === 0) throw fault(`Line ${firstLine + 1}`, "there are no rows after the header");
  return rows;
}

const cells = (count: number): string => (count === 1 ? "1 cell" : `${count} cells`);

/** Where a cell stands, with the name of its column. Where the first line was not taken for a header and seems to be one, that is said. */
function placeIn(records: Records, cell: number, names: readonly string[] | null): string {
  if (names !== null) return `${records.place(cell)} (${names[cell]})`;
  return records.line === 1 ? `${records.place(cell)} (if this line names the columns, say header=true)` : records.place(cell);
}

function requireDistinct(names: readonly string[], records: Records): void {
  if (names.length > mostNames) throw fault(records.place(mostNames), `a header names at most ${mostNames} columns`);
  const seen = new Set<string>();
  for (const [cell, name] of names.entries()) {
    if (seen.has(name)) throw fault(records.place(cell), `the header names two columns ${JSON.stringify(name)}`);
    seen.add(name);
  }
}

function namesOf(collectors: readonly Collector[], names: readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(collectors.map(({ plan }) => [plan.name, plan.places.map((place) => names[place])]));
}

/** A column may be long of name, and part of many tensors. */
function requireShort(told: Pick<ParsedDataset, "columns" | "categories">): void {
  let bytes = 0;
  for (const texts of Object.values(told).flatMap((names) => Object.values(names ?? {}))) {
    for (const text of texts) bytes += text.length + 3;
  }
  if (bytes <= mostTold) return;
  throw fault("The file", `the names of columns and classes that are kept with the dataset take ${bytes} bytes, and may take ${mostTold}`);
}

function categoriesOf(collected: readonly Collected[]): Record<string, readonly string[]> | undefined {
  const named = collected.flatMap(({ source, categories }) => (categories === null ? [] : [[source.name, categories] as const]));
  return named.length === 0 ? undefined : Object.fromEntries(named);
}

/** What would be taken for text, as nothing else is known to begin so. */
const unread: ReadonlyMap<string, string> = new Map([
  ["\xff\xfe", "text in UTF-16"],
  ["\xfe\xff", "text in UTF-16"],
  ["PAR1", "a Parquet file"],
  ["\x89HDF", "an HDF5 file"],
  ["ARROW1", "an Arrow file"],
  ["\x80", "a pickle"],
  ["BZh", "a bzip2 archive"],
  ["\xfd7zXZ", "an xz archive"],
  ["\x28\xb5\x2f\xfd", "a Zstandard archive"],
]);

export const csv = {
  name: "csv",
  title: "CSV",
  begins: (start) => {
    for (const [magic, name] of unread) {
      if (beginsWith(start, magic)) throw fault("Byte 0", `this is ${name}, which is not read here: save CSV, NPZ or safetensors`);
    }
    return true;
  },
  hasColumns: true,
  parse: parseCsv,
} as const satisfies FileFormat;
