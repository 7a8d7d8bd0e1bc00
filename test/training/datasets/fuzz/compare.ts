/**
 * Reads the files of tables.py or arrays.py, and says where other numbers are found than there should be. Run by hand:
 *
 *     python tables.py 1 50000 > cases.jsonl; node compare.ts cases.jsonl
 */
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Problem } from "../../../../src/problems/problems.ts";
import { formatOf } from "../../../../src/training/datasets/formats.ts";
import type { ReadOptions } from "../../../../src/training/datasets/formats/define.ts";
import { parseFile } from "../../../../src/training/datasets/parse.ts";
import type { ParsedDataset } from "../../../../src/training/datasets/parsed.ts";

interface Numbers {
  readonly shape: readonly number[];
  readonly data: string;
}
interface Case {
  readonly file: string;
  readonly format: "csv" | "npy" | "npz";
  readonly options: ReadOptions;
  /** Numbers and texts of a table, by the tensors that they make. */
  readonly x?: Numbers | null;
  readonly y?: readonly (readonly string[])[] | null;
  readonly tensors?: Readonly<Record<string, Numbers | null>>;
}

const folder = mkdtempSync(join(tmpdir(), "adjoint-fuzz-"));
const path = join(folder, "file");

function parsed({ file, options, format }: Case): ParsedDataset | Problem {
  writeFileSync(path, Buffer.from(file, "base64"));
  try {
    const dataset = parseFile(path, formatOf(path, format === "csv" ? format : undefined, options), options, {
      maxBytes: 2 ** 28,
      cancelled: () => false,
    });
    for (const { parts } of dataset.tensors) for (const _ of parts());
    return dataset;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

const numbersIn = (expected: Numbers): Float64Array => {
  const bytes = Uint8Array.from(Buffer.from(expected.data, "base64"));
  return new Float64Array(bytes.buffer);
};

/** What is wrong with what was read, or null. */
function faultIn(dataset: ParsedDataset, { x, y, tensors }: Case): string | null {
  for (const { name, shape, parts } of dataset.tensors) {
    const found = [...parts()].flatMap((part) => [...part]);
    if (tensors === undefined && name === "y") {
      const names = dataset.categories?.y;
      const expected = y?.flat().map((text) => text.trim());
      const texts = found.map((code) => names?.[code] ?? String(code));
      if (JSON.stringify(texts.map((text) => text.trim())) !== JSON.stringify(expected))
        return `y is ${JSON.stringify(texts)}, and should be ${JSON.stringify(expected)}`;
      continue;
    }
    const expected = tensors === undefined ? x : tensors[name];
    if (expected === undefined || expected === null) return `${name} is ${JSON.stringify(found)}, and should not be read`;
    const numbers = numbersIn(expected);
    const isSame =
      JSON.stringify(shape) === JSON.stringify(expected.shape) &&
      found.every((number, at) => number === numbers[at] || (Number.isNaN(number) && Number.isNaN(numbers[at])));
    if (!isSame)
      return `${name} is ${JSON.stringify(shape)} ${found.join(" ")}, and should be ${JSON.stringify(expected.shape)} ${numbers.join(" ")}`;
  }
  return null;
}

let [cases, read, refusedEmpty, refusedFull, wrong] = [0, 0, 0, 0, 0];
const reasons = new Map<string, number>();
for await (const line of createInterface({ input: createReadStream(process.argv[2]) })) {
  const given = JSON.parse(line) as Case;
  cases++;
  const dataset = parsed(given);
  if (dataset instanceof Problem) {
    const hasNumbers = given.tensors === undefined ? given.x !== null : Object.values(given.tensors).every((numbers) => numbers !== null);
    if (hasNumbers) refusedFull++;
    else refusedEmpty++;
    const reason = dataset.detail
      .replaceAll(/"(?:[^"\\]|\\.)*"/g, "…")
      .replaceAll(/\d+/g, "#")
      .replace(/^.*?: /, "")
      .slice(0, 60);
    const key = `${hasNumbers ? "some" : "none"}: ${reason}`;
    reasons.set(key, (reasons.get(key) ?? 0) + 1);
    if (process.argv[3] !== undefined && hasNumbers && dataset.detail.includes(process.argv[3])) {
      process.stdout.write(
        `${dataset.detail}\n  ${JSON.stringify(Buffer.from(given.file, "base64").toString("latin1"))} ${JSON.stringify(given.options)}\n`,
      );
    }
    continue;
  }
  read++;
  const fault = faultIn(dataset, given);
  if (fault === null) continue;
  wrong++;
  process.stdout.write(
    `case ${cases}: ${fault}\n  ${JSON.stringify(Buffer.from(given.file, "base64").toString("latin1").slice(0, 600))}\n  ${JSON.stringify(given.options)} ${JSON.stringify(dataset.reading)}\n`,
  );
}
rmSync(folder, { recursive: true });
process.stdout.write(
  `${cases} files: ${read} read, ${refusedEmpty} refused that hold no numbers, ${refusedFull} refused that hold or held some, ${wrong} with other numbers\n`,
);
for (const [reason, count] of [...reasons].sort(([, a], [, b]) => b - a).slice(0, 25))
  process.stdout.write(`${String(count).padStart(6)} ${reason}\n`);
process.exitCode = wrong === 0 ? 0 : 1;
