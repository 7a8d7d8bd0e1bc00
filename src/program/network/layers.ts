import type { LayerSource } from "./schemas/layers.ts";
import type { Layer } from "./define.ts";
import * as activation from "./layers/activation.ts";
import * as adaptivePooling from "./layers/adaptive-pooling.ts";
import * as convolution from "./layers/convolution.ts";
import { Dropout } from "./layers/dropout.ts";
import { Embedding } from "./layers/embedding.ts";
import { Linear } from "./layers/linear.ts";
import * as normalization from "./layers/normalization.ts";
import * as pooling from "./layers/pooling.ts";
import * as recurrent from "./layers/recurrent.ts";
import * as shape from "./layers/shape.ts";

/** The rules of every layer that the wire describes, one line for each layer or family. */
const layers: { readonly [Type in LayerSource["type"]]: Layer<Type> } = {
  ...activation,
  ...adaptivePooling,
  ...convolution,
  Dropout,
  Embedding,
  Linear,
  ...normalization,
  ...pooling,
  ...recurrent,
  ...shape,
};

export const layerOf = (source: LayerSource): Layer => layers[source.type];
