import { type Block, lineHeight, smallSize, textSize } from "./blocks.ts";
import { widthOf } from "./font.ts";
import type { Orientation, Size } from "./layout.ts";
import type { Line, Piece, Wire } from "./scene.ts";

/** The shape of a part without what stands above and beneath it. */
export function shapeOf({ kind, lines, block }: Piece): Size {
  const width = Math.max(...lines.map(lineWidth), block?.width ?? 0);
  const height = lines.length * lineHeight + (block?.height ?? 0);
  switch (kind) {
    case "operator":
      return lines.length === 1 && width <= 2 * radius - 12
        ? { width: 2 * radius, height: 2 * radius }
        : { width: width + 22, height: height + 14 };
    case "literal":
      return { width: width + 4, height };
    case "copy":
      return { width: width + 10, height: height + 2 };
    default:
      return { width: width + 18, height: height + 10 };
  }
}

export const radius = 17;
export const captionHeight = 15;
/** Between a part and what stands beneath it. */
export const beneath = 3;
/** Beside an arrow that leads back, for the sum. */
export const lead = 12;

export const sizeOfLine = (style: Line["style"]): number => (style === "name" || style === "label" ? textSize : smallSize);
export const lineWidth = ({ text, style }: Line): number => widthOf(text, sizeOfLine(style)) * (style === "name" ? 1.02 : 1);

/** The room that a part takes: lines go through its middle, so there is as much above as beneath. */
export function roomOf(part: Piece, direction: Orientation): Size {
  const shape = shapeOf(part);
  const caption = part.caption === null ? { width: 0, height: 0 } : { width: widthOf(part.caption, smallSize), height: captionHeight };
  const sum = part.sum === null ? { width: 0, height: 0 } : { width: part.sum.block.width + lead, height: part.sum.block.height + beneath };
  if (direction === "LR") {
    const outside = Math.max(caption.height, sum.height);
    return { width: Math.max(shape.width, caption.width, sum.width), height: shape.height + 2 * outside };
  }
  const outside = Math.max(caption.width, sum.width);
  return { width: shape.width + 2 * (outside === 0 ? 0 : outside + beneath), height: Math.max(shape.height, caption.height + sum.height) };
}

/** Between a wire and the value above it; between it and what stands beneath it, the arrow back included. */
export const above = 3;
export const below = 9;
/** The same for wires that go down. */
export const beside = 14;
/** Between numbers and the ends of their stretch of the wire. */
const ends = 5;

/** The room of what stands at both sides of a wire; null where nothing does. */
export function labelOf({ value, gradient, details }: Wire, direction: Orientation): Size | null {
  const under = [gradient, ...details].filter((block) => block !== null);
  if (value === null && under.length === 0) return null;
  const widest = (blocks: readonly Block[]): number => Math.max(0, ...blocks.map(({ width }) => width));
  const [first, second] = [widest(value === null ? [] : [value]), widest(under)];
  const height = under.reduce((sum, each) => sum + each.height, 0);
  if (direction === "LR") {
    const half = Math.max(value === null ? 0 : value.height + above, under.length === 0 ? 0 : height + below);
    return { width: Math.max(first, second) + 2 * ends, height: 2 * half };
  }
  return { width: 2 * (Math.max(first + above, second + beside) + ends), height: Math.max(value?.height ?? 0, height) + 2 * ends };
}
