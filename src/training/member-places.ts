/** A member's name that stands twice in one JSON object. */
export class DuplicateMember extends Error {
  override readonly name = "DuplicateMember";
  /** Where in the text the second one stands. */
  readonly at: number;

  constructor(member: string, at: number) {
    super(`the name ${JSON.stringify(member)} stands there for the second time`);
    this.at = at;
  }
}

/**
 * Where in a JSON text, known to be well-formed, the names of its outermost object stand. JSON.parse keeps the last of members of one
 * name without a word; here they throw DuplicateMember, at any depth.
 */
export function memberPlaces(text: string): Map<string, number> {
  const outermost = new Map<string, number>();
  const open: Map<string, number>[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "{") open.push(open.length === 0 ? outermost : new Map());
    else if (character === "}") open.pop();
    else if (character === '"') {
      const end = endOfString(text, at);
      if (followedByColon(text, end)) {
        const name = JSON.parse(text.slice(at, end)) as string;
        const names = open.at(-1);
        if (names?.has(name)) throw new DuplicateMember(name, at);
        names?.set(name, at);
      }
      at = end - 1;
    }
  }
  return outermost;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function followedByColon(text: string, end: number): boolean {
  let at = end;
  while (" \t\r\n".includes(text[at] ?? "x")) at++;
  return text[at] === ":";
}
