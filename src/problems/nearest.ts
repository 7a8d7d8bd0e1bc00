import { distance } from "fastest-levenshtein";

/** Names are compared by at most this many characters, and at most this many of them: a suggestion must cost little whatever came in. */
const longestCompared = 64;
const mostCompared = 20_000;

/** The share of a name's characters that may differ for it to be taken for a misspelling. */
const tolerance = 0.4;

/** A name of so many characters is taken for the beginning of a longer one, as in expr for expression. */
const shortestBeginning = 3;

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

/** Whether two neighbours changed places, the commonest slip of all: one edit, not two. */
function isSwapped(name: string, other: string): boolean {
  let at = 0;
  while (at < name.length && name[at] === other[at]) at++;
  return at + 1 < name.length && `${name.slice(0, at)}${name[at + 1]}${name[at]}${name.slice(at + 2)}` === other;
}

const comparable = (name: string): string => name.slice(0, longestCompared).toLowerCase();
