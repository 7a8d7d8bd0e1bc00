import { fault } from "./parsed.ts";
import { markedEncoding } from "./text-file.ts";

/** What is told of files that are no data, or not read. */
const table = "save the table as CSV";
const arrays = "save its arrays as NPZ or safetensors, or a table as CSV";
const unpacked = "unpack it, or pack it with gzip";

/** How files begin, in latin1, with what they are and what to do. */
const signatures: readonly (readonly [string, string, string])[] = [
  ["\x89HDF\r\n\x1a\n", "an HDF5 file", arrays],
  ["SQLite format 3\0", "an SQLite database", table],
  ["\xd0\xcf\x11\xe0", "an old Excel workbook or another document of Microsoft Office", table],
  ["<stata_dta>", "a Stata file", table],
  ["$FL2@(#)", "an SPSS file", table],
  ["%PDF-", "a PDF", table],
  ["{\\rtf", "a document in RTF", table],
  ["\x89PNG", "an image (PNG)", arrays],
  ["\xff\xd8\xff", "an image (JPEG)", arrays],
  ["II*\0", "an image (TIFF)", arrays],
  ["MM\0*", "an image (TIFF)", arrays],
  ["\x1f\x8b", "a gzip archive within another", "pack it once"],
  ["\xfd7zXZ", "an xz archive", unpacked],
  ["\x28\xb5\x2f\xfd", "a Zstandard archive", unpacked],
  ["7z\xbc\xaf", "a 7z archive", unpacked],
  ["\x04\x22\x4d\x18", "an LZ4 archive", unpacked],
  ["version https://git-lfs.github.com/spec/", "a pointer of Git LFS, and not the file that it stands for", "fetch that with git lfs pull"],
];

/** The same of files that are not text, since a table may begin so as well. */
const binaries: readonly (readonly [string, string, string])[] = [
  ["PAR1", "a Parquet file", table],
  ["ARROW1", "an Arrow file", table],
  ["FEA1", "a Feather file", table],
  ["Obj\x01", "an Avro file", table],
  ["ORC", "an ORC file", table],
  ["CDF", "a NetCDF file", arrays],
  ["MATLAB 5.0", "a MATLAB file", arrays],
  ["RDX", "a file of R", table],
  ["RDA", "a file of R", table],
  ["X\n\0\0", "a file of R", table],
  ["GIF8", "an image (GIF)", arrays],
  ["RIFF", "a picture or a sound (RIFF)", arrays],
  ["OggS", "a sound or a film (Ogg)", arrays],
  ["fLaC", "a sound (FLAC)", arrays],
  ["ID3", "a sound (MP3)", arrays],
  ["GGUF", "a model (GGUF)", arrays],
  ["BZh", "a bzip2 archive", unpacked],
  ["Rar!", "a RAR archive", unpacked],
  ["\x7fELF", "a program", "upload the data"],
  ["MZ", "a program", "upload the data"],
];

/** How texts begin, without marks and blanks before. */
const texts: readonly (readonly [RegExp, string, string])[] = [
  [/^<(?:!doctype|html|head|body|!--)/i, "a page of HTML, and not the file that it may link to", "download that file itself"],
  [/^<\?xml|^<[a-z][\w:-]*(?:\s[^>]*)?>\s*</i, "XML", table],
  [/^[[{]\s*(?:["{[\d\]}-]|null|true|false)/, "JSON", "write JSON lines, one object a line, or CSV"],
  [/^%?\s*@relation/i, "a file of Weka (ARFF)", table],
  [/^---\r?\n/, "YAML", table],
];

/** What lies in archives, by the names of their files. */
const members: readonly (readonly [RegExp, string, string])[] = [
  [/^xl\//, "an Excel workbook", table],
  [/^word\/|^ppt\//, "a document of Microsoft Office", table],
  [/^mimetype$|^content\.xml$/, "a document of LibreOffice or another spreadsheet", table],
  [/(?:^|\/)data\.pkl$/, "a file of PyTorch", "save its tensors as safetensors"],
  [/^model\.weights\.h5$|^config\.json$/, "a model of Keras", arrays],
  [/\.class$|^META-INF\//, "a Java archive", arrays],
];

/** What an archive is that has files of these names, which are not those of an NPZ. */
export function archiveFault(names: readonly string[]): Error {
  const found = members.find(([pattern]) => names.some((name) => pattern.test(name)));
  const other = names.find((name) => !name.endsWith(".npy")) ?? "";
  if (found !== undefined) return notRead(found[1], found[2]);
  return notRead(`a zip archive with ${JSON.stringify(other.slice(0, 80))}`, "upload the file itself; an NPZ holds files that end in .npy");
}

/** The problem of a file that is of no format that is read, or null where it may be text. */
export function knownFault(start: Buffer): Error | null {
  const latin = start.toString("latin1");
  const isBinary = /[\0-\x08]/.test(latin);
  const found = (isBinary ? [...signatures, ...binaries] : signatures).find(([magic]) => latin.startsWith(magic));
  if (found !== undefined) return notRead(found[1], found[2]);
  if (latin.slice(4, 8) === "ftyp") return notRead("a film or a picture (MP4, HEIC)", arrays);
  if (latin.slice(257, 262) === "ustar") return notRead("a tar archive", "upload the file that is in it");
  if (/^\x80[\x02-\x05]/.test(latin)) return notRead("a pickle, which may run any program", arrays);
  if (markedEncoding(start)?.startsWith("utf-16") === true) return null;
  const text = start
    .toString()
    .replace(/^\uFEFF/, "")
    .trimStart();
  const kind = texts.find(([pattern]) => pattern.test(text));
  if (kind !== undefined) return notRead(kind[1], kind[2]);
  return null;
}

const notRead = (what: string, advice: string): Error => fault("Byte 0", `this is ${what}, which is not read here: ${advice}`);
