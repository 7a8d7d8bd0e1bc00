import { matrixOf, type Nested, numberOf } from "./answers.ts";
import { type JobOrder, linearLayers, targetsOf } from "./request.ts";
import { chosenRows, type Samples } from "./samples.ts";

/** The network at one step: what it says, and its weights with the gradients that move them. */
export interface Look {
  readonly step: number;
  /** Of each point of the view, the numbers that the network puts out. */
  readonly outputs: readonly (readonly number[])[];
  readonly layers: readonly LayerLook[];
  readonly loss: number;
}

/** A Linear layer: a row of weights for each unit. */
export interface LayerLook {
  readonly name: string;
  readonly weights: readonly (readonly number[])[];
  readonly gradients: readonly (readonly number[])[];
  readonly biases: readonly number[];
  readonly biasGradients: readonly number[];
}

/** Posts, and answers with JSON. */
export type Post = (path: string, body: unknown) => Promise<{ readonly [member: string]: unknown }>;

/** Where the network is asked what it says, with the rows that its gradients are taken on. */
export interface View {
  readonly points: readonly (readonly number[])[];
  /** null where it is not known what the network was fed with. */
  readonly rows: { readonly input: unknown; readonly target: unknown } | null;
  /** Whether the points are as the data were before the job's transforms. */
  readonly isRaw: boolean;
}

/** Rows that are differentiated at the most, and rows of long pictures. */
const mostRows = 200;
const mostLongRows = 100;
const longRow = 16;

/** Points across a picture. */
const across = { curve: 161, plane: 41 };

/** What the data span, with a margin around them. */
export function spanOf(numbers: readonly number[]): readonly [least: number, most: number] {
  const [least, most] = numbers.reduce(([low, high], each) => [Math.min(low, each), Math.max(high, each)], [Infinity, -Infinity]);
  const margin = Number.isFinite(least) && most > least ? 0.12 * (most - least) : 1;
  return Number.isFinite(least) ? [least - margin, most + margin] : [-1, 1];
}

export const even = ([least, most]: readonly [number, number], count: number): number[] =>
  Array.from({ length: count }, (_, at) => least + ((most - least) * at) / (count - 1));

/** The rows of the samples that stand for all of them. */
export const shownRows = ({ inputs }: Samples): number[] =>
  chosenRows(inputs.length, (inputs[0]?.length ?? 0) >= longRow ? mostLongRows : mostRows);

/** Along a line, all over a plane, or where the rows themselves are. */
export function viewOf(samples: Samples, isRaw: boolean): View {
  const { inputs, targets } = samples;
  const shown = shownRows(samples);
  const column = (at: number): number[] => inputs.map((row) => row[at]);
  const width = inputs[0]?.length ?? 0;
  const rows = { input: shown.map((at) => inputs[at]), target: targetsOf({ ...samples, targets: shown.map((at) => targets[at]) }) };
  if (width === 1) return { points: even(spanOf(column(0)), across.curve).map((x) => [x]), rows, isRaw };
  if (width !== 2) return { points: shown.map((at) => inputs[at]), rows, isRaw };
  const [xs, ys] = [even(spanOf(column(0)), across.plane), even(spanOf(column(1)), across.plane)];
  return { points: ys.flatMap((y) => xs.map((x) => [x, y])), rows, isRaw };
}

const layersFrom = (
  { network }: JobOrder,
  values: Readonly<Record<string, Nested>>,
  gradients: Readonly<Record<string, Nested>>,
): LayerLook[] =>
  linearLayers(network).map(({ name, weight, bias }) => ({
    name,
    weights: matrixOf(values[weight]),
    gradients: matrixOf(gradients[weight]),
    biases: matrixOf(values[bias]).map(([each]) => each),
    biasGradients: matrixOf(gradients[bias]).map(([each]) => each),
  }));

const parameterNames = ({ network }: JobOrder): string[] => linearLayers(network).flatMap(({ weight, bias }) => [weight, bias]);

interface Differentiated {
  readonly outputs: { readonly loss: unknown };
  readonly gradients: Readonly<Record<string, Nested>>;
}

/** How the network is before any update: the same weights are drawn from the seed when it is trained. */
export async function lookBefore(post: Post, order: JobOrder, { points, rows }: View): Promise<Look> {
  const { network, seed, parameters } = order;
  const bare = { layers: network.layers };
  const start = { seed, ...(parameters !== undefined && { parameters }) };
  const [said, drawn, differentiated] = await Promise.all([
    post("/v1/evaluate", { network: bare, ...start, inputs: { input: points }, return: ["outputs"] }),
    post("/v1/evaluate", { network: bare, ...start, inputs: { input: points.slice(0, 1) }, return: ["nodes"] }),
    post("/v1/gradients", { network, ...start, inputs: rows, wrt: parameterNames(order), return: ["outputs", "gradients"] }),
  ]);
  const nodes = drawn.nodes as readonly { readonly name: string; readonly value: Nested }[];
  const { outputs, gradients } = differentiated as unknown as Differentiated;
  return {
    step: 0,
    outputs: matrixOf((said.outputs as { readonly output: Nested }).output),
    layers: layersFrom(order, Object.fromEntries(nodes.map(({ name, value }) => [name, value])), gradients),
    loss: numberOf(outputs.loss),
  };
}

/** How it is after a step of a job that rests. */
export async function lookAt(
  { post, read }: { readonly post: Post; readonly read: (path: string) => Promise<{ readonly [member: string]: unknown }> },
  job: { readonly id: string; readonly step: number; readonly order: JobOrder },
  { points, rows, isRaw }: View,
): Promise<Look> {
  const differentiate = { inputs: rows, wrt: parameterNames(job.order), return: ["outputs", "gradients"] };
  const path = `/v1/jobs/${job.id}`;
  const [said, kept, differentiated] = await Promise.all([
    post(`${path}/predict`, { inputs: { input: points }, ...(isRaw && { transform: true }) }),
    read(`${path}/weights?format=json`),
    rows === null ? { outputs: { loss: Number.NaN }, gradients: {} } : post(`${path}/gradients`, differentiate),
  ]);
  const { outputs, gradients } = differentiated as unknown as Differentiated;
  return {
    step: job.step,
    outputs: matrixOf((said.outputs as { readonly output: Nested }).output),
    layers: layersFrom(job.order, kept.parameters as Readonly<Record<string, Nested>>, gradients),
    loss: numberOf(outputs.loss),
  };
}
