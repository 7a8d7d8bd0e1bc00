import { latexInMarkdown } from "../../formula/latex-markdown.ts";
import { latexOf, type Writing } from "../../formula/latex.ts";
import type { Term } from "../../formula/term.ts";
import type { ToldBlock, ToldItem } from "./document.ts";
import type { Prose } from "./prose.ts";

/** An explanation in GitHub's Markdown, with formulas between dollar signs. */
export function markdownOf(title: Prose, blocks: readonly ToldBlock[], writing: Writing): string {
  const formula = (term: Term): string => latexInMarkdown(latexOf(term, writing));
  const inline = (prose: Prose): string =>
    prose.map((piece) => (typeof piece === "string" ? escaped(piece) : `$${formula(piece)}$`)).join("");
  const item = ({ text, details }: ToldItem, at: number): string =>
    [`${at + 1}. ${inline(text)}`, ...details.map((detail) => `   - ${inline(detail)}`)].join("\n");
  const block = (each: ToldBlock): string => {
    switch (each.kind) {
      case "heading":
        return `## ${inline(each.text)}`;
      case "paragraph":
        return inline(each.text);
      case "display":
        return `$$\n${formula(each.formula)}\n$$`;
      case "steps":
        return each.items.map(item).join("\n");
    }
  };
  return `${[`# ${inline(title)}`, ...blocks.map(block)].join("\n\n")}\n`;
}

/** What would be read as Markdown or HTML stands for itself. */
const escaped = (text: string): string => text.replaceAll(/[\\`*_[\]<>$|~#&!]/g, (character) => `\\${character}`);
