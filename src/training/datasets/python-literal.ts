/** What Python's literals become: None is null, a tuple and a list are lists. */
export type PythonLiteral = string | number | boolean | null | readonly PythonLiteral[] | ReadonlyMap<string, PythonLiteral> | Tuple;

/** A tuple, which is not a list. */
export class Tuple {
  readonly items: readonly PythonLiteral[];
  constructor(items: readonly PythonLiteral[]) {
    this.items = items;
  }
}

/** A text is no literal. */
export class NoLiteral extends Error {
  override readonly name = "NoLiteral";
}

/** Literals inside one another: more than a header of an array has. */
const deepest = 16;

const patterns = {
  blank: /[ \t\r\n\f]*/y,
  integer: /([+-]?)(0|[1-9](?:_?\d)*)L?/y,
  word: /(?:True|False|None)\b/y,
  text: /[uUbB]?(?:'((?:[^'\\\n]|\\[^\n])*)'|"((?:[^"\\\n]|\\[^\n])*)")/y,
} as const;
const words: ReadonlyMap<string, boolean | null> = new Map([
  ["True", true],
  ["False", false],
  ["None", null],
]);

/**
 * Reads a literal of Python as NumPy writes and reads them: dictionaries by texts, lists, tuples, texts without escapes that mean something,
 * integers (also Python 2's, as 10L), True, False and None. Throws NoLiteral.
 */
export function pythonLiteral(text: string): PythonLiteral {
  const reader = new LiteralReader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class LiteralReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): PythonLiteral {
    if (depth > deepest) throw new NoLiteral("it has brackets inside brackets, too deep to read");
    this.#match("blank");
    if (this.#take("{")) return this.#dictionary(depth);
    if (this.#take("[")) return this.#items("]", depth).items;
    if (this.#take("(")) {
      const { items, isTuple } = this.#items(")", depth);
      return isTuple ? new Tuple(items) : items[0];
    }
    const word = this.#match("word");
    if (word !== null) return words.get(word[0]) ?? null;
    const integer = this.#match("integer");
    if (integer !== null) return Number(`${integer[1]}${integer[2].replaceAll("_", "")}`);
    return this.#string();
  }

  end(): void {
    this.#match("blank");
    if (this.#at < this.#text.length) throw this.#unexpected("its end");
  }

  #dictionary(depth: number): ReadonlyMap<string, PythonLiteral> {
    const members = new Map<string, PythonLiteral>();
    for (;;) {
      this.#match("blank");
      if (this.#take("}")) return members;
      const name = this.#string();
      if (members.has(name)) throw new NoLiteral(`it says ${JSON.stringify(name)} twice`);
      this.#match("blank");
      if (!this.#take(":")) throw this.#unexpected(":");
      members.set(name, this.value(depth + 1));
      this.#match("blank");
      if (this.#take(",")) continue;
      if (this.#take("}")) return members;
      throw this.#unexpected(", or }");
    }
  }

  /** What stands up to a bracket; one item without a comma in round ones is no tuple. */
  #items(close: string, depth: number): { items: PythonLiteral[]; isTuple: boolean } {
    const items: PythonLiteral[] = [];
    let isTuple = true;
    for (;;) {
      this.#match("blank");
      if (this.#take(close)) return { items, isTuple };
      items.push(this.value(depth + 1));
      this.#match("blank");
      isTuple = this.#take(",");
      if (isTuple) continue;
      if (!this.#take(close)) throw this.#unexpected(`, or ${close}`);
      return { items, isTuple: items.length > 1 };
    }
  }

  #string(): string {
    const found = this.#match("text");
    if (found === null) throw this.#unexpected("a literal");
    const inner = found[1] ?? found[2] ?? "";
    if (inner.includes("\\")) throw new NoLiteral("it has a text with a backslash");
    return inner;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #match(name: keyof typeof patterns): RegExpExecArray | null {
    const pattern = patterns[name];
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#at = pattern.lastIndex;
    return found;
  }

  #unexpected(expected: string): NoLiteral {
    const found = this.#at < this.#text.length ? JSON.stringify(this.#text.slice(this.#at, this.#at + 12)) : "the end";
    return new NoLiteral(`expected ${expected} at character ${this.#at}, found ${found}`);
  }
}
