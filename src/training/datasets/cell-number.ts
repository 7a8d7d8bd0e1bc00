const minus = 0x2d;
const plus = 0x2b;
const point = 0x2e;
const zero = 0x30;

/** A double holds integers of so many digits, and powers of ten up to 10^22, exactly: one division then rounds once, as it should. */
const exactDigits = 15;
const powers = Float64Array.from({ length: exactDigits + 1 }, (_, exponent) => Number(`1e${exponent}`));

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const word = /^([+-]?)(?:(nan)|inf(?:inity)?)$/i;

/**
 * The number that a cell spells, or null when it spells none: decimal digits with a sign, a point and an exponent, or NaN, inf and
 * Infinity in any case. A number too large for float64 is none. `bytes[start]` up to `bytes[end - 1]` are the cell without blanks around it.
 */
export function numberIn(bytes: Uint8Array, start: number, end: number): number | null {
  const isNegative = bytes[start] === minus;
  const first = isNegative || bytes[start] === plus ? start + 1 : start;
  let mantissa = 0;
  let fraction = -1;
  for (let at = first; at < end; at++) {
    const digit = bytes[at] - zero;
    if (digit >= 0 && digit <= 9) mantissa = mantissa * 10 + digit;
    else if (bytes[at] === point && fraction < 0) fraction = end - at - 1;
    else return numberOf(textIn(bytes, start, end));
  }
  const digits = fraction < 0 ? end - first : end - first - 1;
  if (digits === 0 || digits > exactDigits) return numberOf(textIn(bytes, start, end));
  const value = fraction > 0 ? mantissa / powers[fraction] : mantissa;
  return isNegative ? -value : value;
}

const textIn = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");

/** The same of a text. */
export function numberOf(text: string): number | null {
  if (decimal.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : null;
  }
  const found = word.exec(text);
  if (found === null) return null;
  if (found[2] !== undefined) return Number.NaN;
  return found[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Why a text is not a number, and what was probably meant, as the end of a sentence. */
export function notANumber(text: string): string {
  if (text === "") return 'the cell is empty; a missing number is written "NaN"';
  const shown = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
  if (decimal.test(text)) return `${shown} is too large for a float64`;
  if (/^[+-]?\d+,\d+$/.test(text)) return `expected a number, found ${shown}; decimals are written with a point`;
  return `expected a number, found ${shown}`;
}
