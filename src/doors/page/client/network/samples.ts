import { type Draws, drawsOf } from "./random.ts";

/** What is to be learnt: a number, which of two classes, or which of several. */
export type Aim = "number" | "either" | "class";

/** Rows of data: what goes in, and what should come out, where a class is its number from 0. */
export interface Samples {
  readonly aim: Aim;
  readonly inputs: readonly (readonly number[])[];
  readonly targets: readonly number[];
  /** How many numbers the network puts out. */
  readonly outputs: number;
  /** What the classes are called; empty for numbers. */
  readonly classes: readonly string[];
  /** What the columns of the inputs are called; empty where there are too many to name. */
  readonly columns: readonly string[];
}

export interface SampleDraw {
  readonly size: number;
  /** From 0 to 1. */
  readonly noise: number;
  readonly seed: number;
}

type Point = readonly [inputs: readonly number[], target: number];

/** Four decimals are enough for a point in a picture, and keep requests short enough to be read. */
const rounded = (number: number): number => Math.round(number * 10_000) / 10_000;

const plane = (points: readonly Point[]): Samples => ({
  aim: "either",
  inputs: points.map(([inputs]) => inputs.map(rounded)),
  targets: points.map(([, target]) => target),
  outputs: 1,
  classes: ["0", "1"],
  columns: ["x₁", "x₂"],
});

/** One point after the other, each of the class that its number says. */
const drawn = ({ size, seed }: SampleDraw, point: (at: number, draws: Draws) => Point): Samples => {
  const draws = drawsOf(seed);
  return plane(Array.from({ length: size }, (_, at) => point(at, draws)));
};

/** Four corners, or clouds around them; the classes lie crosswise. */
export const xor = (drawing: SampleDraw): Samples =>
  drawn(drawing, (at, { normal }) => {
    const [a, b] = [at % 2, Math.floor(at / 2) % 2];
    const spread = 0.4 * drawing.noise;
    return [[a + spread * normal(), b + spread * normal()], a ^ b];
  });

/** A disc, and a ring around it. */
export const circles = (drawing: SampleDraw): Samples =>
  drawn(drawing, (at, { uniform, normal }) => {
    const isInner = at % 2 === 0;
    const radius = isInner ? 0.5 * Math.sqrt(uniform()) : 0.75 + 0.25 * uniform();
    const angle = 2 * Math.PI * uniform();
    const spread = 0.2 * drawing.noise;
    return [[radius * Math.cos(angle) + spread * normal(), radius * Math.sin(angle) + spread * normal()], isInner ? 1 : 0];
  });

/** Two arms that wind around each other. */
export const spirals = (drawing: SampleDraw): Samples =>
  drawn(drawing, (at, { normal }) => {
    const arm = at % 2;
    const along = (Math.floor(at / 2) + 1) / Math.ceil(drawing.size / 2);
    const angle = 3.2 * Math.PI * along + arm * Math.PI;
    const spread = 0.12 * drawing.noise;
    return [[along * Math.sin(angle) + spread * normal(), along * Math.cos(angle) + spread * normal()], arm];
  });

/** Two clouds. */
export const gaussians = (drawing: SampleDraw): Samples =>
  drawn(drawing, (at, { normal }) => {
    const centre = at % 2 === 0 ? -0.5 : 0.5;
    const spread = 0.15 + 0.5 * drawing.noise;
    return [[centre + spread * normal(), centre + spread * normal()], at % 2];
  });

/** sin(x) at evenly spaced points of [−3, 3]. */
export const sine = ({ size, noise, seed }: SampleDraw): Samples => {
  const { normal } = drawsOf(seed);
  const inputs = Array.from({ length: size }, (_, at) => (size === 1 ? 0 : -3 + (6 * at) / (size - 1)));
  return {
    aim: "number",
    inputs: inputs.map((x) => [x]),
    targets: inputs.map((x) => Math.sin(x) + 0.5 * noise * normal()),
    outputs: 1,
    classes: [],
    columns: ["x"],
  };
};

/** The picture of a digit in a line such as `7 00af…`: a pixel is a number from 0 to 16 in base 17. */
export function digitsOf(text: string, size: number): Samples {
  const lines = text.trim().split("\n").slice(0, size);
  return {
    aim: "class",
    inputs: lines.map((line) => Array.from(line.slice(2), (pixel) => Number.parseInt(pixel, 17) / 16)),
    targets: lines.map((line) => Number(line[0])),
    outputs: 10,
    classes: Array.from({ length: 10 }, (_, digit) => String(digit)),
    columns: [],
  };
}

/** Points that are drawn at the most. */
export const mostPoints = 2_000;

/** The rows that are shown and differentiated: all, or some evenly spaced ones, so that no request grows with the data. */
export function chosenRows(count: number, most: number): number[] {
  return count <= most
    ? Array.from({ length: count }, (_, at) => at)
    : Array.from({ length: most }, (_, at) => Math.floor((at * count) / most));
}
