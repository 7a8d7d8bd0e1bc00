/** Counted from 1; a column is a character, however many units it takes. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export function locate(text: string, at: number): Position {
  let line = 1;
  let start = 0;
  for (let next = text.indexOf("\n"); next >= 0 && next < at; next = text.indexOf("\n", start)) {
    line++;
    start = next + 1;
  }
  let column = 1;
  for (const _ of text.slice(start, at)) column++;
  return { line, column };
}
