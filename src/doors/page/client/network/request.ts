import { isArticles, type LayerChoice, type Settings } from "./design.ts";
import type { Aim, Samples } from "./samples.ts";

/** A layer of the request, with torch.nn's names and arguments. */
interface RequestedLayer {
  readonly type: string;
  readonly in_features?: number;
  readonly out_features?: number;
  readonly p?: number;
}

interface RequestedNetwork {
  readonly layers: readonly RequestedLayer[];
  readonly loss?: { readonly type: string };
}

/** What the data are of which a job is made: numbers in the request, or a file that the service has. */
export interface SampleSource {
  readonly samples: Samples;
  /** The id of a dataset with the tensors `input` and `target`. */
  readonly dataset: string | null;
}

export interface JobOrder {
  readonly network: RequestedNetwork;
  readonly data: Readonly<Record<string, unknown>>;
  readonly optimizer: Readonly<Record<string, unknown>>;
  readonly steps: number;
  readonly seed: number;
  /** The weights to begin with, where they are not drawn. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly [more: string]: unknown;
}

/** The loss follows from what is to be learnt. */
export const losses: Readonly<Record<Aim, string>> = { number: "MSELoss", either: "BCEWithLogitsLoss", class: "CrossEntropyLoss" };

export const targetsOf = ({ aim, targets }: Samples): unknown => (aim === "class" ? targets : targets.map((target) => [target]));

/** The network with its last layer, which has as many outputs as the data want. */
export function networkFor({ layers }: Pick<Settings, "layers">, { aim, inputs, outputs }: Samples): RequestedNetwork {
  const all: LayerChoice[] = [...layers, { type: "Linear", amount: outputs }];
  const first = all.findIndex(({ type }) => type === "Linear");
  const width = { in_features: inputs[0]?.length ?? 1 };
  return { layers: all.map((layer, at) => requestedLayer(layer, at === first ? width : {})), loss: { type: losses[aim] } };
}

function requestedLayer({ type, amount }: LayerChoice, width: { readonly in_features?: number }): RequestedLayer {
  if (type === "Linear") return { type, ...width, out_features: amount };
  return type === "Dropout" ? { type, p: amount } : { type };
}

const optimizerOf = ({ optimizer, rate }: Settings) =>
  optimizer === "Momentum" ? { type: "SGD", lr: rate, momentum: 0.9 } : { type: optimizer, lr: rate };

/** The body of POST /v1/jobs for these settings. */
export function jobFor(settings: Settings, source: SampleSource): JobOrder {
  const { samples, dataset } = source;
  const { batch, holdsBack, steps, seed } = settings;
  const isBatched = batch > 0 && batch < samples.targets.length;
  return {
    network: networkFor(settings, samples),
    data:
      dataset === null
        ? { input: samples.inputs, target: targetsOf(samples) }
        : { input: { dataset, tensor: "input", transforms: [{ type: "standardize" }] }, target: { dataset, tensor: "target" } },
    optimizer: optimizerOf(settings),
    steps,
    seed,
    ...(settings.start === "article" && isArticles(settings) && { parameters: articleWeights() }),
    ...(isBatched && { batch_size: batch, shuffle: true }),
    ...(holdsBack && samples.targets.length >= 5 && { validation: { split: 0.2, shuffle: true } }),
    ...(samples.aim !== "number" && { metrics: ["accuracy"] }),
    // Enough for a curve, and few enough to be fetched as they come.
    log_every: Math.max(1, Math.ceil(steps / 4000)),
    tags: ["page"],
  };
}

/** What the article's network begins with, in a form without chance: even numbers from 0 to 1, those of the second layer in another order. */
function articleWeights() {
  const units = Array.from({ length: 100 }, (_, unit) => unit);
  return {
    "0.weight": units.map((unit) => [(unit + 0.5) / 100]),
    "0.bias": units.map(() => 0),
    "2.weight": [units.map((unit) => (((37 * unit) % 100) + 0.5) / 100)],
    "2.bias": [0],
  };
}

/** Names of a network's weights and biases, layer by layer, in the order in which values go through them. */
export function linearLayers(network: RequestedNetwork): { readonly weight: string; readonly bias: string; readonly name: string }[] {
  return network.layers.flatMap(({ type }, at) =>
    type === "Linear" ? [{ name: String(at), weight: `${at}.weight`, bias: `${at}.bias` }] : [],
  );
}
