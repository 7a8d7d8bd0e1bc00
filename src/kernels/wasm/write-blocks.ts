/** Bytes of what a member of a block may be, other than a further block. */
const bytesOf: Readonly<Record<string, number>> = { i32: 4, usize: 4, f64: 8 };

type Members = ReadonlyMap<string, string>;

/**
 * The source of generated/blocks.ts: for each class in assembly/blocks.ts an interface of the same members, and a function that writes them
 * where the kernels find them. Blocks that a block points to lie behind it, in order.
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
    "/** Memory that a block is written to: its address for the kernels, and the memory from there on. */",
    "export interface BlockMemory {\n  readonly address: number;\n  readonly words: Int32Array;\n  readonly doubles: Float64Array;\n}\n",
    ...[...classes].map(([name, members]) => sourceOf(name, members, classes)),
  ].join("\n");
}

function sourceOf(name: string, members: Members, classes: ReadonlyMap<string, Members>): string {
  const types = [...members].map(([member, type]) => `  readonly ${member}: ${classes.has(type) ? type : "number"};`);
  const { stores, words } = storesOf(members, classes, "it", 0);
  const parameters = stores.some((store) => store.startsWith("doubles")) ? "address, words, doubles" : "address, words";
  return `export interface ${name} {
${types.join("\n")}
}

/** Words of its own, after which what has no fixed size may lie. */
export const wordsOf${name} = ${words};

/** Returns the address. */
export function write${name}({ ${parameters} }: BlockMemory, it: ${name}): number {
${stores.map((store) => `  ${store};`).join("\n")}
  return address;
}
`;
}

/** The statements that write a block from a word on, and how many words its own members take. */
function storesOf(
  members: Members,
  classes: ReadonlyMap<string, Members>,
  record: string,
  start: number,
): { readonly stores: readonly string[]; readonly words: number; readonly end: number } {
  const stores: string[] = [];
  const further: { readonly word: number; readonly member: string; readonly type: string }[] = [];
  let bytes = start * 4;
  for (const [member, type] of members) {
    const size = classes.has(type) ? 4 : bytesOf[type];
    if (size === undefined || bytes % size !== 0) throw new Error(`A block cannot hold ${member}: ${type} here`);
    if (classes.has(type)) further.push({ word: bytes / 4, member, type });
    else stores.push(type === "f64" ? `doubles[${bytes / 8}] = ${record}.${member}` : `words[${bytes / 4}] = ${record}.${member}`);
    bytes += size;
  }
  const words = bytes / 4 - start;
  let end = bytes / 4;
  for (const { word, member, type } of further) {
    const inner = storesOf(classes.get(type) ?? new Map<string, string>(), classes, `${record}.${member}`, end);
    stores.push(`words[${word}] = address + ${end * 4}`, ...inner.stores);
    end = inner.end;
  }
  return { stores, words, end };
}
