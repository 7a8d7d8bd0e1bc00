import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { type DatasetFormat, formatOf } from "../../../../src/training/datasets/formats.ts";
import type { ReadOptions } from "../../../../src/training/datasets/formats/define.ts";
import { parseFile } from "../../../../src/training/datasets/parse.ts";
import type { TensorSource } from "../../../../src/training/safetensors.ts";
import { type Tensor, tensorOf } from "../../../../src/tensor/tensor.ts";

const folder = mkdtempSync(join(tmpdir(), "adjoint-datasets-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** A file with this content. */
export function fileOf(content: string | Uint8Array): string {
  const path = join(folder, String(++files));
  writeFileSync(path, content);
  return path;
}

export const golden = (name: string): Buffer => readFileSync(new URL(`../../../goldens/datasets/${name}`, import.meta.url));

export interface Read {
  readonly format: DatasetFormat;
  readonly rows: number;
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly parsed: ReturnType<typeof parseFile>;
}

/** What a file with this content is read as. */
export function read(content: string | Uint8Array, options: ReadOptions & { format?: DatasetFormat; maxBytes?: number } = {}): Read {
  const path = fileOf(content);
  const format = formatOf(path, options.format, options);
  const parsed = parseFile(path, format, options, { maxBytes: options.maxBytes ?? 2 ** 28, cancelled: () => false });
  return { format, rows: parsed.rows, parsed, tensors: new Map(parsed.tensors.map((source) => [source.name, whole(source)])) };
}

function whole({ dtype, shape, parts }: TensorSource): Tensor {
  return tensorOf(
    dtype,
    shape,
    [...parts()].flatMap((part) => [...part]),
  );
}

/** A sentence without what was guessed, which stands behind it. */
export const withoutGuesses = (sentence: string): string => sentence.replace(/ \(guessed: .*\)$/s, "");
