import { z } from "zod";
import { where } from "../../../ops/arithmetic/where.ts";
import { equal, less } from "../../../ops/logic/comparison.ts";
import { gather } from "../../../ops/shape/gather.ts";
import { unsqueeze } from "../../../ops/shape/unsqueeze.ts";
import { stopGradient } from "../../../ops/arithmetic/stop-gradient.ts";
import { flag, real, size, unsupported } from "../arguments.ts";
import { defineLayer, LayerFault, parameter } from "../define.ts";
import { type Initialiser, standardNormal } from "../initialisers.ts";

export const Embedding = defineLayer({
  type: "Embedding",
  description: "The rows of a learned table that whole numbers in the input select.",
  arguments: {
    num_embeddings: size("Rows of the table", 5),
    embedding_dim: size("Size of a row", 2),
    padding_idx: z
      .int()
      .nullable()
      .default(null)
      .meta({ description: "A row that receives no gradient; negative numbers count from the end", examples: [0] }),
    max_norm: unsupported(null, "Only null: rows are looked up as they are"),
    norm_type: real(2, "Accepted and without effect, as max_norm is null", 2),
    scale_grad_by_freq: unsupported(false, "Only false: gradients of a row that is used often are not scaled"),
    sparse: flag(false, "Accepted and without effect: gradients are dense"),
  },
  example: { num_embeddings: 5, embedding_dim: 2 },
  takes: "indices",
  rows: ({ num_embeddings }) => num_embeddings,
  parameters: ({ num_embeddings, embedding_dim, padding_idx }) => {
    const padding = paddingRow(padding_idx, num_embeddings);
    const initial: Initialiser = (seed, stream, index) =>
      Math.floor(index / embedding_dim) === padding ? 0 : standardNormal(seed, stream, index);
    return [parameter("weight", [num_embeddings, embedding_dim], initial)];
  },
  build: (x, { num_embeddings, padding_idx }, { parameter }) => {
    // Lookups count negative indices from the end. Here they are errors, as a row beyond the last one is.
    const rows = gather(parameter("weight"), where(less(x, 0), num_embeddings, x), 0);
    const padding = paddingRow(padding_idx, num_embeddings);
    // The padding row is looked up like any other, but learns nothing.
    return padding === null ? rows : where(unsqueeze(equal(x, padding), [-1]), stopGradient(rows), rows);
  },
});

function paddingRow(index: number | null, rows: number): number | null {
  if (index === null) return null;
  if (index >= -rows && index < rows) return index < 0 ? index + rows : index;
  throw new LayerFault("index_out_of_range", `its padding_idx is ${index}, and its rows are -${rows} to ${rows - 1}`, "padding_idx");
}
