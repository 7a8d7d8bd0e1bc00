/**
 * How wide text is, since nothing here draws it: in ems of the fonts that the pictures name, as the widest of them have it. A text may be
 * narrower than it is taken for, and is never wider.
 */
export const fontStack = `ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, "Liberation Mono", monospace`;

const monospace = 0.605;
const full = 1.03;
const picture = 1.4;

const isCombining = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const isPicture = /^\p{Extended_Pictographic}|\p{Regional_Indicator}$/u;

function emsOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  // Letters of Europe, and the signs of formulas that monospace fonts have.
  if ((code >= 0x20 && code < 0x300) || (code >= 0x370 && code < 0x530)) return monospace;
  if (isCombining.test(character)) return 0;
  if (isPicture.test(character)) return picture;
  if ((code >= 0x2010 && code < 0x2800 && code !== 0x2026) || code === 0x2026) return signs(code);
  return full;
}

/** Punctuation, arrows and operators: most are in the monospace fonts, and the rest come from wider ones. */
const signs = (code: number): number => (code < 0x2300 ? monospace : full);

/** The width of a text in pixels. */
export function widthOf(text: string, size: number): number {
  let ems = 0;
  for (const character of text) ems += emsOf(character);
  return ems * size;
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** What turns the direction of text, and would turn that of the text beside it. */
const turning = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A text that is at most so wide, the rest of a longer one told by an ellipsis. */
export function shortened(given: string, size: number, most: number): string {
  const text = given.replaceAll(turning, "");
  if (widthOf(text, size) <= most) return text;
  let [short, width] = ["", widthOf("…", size)];
  for (const { segment } of graphemes.segment(text)) {
    width += widthOf(segment, size);
    if (width > most) break;
    short += segment;
  }
  return `${short.trimEnd()}…`;
}
