import { Problem } from "../problems/problems.ts";

/** What JSON.parse makes of a text, in bytes of V8's heap, as measured for many kinds of texts: see the test. */
const cost = {
  /** A place for a value in a list or an object, with what the parser holds of it. */
  slot: 12,
  list: 48,
  object: 56,
  /** A member of objects that are alike: the objects share what is known of their names. */
  member: 8,
  /** A member of an object that is a table, since the names are too many or are numbers. */
  tableMember: 124,
  /** A text, beside its characters. */
  text: 24,
  /** What the parser holds of a list or an object that is open. */
  open: 40,
};

/** Objects are tables when there are more names than this. */
const mostShared = 1000;

const seenBits = 2 ** 16;

/** Texts are looked through by hand for so many bytes: a search that begins anew costs as much. */
const shortText = 64;

const quote = 0x22;
const backslash = 0x5c;
const zero = 0x30;
const nine = 0x39;

/**
 * The heap that parsing JSON will take, in bytes, from one look at its UTF-8: a body of `[{},{},…]` becomes forty times as large. Throws
 * nesting_too_deep, since the parser holds what is open, too. Of text that is not JSON it says something.
 */
export function jsonCost(bytes: Uint8Array, nesting: number): number {
  const count = { lists: 0, objects: 0, commas: 0, members: 0, numbers: 0, texts: 0, characters: 0, names: 0 };
  const seen = new Uint8Array(seenBits);
  let depth = 0;
  let deepest = 0;
  let name = 0;
  let isNumber = false;
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case 0x5b: // [
        count.lists++;
        if (++depth > nesting) throw tooDeep(nesting);
        break;
      case 0x7b: // {
        count.objects++;
        if (++depth > nesting) throw tooDeep(nesting);
        break;
      case 0x5d: // ]
      case 0x7d: // }
        deepest = Math.max(deepest, depth--);
        break;
      case 0x2c: // ,
        count.commas++;
        break;
      case 0x3a: // :
        count.members++;
        if (isNumber) count.numbers++;
        else if (seen[name] === 0) {
          seen[name] = 1;
          count.names++;
        }
        break;
      case quote: {
        const start = at + 1;
        name = 0;
        isNumber = true;
        for (at = start; at < bytes.length && bytes[at] !== quote; at++) {
          const byte = bytes[at];
          if (byte < zero || byte > nine) isNumber = false;
          if (byte === backslash) at++;
          else if (at - start > shortText) at = endOfText(bytes, at) - 1;
          else name = (Math.imul(name, 31) + byte) & (seenBits - 1);
        }
        isNumber &&= at > start;
        count.texts++;
        count.characters += at - start;
      }
    }
  }
  const { lists, objects, commas, members, numbers, texts, characters, names } = count;
  const tables = names > mostShared ? members : numbers;
  return (
    cost.slot * (commas + lists) +
    cost.list * lists +
    cost.object * objects +
    cost.member * (members - tables) +
    cost.tableMember * tables +
    cost.text * Math.max(0, texts - members) +
    cost.open * Math.max(deepest, depth) +
    characters
  );
}

/** Where the quote is that closes a text, inside which `at` lies and begins no escape. */
function endOfText(bytes: Uint8Array, at: number): number {
  for (let end = bytes.indexOf(quote, at); ; end = bytes.indexOf(quote, end + 1)) {
    if (end < 0) return bytes.length;
    let escapes = 0;
    while (end - escapes > at && bytes[end - escapes - 1] === backslash) escapes++;
    if (escapes % 2 === 0) return end;
  }
}

export const tooDeep = (most: number): Problem =>
  new Problem("nesting_too_deep", `The request nests lists and objects more than ${most} deep`);
