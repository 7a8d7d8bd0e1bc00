import type { Notation } from "./notation.ts";

/** What may separate cells where nothing is said. Where several would do as well, the first of them does. */
const likelyDelimiters = [";", "\t", "|", ","];

/** What stands for any run of blanks between cells. */
export const whitespace = "whitespace";

/** So many lines are looked at. */
const mostLines = 50;

/** A number in any notation, what may stand for one, or nothing. */
const numberLike =
  /^(?:[+-]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?|[.,]\d+|true|false|nan?|n\/a|null|none)(?:[eE][+-]?\d+)?)?$/i;

/** What makes a number an amount of money or a share: as a number it is refused, but no text. */
const signs = /^\p{Sc}\s*|\s*[%‰\p{Sc}]$/u;

/**
 * What separates the cells in the lines that a file begins with: the character that all of them have equally often, and between whose
 * places the most cells are numbers; else the most frequent one of the first line. Other characters than the mark of decimals.
 */
export function likelyDelimiter(sample: string, { decimal, thousands }: Pick<Notation, "decimal" | "thousands">): string {
  const lines = sample
    .replaceAll(/"([^"]*)"/g, (_, inner: string) => (numberLike.test(inner.trim()) ? "1" : "x"))
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== "")
    .slice(0, mostLines);
  // Commas separate what has commas in its numbers only where these are in quotes.
  const candidates = likelyDelimiters.filter(
    (delimiter) => (delimiter !== decimal && delimiter !== thousands) || /"[+-]?\d*,\d[\d.,]*"/.test(sample),
  );
  const even = candidates.filter((delimiter) => isEven(lines.map((line) => line.split(delimiter))));
  const blanks = lines.map((line) => line.trim().split(/[ \t]+/));
  const rated = even.map((delimiter) => ({ delimiter, share: shareOfNumbers(lines.map((line) => line.split(delimiter))) }));
  // The header of R's tables lacks a name for those of the rows. Blanks within cells may look so by chance.
  const isBlank = isEven(blanks) || (even.length === 0 && isEven(blanks.slice(1)) && blanks[0].length + 1 === blanks[1].length);
  // A tab in every line is no blank among others.
  if (isBlank && !lines.every((line) => line.includes("\t"))) rated.push({ delimiter: whitespace, share: shareOfNumbers(blanks) - 1e-9 });
  const best = rated.reduce((most, each) => (each.share > most.share ? each : most), { delimiter: "", share: -1 });
  if (best.delimiter !== "" && (best.share > 0 || even.length > 0)) return best.share > 0 ? best.delimiter : even[0];
  // The first line may be a title, or a comment that nobody said is one.
  const rest = lines.slice(Math.ceil(lines.length / 2));
  const below = candidates.find((delimiter) => {
    const cells = rest.map((line) => line.split(delimiter));
    return isEven(cells) && shareOfNumbers(cells) > 0 && !lines[0].includes(delimiter);
  });
  if (below !== undefined) return below;
  const counts = candidates.map((delimiter) => (lines[0] ?? "").split(delimiter).length);
  const most = Math.max(...counts);
  return most > 1 ? candidates[counts.lastIndexOf(most)] : candidates.includes(",") ? "," : ";";
}

/** Whether every line has as many cells as the first, which are several. */
const isEven = (rows: readonly (readonly string[])[]): boolean =>
  rows.length > 0 && rows[0].length > 1 && rows.every(({ length }) => length === rows[0].length);

function shareOfNumbers(rows: readonly (readonly string[])[]): number {
  const cells = rows.flat();
  return cells.filter((cell) => numberLike.test(cell.trim().replace(signs, ""))).length / cells.length;
}
