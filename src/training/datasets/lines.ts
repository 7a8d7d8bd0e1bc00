import { isUtf8 } from "node:buffer";
import { closeSync, openSync, readSync } from "node:fs";
import { fault } from "./parsed.ts";

const lineFeed = 0x0a;

/** Bytes that are read at once, and that one line may have at the most. */
const pieceBytes = 2 ** 20;
const mostLineBytes = 2 ** 26;

export interface TextLine {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
}

/** The lines of a UTF-8 file that are not blank, without their ends. Holds one line and a piece of the file at a time. Throws invalid_dataset. */
export function* linesOf(path: string): Generator<TextLine> {
  const file = openSync(path, "r");
  try {
    const piece = Buffer.allocUnsafeSlow(pieceBytes);
    let rest: Buffer = Buffer.alloc(0);
    let number = 1;
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
      let from = 0;
      for (let end = endOfLine(piece, from, read); end >= 0; end = endOfLine(piece, from, read)) {
        yield* lineOf(joined(rest, piece.subarray(from, end)), number++);
        rest = rest.subarray(0, 0);
        from = end + 1;
      }
      rest = joined(rest, piece.subarray(from, read));
      if (rest.length > mostLineBytes) throw fault(`Line ${number}`, `the line has more than ${mostLineBytes} bytes`);
    }
    yield* lineOf(rest, number);
  } finally {
    closeSync(file);
  }
}

const endOfLine = (piece: Buffer, from: number, read: number): number => piece.subarray(0, read).indexOf(lineFeed, from);

/** The bytes in memory of their own. */
const joined = (rest: Buffer, more: Buffer): Buffer => Buffer.concat([rest, more]);

function* lineOf(bytes: Buffer, number: number): Generator<TextLine> {
  if (!isUtf8(bytes)) throw fault(`Line ${number}`, "the text is not UTF-8");
  const text = bytes.toString();
  if (text.trim() !== "") yield { number, text: number === 1 ? text.replace(/^\uFEFF/, "") : text };
}
