import { z } from "zod";
import { flag, layer, real, size, unsupported } from "./arguments.ts";

export const Embedding = layer(
  "Embedding",
  "The rows of a learned table that whole numbers in the input select.",
  {
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
  { num_embeddings: 5, embedding_dim: 2 },
);
