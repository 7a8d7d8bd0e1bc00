import { createHash } from "node:crypto";
import { type Block, lineHeight, smallSize, textSize } from "./blocks.ts";
import { xml } from "./escape.ts";
import { flattened, laidOut, type Arrangement, type PlacedLink, type Spot } from "./layout.ts";
import { above, below, beside, beneath, captionHeight, labelOf, lead, radius, roomOf, shapeOf, sizeOfLine } from "./measures.ts";
import { coordinate, head, wirePath } from "./paths.ts";
import { printed } from "./print.ts";
import type { Piece, Scene, Wire } from "./scene.ts";
import { styleSheets, type Theme } from "./styles.ts";

/** The arrow that leads back ends so far from the numbers' sides. */
const backInset = 3;
const headSize = 7;

/** Places a scene and draws it. */
export function drawSvg(scene: Scene, theme: Theme): string {
  const { direction } = scene;
  const links = scene.wires.map((wire) => ({ from: wire.from, to: wire.to, label: labelOf(wire, direction) }));
  const layout = laidOut(
    scene.pieces.map((part) => roomOf(part, direction)),
    links,
    scene.frames,
    direction,
  );
  return svgOf(scene, layout, theme);
}

/** A scene at its places as SVG: one element for each part and wire, by whose names others find them. */
export function svgOf(scene: Scene, layout: Arrangement, theme: Theme): string {
  const { pieces, wires, direction, title, description, footnote } = scene;
  const width = layout.width;
  const height = layout.height + (footnote === null ? 0 : lineHeight);
  const frames = flattened(scene.frames).map(({ name, text }, at) => {
    const { left, top, width: w, height: h } = layout.frames[at];
    const outline = `<rect class="outline" x="${coordinate(left)}" y="${coordinate(top)}" width="${w}" height="${h}" rx="8"/>`;
    return `<g class="frame" data-node="${xml(name)}">${outline}<text class="caption" x="${coordinate(left + 8)}" y="${coordinate(top + 14)}">${xml(text)}</text></g>`;
  });
  const pen = new Pen(scene, layout);
  const body = [
    `<rect class="ground" width="${width}" height="${height}"/>`,
    ...frames,
    ...wires.map((wire, at) => pen.wire(wire, layout.links[at])),
    ...pieces.map((piece, at) => pen.piece(piece, layout.boxes[at])),
    ...(footnote === null ? [] : [`<text class="small" x="12" y="${height - 10}">${xml(footnote)}</text>`]),
  ].join("\n");
  // Several pictures may stand in one page, and each names its own title.
  const id = createHash("sha256").update(title).update(description).update(body).digest("hex").slice(0, 12);
  return `<svg xmlns="http://www.w3.org/2000/svg" class="adjoint-picture ${direction.toLowerCase()}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="t${id} d${id}">
<title id="t${id}">${xml(title)}</title>
<desc id="d${id}">${xml(description)}</desc>
<style>${styleSheets[theme].replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</style>
${body}
</svg>
`;
}

const classes: Readonly<Record<Piece["kind"], string>> = {
  operator: "node",
  group: "node group",
  value: "value",
  result: "value result",
  copy: "value copy",
  literal: "literal",
};

class Pen {
  readonly #scene: Scene;
  readonly #layout: Arrangement;

  constructor(scene: Scene, layout: Arrangement) {
    this.#scene = scene;
    this.#layout = layout;
  }

  get #isAcross(): boolean {
    return this.#scene.direction === "LR";
  }

  /** Where wires leave a part, or arrive. */
  #port(at: number, side: 1 | -1): Spot {
    const { x, y } = this.#layout.boxes[at];
    const { width, height } = shapeOf(this.#scene.pieces[at]);
    return this.#isAcross ? { x: x + (side * width) / 2, y } : { x, y: y + (side * height) / 2 };
  }

  wire(wire: Wire, { curves, label }: PlacedLink): string {
    const [start, end] = [this.#port(wire.from, 1), this.#port(wire.to, -1)];
    const tip = this.#isAcross ? { x: end.x - headSize + 1, y: end.y } : { x: end.x, y: end.y - headSize + 1 };
    const { data, share } = wire;
    const isLiteral = this.#scene.pieces[wire.from].kind === "literal";
    const isResult = this.#scene.pieces[wire.to].kind === "result";
    const width = share === null ? "" : ` stroke-width="${coordinate(1 + 5 * share)}"`;
    return [
      `<g class="edge${isLiteral ? " literal-wire" : ""}${isResult ? " out" : ""}"${attribute("from", data.from)}${attribute("to", data.to)}${attribute("input", data.input)}>`,
      `<title>${xml(wire.title)}</title>`,
      `<path class="wire"${width} d="${wirePath(start, curves, isLiteral || isResult ? end : tip)}"/>`,
      isLiteral || isResult ? "" : `<path class="head" d="${head(end, this.#isAcross ? "right" : "down", headSize)}"/>`,
      label === null ? "" : this.#beside(wire, label),
      "</g>",
    ].join("");
  }

  /** The value above the wire or left of it, the gradient beneath or right of it with its arrow back. */
  #beside(wire: Wire, middle: Spot): string {
    const { value, gradient, details, isBack } = wire;
    const room = labelOf(wire, this.#scene.direction) ?? { width: 0, height: 0 };
    const under: readonly (readonly [Block, string])[] = [
      ...(gradient === null ? [] : [[gradient, "gradient"] as const]),
      ...details.map((block) => [block, "factor"] as const),
    ];
    const height = under.reduce((sum, [block]) => sum + block.height, 0);
    let top = this.#isAcross ? middle.y + below : middle.y - height / 2;
    const blocks = under.map(([block, kind]) => {
      const drawn = printed(block, kind, this.#isAcross ? middle.x - block.width / 2 : middle.x + beside, top);
      top += block.height;
      return drawn;
    });
    const first =
      value === null
        ? ""
        : this.#isAcross
          ? printed(value, "value", middle.x - value.width / 2, middle.y - above - value.height)
          : printed(value, "value", middle.x - above - 2 - value.width, middle.y - value.height / 2);
    return [first, isBack ? this.#arrowBack(middle, room.width, Math.max(height, 22)) : "", ...blocks].join("");
  }

  #arrowBack({ x, y }: Spot, width: number, height: number): string {
    if (this.#isAcross) {
      const [left, right] = [x - width / 2 + backInset, x + width / 2 - backInset];
      const tip = { x: left, y: y + 5 };
      return `<path class="back" d="M${coordinate(right)} ${coordinate(y + 5)}H${coordinate(left + 4)}"/><path class="tip" d="${head(tip, "left", 6)}"/>`;
    }
    const tip = { x: x + 5, y: y - height / 2 };
    return `<path class="back" d="M${coordinate(x + 5)} ${coordinate(y + height / 2)}V${coordinate(tip.y + 4)}"/><path class="tip" d="${head(tip, "up", 6)}"/>`;
  }

  piece(part: Piece, middle: Spot): string {
    const { kind, name } = part;
    const own = classes[kind];
    const data = kind === "operator" || kind === "group" ? attribute("node", name) : attribute("value", name);
    return [
      `<g class="${own}${part.isBirthplace ? " birthplace" : ""}"${data}>`,
      `<title>${xml(part.title)}</title>`,
      this.#shape(part, middle),
      this.#caption(part, middle),
      "</g>",
      this.#sum(part, middle),
    ].join("");
  }

  #shape(part: Piece, { x, y }: Spot): string {
    const { width, height } = shapeOf(part);
    const { kind, lines, block } = part;
    const [left, top] = [x - width / 2, y - height / 2];
    const rounding = kind === "operator" ? height / 2 : kind === "group" ? 6 : 5;
    const outline =
      kind === "literal"
        ? ""
        : width === 2 * radius && kind === "operator"
          ? `<circle class="shape" cx="${coordinate(x)}" cy="${coordinate(y)}" r="${radius}"/>`
          : `<rect class="shape" x="${coordinate(left)}" y="${coordinate(top)}" width="${coordinate(width)}" height="${coordinate(height)}" rx="${rounding}"/>`;
    const text = lines.length * lineHeight + (block?.height ?? 0);
    const first = y - text / 2;
    const written = lines.map(({ text: line, style }, at) => {
      const size = sizeOfLine(style);
      return `<text class="${style}${size === smallSize ? " small" : ""} middle" x="${coordinate(x)}" y="${coordinate(first + at * lineHeight + lineHeight / 2 + size * 0.36)}">${xml(line)}</text>`;
    });
    const numbers =
      block === null ? "" : printed(block, kind === "literal" ? "small" : "value", x - block.width / 2, first + lines.length * lineHeight);
    return outline + written.join("") + numbers;
  }

  #caption(part: Piece, { x, y }: Spot): string {
    if (part.caption === null) return "";
    const { width, height } = shapeOf(part);
    return this.#isAcross
      ? `<text class="caption middle" x="${coordinate(x)}" y="${coordinate(y - height / 2 - 4)}">${xml(part.caption)}</text>`
      : `<text class="caption" x="${coordinate(x + width / 2 + beneath)}" y="${coordinate(y + (part.sum === null ? smallSize * 0.36 : -4))}">${xml(part.caption)}</text>`;
  }

  #sum(part: Piece, { x, y }: Spot): string {
    if (part.sum === null) return "";
    const { name, block } = part.sum;
    const shape = shapeOf(part);
    const left = this.#isAcross ? x - (block.width + lead) / 2 + lead : x + shape.width / 2 + beneath + lead;
    const top = this.#isAcross
      ? y + shape.height / 2 + beneath
      : part.caption === null
        ? y - block.height / 2
        : y - shape.height / 2 + captionHeight;
    const tip = head({ x: left - lead + 1, y: top + textSize / 2 + 1 }, "left", 7);
    return `<g class="sum"${attribute("value", name)}><path class="tip" d="${tip}"/>${printed(block, "gradient", left, top)}</g>`;
  }
}

const attribute = (name: string, value: string | number | null): string => (value === null ? "" : ` data-${name}="${xml(String(value))}"`);
