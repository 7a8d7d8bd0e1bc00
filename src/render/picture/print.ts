import { type Block, bracket, columnGap, lineHeight, matrixLine, smallSize, textSize } from "./blocks.ts";
import { xml } from "./escape.ts";
import { cellSize, type HeatMap } from "./heat-map.ts";
import { widthOf } from "./font.ts";
import { coordinate } from "./paths.ts";

/** Draws what is printed of a tensor, with its left upper corner at a place. */
export function printed(block: Block, kind: string, left: number, top: number): string {
  const { rows, columns, map, width, height } = block;
  if (columns !== null) return matrix(block, columns, kind, left, top);
  const size = map === null ? textSize : smallSize;
  const text = `<text class="${kind} middle${map === null ? "" : " small"}" x="${coordinate(left + width / 2)}" y="${coordinate(top + size - 1)}">${xml(rows[0]?.[0] ?? "")}</text>`;
  return map === null ? text : text + drawnMap(map, left + (width - map.width) / 2, top + height - map.height - 2);
}

function matrix(block: Block, columns: readonly number[], kind: string, start: number, top: number): string {
  const { rows, height, before } = block;
  const room = widthOf(before, smallSize);
  const [left, width] = [start + room, block.width - room];
  let right = left + bracket;
  const ends = columns.map((column, at) => (right += column + (at === 0 ? 0 : columnGap)));
  const first = top + (height - rows.length * matrixLine) / 2 + smallSize - 0.5;
  const numbers = rows.map((row, y) =>
    row.map((text, x) => `<tspan x="${coordinate(ends[x])}" y="${coordinate(first + y * matrixLine)}">${xml(text)}</tspan>`).join(""),
  );
  const side = (x: number, inward: number): string =>
    `M${coordinate(x + inward)} ${coordinate(top + 1)}h${-inward}v${coordinate(height - 2)}h${inward}`;
  const said =
    before === ""
      ? ""
      : `<text class="${kind} small" x="${coordinate(start)}" y="${coordinate(top + height / 2 + smallSize * 0.36)}">${xml(before)}</text>`;
  return `${said}<path class="bracket" d="${side(left + 1, 3)}${side(left + width - 1, -3)}"/><text class="${kind} end small" xml:space="preserve">${numbers.join("")}</text>`;
}

/** Cells by their colours, and signs for whoever does not see these. */
function drawnMap({ cells, width, height }: HeatMap, left: number, top: number): string {
  const byLevel = new Map<string, string>();
  const add = (kind: string, path: string): void => void byLevel.set(kind, (byLevel.get(kind) ?? "") + path);
  cells.forEach((row, y) =>
    row.forEach((level, x) => {
      const [cx, cy] = [left + (x + 0.5) * cellSize, top + (y + 0.5) * cellSize];
      const at = `M${coordinate(cx - cellSize / 2)} ${coordinate(cy - cellSize / 2)}h${cellSize}v${cellSize}h${-cellSize}z`;
      if (level === null) return add("sign", `M${coordinate(cx - 2)} ${coordinate(cy - 2)}l4 4m0-4l-4 4`);
      if (level === 0) return;
      add(level > 0 ? `p${level}` : `m${-level}`, at);
      // Small ones are left without a sign, so that the large ones are seen.
      if (Math.abs(level) < 2) return;
      add("sign", `M${coordinate(cx - 1.5)} ${coordinate(cy)}h3${level > 0 ? "m-1.5-1.5v3" : ""}`);
    }),
  );
  const frame = `<rect class="cells" x="${coordinate(left)}" y="${coordinate(top)}" width="${width}" height="${height}"/>`;
  const levels = [...byLevel].filter(([kind]) => kind !== "sign").toSorted(([a], [b]) => (a < b ? -1 : 1));
  const signs = byLevel.get("sign");
  return `<g class="map">${frame}${levels.map(([kind, path]) => `<path class="${kind}" d="${path}"/>`).join("")}${signs === undefined ? "" : `<path class="sign" d="${signs}"/>`}<rect class="edges" x="${coordinate(left)}" y="${coordinate(top)}" width="${width}" height="${height}"/></g>`;
}

/** The height of a line in which text of a part stands. */
export const baseline = (top: number, line: number): number => top + line * lineHeight + textSize - 1;
