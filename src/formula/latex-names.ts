import { writtenName } from "./names.ts";

const greek: Readonly<Record<string, string>> = {
  α: "alpha",
  β: "beta",
  γ: "gamma",
  δ: "delta",
  ε: "varepsilon",
  ϵ: "epsilon",
  ζ: "zeta",
  η: "eta",
  θ: "theta",
  ϑ: "vartheta",
  ι: "iota",
  κ: "kappa",
  λ: "lambda",
  μ: "mu",
  ν: "nu",
  ξ: "xi",
  π: "pi",
  ρ: "rho",
  ς: "varsigma",
  σ: "sigma",
  τ: "tau",
  υ: "upsilon",
  φ: "varphi",
  ϕ: "phi",
  χ: "chi",
  ψ: "psi",
  ω: "omega",
  Γ: "Gamma",
  Δ: "Delta",
  Θ: "Theta",
  Λ: "Lambda",
  Ξ: "Xi",
  Π: "Pi",
  Σ: "Sigma",
  Υ: "Upsilon",
  Φ: "Phi",
  Ψ: "Psi",
  Ω: "Omega",
  ϱ: "varrho",
  "∇": "nabla",
};

/** A client's name as LaTeX: w_{1}, \beta, \mathrm{apple\_price}, \text{权重}. */
export function latexOfName(name: string): string {
  const { word, index } = writtenName(name);
  return index === null
    ? latexOfWord(word)
    : `${latexOfWord(word)}_{${index.length > 1 && !/^\d+$/.test(index) ? `\\mathrm{${index}}` : index}}`;
}

export function latexOfWord(word: string): string {
  if (/^[A-Za-z]$/.test(word)) return word;
  if (Object.hasOwn(greek, word)) return `\\${greek[word]}`;
  if (word === "𝟏") return "\\mathbf{1}";
  return /^[A-Za-z][A-Za-z0-9]*$/.test(word) ? `\\mathrm{${word}}` : latexOfText(word);
}

const special: Readonly<Record<string, string>> = { "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}" };
/** What KaTeX has letters for in texts; anything else is named by its number, which it takes without asking. */
const plain = /[A-Za-z0-9 !()*+,./:;<=>?@[\]|\u0400-\u045f\u3041-\u30ff\u4e00-\u9fff\uac00-\ud7a3…]/u;

/** Any text at all, to be shown as it is. */
export const latexOfText = (text: string): string => `\\text{${text.toWellFormed().replace(/./gsu, letter)}}`;

function letter(given: string): string {
  if (plain.test(given)) return given;
  if (Object.hasOwn(special, given)) return special[given];
  if (/[{}$%#&_]/.test(given)) return `\\${given}`;
  // Two in a row would become one sign.
  if (/[-'`"]/.test(given)) return `{${given}}`;
  // What XML has no character for, MathML cannot say.
  const said = /[\ufffe\uffff]/.test(given) ? "\ufffd" : given;
  return `{\\char"${(said.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`;
}
