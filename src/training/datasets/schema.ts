import { z } from "zod";
import { datasetFormats } from "./formats.ts";
import { missingPolicies } from "./missing.ts";
import { thousandsMarks } from "./notation.ts";
import { Reading } from "./reading.ts";
import { textEncodings } from "./encodings.ts";
import { otherNames } from "../../request/other-names.ts";
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
    read: Reading.optional().meta({ description: "How a CSV or JSON lines were read, and what was guessed" }),
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
  encoding: z
    .enum(textEncodings)
    .optional()
    .meta({
      description:
        "The encoding of a CSV. Left out, it is told from a mark at the beginning, else it is UTF-8; what spreadsheets write without one is often windows-1252",
      examples: ["windows-1252"],
    }),
  header: z
    .enum(["true", "false", "auto"])
    .default("auto")
    .meta({
      description:
        "Whether the first line of a CSV names the columns. With auto it does when no cell of it is a number, and the answer says so in `read`; where it may be either, the file is refused",
      examples: ["true"],
    }),
  index_column: z
    .enum(["true", "false", "auto"])
    .default("auto")
    .meta({
      description:
        "Whether the first column of a CSV names the rows, which is left out and not counted. With auto it does where the header has no name for it, as pandas' to_csv() writes it",
      examples: ["false"],
    }),
  delimiter: z
    .string()
    .regex(
      /^(?:[^\u0080-\uffff\r\n"0-9A-Za-z.+-]|tab|whitespace)$/,
      "A delimiter is one character (a comma, a semicolon, a tab, a bar, a space …), tab, or whitespace for runs of blanks",
    )
    .optional()
    .meta({
      description:
        "What separates the cells of a CSV: one character, `tab`, or `whitespace` for runs of blanks. Left out, it is told from the first lines, or from the `sep=` of a spreadsheet",
      examples: [";"],
    }),
  decimal: z
    .enum([".", ","])
    .optional()
    .meta({ description: "The mark of decimals in a CSV. Left out, it is a point", examples: [","] }),
  thousands: z
    .enum(thousandsMarks)
    .optional()
    .meta({ description: "The mark between groups of three digits in a CSV. Left out, there is none", examples: ["."] }),
  comment: z
    .string()
    .regex(/^(?:[^\u0080-\uffff\r\n"0-9A-Za-z.+-]|none)$/, "What a comment begins with is one character; none where there are no comments")
    .optional()
    .meta({
      description: "What lines begin with that are comments in a CSV, or `none`. Left out, those with a # are, where they cannot be rows",
      examples: ["%"],
    }),
  skip_lines: z
    .string()
    .regex(/^\d{1,6}$/, "A number of lines")
    .optional()
    .meta({ description: "How many lines stand before the table in a CSV, such as a title", examples: ["2"] }),
  missing: z
    .enum(missingPolicies)
    .optional()
    .meta({
      description:
        "What becomes of missing values in a CSV or JSON lines, which are empty cells, null, NA, N/A, NaN, None, -, ? and their like. keep, or left out: NaN, which the transforms `fill` and `drop_missing` deal with in a training; a class must not be missing. drop: rows in which one of the chosen columns has one are left out. refuse: none are taken",
      examples: ["drop"],
    }),
  missing_values: z
    .string()
    .max(1000)
    .optional()
    .meta({
      description: "Which texts stand for missing values in a CSV beside empty cells, separated by commas, in place of the usual ones",
      examples: ["-999,unknown"],
    }),
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
  arrays: z
    .string()
    .optional()
    .meta({
      description:
        'Which arrays of an NPZ or safetensors file, or members of JSON lines, make which tensors, as a JSON object: {"tensor": "array"}. Only those are read, and must share their first size. Left out, all of them make tensors of their names. The only array of an NPY or IDX file is called data',
      examples: ['{"input": "x_train", "target": "y_train"}'],
    }),
});

DatasetQuery.register(otherNames, {
  sep: "delimiter",
  separator: "delimiter",
  seperator: "delimiter",
  charset: "encoding",
  index_col: "index_column",
  skiprows: "skip_lines",
  skip_rows: "skip_lines",
  na_values: "missing_values",
  dropna: "missing=drop",
  drop_missing: "missing=drop",
  usecols: "columns",
  keys: "arrays",
  type: "format",
});
