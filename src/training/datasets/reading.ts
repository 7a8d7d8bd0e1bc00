import { z } from "zod";
import { textEncodings } from "./encodings.ts";
import { thousandsMarks } from "./notation.ts";

/** What is found out from a file where it is not told. */
export const guessable = ["encoding", "delimiter", "header", "index_column"] as const;

/** How a table or lines were read, and what was met there. */
export const Reading = z
  .object({
    encoding: z
      .enum(textEncodings)
      .optional()
      .meta({ description: "The encoding of the text", examples: ["utf-8"] }),
    delimiter: z
      .string()
      .optional()
      .meta({ description: "What separates the cells: a character, or `whitespace` for runs of blanks", examples: [","] }),
    decimal: z
      .enum([".", ","])
      .optional()
      .meta({ description: "The mark of decimals", examples: ["."] }),
    thousands: z
      .enum(thousandsMarks)
      .optional()
      .meta({ description: "The mark of thousands, where one was told", examples: [","] }),
    header: z
      .boolean()
      .optional()
      .meta({ description: "Whether the first line was read as names of the columns", examples: [true] }),
    index_column: z
      .string()
      .optional()
      .meta({
        description: "The name of the first column, often empty, where it was taken for the names of the rows and left out",
        examples: [""],
      }),
    guessed: z
      .array(z.enum(guessable))
      .optional()
      .meta({ description: "What of this was found out from the file, and not told", examples: [["delimiter", "header"]] }),
    comment_lines: z
      .int()
      .optional()
      .meta({ description: "Lines that were left out as comments", examples: [2] }),
    missing: z
      .object({
        cells: z.int().meta({ description: "Missing values", examples: [3] }),
        rows: z.int().meta({ description: "Rows that have some", examples: [2] }),
      })
      .optional()
      .meta({ description: "How many missing values were read as NaN, and in how many rows", examples: [{ cells: 3, rows: 2 }] }),
    dropped_rows: z
      .int()
      .optional()
      .meta({ description: "Rows that were left out for their missing values", examples: [2] }),
    true_false: z
      .array(z.string())
      .optional()
      .meta({ description: "Columns of true and false, by name or place, which were read as 1 and 0", examples: [["is_new"]] }),
    empty_columns: z
      .int()
      .optional()
      .meta({
        description: "Columns at the end without name and content that were left out, as delimiters at the ends of lines make them",
        examples: [1],
      }),
  })
  .meta({ id: "Reading", description: "How a CSV or JSON lines were read" });
export type Reading = z.output<typeof Reading>;
type Guess = (typeof guessable)[number];

/** The guesses in words, for whoever is told of a fault that they may have caused. */
export function guessesOf(reading: Reading): string {
  const told = (reading.guessed ?? []).map((name: Guess) => `${name} ${JSON.stringify(reading[name] ?? "none")}`);
  return told.length === 0 ? "" : ` (guessed: ${told.join(", ")})`;
}
