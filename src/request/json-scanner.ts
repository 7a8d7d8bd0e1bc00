/** Where reading a malformed JSON text stops, and why. */
export interface Stop {
  /** Offset of the first character that cannot be. */
  readonly at: number;
  readonly expected: string;
  readonly found: string;
}

const space = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** NaN and the infinities are read, too, though they are no JSON. */
const word = /true|false|null|NaN|-?Infinity/y;
/** The characters of a string that need no second look. */
const plain = /[^"\\\u0000-\u001F]*/y;
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const wordLike = /[\p{L}\p{N}_.+-]+/uy;

type State = "value" | "first element" | "first name" | "name" | "after value";

/**
 * Finds the place at which `text`, which is known to be malformed, stops being JSON. V8's parser knows it too but does not always
 * say. One pass, and a list of the open brackets in place of recursion.
 */
export function stoppingPlace(text: string): Stop {
  const open: ("[" | "{")[] = [];
  let at = 0;
  let state: State = "value";
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const stop = (expected: string): Stop => ({ at, expected, found: describe(text, at) });
  /** Past a string, or the place inside it that is wrong. */
  const skipString = (): Stop | null => {
    at++;
    for (;;) {
      skip(plain);
      if (text[at] === '"') {
        at++;
        return null;
      }
      if (at >= text.length) return stop('the closing " of a string');
      if (text[at] !== "\\") return stop("an escape such as \\n for this control character");
      if (!skip(escape)) return stop('an escape: one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000');
    }
  };
  const skipName = (): Stop | null => {
    const wrong = skipString();
    if (wrong !== null) return wrong;
    skip(space);
    if (text[at] !== ":") return stop("a colon after a member's name");
    at++;
    state = "value";
    return null;
  };

  for (;;) {
    skip(space);
    const next = text[at];
    let wrong: Stop | null = null;
    if (state === "after value") {
      const bracket = open.at(-1);
      if (bracket === undefined) return stop("the end of the text");
      if (next === ",") {
        at++;
        state = bracket === "[" ? "value" : "name";
      } else if (next === (bracket === "[" ? "]" : "}")) {
        at++;
        open.pop();
      } else return stop(bracket === "[" ? "a comma or ]" : "a comma or }");
    } else if (state === "name" || state === "first name") {
      if (next === '"') wrong = skipName();
      else if (next === "}" && state === "first name") {
        at++;
        open.pop();
        state = "after value";
      } else return stop(state === "name" ? "a member's name in double quotes" : "a member's name in double quotes, or }");
    } else if (next === "[" || next === "{") {
      open.push(next);
      at++;
      state = next === "[" ? "first element" : "first name";
    } else if (next === "]" && state === "first element") {
      at++;
      open.pop();
      state = "after value";
    } else if (next === '"') {
      wrong = skipString();
      state = "after value";
    } else if (skip(number) || skip(word)) state = "after value";
    else return stop("a value");
    if (wrong !== null) return wrong;
  }
}

function describe(text: string, at: number): string {
  if (at >= text.length) return "the end of the text";
  wordLike.lastIndex = at;
  const found = wordLike.exec(text.slice(0, at + 24))?.[0] ?? String.fromCodePoint(text.codePointAt(at) ?? 0);
  const code = found.codePointAt(0) ?? 0;
  return code < 0x20 || code === 0x7f ? `the control character U+${code.toString(16).toUpperCase().padStart(4, "0")}` : found;
}
