/** A client's name as it is written: a word, with what stands below it. */
export interface WrittenName {
  /** The name in one piece. */
  readonly whole: string;
  readonly word: string;
  readonly index: string | null;
}

const longest = 48;
/** Marks that would turn the text around them. */
const turns = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const lowered: Readonly<Record<string, string>> = {
  "₀": "0",
  "₁": "1",
  "₂": "2",
  "₃": "3",
  "₄": "4",
  "₅": "5",
  "₆": "6",
  "₇": "7",
  "₈": "8",
  "₉": "9",
};

/** w_1 and w1 are w with the index 1, x_ij is x with ij; `apple_price` is a word. */
export function writtenName(name: string): WrittenName {
  const whole = shortened(unturned(name));
  const [, word, index] =
    /^(\p{L})_?([0-9₀-₉]{1,4})$/u.exec(whole) ?? /^(\p{L}|[A-Za-z]+)_([0-9]{1,4}|[A-Za-z0-9]{1,3})$/u.exec(whole) ?? [];
  if (word === undefined || (word.length > 1 && !/^\d+$/.test(index))) return { whole, word: whole, index: null };
  return { whole, word, index: index.replace(/[₀-₉]/g, (digit) => lowered[digit]) };
}

/** A text that stays in the direction of what is around it. */
export const unturned = (text: string): string => text.replace(turns, "");

function shortened(name: string): string {
  const letters = Array.from(name);
  return letters.length <= longest ? name : `${letters.slice(0, longest - 1).join("")}…`;
}
