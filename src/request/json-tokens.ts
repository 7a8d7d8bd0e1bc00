/**
 * The text with the tokens NaN, Infinity and -Infinity, as Python's json and others write them, in the quotes in which JSON has them; null
 * where there are none. One pass: of what it leaves alone it knows only where texts end. Names of members stay as they are.
 */
export function quoteTokens(text: string): string | null {
  let done = "";
  const parts: string[] = [];
  let kept = 0;
  for (let at = nextOf(text, 0); at >= 0;) {
    if (text[at] === '"') {
      at = nextOf(text, endOfText(text, at));
      continue;
    }
    token.lastIndex = at > kept && text[at - 1] === "-" ? at - 1 : at;
    const found = token.exec(text)?.[0];
    if (found === undefined) {
      at = nextOf(text, at + 1);
      continue;
    }
    const start = token.lastIndex - found.length;
    parts.push(text.slice(kept, start), '"', found, '"');
    kept = token.lastIndex;
    at = nextOf(text, kept);
    if (parts.length < mostParts) continue;
    done += parts.join("");
    parts.length = 0;
  }
  return kept === 0 ? null : done + parts.join("") + text.slice(kept);
}

/** Parts of a text that is made of millions of tokens take more room than the text. */
const mostParts = 4096;

/** Whole words in the place of a value: a name stands before a colon. */
const token = /(?:NaN|-?Infinity)(?![\w$])(?![ \t\n\r]*:)/y;
const begins = /["NI]/g;

/** Where the next text or token may begin; -1 for nowhere. */
function nextOf(text: string, from: number): number {
  begins.lastIndex = from;
  return begins.test(text) ? begins.lastIndex - 1 : -1;
}

/** Past the quote that closes the text which begins at `start`. */
function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text[end - escapes - 1] === "\\") escapes++;
    if (escapes % 2 === 0) return end + 1;
  }
  return text.length;
}
