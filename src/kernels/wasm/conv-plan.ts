import { sizeOf, stridesOf } from "../../tensor/shape.ts";
import { kernelsOf, outsOf, sizesOf, type Window, type WindowAxis } from "../window.ts";
import { scratchBytes } from "../workspace.ts";
import { boxOffset } from "./assembly/conv-scratch.ts";

/**
 * Windows along one axis as the kernel slides them: window o reads the elements o · pace + t · tap + low for each of its `taps` taps t.
 * Steps count elements of the weights from a tap to the next and of the result from a window to the next.
 */
export interface SlideAxis {
  readonly size: number;
  readonly low: number;
  readonly taps: number;
  readonly tap: number;
  readonly pace: number;
  readonly outs: number;
  readonly weight: number;
  readonly step: number;
}

/** What one run of the kernel does: windows over three axes, and where the weight of its first tap and its first result lie. */
export interface Slide {
  readonly axes: readonly [SlideAxis, SlideAxis, SlideAxis];
  readonly weight: number;
  readonly start: number;
}

/** Elements of the weights from a filter to the next and from a channel to the next. */
export interface Filters {
  readonly filter: number;
  readonly channel: number;
}

/** The kernel's three axes; null for windows that need more. */
function threeAxes(window: Window): Window | null {
  const axes: WindowAxis[] = [];
  for (const axis of window) {
    const outer = axes.at(-1);
    if (outer !== undefined && outer.stride === 1 && isWhole(axis)) axes[axes.length - 1] = merged(outer, axis.size);
    else axes.push(axis);
  }
  while (axes.length < 3) axes.unshift(singleton);
  return axes.length === 3 ? axes : null;
}

const singleton: WindowAxis = { size: 1, kernel: 1, stride: 1, dilation: 1, begin: 0, end: 0, out: 1 };

/** Whether the windows along an axis are its elements: then it can be one axis with the axis before it. */
const isWhole = ({ size, kernel, stride, begin, out }: WindowAxis): boolean => kernel === 1 && stride === 1 && begin === 0 && out === size;

const merged = ({ size, kernel, stride, dilation, begin, end, out }: WindowAxis, inner: number): WindowAxis => ({
  size: size * inner,
  kernel,
  stride,
  dilation: dilation * inner,
  begin: begin * inner,
  end: end * inner,
  out: out * inner,
});

const asSlide = ([a, b, c]: readonly SlideAxis[], weight: number, start: number): Slide => ({ axes: [a, b, c], weight, start });

/** A convolution as one slide; null when the kernel cannot do it. */
export function convolutionOf(window: Window): Slide | null {
  const three = threeAxes(window);
  if (three === null) return null;
  const weights = stridesOf(kernelsOf(three));
  const steps = stridesOf(outsOf(three));
  const axes = three.map(({ size, kernel, stride, dilation, begin, out }, axis) => {
    return { size, low: -begin, taps: kernel, tap: dilation, pace: stride, outs: out, weight: weights[axis], step: steps[axis] };
  });
  return asSlide(axes, 0, 0);
}

/**
 * A transposed convolution as slides of windows over its input. The results that lie a stride apart meet the same taps: along each axis
 * there are as many slides as the stride. Null when the kernel cannot do it.
 */
export function transposedParts(window: Window): readonly Slide[] | null {
  const three = threeAxes(window);
  if (three === null) return null;
  const weights = stridesOf(kernelsOf(three));
  const steps = stridesOf(sizesOf(three));
  const phases = three.map((axis, at) => phasesOf(axis, weights[at], steps[at]));
  const count = sizeOf(phases.map((list) => list.length));
  // Hundreds of runs for a few results each would be slower than the loops.
  if (count > mostSlides) return null;
  return phases
    .reduce<Phase[][]>((lists, own) => lists.flatMap((list) => own.map((phase) => [...list, phase])), [[]])
    .map((list) =>
      asSlide(
        list.map(({ axis }) => axis),
        list.reduce((sum, { weight }) => sum + weight, 0),
        list.reduce((sum, { start }) => sum + start, 0),
      ),
    );
}

const mostSlides = 64;

interface Phase {
  readonly axis: SlideAxis;
  readonly weight: number;
  readonly start: number;
}

/** Result i is met by tap j of window o where i + begin = o · stride + j · dilation. */
function phasesOf({ size, kernel, stride, dilation, begin, out }: WindowAxis, weight: number, step: number): Phase[] {
  const between = stride / greatestCommonDivisor(stride, dilation);
  return Array.from({ length: Math.min(stride, size) }, (_, first) => {
    const outs = Math.ceil((size - first) / stride);
    let tap = 0;
    while (tap < between && (first + begin - tap * dilation) % stride !== 0) tap++;
    const taps = tap < between && tap < kernel ? Math.ceil((kernel - tap) / between) : 0;
    // Later taps meet earlier windows: the last one comes first.
    const last = taps === 0 ? 0 : tap + (taps - 1) * between;
    const low = taps === 0 ? 0 : (first + begin - last * dilation) / stride;
    const own = { size: out, low, taps, tap: (between * dilation) / stride, pace: 1, outs, weight: -between * weight, step: stride * step };
    return { axis: own, weight: last * weight, start: first * step };
  });
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

/** How the kernel goes about a slide: see assembly/conv.ts. */
export interface ConvolutionPlan {
  /** Filters that are packed at a time. */
  readonly block: number;
  /** Whether a padded copy of the image is made. */
  readonly boxed: boolean;
  /** Windows along each axis that the copy holds at a time. */
  readonly bands: Bands;
}

type Bands = readonly [number, number, number];

/** Bytes that packed filters, and the copy of an image, may take if less does not do. */
const comfortable = 2 ** 20;

/** How a slide fits the kernel's scratch memory; null when it does not. `size` is an element's bytes. */
export function planOf({ axes }: Slide, channels: number, filters: number, size: number): ConvolutionPlan | null {
  const inner = channels * axes.reduce((product, { taps }) => product * taps, 1);
  const block = Math.min(filters, Math.max(1, Math.floor(comfortable / (12 * Math.max(1, inner) * size))) * 12);
  if (readsImage(axes, inner, size)) return { block, boxed: false, bands: [axes[0].outs, axes[1].outs, axes[2].outs] };
  const room = scratchBytes - boxOffset(block, inner, size);
  const bands = bandsWithin(axes, Math.min(comfortable, room) / (channels * size)) ?? bandsWithin(axes, room / (channels * size));
  return bands === null ? null : { block, boxed: true, bands };
}

/** The windows that a box of so many places holds: whole planes where they fit, else rows of one, else a part of a row. */
function bandsWithin([a, b, c]: Slide["axes"], places: number): Bands | null {
  const planes = windowsWithin(a, places / (boxLength(b, b.outs) * boxLength(c, c.outs)));
  if (planes > 0) return [planes, b.outs, c.outs];
  const rows = windowsWithin(b, places / (boxLength(a, 1) * boxLength(c, c.outs)));
  if (rows > 0) return [1, rows, c.outs];
  const some = windowsWithin(c, places / (boxLength(a, 1) * boxLength(b, 1)));
  // A part of a row must be long enough for the tiles.
  return some >= 16 || some === c.outs ? [1, 1, some] : null;
}

/** How the kernel for the weights' gradient goes about its windows: see assembly/conv-weights.ts. */
export interface WeightsPlan {
  /** Channels at a time. */
  readonly block: number;
  /** Images at a time. */
  readonly images: number;
  readonly boxed: boolean;
  readonly bands: Bands;
}

/** Bytes that the lines of a block of channels, or their boxes, may take: they are read again for every few filters. */
const linesBytes = 2 ** 18;
/** Windows whose products are summed before the lanes of a sum are added up. */
const windowsOfSum = 1024;

/** How a convolution's windows fit the scratch memory; null when they do not. `size` is an element's bytes. */
export function weightsPlanOf({ axes }: Slide, batch: number, channels: number, size: number): WeightsPlan | null {
  const [a, b, c] = axes;
  const taps = a.taps * b.taps * c.taps;
  // The lines of one channel take as much as those of a block where they must.
  const most = Math.min(4 * windowsOfSum, Math.floor(comfortable / (taps * size)));
  const bands: Bands = [
    Math.max(1, Math.min(a.outs, Math.floor(most / (b.outs * c.outs)))),
    Math.max(1, Math.min(b.outs, Math.floor(most / c.outs))),
    Math.max(1, Math.min(c.outs, most)),
  ];
  const windows = sizeOf(bands);
  const whole = windows === a.outs * b.outs * c.outs;
  const images = whole ? Math.max(1, Math.min(batch, Math.floor(Math.min(windowsOfSum, most) / windows))) : 1;
  const boxed = !whole || !isWithin(axes);
  const box = boxed ? size * sizeOf(axes.map((axis, at) => boxLength(axis, bands[at]))) : 0;
  if (windows > most || box > comfortable) return null;
  const block = Math.min(channels, Math.floor(linesBytes / Math.max(taps * windows * images * size, box)));
  return { block: Math.max(1, block), images, boxed, bands };
}

/** Places of a box for `windows` windows. */
export const boxLength = ({ pace, tap, taps }: SlideAxis, windows: number): number =>
  pace * (windows - 1) + tap * Math.max(0, taps - 1) + 1;

/** How many windows a box of so many places holds. */
function windowsWithin(axis: SlideAxis, places: number): number {
  return places < boxLength(axis, 1) ? 0 : Math.min(axis.outs, Math.floor((places - boxLength(axis, 1)) / axis.pace) + 1);
}

/** Whether the windows can read the image itself: none reaches into padding, and no tile reads past a row. */
function readsImage(axes: Slide["axes"], inner: number, size: number): boolean {
  const lanes = 16 / size;
  const { outs, pace } = axes[2];
  return isWithin(axes) && (pace !== 1 || outs % lanes === 0 || (inner <= 256 && outs >= 2 * lanes));
}

/** Whether no window reaches into padding. */
const isWithin = (axes: Slide["axes"]): boolean =>
  axes.every((axis) => axis.low >= 0 && axis.low + boxLength(axis, axis.outs) <= axis.size);
