import type { Palette } from "./colours.ts";
import { shortOf, ticksOf } from "../charts/numbers.ts";

type Span = readonly [least: number, most: number];

/** From numbers to places on a canvas, with a frame and a few numbers at its sides. */
export interface Plane {
  readonly x: (number: number) => number;
  readonly y: (number: number) => number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const margins = { left: 46, right: 12, top: 10, bottom: 26 };

export function planeOf(size: { readonly width: number; readonly height: number }, [xs, ys]: readonly [Span, Span]): Plane {
  const width = Math.max(1, size.width - margins.left - margins.right);
  const height = Math.max(1, size.height - margins.top - margins.bottom);
  return {
    left: margins.left,
    top: margins.top,
    width,
    height,
    x: (number) => margins.left + ((number - xs[0]) / (xs[1] - xs[0])) * width,
    y: (number) => margins.top + height - ((number - ys[0]) / (ys[1] - ys[0])) * height,
  };
}

export function drawFrame(context: CanvasRenderingContext2D, plane: Plane, [xs, ys]: readonly [Span, Span], palette: Palette): void {
  context.strokeStyle = palette.line;
  context.fillStyle = palette.quiet;
  context.lineWidth = 1;
  context.font = "12px system-ui, sans-serif";
  context.strokeRect(plane.left + 0.5, plane.top + 0.5, plane.width, plane.height);
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const tick of ticksOf(xs, Math.max(2, plane.width / 90)))
    context.fillText(shortOf(tick), plane.x(tick), plane.top + plane.height + 6);
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const tick of ticksOf(ys, Math.max(2, plane.height / 60))) context.fillText(shortOf(tick), plane.left - 6, plane.y(tick));
}

/** A mark for each class, so that they differ without colour: a disc, a square, a triangle, a diamond, a cross. */
export function drawMark(context: CanvasRenderingContext2D, kind: number, [x, y]: readonly [number, number], size: number): void {
  context.beginPath();
  switch (kind % 5) {
    case 0:
      context.arc(x, y, size, 0, 2 * Math.PI);
      break;
    case 1:
      context.rect(x - size * 0.9, y - size * 0.9, size * 1.8, size * 1.8);
      break;
    case 2:
      context.moveTo(x, y - size * 1.2);
      context.lineTo(x + size * 1.1, y + size * 0.9);
      context.lineTo(x - size * 1.1, y + size * 0.9);
      break;
    case 3:
      context.moveTo(x, y - size * 1.3);
      context.lineTo(x + size * 1.3, y);
      context.lineTo(x, y + size * 1.3);
      context.lineTo(x - size * 1.3, y);
      break;
    default:
      context.rect(x - size * 1.2, y - size * 0.45, size * 2.4, size * 0.9);
      context.rect(x - size * 0.45, y - size * 1.2, size * 0.9, size * 2.4);
  }
  context.closePath();
  context.fill();
  context.stroke();
}
