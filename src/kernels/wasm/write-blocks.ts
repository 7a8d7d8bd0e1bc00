/** Bytes of what a member of a block may be, other than a further block. */
const bytesOf: Readonly<Record<string, number>> = { i32: 4, usize: 4, f64: 8 };

type Members = ReadonlyMap<string, string>;

/**
 * The source of generated/blocks.ts: for each class in assembly/blocks.ts an interface of the same members, and a function that writes them
 * where the kernels find them. That of a block returns its address, that of a part, which is written from a word on, the word after it. Parts
 * that a block points to lie behind it, in order; what has no fixed size follows the words of its own.
 */
export function blockWriters(declarations: string): string {
  const classes = new Map(
    [...declarations.matchAll(/^@unmanaged\nexport class (\w+) \{\n(.*?)^\}/gms)].map(([, name, body]): [string, Members] => [
      name,
      new Map([...body.matchAll(/^  (\w+): (\w+);$/gm)].map(([, member, type]) => [member, type])),
    ]),
  );
  return [
    "// Written by ../build.ts from ../assembly/blocks.ts.\n",
    "/** Words that a block is written to, and the address of the first of them for the kernels. */",
    "export interface BlockWords {\n  readonly address: number;\n  readonly words: Int32Array | number[];\n}\n",
    "/** The same memory as words and as doubles. */",
    "export interface BlockMemory extends BlockWords {\n  readonly words: Int32Array;\n  readonly doubles: Float64Array;\n}\n",
    ...[...classes].map(([name, members]) => sourceOf(name, members, classes)),
  ].join("\n");
}

function sourceOf(name: string, members: Members, classes: ReadonlyMap<string, Members>): string {
  const types = [...members].map(([member, type]) => `  readonly ${member}: ${classes.has(type) ? type : "number"};`);
  const { stores, own, end } = storesOf(members, classes, "it", 0);
  const lines = stores.map((store) => `  ${store};`).join("\n");
  const memory = stores.some((store) => store.startsWith("doubles"))
    ? "{ address, words, doubles }: BlockMemory"
    : "{ address, words }: BlockWords";
  const writer = name.endsWith("Block")
    ? `export const wordsOf${name} = ${own};

export function write${name}(${memory}, it: ${name}): number {
${lines}
  return address;
}`
    : `export function write${name}({ words }: Pick<BlockWords, "words">, it: ${name}, at: number): number {
${lines.replaceAll("words[", "words[at + ")}
  return at + ${end};
}`;
  return `export interface ${name} {
${types.join("\n")}
}

${writer}
`;
}

interface Stores {
  readonly stores: readonly string[];
  /** Words of the block's own members. */
  readonly own: number;
  /** The word after the block and those that lie behind it. */
  readonly end: number;
}

/** The statements that write a block from a word on. */
function storesOf(members: Members, classes: ReadonlyMap<string, Members>, record: string, start: number): Stores {
  const stores: string[] = [];
  const further: { readonly word: number; readonly member: string; readonly members: Members }[] = [];
  let bytes = start * 4;
  for (const [member, type] of members) {
    const block = classes.get(type);
    const size = block === undefined ? bytesOf[type] : 4;
    if (size === undefined || bytes % size !== 0) throw new Error(`A block cannot hold ${member}: ${type} here`);
    if (block !== undefined) further.push({ word: bytes / 4, member, members: block });
    else stores.push(`${type === "f64" ? "doubles" : "words"}[${bytes / size}] = ${record}.${member}`);
    bytes += size;
  }
  let end = bytes / 4;
  for (const { word, member, members: own } of further) {
    const inner = storesOf(own, classes, `${record}.${member}`, end);
    stores.push(`words[${word}] = address + ${end * 4}`, ...inner.stores);
    end = inner.end;
  }
  return { stores, own: bytes / 4 - start, end };
}
