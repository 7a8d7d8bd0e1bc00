import type { Block } from "./blocks.ts";
import { xml } from "./escape.ts";
import type { NamedFrame, Piece, Scene, Wire } from "./scene.ts";

/**
 * A scene in the language of Graphviz, without places. Every text of a client's stands in an HTML label, and names are of our own, so that
 * none of it can be anything but text.
 */
export function drawDot(scene: Scene): string {
  const { pieces, wires, frames, direction, title, footnote } = scene;
  const framed = new Set(flatPieces(frames));
  const lines = [
    "digraph {",
    `  graph [rankdir=${direction}, label=${html(footnote === null ? title : `${title}, ${footnote}`)}, labelloc=t, fontname="monospace"]`,
    '  node [fontname="monospace", fontsize=12, margin="0.08,0.04"]',
    '  edge [fontname="monospace", fontsize=11]',
    ...pieces.flatMap((piece, at) => (framed.has(at) ? [] : [`  ${node(piece, at)}`])),
    ...numberedFrames(frames, pieces),
    ...wires.map((wire) => `  n${wire.from} -> n${wire.to}${edge(wire)}`),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

const flatPieces = (frames: readonly NamedFrame[]): readonly number[] =>
  frames.flatMap(({ pieces, frames: inner }) => [...pieces, ...flatPieces(inner)]);

function numberedFrames(frames: readonly NamedFrame[], pieces: readonly Piece[]): string[] {
  let count = 0;
  const drawn = ({ text, pieces: own, frames: inner }: NamedFrame, indent: string): string[] => [
    `${indent}subgraph cluster_${count++} {`,
    `${indent}  graph [label=${html(text)}, style="dashed,rounded", color="#57606a"]`,
    ...own.map((at) => `${indent}  ${node(pieces[at], at)}`),
    ...inner.flatMap((frame) => drawn(frame, `${indent}  `)),
    `${indent}}`,
  ];
  return frames.flatMap((frame) => drawn(frame, "  "));
}

const html = (text: string): string => `<${xml(text)}>`;
const green = "#0a6b2d";
const red = "#b3261e";
const coloured = (colour: string, text: string): string => `<font color="${colour}">${text}</font>`;

function node(piece: Piece, at: number): string {
  const { kind, lines, caption, block, sum, isBirthplace } = piece;
  const rows = [
    ...(caption === null ? [] : [`<i>${xml(caption)}</i>`]),
    ...lines.map(({ text, style }) =>
      style === "name"
        ? `<b>${xml(text)}</b>`
        : style === "value"
          ? coloured(green, xml(text))
          : style === "gradient"
            ? coloured(red, xml(text))
            : xml(text),
    ),
    ...(block === null ? [] : [kind === "literal" ? spelled(block) : coloured(green, spelled(block))]),
    ...(sum === null ? [] : [coloured(red, `← ${spelled(sum.block)}`)]),
    ...(isBirthplace ? ["<b>not finite from here</b>"] : []),
  ];
  const shape = kind === "operator" ? "ellipse" : kind === "literal" ? "plaintext" : "box";
  const marked = isBirthplace ? `, color="${red}", penwidth=2.5` : "";
  return `n${at} [shape=${shape}${kind === "value" || kind === "result" ? ", style=rounded" : ""}${marked}, label=<${rows.join("<br/>")}>]`;
}

/** The value, and beneath it what flows back. */
function edge({ value, gradient, details, share }: Wire): string {
  const rows = [
    ...(value === null ? [] : [coloured(green, spelled(value))]),
    ...(gradient === null ? [] : [coloured(red, `← ${spelled(gradient)}`)]),
    ...details.map(spelled),
  ];
  const attributes = [
    ...(rows.length === 0 ? [] : [`label=<${rows.join("<br/>")}>`]),
    ...(share === null ? [] : [`penwidth=${(1 + 5 * share).toFixed(2)}`]),
  ];
  return attributes.length === 0 ? "" : ` [${attributes.join(", ")}]`;
}

/** A block as one line of escaped text: a matrix in brackets, row by row. */
const spelled = (block: Block): string => xml(inOneLine(block));

export function inOneLine({ rows, columns, before }: Block): string {
  if (columns === null) return rows[0]?.join(" ") ?? "";
  const lists = rows.map((row) => `[${row.join(", ")}]`);
  return before + (lists.length === 1 ? lists[0] : `[${lists.join(", ")}]`);
}
