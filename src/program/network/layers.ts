import type { Layer, LayerSource } from "./define.ts";
import { activations } from "./layers/activation.ts";
import { adaptivePoolings } from "./layers/adaptive-pooling.ts";
import { convolutions } from "./layers/convolution.ts";
import { Dropout } from "./layers/dropout.ts";
import { Embedding } from "./layers/embedding.ts";
import { Linear } from "./layers/linear.ts";
import { linearUnits } from "./layers/linear-unit.ts";
import { normalizations } from "./layers/normalization.ts";
import { poolings } from "./layers/pooling.ts";
import { recurrents } from "./layers/recurrent.ts";
import { shapes } from "./layers/shape.ts";
import { softmaxes } from "./layers/softmax.ts";

/** Every layer, one line for each layer or family, in the order in which they are documented. */
export const layers: readonly Layer[] = [
  Linear,
  ...convolutions,
  ...poolings,
  ...adaptivePoolings,
  ...normalizations,
  Embedding,
  ...recurrents,
  ...linearUnits,
  ...activations,
  ...softmaxes,
  ...shapes,
  Dropout,
];

export const layersByType: ReadonlyMap<string, Layer> = new Map(layers.map((layer) => [layer.type, layer]));

/** The rules of a layer that has been read. */
export function layerOf({ type }: LayerSource): Layer {
  const layer = layersByType.get(type);
  if (layer === undefined) throw new Error(`no layer ${type}`);
  return layer;
}
