import { circles, type SampleDraw, gaussians, type Samples, sine, spirals, xor } from "./samples.ts";

export const datasetNames = ["xor", "circles", "spirals", "gaussians", "sine", "digits", "csv"] as const;
export type DatasetName = (typeof datasetNames)[number];

/** Data that are made here, by a formula and a seed. */
export const makers: Readonly<Record<Exclude<DatasetName, "digits" | "csv">, (drawing: SampleDraw) => Samples>> = {
  xor,
  circles,
  spirals,
  gaussians,
  sine,
};

export const isMade = (name: DatasetName): name is keyof typeof makers => Object.hasOwn(makers, name);

/** How many rows there may be of each: a slider goes from the first to the last. */
export const sizes: Readonly<Record<DatasetName, readonly [least: number, most: number]>> = {
  xor: [4, 400],
  circles: [20, 500],
  spirals: [20, 500],
  gaussians: [20, 500],
  sine: [10, 200],
  digits: [50, 400],
  csv: [1, 1],
};
