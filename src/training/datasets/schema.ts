import { z } from "zod";
import { datasetFormats } from "./formats.ts";
import { DTypeName, Name } from "../../request/values.ts";

export const datasetIdPattern = /^sha256:[0-9a-f]{64}$/;

export const DatasetId = z
  .string()
  .regex(datasetIdPattern, "A dataset id is sha256: and 64 hexadecimal digits")
  .meta({
    description: "The id of a dataset: the digest of its content",
    examples: [`sha256:${"4355a46b19d348dc".repeat(4)}`],
  });

const names = z.record(Name, z.array(z.string()));

/** A dataset as clients see it. */
export const Dataset = z
  .object({
    id: DatasetId,
    object: z.literal("dataset").meta({ description: "What this is", examples: ["dataset"] }),
    name: z.string().meta({ description: "A name for people", examples: ["digits"] }),
    format: z.enum(datasetFormats).meta({ description: "The format of the file that it was read from", examples: ["csv"] }),
    bytes: z
      .int()
      .min(0)
      .meta({ description: "Bytes that it takes in storage", examples: [934_696] }),
    rows: z
      .int()
      .min(1)
      .meta({ description: "The first size of every tensor", examples: [1797] }),
    tensors: z
      .array(
        z.object({
          name: Name.meta({ description: "The tensor's name", examples: ["input"] }),
          shape: z.array(z.int().min(0)).meta({ description: "Sizes of the axes, rows first", examples: [[1797, 64]] }),
          dtype: DTypeName.meta({ description: "The element type", examples: ["float64"] }),
        }),
      )
      .meta({
        description: "The tensors",
        examples: [
          [
            { name: "target", shape: [1797], dtype: "int64" },
            { name: "input", shape: [1797, 64], dtype: "float64" },
          ],
        ],
      }),
    columns: names.optional().meta({
      description: "The names of each tensor's columns, where the file had a header",
      examples: [{ data: ["height", "width"] }],
    }),
    categories: names.optional().meta({
      description: "The texts that class numbers stand for, by tensor: class 0 is the first",
      examples: [{ target: ["setosa", "versicolor", "virginica"] }],
    }),
    header: z
      .object({
        present: z.boolean().meta({ description: "Whether the first line was read as names of the columns", examples: [false] }),
        guessed: z.boolean().meta({ description: "Whether that was found out from the file", examples: [true] }),
      })
      .optional()
      .meta({ description: "How the first line of a CSV was read. A line of which no cell is a number is taken for a header" }),
    delimiter: z
      .string()
      .optional()
      .meta({ description: "What separates the cells of a CSV", examples: [","] }),
    created_at: z.int().meta({ description: "When it was uploaded first, in seconds since 1970", examples: [1_764_300_000] }),
    owner: z
      .string()
      .optional()
      .meta({ description: "Whose it is; only an admin is told, of several owners the first", examples: ["ana"] }),
  })
  .meta({ id: "Dataset", description: "Tensors with one row per example, kept for training" });
export type DatasetView = z.output<typeof Dataset>;

/** A page of the datasets. */
export const DatasetList = z
  .object({
    object: z.literal("list").meta({ description: "What this is", examples: ["list"] }),
    data: z.array(Dataset).meta({ description: "The datasets, the newest first" }),
    has_more: z.boolean().meta({ description: "Whether there are older ones", examples: [false] }),
    first_id: DatasetId.nullable().meta({ description: "The id of the first one here; null when there is none" }),
    last_id: DatasetId.nullable().meta({
      description: "The id of the last one here, to be given as `after` for the next page; null when there is none",
    }),
  })
  .meta({ id: "DatasetList", description: "A page of the datasets" });
export type DatasetList = z.output<typeof DatasetList>;

/** How an upload is to be read, as its query says it. */
export const DatasetQuery = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(256)
    .regex(/^[^\u0000-\u001f\u007f-\u009f\ud800-\udfff]*$/u, "A name may not contain control characters")
    .default("dataset")
    .meta({ description: "A name for people, without control characters", examples: ["digits"] }),
  format: z
    .enum(datasetFormats)
    .optional()
    .meta({ description: "The file's format. Left out, it is told from how the file begins", examples: ["csv"] }),
  header: z
    .enum(["true", "false"])
    .optional()
    .meta({
      description: "Whether the first line of a CSV names the columns. Left out, it does when no cell of it is a number",
      examples: ["true"],
    }),
  delimiter: z
    .string()
    .regex(/^[^\u0080-\uffff\r\n"0-9A-Za-z.+-]$/, "A delimiter is one character: a comma, a semicolon, a tab, a bar, a space …")
    .optional()
    .meta({ description: "What separates the cells of a CSV. Left out, it is told from the first line", examples: [";"] }),
  columns: z
    .string()
    .optional()
    .meta({
      description:
        'Which columns of a CSV make which tensors, as a JSON object: {"tensor": columns} or {"tensor": {"columns": columns, "as": "class"}}, where ' +
        'columns are a place from 0 (-1 is the last), a range "a:b" with its end left out, a name of the header, or a list of these. A list or range ' +
        "gives rows of numbers, a single column one number a row. As class, whole numbers stay as they are and texts are numbered in sorted order. " +
        "Left out, all columns make the tensor `data`",
      examples: ['{"input": "0:64", "target": {"columns": 64, "as": "class"}}'],
    }),
});
