import type { Term } from "../../formula/term.ts";

/** Sentences with formulas in them: each form of an answer writes the formulas in its own way. */
export type Prose = readonly (string | Term)[];

/** What may stand in a sentence. */
type Said = string | number | Term | Prose;

/** A sentence as a template. */
export const say = (texts: TemplateStringsArray, ...parts: readonly Said[]): Prose =>
  texts.flatMap((text, at) => (at < parts.length ? [text, ...piecesOf(parts[at])] : [text])).filter((piece) => piece !== "");

const piecesOf = (part: Said): Prose => {
  if (typeof part === "string" || typeof part === "number") return [String(part)];
  return "kind" in part ? [part] : part;
};

/** Sentences, one after the other. */
export const joined = (parts: readonly Prose[], between: string): Prose =>
  parts.flatMap((part, at) => (at === 0 ? part : [between, ...part]));
