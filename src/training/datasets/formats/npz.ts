import { type Unzipped, unzipSync } from "fflate";
import { account, OutOfMemoryBudget } from "../../../memory/account.ts";
import { Problem } from "../../../problems/problems.ts";
import { fault, type ParsedDataset, tooLarge } from "../parsed.ts";
import { beginsWith, type FileFormat, wholeFile, wholeSource } from "./define.ts";
import { parseNpy } from "./npy.ts";

const methods: ReadonlyMap<number, string> = new Map([
  [0, "stored"],
  [8, "deflated"],
]);

/** The arrays of an archive that NumPy's savez or savez_compressed wrote. Throws invalid_dataset, or body_too_large when they unpack to more than `maxBytes`. */
function parseNpz(bytes: Buffer, maxBytes: number): ParsedDataset {
  let unpacked = 0;
  const sizes = new Map<string, number>();
  const files = unzipped(bytes, (name, size, method, packed) => {
    if (!methods.has(method)) throw fault(name, `the archive packs it by method ${method}; write it stored or deflated, as savez does`);
    if (!name.endsWith(".npy")) throw fault(name, "an NPZ archive holds files that end in .npy, and this is another");
    if (sizes.has(name)) throw fault(name, "the archive holds two files of this name");
    // What is stored is copied as long as it lies there, whatever length it is said to have; many names may share the same bytes.
    if (methods.get(method) === "stored" && packed !== size) throw damaged(name);
    unpacked += size;
    if (unpacked > maxBytes) throw tooLarge(maxBytes);
    sizes.set(name, size);
    account().charge(size);
  });
  const tensors = Object.entries(files).map(([name, file]) => {
    if (file.length !== sizes.get(name)) throw damaged(name);
    return wholeSource(name.slice(0, -".npy".length), parseNpy(Buffer.from(file.buffer, file.byteOffset, file.length), name));
  });
  return { tensors };
}

const damaged = (name: string): Problem => fault(name, "its packed bytes are damaged");

/** Unpacks all files; each is shown before it is. */
function unzipped(bytes: Buffer, show: (name: string, size: number, method: number, packed: number) => void): Unzipped {
  try {
    return unzipSync(bytes, {
      filter: ({ name, originalSize, compression, size }) => {
        show(name, originalSize, compression, size);
        return true;
      },
    });
  } catch (error) {
    if (error instanceof Problem || error instanceof OutOfMemoryBudget) throw error;
    throw fault("The archive", `it cannot be unpacked (${error instanceof Error ? error.message : String(error)})`);
  }
}

export const npz = {
  name: "npz",
  title: "NPZ",
  begins: (start) => beginsWith(start, "PK\x03\x04") || beginsWith(start, "PK\x05\x06"),
  hasColumns: false,
  parse: (path, _options, { maxBytes }) => parseNpz(wholeFile(path), maxBytes),
} as const satisfies FileFormat;
