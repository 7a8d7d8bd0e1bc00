import { latexOf, type Writing } from "../../formula/latex.ts";
import { textOf } from "../../formula/text.ts";
import type { Term } from "../../formula/term.ts";
import { mathmlOf } from "../mathml.ts";
import { xml } from "../picture/escape.ts";
import type { ToldBlock, ToldItem } from "./document.ts";
import type { Prose } from "./prose.ts";

/** An explanation as a page that needs nothing else: no script, no font, no other host. */
export function htmlOf(title: Prose, blocks: readonly ToldBlock[], language: string, writing: Writing): string {
  const formula = (term: Term): string => mathmlOf(latexOf(term, writing));
  const inline = (prose: Prose): string => prose.map((piece) => (typeof piece === "string" ? xml(piece) : formula(piece))).join("");
  const item = ({ id, text, details }: ToldItem): string =>
    `<li${id === null ? "" : ` id="${xml(id)}"`}>${inline(text)}${details.length === 0 ? "" : `<ul>${details.map((detail) => `<li>${inline(detail)}</li>`).join("")}</ul>`}</li>`;
  const block = (each: ToldBlock): string => {
    switch (each.kind) {
      case "heading":
        return `<h2>${inline(each.text)}</h2>`;
      case "paragraph":
        return `<p>${inline(each.text)}</p>`;
      case "display":
        return `<div class="display">${formula(each.formula).replace("<math", '<math display="block"')}</div>`;
      case "steps":
        return `<ol>${each.items.map(item).join("\n")}</ol>`;
    }
  };
  const plainTitle = title.map((piece) => (typeof piece === "string" ? piece : textOf(piece, writing))).join("");
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${xml(plainTitle)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${inline(title)}</h1>
${blocks.map(block).join("\n")}
</main>
</body>
</html>
`;
}

const style = `:root{color-scheme:light dark}body{margin:0;font:1rem/1.65 system-ui,"Noto Sans","Noto Sans CJK SC",sans-serif}
main{max-width:46rem;margin:2rem auto;padding:0 1rem}h1{font-size:1.6rem;line-height:1.25}h2{font-size:1.2rem;margin-top:2rem}
li{margin:.4rem 0}.display{overflow-x:auto;padding:.25rem 0}math{font-size:1.05em}`;
