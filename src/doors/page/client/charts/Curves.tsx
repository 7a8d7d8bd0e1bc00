import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import "./curves.css";
import { shade } from "../shell/settings.ts";
import { powersOfTen, shortOf } from "./numbers.ts";

/** A line of a chart: its colour is one of the page's custom properties. */
export interface Curve {
  readonly name: string;
  readonly colour: string;
  readonly values: readonly (number | null)[];
  /** Only the points, without the line between them. */
  readonly hasDots?: boolean;
  readonly dash?: readonly number[];
}

export interface CurvesProps {
  /** What is seen, for who does not see it. */
  readonly label: string;
  readonly axis: string;
  readonly steps: readonly number[];
  readonly curves: readonly Curve[];
  readonly isLogarithmic?: boolean;
  readonly height?: number;
}

/** Curves over the updates of a training, drawn at most once a frame, however often they grow. */
export function Curves({ label, axis, steps, curves, isLogarithmic = false, height = 220 }: CurvesProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const data = useRef<uPlot.AlignedData>([[]]);
  const frame = useRef(0);
  data.current = [[...steps], ...curves.map(({ values }) => [...values])];
  const look = curves.map(({ name, colour, hasDots }) => `${name}\n${colour}\n${hasDots}`).join("\n\n");
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const style = getComputedStyle(element);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const line = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
    const made = new uPlot(
      {
        width: Math.max(100, element.clientWidth),
        height,
        legend: { show: true, live: true },
        cursor: { drag: { x: true, y: false } },
        scales: { x: { time: false }, y: { distr: isLogarithmic ? 3 : 1 } },
        axes: [
          { ...line, label: axis, labelSize: 18, size: 34 },
          {
            ...line,
            size: 62,
            ...(isLogarithmic && { splits: (_chart, _axis, least, most) => powersOfTen(least, most) }),
            values: (_chart, splits) => splits.map((each) => (each === null ? "" : shortOf(each))),
          },
        ],
        series: [
          { label: axis },
          ...curves.map(({ name, colour: own, hasDots = false, dash }): uPlot.Series => ({
            label: name,
            stroke: colour(own),
            width: hasDots ? 0 : 2,
            spanGaps: true,
            ...(dash !== undefined && { dash: [...dash] }),
            points: hasDots ? { show: true, size: 6, fill: colour(own) } : { show: false },
            value: (_chart, each) => (each === null || each === undefined ? "–" : shortOf(each)),
          })),
        ],
      },
      data.current,
      element,
    );
    chart.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: Math.max(100, element.clientWidth), height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      cancelAnimationFrame(frame.current);
      frame.current = 0;
      made.destroy();
      chart.current = null;
    };
  }, [look, axis, isLogarithmic, height, shade.value]);
  useEffect(() => {
    if (frame.current !== 0) return;
    frame.current = requestAnimationFrame(() => {
      frame.current = 0;
      chart.current?.setData(data.current);
    });
  }, [steps, curves]);
  return <div class="curves" role="img" aria-label={label} ref={place} />;
}
