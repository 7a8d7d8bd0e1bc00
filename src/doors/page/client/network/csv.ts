import type { Aim, Samples } from "./samples.ts";

/** A table as it is shown: what trains is read by the service, which is told how this was read. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly delimiter: "," | ";" | "\t";
  readonly decimal: "." | ",";
  readonly hasHeader: boolean;
}

/** Which columns go in, by their places, and which is to be learnt. */
export interface Choice {
  readonly inputs: readonly number[];
  readonly target: number;
  readonly aim: Exclude<Aim, "either">;
}

/** What stands for a cell that is not known, in any case, as the service takes it. */
export const missingWords: ReadonlySet<string> = new Set(
  "na, n/a, nan, -nan, null, none, <na>, #n/a, #na, #n/a n/a, 1.#ind, -1.#ind, 1.#qnan, -1.#qnan, -, ?, .".split(", "),
);

const mostColumns = 100;

/** Reads the beginning of a file; null where it is no table of at least two columns and a row. */
export function tableOf(text: string): Table | null {
  const counts = ([",", ";", "\t"] as const).map((delimiter) => [delimiter, cellsOf(text, delimiter, 1)[0]?.length ?? 0] as const);
  const [delimiter, count] = counts.reduce((best, each) => (each[1] > best[1] ? each : best));
  if (count < 2 || count > mostColumns) return null;
  const lines = cellsOf(text, delimiter, Infinity).filter((cells) => cells.length === count);
  const decimal = delimiter === ";" && lines.some((cells) => cells.some((cell) => /^-?\d+,\d+$/.test(cell.trim()))) ? "," : ".";
  const hasHeader = lines[0]?.some((cell) => Number.isNaN(cellNumber(cell, decimal))) ?? false;
  const rows = hasHeader ? lines.slice(1) : lines;
  if (rows.length === 0) return null;
  const columns = Array.from({ length: count }, (_, at) => (hasHeader ? lines[0][at].trim() : "") || String(at));
  return { columns, rows, delimiter, decimal, hasHeader };
}

/** Cells of the first rows, as RFC 4180 quotes them. */
function cellsOf(text: string, delimiter: string, most: number): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let isQuoted = false;
  const endRow = (): void => {
    row.push(cell);
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
    cell = "";
  };
  for (let at = 0; at < text.length && rows.length < most; at++) {
    const letter = text[at];
    if (isQuoted) {
      if (letter !== '"') cell += letter;
      else if (text[at + 1] === '"') cell += text[++at];
      else isQuoted = false;
    } else if (letter === '"' && cell === "") isQuoted = true;
    else if (letter === delimiter) {
      row.push(cell);
      cell = "";
    } else if (letter === "\n") endRow();
    else if (letter !== "\r") cell += letter;
  }
  if (cell !== "" || row.length > 0) endRow();
  return rows;
}

const isMissing = (cell: string): boolean => cell.trim() === "" || missingWords.has(cell.trim().toLowerCase());

const cellNumber = (cell: string, decimal: string): number =>
  isMissing(cell) ? Number.NaN : Number(decimal === "," ? cell.replace(",", ".") : cell);

/** Whether all cells of a column that hold something hold numbers. */
export const isNumeric = ({ rows, decimal }: Table, column: number): boolean =>
  rows.every((row) => isMissing(row[column]) || !Number.isNaN(cellNumber(row[column], decimal)));

/** The last column is to be learnt from the others that hold numbers: a class where it holds words, or few different whole numbers. */
export function usualChoice(table: Table): Choice {
  const target = table.columns.length - 1;
  const inputs = table.columns.map((_, at) => at).filter((at) => at !== target && isNumeric(table, at));
  return { inputs, target, aim: aimOf(table, target) };
}

const fewClasses = 10;

export function aimOf(table: Table, target: number): Choice["aim"] {
  const [first, ...others] = aimsOf(table, target);
  const different = new Set(table.rows.map((row) => row[target].trim()));
  return others.length > 0 && different.size <= fewClasses && table.rows.length > 3 * different.size ? "class" : first;
}

/** What a column may be: words are classes, and whole numbers from 0 may be. */
export function aimsOf(table: Table, target: number): readonly [Choice["aim"], ...Choice["aim"][]] {
  if (!isNumeric(table, target)) return ["class"];
  const isCount = (number: number): boolean => Number.isNaN(number) || (Number.isInteger(number) && number >= 0);
  return table.rows.every((row) => isCount(cellNumber(row[target], table.decimal))) ? ["number", "class"] : ["number"];
}

/** The rows that can be shown; classes are in the order in which the service numbers them. */
export function samplesOf(table: Table, { inputs, target, aim }: Choice): Samples {
  const number = (row: readonly string[], at: number): number => cellNumber(row[at], table.decimal);
  const rows = table.rows.filter((row) => !isMissing(row[target]) && inputs.every((at) => !Number.isNaN(number(row, at))));
  const columns = inputs.map((at) => table.columns[at]);
  const values = rows.map((row) => inputs.map((at) => number(row, at)));
  if (aim === "number") {
    return { aim, inputs: values, targets: rows.map((row) => number(row, target)), outputs: 1, classes: [], columns };
  }
  const words = rows.map((row) => row[target].trim());
  // Whole numbers stay what they are.
  if (isNumeric(table, target)) {
    const targets = words.map(Number);
    const outputs = targets.reduce((most, each) => Math.max(most, each), 1) + 1;
    return { aim, inputs: values, targets, outputs, classes: Array.from({ length: outputs }, (_, at) => String(at)), columns };
  }
  const classes = [...new Set(words)].sort((a, b) => (a < b ? -1 : 1));
  const outputs = Math.max(2, classes.length);
  return { aim, inputs: values, targets: words.map((word) => classes.indexOf(word)), outputs, classes, columns };
}

/** Where a file is posted so that its columns become the tensors `input` and `target`. */
export function uploadPath(name: string, { delimiter, decimal, hasHeader }: Table, { inputs, target, aim }: Choice): string {
  const query = new URLSearchParams({
    name,
    columns: JSON.stringify({ input: inputs, target: aim === "class" ? { columns: target, as: "class" } : [target] }),
    delimiter: delimiter === "\t" ? "tab" : delimiter,
    decimal,
    header: String(hasHeader),
    missing: "drop",
  });
  return `/v1/datasets?${query.toString()}`;
}
