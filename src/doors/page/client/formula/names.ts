/** What the service takes for a number when no tensor is given for it. */
const constants = new Set(["pi", "e"]);

/** Names, with what stands before and behind each: `=` behind it makes it a statement's result, or an argument's name in a call. */
const token =
  /(?<number>(?:\d[\d.]*|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>[\p{L}_][\p{L}\p{N}_]*)[ \t]*(?<behind>\(|=(?!=))?|(?<end>[;\n])|(?<comment>#[^\n]*)/gu;

interface FormulaNames {
  /** Names that no statement before has given a value. */
  readonly free: readonly string[];
  /** What statements give values to. */
  readonly defined: readonly string[];
}

function readNames(formula: string): FormulaNames {
  const free = new Set<string>();
  const defined = new Set<string>();
  let result: string | null = null;
  let depth = 0;
  let after = 0;
  for (const match of formula.matchAll(token)) {
    depth += depthIn(formula.slice(after, match.index));
    after = match.index + match[0].length;
    const { name, behind, end } = match.groups ?? {};
    if (end !== undefined && depth <= 0 && result !== null) {
      defined.add(result);
      result = null;
    }
    if (behind === "(") depth++;
    if (name === undefined || behind === "(") continue;
    if (behind === "=") result = depth > 0 ? result : name;
    else if (!defined.has(name) && !constants.has(name)) free.add(name);
  }
  if (result !== null) defined.add(result);
  return { free: [...free], defined: [...defined] };
}

/**
 * The inputs that a formula seems to have, in its order, so that it need not be refused first for want of them. The service has the last
 * word: what it misses, or does not know, is put right by what it says.
 */
export const likelyInputs = (formula: string): readonly string[] => readNames(formula).free;

/** Every name of a formula that may have a gradient. */
export function namesIn(formula: string): string[] {
  const { free, defined } = readNames(formula);
  return [...free, ...defined];
}

const depthIn = (text: string): number => text.split(/[([]/).length - text.split(/[)\]]/).length;
