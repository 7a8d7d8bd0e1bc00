import { dropout } from "../../../ops/network/dropout.ts";
import { Dropout as schema } from "../schemas/dropout.ts";
import { defineLayer } from "../define.ts";

export const Dropout = defineLayer(schema, {
  build: (x, { p }, { training, seed, step }) => dropout(x, { ratio: p, training, seed: seed(), draw: step }),
});
