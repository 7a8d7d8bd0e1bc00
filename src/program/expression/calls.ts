import { has, type Operator } from "../../ops/define.ts";
import { misspelt } from "../../problems/nearest.ts";
import { didYouMean } from "../draft.ts";
import { inputSpec } from "../dtypes.ts";
import type { Definition } from "./definitions.ts";
import type { Emitter } from "./emitter.ts";
import { functionsElsewhere, furtherOperands, writtenInstead } from "./elsewhere.ts";
import { faultIn } from "./fault.ts";
import type { Literal, FormulaTerm } from "./term.ts";
import type { Token } from "./token-list.ts";
import { argumentNamed, functionNamed, functionNames, type Meaning, takesList } from "./vocabulary.ts";

export interface NamedTerm {
  readonly name: Token;
  readonly term: FormulaTerm;
}

/** Applies the operator that a function's name stands for, each argument in its place. */
export function callFunction(
  text: string,
  emitter: Emitter,
  name: Token,
  positional: readonly FormulaTerm[],
  named: readonly NamedTerm[],
): FormulaTerm {
  // An operator with any number of inputs also takes them as one list, unless the name alone stands for one over all of a tensor's elements.
  const [only] = positional;
  const terms = positional.length === 1 && only.kind === "list" && functionNamed(name.text, 1)?.arity !== 1 ? only.items : positional;
  const meaning = functionNamed(name.text, terms.length);
  if (meaning === undefined) throw unknownFunction(text, emitter, name);
  const { op } = meaning;
  refuseAxis(text, name, op, positional);
  const isVariadic = inputSpec(op, op.inputs.length) !== undefined;
  const places = placesOf(meaning);
  if (!isVariadic && positional.length > places.length) throw tooMany(text, meaning, name, positional[places.length]);
  const operands: (FormulaTerm | null)[] = [];
  (isVariadic ? terms : positional).forEach((term, at) => {
    const place = isVariadic ? at : places[at];
    while (operands.length < place) operands.push(null);
    operands.push(fittingRank(op, place, term));
  });
  const attributes = new Map<string, Literal>();
  for (const { name: argument, term } of named) {
    const meant = argumentNamed(op, argument.text);
    if ("input" in meant) {
      if ((operands[meant.input] ?? null) !== null) throw faultIn(text, argument.at, `${name.text} is given ${argument.text} twice`);
      while (operands.length < meant.input) operands.push(null);
      operands[meant.input] = fittingRank(op, meant.input, term);
    } else {
      if (attributes.has(meant.attribute)) throw faultIn(text, argument.at, `${name.text} is given ${argument.text} twice`);
      if (term.kind !== "literal") {
        throw faultIn(text, term.at, `${argument.text} of ${name.text} is fixed in the program: it takes a number, a list or a text`);
      }
      attributes.set(meant.attribute, { ...term, at: argument.at });
    }
  }
  meaning.operands?.forEach((json, at) => {
    while (operands.length <= at) operands.push(null);
    if (json !== null) operands[at] ??= fittingRank(op, at, { kind: "literal", json, at: name.at });
  });
  for (const [preset, json] of Object.entries(meaning.attributes)) {
    if (!attributes.has(preset)) attributes.set(preset, { kind: "literal", json, at: name.at });
  }
  return emitter.apply(op, operands, name.at, attributes);
}

/** The terms for the parameters of a function of the formula's own, by their places or names. */
export function argumentsOf(
  text: string,
  { name: { text: own }, parameters }: Definition,
  name: Token,
  positional: readonly FormulaTerm[],
  named: readonly NamedTerm[],
): readonly FormulaTerm[] {
  const given = new Map(positional.map((term, at) => [parameters[at] ?? "", term] as const));
  for (const { name: parameter, term } of named) {
    if (!parameters.includes(parameter.text)) throw faultIn(text, parameter.at, `${own} has no parameter ${parameter.text}`);
    if (given.has(parameter.text)) throw faultIn(text, parameter.at, `${own} is given ${parameter.text} twice`);
    given.set(parameter.text, term);
  }
  const terms = parameters.flatMap((parameter) => given.get(parameter) ?? []);
  if (terms.length === parameters.length && positional.length <= parameters.length) return terms;
  const count = `${parameters.length} argument${parameters.length === 1 ? "" : "s"}`;
  throw faultIn(text, name.at, `${own} takes ${count} (${parameters.join(", ")}), not ${positional.length + named.length}`);
}

/** `sum(x, 1)` would add 1, and whoever writes it most likely means the axis. */
function refuseAxis(text: string, name: Token, op: Operator, positional: readonly FormulaTerm[]): void {
  const [, second] = positional;
  const alone = functionNamed(name.text, 1)?.op;
  if (positional.length !== 2 || second.kind !== "literal" || !has(op, "linear") || !alone || alone === op || !has(alone, "reduction"))
    return;
  const axis = `axis=${JSON.stringify(second.json)}`;
  throw faultIn(text, second.at, `${name.text} over an axis is written with ${axis}, and a number is added with +`, axis);
}

/** The inputs that a call's positional operands are for. */
function placesOf({ op, operands }: Meaning): readonly number[] {
  return operands?.flatMap((preset, at) => (preset === null ? [at] : [])) ?? [...op.inputs.keys()];
}

function tooMany(text: string, meaning: Meaning, name: Token, first: FormulaTerm): Error {
  const told = furtherOperands(name.text);
  if (told !== undefined) return faultIn(text, first.at, `${name.text} takes one argument; ${told}`);
  const { op } = meaning;
  const most = placesOf(meaning).length;
  const attributes = "shape" in op.attributes ? Object.keys(op.attributes.shape as object) : [];
  const rest = attributes.length === 0 ? "" : `; the others are named: ${attributes.map((attribute) => `${attribute}=…`).join(", ")}`;
  const sentence = `${name.text} takes ${most === 1 ? "one positional argument" : `at most ${most} positional arguments`}${rest}`;
  return faultIn(text, first.at, sentence);
}

/** Where a list decides a shape, a single number stands for a list of one. */
function fittingRank(op: Operator, at: number, term: FormulaTerm): FormulaTerm {
  return term.kind === "literal" && typeof term.json === "number" && takesList(op, at) ? { ...term, json: [term.json] } : term;
}

function unknownFunction(text: string, emitter: Emitter, { text: name, at }: Token): Error {
  if (emitter.isValue(name)) {
    // Which of the two is meant cannot be told, so neither is suggested.
    const both = `a product is written ${name}*(…), and a place in it, counted from 0, ${name}[…]`;
    return faultIn(text, at, `${name} is a value and not a function; ${both}`, undefined, "unknown_function");
  }
  const instead = writtenInstead(name);
  if (instead !== undefined) {
    const advice = "formula" in instead ? `write ${instead.formula}` : instead.sentence;
    const suggestion = "formula" in instead ? instead.formula : undefined;
    return faultIn(text, at, `there is no function ${name}: ${advice}`, suggestion, "unknown_function");
  }
  const meant = misspelt(name, functionNames, functionsElsewhere);
  return faultIn(text, at, `there is no function ${name}${didYouMean(meant)}`, meant[0], "unknown_function");
}
