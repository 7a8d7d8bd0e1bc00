import { Problem } from "../../../problems/problems.ts";
import { planTensors } from "../columns.ts";
import { Budget } from "../growing.ts";
import { type TableLayout, layoutOf } from "../table-layout.ts";
import { MissingValues } from "../missing.ts";
import { Notation } from "../notation.ts";
import { Abandoned, type Allowance, fault, type ParsedDataset } from "../parsed.ts";
import { guessesOf, type Reading } from "../reading.ts";
import { Records } from "../records.ts";
import { classCollector, type Collected, type Collector, NumberCells, numberCollector } from "../table-cells.ts";
import { type FileFormat, type ReadOptions, textOf } from "./define.ts";

/** Whoever asks for a dataset is told the names of its columns and classes: bytes of all of them, with their quotes and commas. */
const mostTold = 2 ** 22;

/** So many rows go by before asking whether anybody still waits. */
const rowsPerQuestion = 4096;

/** Reads a CSV file. Columns that no role names may hold anything. Throws invalid_dataset with line and column, invalid_request for roles that do not fit. */
function parseCsv(path: string, options: ReadOptions, allowance: Allowance): ParsedDataset {
  using records = new Records(path, options);
  let reading: Reading = {
    encoding: records.encoding,
    delimiter: records.delimiter,
    decimal: options.decimal ?? ".",
    ...(options.thousands && { thousands: options.thousands }),
    guessed: [
      ...(records.isEncodingGuessed ? ["encoding" as const] : []),
      ...(options.delimiter === undefined ? ["delimiter" as const] : []),
    ],
  };
  try {
    const missing = new MissingValues(options.missing, options.missingValues);
    const notation = new Notation(options.decimal, options.thousands);
    const layout = layoutOf(records, options, missing, notation);
    reading = { ...reading, ...toldOf(layout, options, reading) };
    return parseTable(records, { layout, cells: new NumberCells(missing, notation, layout), reading, options, allowance });
  } catch (error) {
    throw error instanceof Problem ? withGuesses(error, reading) : error;
  }
}

interface Table {
  readonly layout: TableLayout;
  readonly cells: NumberCells;
  readonly reading: Reading;
  readonly options: ReadOptions;
  readonly allowance: Allowance;
}

function toldOf({ columns, index }: TableLayout, { header, indexColumn }: ReadOptions, { guessed = [] }: Reading): Partial<Reading> {
  return {
    header: columns.names !== null,
    ...(index !== null && { index_column: index }),
    guessed: [
      ...guessed,
      ...(header === undefined ? ["header" as const] : []),
      ...(index !== null && indexColumn === undefined ? ["index_column" as const] : []),
    ],
  };
}

/** What was guessed may be why a file cannot be read. */
function withGuesses({ code, detail, errors, retryAfter }: Problem, reading: Reading): Problem {
  const guesses = code === "body_too_large" ? "" : guessesOf(reading);
  const places = errors.map((place) => ({ ...place, detail: place.detail + guesses }));
  return new Problem(code, detail + guesses, places, retryAfter);
}

function parseTable(records: Records, { layout, cells, reading, options, allowance }: Table): ParsedDataset {
  const budget = new Budget(allowance.maxBytes);
  const collectors = planTensors(options.columns ?? null, layout.columns).map((plan) => {
    const shifted = { ...plan, places: plan.places.map((place) => place + layout.first) };
    return plan.isClass ? classCollector(shifted, budget, cells) : numberCollector(shifted, budget, cells);
  });
  const { rows, dropped } = readRows(records, layout, collectors, cells, budget, allowance);
  const collected = collectors.map(({ finish }) => finish(rows));
  const { names } = layout.columns;
  const columns = names === null ? undefined : namesOf(collectors, names, layout.first);
  const categories = categoriesOf(collected);
  requireShort({ columns, categories });
  const empty = layout.width - layout.first - layout.columns.count;
  const nameOf = (cell: number): string => names?.[cell - layout.first] ?? String(cell - layout.first);
  return {
    tensors: collected.map(({ source }) => source),
    columns,
    categories,
    reading: {
      ...reading,
      ...(records.comments > 0 && { comment_lines: records.comments }),
      ...(cells.missingCells > 0 && { missing: { cells: cells.missingCells, rows: cells.missingRows } }),
      ...(dropped > 0 && { dropped_rows: dropped }),
      ...(cells.trueFalse.size > 0 && { true_false: Array.from(cells.trueFalse, nameOf) }),
      ...(empty > 0 && { empty_columns: empty }),
    },
  };
}

/** Hands every row to the collectors; returns how many there are, and how many were left out. With names, the first record has been read and is no row. */
function readRows(
  records: Records,
  { columns, width, first }: TableLayout,
  collectors: readonly Collector[],
  cells: NumberCells,
  budget: Budget,
  { cancelled }: Allowance,
): { rows: number; dropped: number } {
  const used = cells.missing.policy === "drop" ? [...new Set(collectors.flatMap(({ plan }) => plan.places))] : null;
  const headerLine = columns.names === null ? null : records.line;
  let firstLine = headerLine ?? 0;
  let rows = 0;
  let dropped = 0;
  while (records.advance()) {
    if (firstLine === 0) firstLine = records.line;
    if (records.count !== width) throw ragged(records, width, firstLine, rows + dropped === 0 && headerLine !== null);
    for (let cell = first + columns.count; cell < width; cell++) requireEmpty(records, cell);
    if (used !== null && used.some((cell) => cells.isMissing(records, cell))) dropped++;
    else {
      cells.beginRow();
      for (const { take } of collectors) take(records);
      rows++;
    }
    budget.charge();
    if ((rows + dropped) % rowsPerQuestion === 0 && cancelled()) throw new Abandoned();
  }
  if (rows > 0) return { rows, dropped };
  if (dropped > 0) throw fault("The file", `all of its ${dropped} rows have missing values, and would be left out`);
  throw fault(`Line ${firstLine + 1}`, "there are no rows after the header");
}

function ragged(records: Records, width: number, firstLine: number, isFirstRow: boolean): Error {
  const { count, line } = records;
  const place = count > width ? records.place(width) : `Line ${line}`;
  const isLonger = count === width + 1;
  const advice = !isLonger
    ? ""
    : records.text(width) === ""
      ? "; the last one is empty, as after a delimiter at the end of the line"
      : isFirstRow
        ? "; if the first cell of each row is its name, say index_column=true"
        : "";
  const isTitle = isFirstRow && width === 1;
  const title = isTitle ? `; if line ${firstLine} is a title or a comment, say skip_lines=${firstLine}` : "";
  return fault(place, `the line has ${counted(count)}, and line ${firstLine} has ${width}${advice}${title}`);
}

const counted = (count: number): string => (count === 1 ? "1 cell" : `${count} cells`);

function requireEmpty(records: Records, cell: number): void {
  if (records.start(cell) !== records.end(cell))
    throw fault(records.place(cell), "the header has no name for this column, which is not empty");
}

function namesOf(collectors: readonly Collector[], names: readonly string[], first: number): Record<string, readonly string[]> {
  return Object.fromEntries(collectors.map(({ plan }) => [plan.name, plan.places.map((place) => names[place - first])]));
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

export const csv = {
  name: "csv",
  title: "CSV",
  begins: (start) => !/^[[{]/.test(textOf(start)),
  options: [
    "encoding",
    "header",
    "indexColumn",
    "delimiter",
    "decimal",
    "thousands",
    "comment",
    "skipLines",
    "missing",
    "missingValues",
    "columns",
  ],
  parse: parseCsv,
} as const satisfies FileFormat;
