import { distance } from "fastest-levenshtein";
import { namesElsewhere } from "./elsewhere.ts";

/** Names are compared by at most this many characters, and at most this many of them: a suggestion must cost little whatever came in. */
const longestCompared = 64;
const mostCompared = 20_000;

/** The share of a name's characters that may differ for it to be taken for a misspelling. */
const tolerance = 0.4;

/** A name of so many characters is taken for the beginning of a longer one, as in expr for expression. */
const shortestBeginning = 3;

/** Where every character counts, one may be wrong in a name of so many, and two in one of so many. */
const notShort = 5;
const long = 9;

/**
 * The candidates that `name` is probably a misspelling of, nearest first and at most `most`; equally near ones keep their order.
 * Case does not count. Names of one or two characters match only in another case: any other would be a guess.
 */
export function nearest(name: string, candidates: Iterable<string>, most = 3): string[] {
  const wanted = comparable(name);
  const found: { candidate: string; edits: number }[] = [];
  let compared = 0;
  for (const candidate of candidates) {
    if (++compared > mostCompared) break;
    const other = comparable(candidate);
    const allowed = Math.floor(tolerance * Math.max(wanted.length, other.length));
    const begins = wanted.length >= shortestBeginning && other.length > wanted.length && other.startsWith(wanted);
    if (!begins && Math.abs(wanted.length - other.length) > allowed) continue;
    const edits = begins || isSwapped(wanted, other) ? 1 : distance(wanted, other);
    if (begins || edits <= allowed) found.push({ candidate, edits });
  }
  return found
    .sort((a, b) => a.edits - b.edits)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/**
 * The candidates that a slip of the hand makes `name` of, all equally near: two neighbours that changed places or a letter that stands
 * twice; in a name that is not short, any letter; in a long one, two. Else the only one that begins so. For names of what computes
 * something, where one that is merely alike computes something else: names with other digits are others, and so is a name that is known
 * elsewhere.
 */
export function misspelt(name: string, candidates: Iterable<string>, elsewhere: ReadonlySet<string> = namesElsewhere): string[] {
  const wanted = comparable(name).replaceAll("_", "");
  const found: { candidate: string; edits: number }[] = [];
  const longer: string[] = [];
  for (const candidate of candidates) {
    const other = comparable(candidate).replaceAll("_", "");
    if (digitsOf(other) !== digitsOf(wanted)) continue;
    const edits = isSwapped(wanted, other) || isDoubled(wanted, other) ? 1 : distance(wanted, other);
    if (edits === 0 || edits <= slips(wanted) || isSwapped(wanted, other) || isDoubled(wanted, other)) found.push({ candidate, edits });
    if (wanted.length >= notShort && other.startsWith(wanted) && 2 * wanted.length >= other.length) longer.push(candidate);
  }
  const least = found.reduce((fewest, { edits }) => Math.min(fewest, edits), Infinity);
  if (elsewhere.has(wanted) && least > 0) return [];
  if (found.length === 0) return longer.length === 1 ? longer : [];
  return found.flatMap(({ candidate, edits }) => (edits === least ? [candidate] : [])).slice(0, 3);
}

const slips = ({ length }: string): number => (length < notShort ? 0 : length < long ? 1 : 2);

/** Whether one letter was struck twice, or one that stands twice once. */
const isDoubled = (name: string, other: string): boolean => hasTwice(name, other) || hasTwice(other, name);

const hasTwice = (name: string, other: string): boolean =>
  name.length === other.length + 1 &&
  Array.from(name).some((letter, at) => at > 0 && letter === name[at - 1] && name.slice(0, at) + name.slice(at + 1) === other);

const digitsOf = (name: string): string => name.replaceAll(/\D/g, "");

/** Whether two neighbours changed places, the commonest slip of all: one edit, not two. */
function isSwapped(name: string, other: string): boolean {
  let at = 0;
  while (at < name.length && name[at] === other[at]) at++;
  return at + 1 < name.length && `${name.slice(0, at)}${name[at + 1]}${name[at]}${name.slice(at + 2)}` === other;
}

const comparable = (name: string): string => name.slice(0, longestCompared).toLowerCase();
