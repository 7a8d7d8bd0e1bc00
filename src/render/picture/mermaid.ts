import { inOneLine } from "./dot.ts";
import type { NamedFrame, Piece, Scene, Wire } from "./scene.ts";

/** A scene as a Mermaid flowchart. Names are of our own, and of every text of a client's nothing but letters and digits stands as it is. */
export function drawMermaid(scene: Scene): string {
  const { pieces, wires, frames, direction, title } = scene;
  const framed = new Set<number>();
  let count = 0;
  const drawn = ({ text, pieces: own, frames: inner }: NamedFrame, indent: string): string[] => {
    own.forEach((at) => framed.add(at));
    return [
      `${indent}subgraph g${count++}["${escaped(text)}"]`,
      ...own.map((at) => `${indent}  ${node(pieces[at], at)}`),
      ...inner.flatMap((frame) => drawn(frame, `${indent}  `)),
      `${indent}end`,
    ];
  };
  const groups = frames.flatMap((frame) => drawn(frame, "  "));
  const bad = pieces.flatMap(({ isBirthplace }, at) => (isBirthplace ? [`n${at}`] : []));
  const lines = [
    `flowchart ${direction === "TB" ? "TB" : "LR"}`,
    `  accTitle: ${escaped(title)}`,
    ...pieces.flatMap((piece, at) => (framed.has(at) ? [] : [`  ${node(piece, at)}`])),
    ...groups,
    ...wires.map((wire) => `  n${wire.from} -->${edge(wire)} n${wire.to}`),
    ...(bad.length === 0 ? [] : ["  classDef birthplace stroke:#b3261e,stroke-width:3px", `  class ${bad.join(",")} birthplace`]),
  ];
  return `${lines.join("\n")}\n`;
}

/**
 * Mermaid reads #…; as the character of that number. Signs go that way, too, since it reads text as Markdown: + alone would be a list. A point
 * stays as it is inside a number.
 */
const escaped = (text: string): string =>
  text.toWellFormed().replaceAll(/[^\p{L}\p{N} ,.×−=→←∂‖∇Σ()/]|\.(?!\d)|^ | $/gu, (character) => `#${character.codePointAt(0) ?? 0};`);

function node(piece: Piece, at: number): string {
  const { kind, lines, caption, block, sum } = piece;
  const rows = [
    ...(caption === null ? [] : [caption]),
    ...lines.map(({ text }) => text),
    ...(block === null ? [] : [inOneLine(block)]),
    ...(sum === null ? [] : [`← ${inOneLine(sum.block)}`]),
    ...(piece.isBirthplace ? ["not finite from here"] : []),
  ];
  const text = `"${rows.map(escaped).join("<br>")}"`;
  return `n${at}${kind === "operator" ? `((${text}))` : kind === "literal" ? `[${text}]` : kind === "group" ? `[[${text}]]` : `([${text}])`}`;
}

function edge({ value, gradient, details }: Wire): string {
  const rows = [
    ...(value === null ? [] : [inOneLine(value)]),
    ...(gradient === null ? [] : [`← ${inOneLine(gradient)}`]),
    ...details.map(inOneLine),
  ];
  return rows.length === 0 ? "" : `|"${rows.map(escaped).join("<br>")}"|`;
}
