import { statSync } from "node:fs";
import { bytesPerElement } from "../../../tensor/dtype.ts";
import { sizeOf } from "../../../tensor/shape.ts";
import { type ElementType, elementTypes } from "../../elements.ts";
import { beginningOf, storedParts } from "../../files.ts";
import { type Allowance, fault, type ParsedDataset, tooLarge } from "../parsed.ts";
import { type FileFormat, type ReadOptions, renamed } from "./define.ts";

const types: ReadonlyMap<number, ElementType> = new Map([
  [0x08, "uint8"],
  [0x09, "int8"],
  [0x0b, "int16"],
  [0x0c, "int32"],
  [0x0d, "float32"],
  [0x0e, "float64"],
]);

/** The longest beginning: the sizes of 255 axes. */
const longestHeader = 4 + 4 * 255;

/**
 * The array of a file in the format of MNIST: two zero bytes, the type, the number of axes, their sizes, the numbers, all big-endian. They
 * are read a part at a time. Throws invalid_dataset with the byte.
 */
function parseIdx(path: string, { arrays }: ReadOptions, { maxBytes }: Allowance): ParsedDataset {
  const bytes = beginningOf(path, longestHeader);
  const fileBytes = statSync(path).size;
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0)
    throw fault("Byte 0", "the file does not begin with two zeros, as IDX files do");
  const type = types.get(bytes[2]);
  if (type === undefined) throw fault("Byte 2", `${bytes[2]} is none of the types of numbers, which are ${[...types.keys()].join(", ")}`);
  const rank = bytes[3];
  const begin = 4 + 4 * rank;
  if (fileBytes < begin) throw fault("Byte 4", `the sizes of ${rank} axes should follow, and the file has ${fileBytes} bytes`);
  const shape = Array.from({ length: rank }, (_, axis) => bytes.readUInt32BE(4 + 4 * axis));
  const { dtype, bytes: size } = elementTypes[type];
  const count = sizeOf(shape);
  const held = fileBytes - begin;
  if (held !== count * size) throw fault(`Byte ${begin}`, `shape [${shape.join(", ")}] takes ${count * size} bytes, and ${held} follow`);
  if (count * bytesPerElement[dtype] > maxBytes) throw tooLarge(maxBytes);
  return renamed({ name: "data", dtype, shape, parts: () => storedParts({ path, type, order: "big", begin, count }) }, arrays);
}

export const idx = {
  name: "idx",
  title: "IDX (the format of MNIST)",
  begins: (start) => start.length >= 4 && start[0] === 0 && start[1] === 0,
  options: ["arrays"],
  parse: parseIdx,
} as const satisfies FileFormat;
