import { smallSize, textSize } from "../../../src/render/picture/blocks.ts";
import { widthOf } from "../../../src/render/picture/font.ts";

export interface Box {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where each text of a picture stands, by the table of widths that it was laid out with. */
export function textBoxes(svg: string): Box[] {
  return Array.from(svg.matchAll(/<text ([^>]*)>(.*?)<\/text>/gs)).flatMap(([, attributes, content]) => {
    const kind = /class="([^"]*)"/.exec(attributes)?.[1] ?? "";
    const spans = Array.from(content.matchAll(/<tspan ([^>]*)>(.*?)<\/tspan>/gs), ([, place, text]) => boxOf(place, text, kind));
    return spans.length > 0 ? spans : [boxOf(attributes, content, kind)];
  });
}

function boxOf(place: string, escaped: string, kind: string): Box {
  const number = (name: string): number => Number(new RegExp(`(?:^| )${name}="([^"]*)"`).exec(place)?.[1]);
  const size = /caption|detail|small/.test(kind) ? smallSize : textSize;
  const text = unescaped(escaped);
  const width = widthOf(text, size);
  const left = number("x") - (/middle/.test(kind) ? width / 2 : /end/.test(kind) ? width : 0);
  return { text, left, right: left + width, top: number("y") - 0.74 * size, bottom: number("y") + 0.2 * size };
}

/** Pairs of texts that stand on one another. */
export function overlaps(boxes: readonly Box[]): string[] {
  const ordered = boxes.toSorted((a, b) => a.left - b.left);
  return ordered.flatMap((a, at) =>
    ordered
      .slice(at + 1)
      .filter((b) => b.left < a.right - 0.5 && b.top < a.bottom && a.top < b.bottom)
      .map((b) => `${a.text} on ${b.text}`),
  );
}

/** Texts that stand beyond a picture's edges. */
export function outside(svg: string): string[] {
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)?.map(Number) ?? [];
  return textBoxes(svg).flatMap(({ text, left, right, top, bottom }) =>
    left < 0 || top < 0 || right > width || bottom > height ? [text] : [],
  );
}

const characters: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
const unescaped = (text: string): string => text.replaceAll(/&(#?\w+);/g, (_, name: string) => characters[name] ?? "?");
