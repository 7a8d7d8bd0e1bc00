import { statSync } from "node:fs";
import type { TensorSource } from "../../safetensors.ts";
import { chosen } from "../chosen-arrays.ts";
import { archiveFault } from "../known-files.ts";
import { type Allowance, fault, type ParsedDataset, tooLarge } from "../parsed.ts";
import { inflated, membersOf, requireStoredWhole, type ZipMember } from "../zip.ts";
import { beginsWith, type FileFormat, type ReadOptions } from "./define.ts";
import { type NpyPlace, npySource } from "./npy.ts";

const ending = ".npy";

/**
 * The arrays of an archive that NumPy's savez or savez_compressed wrote: what is stored is read a part at a time, what is deflated is unpacked.
 * Throws invalid_dataset, or body_too_large when they unpack to more than `maxBytes`.
 */
function parseNpz(path: string, { arrays }: ReadOptions, { maxBytes }: Allowance): ParsedDataset {
  const members = membersOf(path, statSync(path).size);
  const names = members.map(({ name }) => name);
  if (!names.some((name) => name.endsWith(ending)) && names.length > 0) throw archiveFault(names);
  const held = new Map(members.filter(({ name }) => name.endsWith(ending)).map((member) => [member.name.slice(0, -ending.length), member]));
  const other = names.find((name) => !name.endsWith(ending));
  if (other !== undefined && arrays === undefined) throw archiveFault(names);
  const wanted = chosen(arrays, held.keys());
  const sizes = [...new Set(wanted.map(([, array]) => array))].map((array) => held.get(array)?.size ?? 0);
  if (sizes.reduce((sum, size) => sum + size, 0) > maxBytes) throw tooLarge(maxBytes);
  const sources = new Map<string, TensorSource>();
  const tensors = wanted.map(([name, array]): TensorSource => {
    const source = sources.get(array) ?? npySource(placeOf(path, held.get(array)), maxBytes);
    sources.set(array, source);
    return { ...source, name };
  });
  return { tensors };
}

function placeOf(path: string, member: ZipMember | undefined): NpyPlace {
  if (member === undefined) throw fault("The archive", "an array is missing");
  const { name, begin, size } = member;
  if (member.isDeflated) return { name, bytes: inflated(path, member) };
  requireStoredWhole(path, member);
  return { name, path, begin, size };
}

export const npz = {
  name: "npz",
  title: "NPZ",
  begins: (start) => beginsWith(start, "PK\x03\x04") || beginsWith(start, "PK\x05\x06"),
  options: ["arrays"],
  parse: parseNpz,
} as const satisfies FileFormat;
