import { sizeOf } from "../../../tensor/shape.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import { type ElementType, elementTypes, readElements } from "../../elements.ts";
import { fault } from "../parsed.ts";
import { type FileFormat, onlyTensor, wholeFile } from "./define.ts";

const types: ReadonlyMap<number, ElementType> = new Map([
  [0x08, "uint8"],
  [0x09, "int8"],
  [0x0b, "int16"],
  [0x0c, "int32"],
  [0x0d, "float32"],
  [0x0e, "float64"],
]);

/** The array of a file in the format of MNIST: two zero bytes, the type, the number of axes, their sizes, the numbers, all big-endian. Throws invalid_dataset with the byte. */
function parseIdx(bytes: Buffer): Tensor {
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0)
    throw fault("Byte 0", "the file does not begin with two zeros, as IDX files do");
  const type = types.get(bytes[2]);
  if (type === undefined) throw fault("Byte 2", `${bytes[2]} is none of the types of numbers, which are ${[...types.keys()].join(", ")}`);
  const rank = bytes[3];
  const dataStart = 4 + 4 * rank;
  if (bytes.length < dataStart) throw fault("Byte 4", `the sizes of ${rank} axes should follow, and the file has ${bytes.length} bytes`);
  const shape = Array.from({ length: rank }, (_, axis) => bytes.readUInt32BE(4 + 4 * axis));
  const { dtype, bytes: size } = elementTypes[type];
  const wanted = sizeOf(shape) * size;
  const held = bytes.length - dataStart;
  if (held !== wanted) throw fault(`Byte ${dataStart}`, `shape [${shape.join(", ")}] takes ${wanted} bytes, and ${held} follow`);
  return { dtype, shape, data: readElements(bytes.subarray(dataStart), type, "big") };
}

export const idx = {
  name: "idx",
  title: "IDX (the format of MNIST)",
  begins: (start) => start.length >= 4 && start[0] === 0 && start[1] === 0,
  hasColumns: false,
  parse: (path) => onlyTensor(parseIdx(wholeFile(path))),
} as const satisfies FileFormat;
