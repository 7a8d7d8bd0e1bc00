import { isNumeral, numberOf } from "./cell-number.ts";
import type { Columns } from "./columns.ts";
import type { MissingValues } from "./missing.ts";
import type { Notation } from "./notation.ts";
import { fault } from "./parsed.ts";
import type { Records } from "./records.ts";

/** The names of columns are kept with the dataset; more of them help nobody. */
const mostNames = 2 ** 16;

/** Where the columns of a table lie in its records. */
export interface TableLayout {
  /** What a client may ask for: neither the names of the rows nor what is empty. */
  readonly columns: Columns;
  /** The cell of the first of them. */
  readonly first: number;
  /** How many cells a record has. */
  readonly width: number;
  /** The name of the column that names the rows. */
  readonly index: string | null;
}

export interface LayoutOptions {
  readonly header?: boolean | undefined;
  readonly indexColumn?: boolean | undefined;
}

/**
 * The layout that the first two records show. The records then stand before the first row: `advance` leads to it. Throws
 * invalid_dataset where they may be read either way.
 */
export function layoutOf(records: Records, options: LayoutOptions, missing: MissingValues, notation: Notation): TableLayout {
  if (!records.advance())
    throw fault(
      "Line 1",
      records.comments === 0
        ? "the file is empty"
        : "the file has nothing but comments: lines that begin with # are read with comment=none",
    );
  const line = records.line;
  const first = records.texts();
  const second = records.advance() ? records.texts() : null;
  const isNumber = (text: string): boolean => isNumeral(text, notation) || numberOf(text, notation) !== null;
  const hasHeader = options.header ?? isHeader(first, second, { line, isMissing: (text) => missing.has(text), isNumber });
  const isNames = !first.some(isNumber) && second?.some(isNumber) === true;
  if (hasHeader && !isNames && records.commentLike !== null) {
    throw fault(
      `Line ${records.commentLike}`,
      "the line begins with # and may name the columns: say comment=none if it does, else comment=#",
    );
  }
  records.restart();
  if (!hasHeader) {
    const index = options.indexColumn === true ? "" : null;
    return {
      columns: { count: requireSome(first.length - (index === null ? 0 : 1)), names: null },
      first: index === null ? 0 : 1,
      width: first.length,
      index,
    };
  }
  records.advance();
  if (first.length > mostNames) throw fault(records.place(mostNames), `a header names at most ${mostNames} columns`);
  const odd = first.findIndex((text) => text.includes("\0"));
  if (odd >= 0) throw fault(records.place(odd), "the name of a column has a character of code 0");
  return named(first, second, options);
}

function named(header: readonly string[], second: readonly string[] | null, { indexColumn }: LayoutOptions): TableLayout {
  // As R writes tables: the names of the rows have none of their own.
  const isUnnamed = indexColumn === true && !isIndexName(header[0]) && second?.length === header.length + 1;
  const hasIndex = !isUnnamed && (indexColumn ?? (header.length > 1 && isIndexName(header[0])));
  const from = hasIndex ? 1 : 0;
  let to = header.length;
  while (to > from + 1 && header[to - 1] === "") to--;
  return {
    columns: { count: requireSome(to - from), names: header.slice(from, to) },
    first: hasIndex || isUnnamed ? 1 : 0,
    width: header.length + (isUnnamed ? 1 : 0),
    index: hasIndex ? header[0] : isUnnamed ? "" : null,
  };
}

function requireSome(count: number): number {
  if (count === 0) throw fault("Line 1", "there is no column beside the one with the names of the rows; index_column=false reads it");
  return count;
}

/** What pandas calls the names of the rows where they have no name, and a column that was one. */
const isIndexName = (name: string): boolean => name === "" || /^Unnamed: 0(?:\.\d+)?$/.test(name);

interface Judgement {
  readonly line: number;
  readonly isNumber: (text: string) => boolean;
  readonly isMissing: (text: string) => boolean;
}

/** Whether the first record names the columns: where no cell of it is a number, and where pandas writes numbers for names. Throws where it may be either. */
function isHeader(first: readonly string[], second: readonly string[] | null, { line, isNumber, isMissing }: Judgement): boolean {
  const isValue = (text: string): boolean => isNumber(text) || /^(?:true|false)$/i.test(text);
  const isName = (text: string): boolean => !isValue(text) && !isMissing(text);
  const filled = first.filter((text) => text !== "");
  const hasNoValue = filled.length > 0 && !filled.some(isValue);
  // A word for a missing value may be a name as well: Na is sodium. What begins as a number may be a damaged one.
  const isPlain = hasNoValue && filled.some((text) => isName(text) && !/^[+-]?\.?\d/.test(text));
  if (second === null) return isPlain;
  const ask = (why: string): Error =>
    fault(`Line ${line}`, `the first line may name the columns, as ${why}: say header=true if it does, else header=false`);
  const overValue = (isKind: (text: string) => boolean, from = 0): number =>
    first.findIndex((text, at) => at >= from && isKind(text) && at < second.length && isValue(second[at]));
  const evidence = overValue(isName);
  if (isPlain) {
    const hasMissing = filled.some(isMissing) || overValue(isMissing, isIndexName(first[0]) ? 1 : 0) >= 0;
    if (evidence >= 0 || !hasMissing) return true;
    throw ask("one of its cells may be a missing value");
  }
  if (hasNoValue) throw ask("it has no number");
  if (first.length > 1 && isIndexName(first[0])) {
    if (isSequence(first.slice(1), 0) && (first.length > 2 || second[0] === "0")) return true;
    throw ask("its first cell is empty, as pandas writes it");
  }
  if (evidence >= 0) throw ask(`${JSON.stringify(first[evidence].slice(0, 40))} stands over a number`);
  const numbers = first.flatMap((text, at) => (isNumber(text) ? [at] : []));
  const isCounted =
    numbers.length > (numbers.length < first.length ? 1 : 2) &&
    isSequence(
      numbers.map((at) => first[at]),
      null,
    );
  if (
    isCounted &&
    !isSequence(
      numbers.map((at) => second[at] ?? ""),
      null,
    )
  )
    throw ask("its numbers count up");
  return false;
}

/** Whether texts are integers that follow one another, from a certain one on. */
const isSequence = (texts: readonly string[], from: number | null): boolean =>
  texts.every((text, at) => /^\d{1,9}$/.test(text) && Number(text) === (from ?? Number(texts[0])) + at);
