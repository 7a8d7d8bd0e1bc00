import { type DatasetName, datasetNames, sizes } from "./datasets.ts";

/** Layers that may be chosen, with the number that each takes, where it takes one; the last layer follows from the data. */
export const layerTypes = [
  "Linear",
  "ReLU",
  "LeakyReLU",
  "ELU",
  "GELU",
  "SiLU",
  "Tanh",
  "Sigmoid",
  "Softplus",
  "Dropout",
  "BatchNorm1d",
] as const;
export type LayerType = (typeof layerTypes)[number];

export interface LayerChoice {
  readonly type: LayerType;
  /** The width of a Linear layer, the share that Dropout leaves out; 0 for the others. */
  readonly amount: number;
}

export const optimizerNames = ["SGD", "Momentum", "Adam"] as const;
export type OptimizerName = (typeof optimizerNames)[number];

/** Weights are drawn from the seed or, in the network of the article that the sine is from, a row of even numbers. */
export const startNames = ["seed", "article"] as const;
export type StartName = (typeof startNames)[number];

/** All that a training follows from: the same settings train to the same weights. */
export interface Settings {
  readonly dataset: DatasetName;
  readonly size: number;
  readonly noise: number;
  /** Of the data that are made. */
  readonly draw: number;
  readonly layers: readonly LayerChoice[];
  readonly optimizer: OptimizerName;
  readonly rate: number;
  /** Rows of one update; 0 for all. */
  readonly batch: number;
  /** Whether a fifth of the rows is held back. */
  readonly holdsBack: boolean;
  readonly steps: number;
  /** Of the weights and of the order of the rows. */
  readonly seed: number;
  /** Where the weights come from. */
  readonly start: StartName;
  /** Updates from one look to the next. */
  readonly pace: number;
}

export const mostLayers = 12;
export const mostWidth = 256;
export const mostSteps = 100_000;
const mostSeed = 999_999;

/** `Linear8-Tanh-Dropout0.2` */
export const layersText = (layers: readonly LayerChoice[]): string =>
  layers.map(({ type, amount }) => (hasAmount(type) ? `${type}${amount}` : type)).join("-");

export const hasAmount = (type: LayerType): boolean => type === "Linear" || type === "Dropout";

export const layerOf = (type: LayerType): LayerChoice => ({ type, amount: type === "Linear" ? 8 : type === "Dropout" ? 0.2 : 0 });

/** Reads what `layersText` writes; what is no layer is left out. */
export function layersOf(text: string): LayerChoice[] {
  const read = text.split("-").flatMap((part): LayerChoice[] => {
    const [, name, number] = /^(BatchNorm1d|[A-Za-z]+)([\d.]*)$/.exec(part) ?? [];
    const type = layerTypes.find((each) => each === name);
    if (type === undefined) return [];
    return [{ type, amount: number === "" || !hasAmount(type) ? layerOf(type).amount : boundedAmount(type, Number(number)) }];
  });
  return read.slice(0, mostLayers);
}

export const boundedAmount = (type: LayerType, amount: number): number =>
  type === "Linear" ? Math.round(within(amount, 1, mostWidth, 8)) : within(amount, 0, 0.9, 0.2);

export function within(number: number, least: number, most: number, otherwise: number): number {
  return Number.isFinite(number) ? Math.min(most, Math.max(least, number)) : otherwise;
}

const usual = { draw: 1, batch: 0, holdsBack: false, seed: 1, start: "seed" } as const;

/** What each set of data is learnt well with. */
const starts: Readonly<Record<DatasetName, Omit<Settings, "dataset">>> = {
  xor: { ...usual, size: 4, noise: 0, layers: layersOf("Linear4-Tanh"), optimizer: "Adam", rate: 0.1, steps: 500, pace: 10 },
  circles: { ...usual, size: 200, noise: 0.1, layers: layersOf("Linear8-Tanh"), optimizer: "Adam", rate: 0.03, steps: 1000, pace: 10 },
  spirals: {
    ...usual,
    size: 200,
    noise: 0.1,
    layers: layersOf("Linear16-Tanh-Linear16-Tanh"),
    optimizer: "Adam",
    rate: 0.02,
    steps: 2000,
    pace: 20,
  },
  gaussians: { ...usual, size: 200, noise: 0.2, layers: [], optimizer: "SGD", rate: 0.5, steps: 300, pace: 5 },
  sine: { ...usual, size: 100, noise: 0, layers: layersOf("Linear100-Sigmoid"), optimizer: "SGD", rate: 0.05, steps: 3500, pace: 50 },
  digits: {
    ...usual,
    size: 400,
    noise: 0,
    layers: layersOf("Linear32-ReLU"),
    optimizer: "Adam",
    rate: 0.01,
    batch: 32,
    holdsBack: true,
    steps: 400,
    pace: 5,
  },
  csv: {
    ...usual,
    size: 1,
    noise: 0,
    layers: layersOf("Linear16-ReLU"),
    optimizer: "Adam",
    rate: 0.01,
    batch: 32,
    holdsBack: true,
    steps: 1000,
    pace: 10,
  },
};

export const startOf = (dataset: DatasetName): Settings => ({ dataset, ...starts[dataset] });

/** Whether a seed draws the data: where it does not, there is nothing to draw anew. */
export const isDrawn = ({ dataset, noise }: Settings): boolean =>
  dataset === "xor" || dataset === "sine" ? noise > 0 : dataset !== "digits" && dataset !== "csv";

/** What an address says, within bounds; what it does not say is as usual for its data. */
export function settingsOf(parameters: URLSearchParams): Settings {
  const dataset = datasetNames.find((name) => name === parameters.get("data")) ?? "xor";
  const start = startOf(dataset);
  const number = (name: string, least: number, most: number, otherwise: number): number => {
    const text = parameters.get(name);
    return text === null || text.trim() === "" ? otherwise : within(Number(text), least, most, otherwise);
  };
  const whole = (name: string, least: number, most: number, otherwise: number): number => Math.round(number(name, least, most, otherwise));
  const [least, most] = sizes[dataset];
  const layers = parameters.get("layers");
  return {
    dataset,
    size: whole("size", least, most, start.size),
    noise: number("noise", 0, 1, start.noise),
    draw: whole("draw", 0, mostSeed, start.draw),
    layers: layers === null ? start.layers : layersOf(layers),
    optimizer: optimizerNames.find((name) => name === parameters.get("optimizer")) ?? start.optimizer,
    rate: number("rate", 0, 100, start.rate),
    batch: whole("batch", 0, 10_000, start.batch),
    holdsBack: parameters.has("held") ? parameters.get("held") === "1" : start.holdsBack,
    steps: whole("steps", 1, mostSteps, start.steps),
    seed: whole("seed", 0, mostSeed, start.seed),
    start: startNames.find((name) => name === parameters.get("start")) ?? start.start,
    pace: whole("pace", 1, 1000, start.pace),
  };
}

/** An address that says what is otherwise than usual for the data. */
export function parametersOf(settings: Settings): URLSearchParams {
  const start = startOf(settings.dataset);
  const parameters = new URLSearchParams({ data: settings.dataset });
  const say = (name: string, value: string, otherwise: string): void => {
    if (value !== otherwise) parameters.set(name, value);
  };
  say("size", String(settings.size), String(start.size));
  say("noise", String(settings.noise), String(start.noise));
  say("draw", String(settings.draw), String(start.draw));
  say("layers", layersText(settings.layers), layersText(start.layers));
  say("optimizer", settings.optimizer, start.optimizer);
  say("rate", String(settings.rate), String(start.rate));
  say("batch", String(settings.batch), String(start.batch));
  say("held", settings.holdsBack ? "1" : "0", start.holdsBack ? "1" : "0");
  say("steps", String(settings.steps), String(start.steps));
  say("seed", String(settings.seed), String(start.seed));
  say("start", settings.start, start.start);
  say("pace", String(settings.pace), String(start.pace));
  return parameters;
}

/** Whether the network is the one that the article trains. */
export const isArticles = ({ dataset, layers }: Pick<Settings, "dataset" | "layers">): boolean =>
  dataset === "sine" && layersText(layers) === shapes.article;

/** Networks to begin with, by the name of what is special about them. */
export const shapes = {
  none: "",
  narrow: "Linear4-Tanh",
  wide: "Linear16-ReLU",
  deep: "Linear16-Tanh-Linear16-Tanh",
  deeper: "Linear8-Tanh-Linear8-Tanh-Linear8-Tanh-Linear8-Tanh",
  article: "Linear100-Sigmoid",
} as const satisfies Readonly<Record<string, string>>;
export const shapeNames = Object.keys(shapes) as readonly (keyof typeof shapes)[];
