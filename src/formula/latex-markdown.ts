/**
 * LaTeX as it may stand in Markdown. GitHub refuses \operatorname, MathJax has no \char, a backslash before a sign is taken for
 * Markdown's own, and nothing may end a formula or begin a tag.
 */
export const latexInMarkdown = (latex: string): string =>
  latex
    .replaceAll(/\{\\char"([89A-F][0-9A-F]|[0-9A-F]{3,})\}/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replaceAll(
      operatorName,
      (_, name: string, beside: string) => `\\mathop{\\mathrm{${name}}}${beside === "" ? "" : "\\nolimits"}${beside}`,
    )
    .replaceAll("\\\\", "\\cr")
    .replaceAll("\\$", "\\textdollar{}")
    .replaceAll(/<(?=[a-z/!?])/giu, "<{}");

/** What is in its braces may have braces in braces, and some that are signs. */
const operatorName = /\\operatorname\{((?:\\.|[^{}\\]|\{(?:\\.|[^{}\\]|\{(?:\\.|[^{}\\])*\})*\})*)\}([_^']?)/gsu;
