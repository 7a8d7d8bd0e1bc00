import { z } from "zod";
import { Name, TensorInput } from "../request/values.ts";
import { DatasetId } from "./datasets/schema.ts";
import { Transform } from "./transforms/catalogue.ts";

const transforms = z
  .array(Transform)
  .default([])
  .meta({
    description: "What is done to the tensor before it is fed, in order; statistics are taken of the training rows alone",
    examples: [[{ type: "scale", factor: 0.0625 }]],
  });

/** A tensor of a dataset, as it is fed. */
export const DatasetTensor = z
  .strictObject({
    dataset: DatasetId,
    tensor: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "The tensor of the dataset; the one with the input's name, or the only one, unless told", examples: ["input"] }),
    transforms,
  })
  .meta({ id: "DatasetTensor", description: "A tensor of a dataset", examples: [{ dataset: `sha256:${"9f86d081884c7d65".repeat(4)}` }] });
export type DatasetTensor = z.output<typeof DatasetTensor>;

/** Whole rows of a dataset: each of its tensors is fed to the input of the same name. */
export const DatasetRows = z
  .strictObject({
    dataset: DatasetId,
    transforms: z
      .record(Name, z.array(Transform))
      .default({})
      .meta({
        description: "What is done to each tensor before it is fed, by its name",
        examples: [{ input: [{ type: "scale", factor: 0.0625 }] }],
      }),
  })
  .meta({ id: "DatasetRows", description: "All tensors of a dataset, each for the input of its name" });
export type DatasetRows = z.output<typeof DatasetRows>;

/** Data of either form. Tensors are anything to zod, so a fault in what is meant for a dataset is found when it is read. */
export const Data = z.union([DatasetRows, z.record(Name, z.union([DatasetTensor, TensorInput]))]);

/** Data of a request as they are written there. */
export type DataSource = z.output<typeof Data>;

/** Whether something is meant for a dataset or a part of one. */
export const namesDataset = (json: unknown): boolean =>
  typeof json === "object" && json !== null && typeof (json as { dataset?: unknown }).dataset === "string";

/** What the request says apart from the tensors that stand in it. */
export function withoutTensors(source: DataSource): DataSource {
  if (namesDataset(source)) return source;
  return Object.fromEntries(Object.entries(source).filter(([, json]) => namesDataset(json)));
}

/** Ids of the datasets that data are taken from. */
export function datasetsOf(source: DataSource): string[] {
  const parts: unknown[] = namesDataset(source) ? [source] : Object.values(source).filter(namesDataset);
  return [...new Set(parts.map((part) => (part as { readonly dataset: string }).dataset))];
}
