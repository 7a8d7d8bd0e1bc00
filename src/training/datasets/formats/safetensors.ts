import { decodeSafetensors } from "../../safetensors.ts";
import { namesIn } from "../metadata.ts";
import { type FileFormat, wholeFile, wholeSource } from "./define.ts";

export const safetensors = {
  name: "safetensors",
  title: "safetensors",
  // The length of a header takes its upper four bytes never, and JSON follows it.
  begins: (start) => start.length > 8 && start.readUInt32LE(4) === 0 && start[8] === 0x7b,
  hasColumns: false,
  parse: (path) => {
    const { tensors, metadata } = decodeSafetensors(wholeFile(path));
    return { tensors: Array.from(tensors, ([name, tensor]) => wholeSource(name, tensor)), ...namesIn(metadata, tensors) };
  },
} as const satisfies FileFormat;
