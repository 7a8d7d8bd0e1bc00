import katex from "katex";
import { latexOfText } from "../formula/latex-names.ts";

/** Formulas are short: what is longer than this was not written by `latexOf`. */
const longest = 20_000;
/** So many formulas are kept, since one is often asked for again. */
const kept = 500;
const known = new Map<string, string>();

const options = { output: "mathml", strict: "ignore", trust: false, throwOnError: true, maxExpand: 100 } as const;

/** A formula in LaTeX as MathML; one that cannot be read is shown as it stands. */
export function mathmlOf(latex: string): string {
  const before = known.get(latex);
  if (before !== undefined) return before;
  const mathml = translated(latex.slice(0, longest));
  if (known.size >= kept)
    for (const oldest of known.keys()) {
      known.delete(oldest);
      break;
    }
  known.set(latex, mathml);
  return mathml;
}

function translated(latex: string): string {
  try {
    return bare(katex.renderToString(latex, options));
  } catch {
    return bare(katex.renderToString(latexOfText(latex), options));
  }
}

/** What KaTeX writes without the span around it. */
const bare = (html: string): string => /<math.*<\/math>/s.exec(html)?.[0] ?? "";
