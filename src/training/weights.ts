import { scalar, type Tensor } from "../tensor/tensor.ts";
import type { NamedTensors, OptimizationState } from "./optimization.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import type { SumState } from "./loss-sum.ts";
import type { FittedTransforms } from "./transforms/fitted.ts";

/** PyTorch counts the batches behind running statistics in a buffer of its own, and loads a state_dict only if it is there. */
const counter = "num_batches_tracked";
const runningMean = /\.running_mean$/;

type Fits = Readonly<Record<string, FittedTransforms>>;

/** The weights file of a step: the state_dict of the equivalent `torch.nn.Sequential`, and how the data were transformed. */
export function encodeWeights(weights: NamedTensors, step: number, fits: Fits): Uint8Array<ArrayBuffer> {
  const tensors = new Map<string, Tensor>(weights);
  for (const name of weights.keys()) {
    const [variance, count] = [name.replace(runningMean, ".running_var"), name.replace(runningMean, `.${counter}`)];
    if (runningMean.test(name) && weights.has(variance) && !weights.has(count)) tensors.set(count, scalar(step, "int64"));
  }
  const transforms: Record<string, string> = Object.keys(fits).length === 0 ? {} : { transforms: JSON.stringify(fits) };
  return encodeSafetensors(tensors, { format: "pt", step: String(step), ...transforms });
}

export function decodeWeights(bytes: Uint8Array): { readonly weights: NamedTensors; readonly fits: Fits } {
  const { tensors, metadata } = decodeSafetensors(bytes);
  // A parameter of a graph may have any name, but it is floating.
  for (const [name, { dtype }] of tensors) if (name.endsWith(`.${counter}`) && dtype === "int64") tensors.delete(name);
  return { weights: tensors, fits: JSON.parse(metadata.transforms ?? "{}") as Fits };
}

/** All that a run is between two steps, beside the numbers of its optimization. */
export interface LoopState {
  /** Updates made. */
  readonly step: number;
  readonly scheduler: Readonly<Record<string, number>>;
  /** Of the epoch under way: what its loss and its measures have added up. */
  readonly loss: SumState;
  readonly tallies: readonly (readonly number[])[];
  /** The best value of what is monitored, when it was, and for how many epochs it has not improved. */
  readonly best: Best | null;
  readonly stale: number;
  /** Spent on training so far, in seconds. */
  readonly seconds: number;
}

export interface Best {
  /** An infinity as text. */
  readonly value: number | string;
  readonly step: number;
  readonly epoch: number;
  readonly metrics: Readonly<Record<string, number | string>>;
}

/** What the names of the best weights begin with beside those of what an optimizer keeps. */
const ofBest = "best/";

/** What resuming needs beside the weights file; `best` are the weights that the run may end with. */
export function encodeState(state: NamedTensors, loop: LoopState, best: NamedTensors | null): Uint8Array<ArrayBuffer> {
  const tensors = new Map(state);
  for (const [name, tensor] of best ?? []) tensors.set(ofBest + name, tensor);
  // However long it took, the same state has as many bytes.
  const seconds = loop.seconds.toFixed(3).padStart(12, "0");
  return encodeSafetensors(tensors, { loop: JSON.stringify({ ...loop, seconds }) });
}

/** A checkpoint as a run goes on from it. */
export interface Resumed {
  readonly optimization: OptimizationState;
  readonly loop: LoopState;
  readonly best: NamedTensors | null;
}

export function decodeCheckpoint(weights: Uint8Array, state: Uint8Array): Resumed {
  const { tensors, metadata } = decodeSafetensors(state);
  const loop = JSON.parse(metadata.loop) as Omit<LoopState, "seconds"> & { readonly seconds: number | string };
  // Of an epoch that an earlier version began, the rest is told.
  const { loss = { rows: 0, sums: [] } } = loop as Partial<LoopState>;
  const own = [...tensors].filter(([name]) => !name.startsWith(ofBest));
  const best = [...tensors]
    .filter(([name]) => name.startsWith(ofBest))
    .map(([name, tensor]) => [name.slice(ofBest.length), tensor] as const);
  return {
    optimization: { weights: decodeWeights(weights).weights, state: new Map(own) },
    loop: { ...loop, loss, seconds: Number(loop.seconds) },
    best: best.length === 0 ? null : new Map(best),
  };
}
