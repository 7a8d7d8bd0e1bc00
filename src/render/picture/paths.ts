import type { Spot } from "./layout.ts";

/** A coordinate as it is written: tenths of a pixel. */
export const coordinate = (value: number): string => String(Math.round(value * 10) / 10);

const pair = ({ x, y }: Spot): string => `${coordinate(x)} ${coordinate(y)}`;

/** A wire from one point to another by way of Bézier curves: straight between them. */
export function wirePath(start: Spot, curves: readonly (readonly Spot[])[], end: Spot): string {
  const stretches = curves.map(([first, ...others]) => {
    const bends = Array.from(
      { length: Math.floor(others.length / 3) },
      (_, at) =>
        `C${others
          .slice(3 * at, 3 * at + 3)
          .map(pair)
          .join(" ")}`,
    );
    return `L${pair(first)}${bends.join("")}`;
  });
  return `M${pair(start)}${stretches.join("")}L${pair(end)}`;
}

/** The head of an arrow whose tip is at a point, in one of four directions. */
export function head({ x, y }: Spot, towards: "right" | "left" | "down" | "up", size = 6): string {
  const half = size * 0.55;
  const [along, across] = towards === "right" ? [-size, 0] : towards === "left" ? [size, 0] : towards === "down" ? [0, -size] : [0, size];
  const wide = across === 0 ? { x: 0, y: half } : { x: half, y: 0 };
  return `M${pair({ x, y })}L${pair({ x: x + along - wide.x, y: y + across - wide.y })}L${pair({ x: x + along + wide.x, y: y + across + wide.y })}z`;
}
