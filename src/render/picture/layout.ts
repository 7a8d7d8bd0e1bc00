import { z } from "zod";
import { runGraphviz } from "./graphviz.ts";

export type Orientation = "LR" | "TB";

/** The room that something takes, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** What is to be connected; `label` is the room for what stands at both sides of the line, through whose middle it goes. */
export interface Link {
  readonly from: number;
  readonly to: number;
  readonly label: Size | null;
}

/** Boxes and links that are drawn inside one frame, and frames in it. */
export interface Frame {
  readonly label: Size;
  readonly pieces: readonly number[];
  readonly links: readonly number[];
  readonly frames: readonly Frame[];
}

export interface PlacedFrame extends Size {
  readonly left: number;
  readonly top: number;
}

export interface Arrangement extends Size {
  /** The middle of each box. */
  readonly boxes: readonly Spot[];
  readonly links: readonly PlacedLink[];
  /** Outer frames before those in them, in the order in which they were given. */
  readonly frames: readonly PlacedFrame[];
}

export interface PlacedLink {
  /** Points of Bézier curves, the first one where it begins: up to the label, and from there. */
  readonly curves: readonly (readonly Spot[])[];
  /** The middle of the label. */
  readonly label: Spot | null;
}

const Coordinates = z.object({
  bb: z.string(),
  objects: z.array(z.object({ name: z.string(), pos: z.string().optional(), bb: z.string().optional() })).default([]),
  edges: z.array(z.object({ id: z.string(), pos: z.string() })).default([]),
});

/** Pixels of an inch, in which Graphviz takes sizes; it answers in the same points. */
const inch = 72;
const margin = 12;

/** Above so many boxes and labels, those that cross less are not searched for as long. */
const easy = 400;

/** Places boxes and the links between them. The same for the same, wherever it runs. */
export function laidOut(boxes: readonly Size[], links: readonly Link[], frames: readonly Frame[], direction: Orientation): Arrangement {
  const answer = Coordinates.parse(JSON.parse(runGraphviz(sourceOf(boxes, links, frames, direction))));
  const [left, bottom, right, top] = answer.bb.split(",").map(Number);
  const place = (text: string): Spot => {
    const [x, y] = text.split(",").map(Number);
    return { x: rounded(x - left + margin), y: rounded(top - y + margin) };
  };
  const places = new Map(answer.objects.flatMap(({ name, pos }) => (pos === undefined ? [] : [[name, place(pos)] as const])));
  const curves = new Map(
    answer.edges.map(
      ({ id, pos }) =>
        [
          id,
          pos
            .split(" ")
            .filter((each) => !/^[es],/.test(each))
            .map(place),
        ] as const,
    ),
  );
  const placed = (name: string): Spot => found(places, name);
  const bounds = new Map(answer.objects.flatMap(({ name, bb }) => (bb === undefined ? [] : [[name, bb] as const])));
  return {
    width: Math.ceil(right - left + 2 * margin),
    height: Math.ceil(top - bottom + 2 * margin),
    boxes: boxes.map((_, at) => placed(`n${at}`)),
    links: links.map(({ label }, at) => ({
      curves: label === null ? [found(curves, `e${at}`)] : [found(curves, `e${at}`), found(curves, `f${at}`)],
      label: label === null ? null : placed(`l${at}`),
    })),
    frames: flattened(frames).map((_, at) => {
      const [x0, y0, x1, y1] = found(bounds, `cluster_${at}`).split(",").map(Number);
      const corner = place(`${x0},${y1}`);
      return { left: corner.x, top: corner.y, width: rounded(x1 - x0), height: rounded(y1 - y0) };
    }),
  };
}

/** All frames, outer ones before those in them. */
export const flattened = <Kind extends Frame & { readonly frames: readonly Kind[] }>(frames: readonly Kind[]): readonly Kind[] =>
  frames.flatMap((frame) => [frame, ...flattened(frame.frames)]);

/** The source for Graphviz. It holds no text of anybody's: only numbers, and names of our own. */
function sourceOf(boxes: readonly Size[], links: readonly Link[], frames: readonly Frame[], direction: Orientation): string {
  const labels = links.reduce((sum, { label }) => sum + (label === null ? 0 : 1), 0);
  const isEasy = boxes.length + labels <= easy;
  const [out, into] = direction === "LR" ? ["e", "w"] : ["s", "n"];
  const size = ({ width, height }: Size): string => `width=${(width / inch).toFixed(4)},height=${(height / inch).toFixed(4)}`;
  const effort = isEasy ? "splines=true" : "splines=polyline,nslimit=0.1,nslimit1=0.1,mclimit=0.1,searchsize=5";
  const lines = [
    `digraph{graph[rankdir=${direction},nodesep=0.14,ranksep=0.2,${effort}]`,
    `node[shape=box,style=invis,fixedsize=true,label=""${isEasy ? ",ordering=in" : ""}]`,
    "edge[style=invis,dir=none]",
    ...boxes.map((box, at) => `n${at}[${size(box)}]`),
    ...links.flatMap(({ from, to, label }, at) =>
      label === null
        ? [`n${from}:${out}->n${to}:${into}[id=e${at}]`]
        : [`l${at}[${size(label)}]`, `n${from}:${out}->l${at}:${into}[id=e${at}]`, `l${at}:${out}->n${to}:${into}[id=f${at}]`],
    ),
  ];
  let count = 0;
  const frame = ({ label, pieces, links: own, frames: inner }: Frame): void => {
    // Its size is that of a text of which only the room matters.
    lines.push(
      `subgraph cluster_${count++}{margin=8;label=<<table border="0" cellborder="0"><tr><td fixedsize="true" width="${Math.ceil(label.width)}" height="${Math.ceil(label.height)}"></td></tr></table>>`,
    );
    lines.push([...pieces.map((at) => `n${at}`), ...own.flatMap((at) => (links[at].label === null ? [] : [`l${at}`]))].join(";"));
    inner.forEach(frame);
    lines.push("}");
  };
  frames.forEach(frame);
  return `${lines.join("\n")}\n}`;
}

const rounded = (value: number): number => Math.round(value * 10) / 10;

function found<V>(map: ReadonlyMap<string, V>, name: string): V {
  const value = map.get(name);
  if (value === undefined) throw new Error(`the layout has no ${name}`);
  return value;
}
