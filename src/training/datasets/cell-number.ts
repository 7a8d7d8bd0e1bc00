import { type Notation, plainNotation } from "./notation.ts";

const minus = 0x2d;
const plus = 0x2b;
const zero = 0x30;

/** A double holds integers of so many digits, and powers of ten up to 10^22, exactly: one division then rounds once, as it should. */
const exactDigits = 15;
const powers = Float64Array.from({ length: exactDigits + 1 }, (_, exponent) => Number(`1e${exponent}`));

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const whole = /^[+-]?\d+$/;
const word = /^([+-]?)(?:(nan)|inf(?:inity)?)$/i;

/**
 * The number that a cell spells, or null when it spells none: decimal digits with a sign, a decimal mark and an exponent, or NaN, inf and
 * Infinity in any case. A number too large for float64 is none, nor is an integer that float64 does not hold. `bytes[start]` up to `bytes[end - 1]`
 * are the cell without blanks around it.
 */
export function numberIn(bytes: Uint8Array, start: number, end: number, notation: Notation): number | null {
  const isNegative = bytes[start] === minus;
  const first = isNegative || bytes[start] === plus ? start + 1 : start;
  const { mark } = notation;
  let mantissa = 0;
  let fraction = -1;
  for (let at = first; at < end; at++) {
    const digit = bytes[at] - zero;
    if (digit >= 0 && digit <= 9) mantissa = mantissa * 10 + digit;
    else if (bytes[at] === mark && fraction < 0) fraction = end - at - 1;
    else return numberOf(textIn(bytes, start, end, notation), notation);
  }
  const digits = fraction < 0 ? end - first : end - first - 1;
  // Of an empty cell what stands behind it has been looked at.
  if (digits < 1 || digits > exactDigits) return numberOf(textIn(bytes, start, end, notation), notation);
  const value = fraction > 0 ? mantissa / powers[fraction] : mantissa;
  return isNegative ? -value : value;
}

/** Numbers are ASCII, but for some marks of thousands. */
const textIn = (bytes: Uint8Array, start: number, end: number, { thousands }: Notation): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString(thousands === null ? "latin1" : "utf8");

/** The same of a text. */
export function numberOf(text: string, notation: Notation = plainNotation): number | null {
  const plain = notation.plain(text);
  if (plain === null) return null;
  if (decimal.test(plain)) {
    const value = Number(plain);
    return Number.isFinite(value) && isHeld(plain, value) ? value : null;
  }
  const found = word.exec(plain);
  if (found === null) return null;
  if (found[2] !== undefined) return Number.NaN;
  return found[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Whether an integer is the very number that was read; a decimal may be rounded. */
export function isHeld(text: string, value: number): boolean {
  if (Math.abs(value) < 2 ** 53 || !whole.test(text)) return true;
  const [digits] = /[1-9]\d*$/.exec(text) ?? ["0"];
  return BigInt(digits) === BigInt(Math.abs(value));
}

/** Whether a text is written as a number, held or not. */
export function isNumeral(text: string, notation: Notation = plainNotation): boolean {
  const plain = notation.plain(text);
  return plain !== null && decimal.test(plain);
}

/** Longer texts are no numbers in disguise. */
const longestAdvised = 64;

const clipped = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);

/** Why a text is not a number, and what was probably meant, as the end of a sentence. */
export function notANumber(text: string, notation: Notation = plainNotation): string {
  const shown = clipped(text);
  const plain = notation.plain(text);
  if (plain !== null && decimal.test(plain)) {
    return Number.isFinite(Number(plain))
      ? `${shown} is an integer beyond 2^53 that float64 does not hold: leave it out, or write a decimal such as 1.5e18`
      : `${shown} is too large for a float64`;
  }
  const advice =
    advices.find(([pattern]) => text.length <= longestAdvised && pattern.test(text))?.[1](text, notation) ??
    (asNumber.test(text) ? null : textAdvice);
  return `expected a number, found ${shown}${advice === null ? "" : `; ${advice}`}`;
}

type Advice = (text: string, notation: Notation) => string;

const textAdvice = 'a column of texts becomes class numbers with {"columns": …, "as": "class"}';

/** How numbers begin, and hardly a class. */
const asNumber = /^[+-]*[.,(]?\d/;

const dateAdvice = "a date or a time is written as a number, such as days or seconds from some day, or its column is left out";

/** What is often found where a number should be. */
const advices: readonly (readonly [RegExp, Advice])[] = [
  [/^[+-]?[\d.,' ]+\s*[%‰]$/, () => "a percentage is written without its sign, as a number"],
  [/^[+-]?[\p{Sc}]\s*[\d.,' ]+$|^[+-]?[\d.,' ]+\s*[\p{Sc}]$/u, () => "an amount of money is written without its sign, as a number"],
  [/^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T].*)?$|^\d{1,2}:\d{2}(?::\d{2}.*)?$/, () => dateAdvice],
  [
    /^[+-]?\d{1,3},\d{3}$/,
    (_, { decimal }) =>
      decimal === "."
        ? "it is a thousand and more with thousands=, and a decimal with decimal=,"
        : "a mark of thousands is told by thousands",
  ],
  [/^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/, () => "marks of thousands are told by thousands=,"],
  [/^[+-]?\d{1,3}(?:\.\d{3})+(?:,\d*)?$/, () => "marks of thousands are told by thousands=. and decimal commas by decimal=,"],
  [/^[+-]?\d{1,3}(?:[ \u00a0\u2009\u202f'’_]\d{3})+(?:[.,]\d*)?$/, () => "marks of thousands are told by thousands"],
  [/^[+-]?\d*,\d+$/, () => "decimals are written with a point, or with a comma that is told by decimal=,"],
  [/^[+-]?\d*\.\d+$/, () => "decimals are written with the comma that is told by decimal=,"],
  [/^'.*'$/, () => "quotes are double ones"],
  [
    /^(?:true|false|yes|no)$/i,
    () => 'a column of true and false is read as 1 and 0, and of other words with {"columns": …, "as": "class"}',
  ],
  [/^(?:[\u2010-\u2015\u2212][\d.,]+|[\d.,]+e[\u2010-\u2015\u2212]\d+)$/i, () => "a minus is written -"],
  [/^[+-]?[\d.,]+[dq][+-]?\d+$/i, () => "exponents are written with e, as in 1e5"],
  [
    /^#(?:DIV\/0!|NUM!|VALUE!|REF!|NAME\?|NULL!)$/i,
    (text) => `it is an error of a spreadsheet; missing_values=${encodeURIComponent(text)} reads it as missing`,
  ],
  [/^\d{1,2}:\d{2}.*$/, () => dateAdvice],
];
