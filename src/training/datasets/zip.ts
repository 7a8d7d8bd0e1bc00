/**
 * Zip archives, as NumPy's savez writes them: members that are stored or deflated, with or without ZIP64. It is ours because what is
 * to be had checks neither the CRC of a member nor whether its two headers say the same, and reads the archive as a whole.
 */
import { crc32, inflateRawSync } from "node:zlib";
import { account } from "../../memory/account.ts";
import { bytesAt } from "../files.ts";
import { fault } from "./parsed.ts";

/** A member of an archive, as its directory tells of it. */
export interface ZipMember {
  readonly name: string;
  readonly isDeflated: boolean;
  readonly crc: number;
  /** Bytes that it takes in the archive, and unpacked. */
  readonly packed: number;
  readonly size: number;
  /** Where its packed bytes begin. */
  readonly begin: number;
}

const place = "The archive";
const damaged = (what: string): Error => fault(place, `it is damaged: ${what}`);

const endBytes = 22;
/** The end of the new form, before that of the old one. */
const [recordBytes, locatorBytes] = [56, 20];
const longestComment = 2 ** 16 - 1;
/** Directories are read as a whole; that of ten thousand arrays takes a megabyte. */
const longestDirectory = 2 ** 24;
const mostMembers = 2 ** 14;
/** What is kept of a member takes so many bytes, roughly. */
const keptBytes = 512;
const entryBytes = 46;
const localBytes = 30;
/** In place of a number that stands in the ZIP64 field. */
const elsewhere = 0xffffffff;
const zip64Field = 1;
const hasDescriptor = 0x08;
const isEncrypted = 0x41;

/** The members of an archive, in the order of its directory, all of whose headers agree. Throws invalid_dataset. */
export function membersOf(path: string, fileBytes: number): ZipMember[] {
  const { count, begin, end } = directoryOf(path, fileBytes);
  if (end - begin > longestDirectory) throw fault(place, `its directory has ${end - begin} bytes, and may have ${longestDirectory}`);
  account().charge(end - begin);
  const bytes = bytesAt(path, begin, end - begin);
  const entries: Entry[] = [];
  if (count > mostMembers) throw fault(place, `it has ${count} files, and may have ${mostMembers}`);
  account().chargeHeap(keptBytes * count);
  for (let at = 0; at < bytes.length && entries.length <= count;) {
    const entry = entryAt(bytes, at);
    entries.push(entry);
    at += entry.length;
  }
  if (entries.length !== count) throw damaged(`it should have ${count} files, and has ${entries.length}`);
  const members: ZipMember[] = [];
  let free = 0;
  for (const entry of entries.toSorted((a, b) => a.offset - b.offset)) {
    const member = memberOf(path, entry, begin);
    if (entry.offset < free) throw damaged(`${entry.name} overlaps the file before it`);
    free = member.begin + member.packed;
    members.push(member);
  }
  const names = new Set<string>();
  for (const { name } of members) {
    if (names.has(name)) throw fault(name, "the archive holds two files of this name");
    names.add(name);
  }
  return members;
}

/** Where the directory lies, and how many members it has. */
function directoryOf(path: string, fileBytes: number): { count: number; begin: number; end: number } {
  const tailBytes = Math.min(fileBytes, endBytes + longestComment);
  const tail = bytesAt(path, fileBytes - tailBytes, tailBytes);
  let at = tail.length - endBytes;
  while (at >= 0 && !(tail.readUInt32LE(at) === 0x06054b50 && at + endBytes + tail.readUInt16LE(at + 20) === tail.length)) at--;
  if (at < 0) throw damaged("it has no end, as if it had been cut off");
  const end = fileBytes - tailBytes + at;
  const [disk, directoryDisk, here, count] = [4, 6, 8, 10].map((offset) => tail.readUInt16LE(at + offset));
  if (disk !== 0 || directoryDisk !== 0 || here !== count) throw damaged("it seems to be one of several parts");
  const size = tail.readUInt32LE(at + 12);
  const offset = tail.readUInt32LE(at + 16);
  // PyTorch writes the new form's end where the old one has room, too.
  const isWide = offset + size + locatorBytes + recordBytes === end;
  if (isWide || count === 0xffff || size === elsewhere || offset === elsewhere) return wideDirectory(path, end);
  if (offset + size !== end) throw damaged("its directory is not where it should be");
  return { count, begin: offset, end };
}

/** The same of an archive with more or longer members than the old form has room for. */
function wideDirectory(path: string, end: number): { count: number; begin: number; end: number } {
  const record = end - locatorBytes - recordBytes;
  if (record < 0) throw damaged("its ZIP64 end is missing");
  const bytes = bytesAt(path, record, locatorBytes + recordBytes);
  const isWhole =
    bytes.readUInt32LE(0) === 0x06064b50 &&
    bytes.readUInt32LE(recordBytes) === 0x07064b50 &&
    whole(bytes, recordBytes + 8) === record &&
    whole(bytes, 24) === whole(bytes, 32);
  const [count, size, begin] = [32, 40, 48].map((at) => whole(bytes, at));
  if (!isWhole || begin + size !== record) throw damaged("its ZIP64 end is not where it should be");
  return { count, begin, end: record };
}

function whole(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged("a size is too large");
  return Number(value);
}

/** What the directory says of a member, with the length of what it says. */
interface Entry extends Omit<ZipMember, "begin"> {
  readonly flags: number;
  readonly offset: number;
  readonly length: number;
}

function entryAt(bytes: Buffer, at: number): Entry {
  if (at + entryBytes > bytes.length || bytes.readUInt32LE(at) !== 0x02014b50) throw damaged("its directory has something else in it");
  const [flags, method] = [8, 10].map((offset) => bytes.readUInt16LE(at + offset));
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
  const length = entryBytes + nameBytes + extraBytes + commentBytes;
  if (at + length > bytes.length) throw damaged("its directory is cut off");
  const name = nameOf(bytes.subarray(at + entryBytes, at + entryBytes + nameBytes));
  if ((flags & isEncrypted) !== 0) throw fault(name, "the archive holds it encrypted");
  if (method !== 0 && method !== 8)
    throw fault(name, `the archive packs it by method ${method}; write it stored or deflated, as savez does`);
  const extra = bytes.subarray(at + entryBytes + nameBytes, at + length - commentBytes);
  const short = [24, 20, 42].map((offset) => bytes.readUInt32LE(at + offset));
  const [size, packed, offset] = widened(short, extra);
  if (method === 0 && size !== packed) throw damaged(`${name} is stored, and has two sizes`);
  return { name, isDeflated: method === 8, crc: bytes.readUInt32LE(at + 16), packed, size, flags, offset, length };
}

/** Names of savez are in UTF-8, whether the flag says so or not. */
function nameOf(bytes: Buffer): string {
  const name = bytes.toString();
  if (!Buffer.from(name).equals(bytes)) throw damaged("the name of a file is not UTF-8");
  return name;
}

/** Numbers of which those that have no room stand in the ZIP64 field, in their order. */
function widened(short: readonly number[], extra: Buffer): number[] {
  let wide: Buffer | null = null;
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) === zip64Field) wide = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
  }
  let next = 0;
  return short.map((number) => {
    if (number !== elsewhere) return number;
    if (wide === null || next + 8 > wide.length) throw damaged("a size is missing");
    next += 8;
    return whole(wide, next - 8);
  });
}

/** A member whose own header, which stands before its bytes, says what the directory does. */
function memberOf(path: string, entry: Entry, directory: number): ZipMember {
  const { name, offset, packed, size, crc, flags, isDeflated } = entry;
  const head = bytesAt(path, offset, Math.max(0, Math.min(localBytes, directory - offset)));
  if (head.length < localBytes || head.readUInt32LE(0) !== 0x04034b50) throw damaged(`${name} is not where it should be`);
  const [nameBytes, extraBytes] = [26, 28].map((at) => head.readUInt16LE(at));
  const begin = offset + localBytes + nameBytes + extraBytes;
  if (begin + packed > directory) throw damaged(`${name} is cut off`);
  const rest = bytesAt(path, offset + localBytes, nameBytes + extraBytes);
  const isSame = rest.subarray(0, nameBytes).toString() === name && head.readUInt16LE(8) === (isDeflated ? 8 : 0);
  if (!isSame || head.readUInt16LE(6) !== flags) throw damaged(`the directory and the file ${name} say different things`);
  if ((flags & hasDescriptor) === 0) {
    const own = widened(
      [22, 18].map((at) => head.readUInt32LE(at)),
      rest.subarray(nameBytes),
    );
    if (own[0] !== size || own[1] !== packed || head.readUInt32LE(14) !== crc)
      throw damaged(`the directory and the file ${name} say different sizes`);
  }
  return { name, isDeflated, crc, packed, size, begin };
}

const pieceBytes = 2 ** 20;

/** Checks what is stored, a piece at a time. Throws invalid_dataset. */
export function requireStoredWhole(path: string, { name, crc, begin, size }: ZipMember): void {
  let found = 0;
  for (let at = 0; at < size; at += pieceBytes) found = crc32(bytesAt(path, begin + at, Math.min(pieceBytes, size - at)), found);
  if (found !== crc) throw wrongSum(name);
}

/** The bytes of a deflated member. Throws invalid_dataset. */
export function inflated(path: string, { name, crc, begin, packed, size }: ZipMember): Buffer {
  account().charge(packed + size);
  const bytes = unpacked(bytesAt(path, begin, packed), name, size);
  account().discharge(packed);
  if (bytes.length !== size) throw fault(name, `its packed bytes are damaged: they hold ${bytes.length} bytes, and should hold ${size}`);
  if (crc32(bytes) !== crc) throw wrongSum(name);
  return bytes;
}

function unpacked(bytes: Buffer, name: string, size: number): Buffer {
  try {
    // One byte more shows that there is more than there should be.
    return inflateRawSync(bytes, { maxOutputLength: size + 1 });
  } catch (error) {
    throw fault(name, `its packed bytes are damaged (${error instanceof Error ? error.message : String(error)})`);
  }
}

const wrongSum = (name: string): Error => fault(name, "its bytes are damaged: their checksum is another");
