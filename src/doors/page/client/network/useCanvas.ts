import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { shade } from "../shell/settings.ts";
import { type Palette, paletteOf } from "./colours.ts";

/** What is drawn on, in pixels of the page. */
export interface CanvasSheet {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  readonly palette: Palette;
}

/** Draws on a canvas, at most once a frame, as sharp as the screen is, and again when it is resized or the theme changes. */
export function useCanvas(draw: (sheet: CanvasSheet) => void, changes: readonly unknown[]): RefObject<HTMLCanvasElement | null> {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef(draw);
  latest.current = draw;
  const frame = useRef(0);
  const ask = (): void => {
    if (frame.current === 0) frame.current = requestAnimationFrame(paint);
  };
  const paint = (): void => {
    frame.current = 0;
    const element = canvas.current;
    const context = element?.getContext("2d") ?? null;
    if (element === null || context === null) return;
    const { clientWidth: width, clientHeight: height } = element;
    const scale = globalThis.devicePixelRatio || 1;
    element.width = Math.round(width * scale);
    element.height = Math.round(height * scale);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    latest.current({ context, width, height, palette: paletteOf(element) });
  };
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(ask);
    observer.observe(element);
    return () => {
      observer.disconnect();
      cancelAnimationFrame(frame.current);
      frame.current = 0;
    };
  }, []);
  useEffect(ask, [...changes, shade.value]);
  return canvas;
}
