import katex from "katex";
import { latexOfText } from "../formula/latex-names.ts";

/** What is longer than this was not written by `latexOf`. */
const longest = 10_000;
/** So much is shown of what is no formula. */
const shown = 500;

/** Formulas of this length are kept, so many of them: a tenth of a millisecond each, and one explanation says most of them twice. */
const shortEnough = 300;
const most = 1000;
const kept = new Map<string, string>();

const options = { output: "mathml", strict: "ignore", trust: false, throwOnError: true, maxExpand: 100 } as const;

/** A formula in LaTeX as MathML; the beginning of one that cannot be read is shown as it stands. */
export function mathmlOf(latex: string): string {
  const before = kept.get(latex);
  if (before !== undefined) return before;
  const mathml = translated(latex);
  if (kept.size >= most) kept.clear();
  if (latex.length <= shortEnough) kept.set(latex, mathml);
  return mathml;
}

function translated(latex: string): string {
  try {
    if (latex.length <= longest) return bare(katex.renderToString(latex, options));
  } catch {
    // Shown as a text, below.
  }
  return bare(katex.renderToString(latexOfText(latex.slice(0, shown)), options));
}

/** What KaTeX writes without the span around it, and spaced by a browser as KaTeX spaces it by its own fonts. */
const bare = (html: string): string =>
  (/<math.*<\/math>/s.exec(html)?.[0] ?? "")
    // A minus behind another sign is no difference.
    .replace(/(<mo[^>]*>[^<)\]⌋⌉∣∥]+<\/mo>)<mo>−<\/mo>/g, '$1<mo form="prefix">−</mo>')
    // Bars stand at once beside what they enclose.
    .replace(
      /<mo([^>]*)>([∣∥])<\/mo>/g,
      (_, kind: string, bar: string) => `<mo${kind} lspace="0em" rspace="0em">${bar === "∣" ? "|" : "‖"}</mo>`,
    );
