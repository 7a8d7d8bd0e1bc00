import { compileDraft } from "../../src/program/compile.ts";
import type { Draft, GivenInputs } from "../../src/program/draft.ts";
import { draftOfExpression } from "../../src/program/expression/parse.ts";
import { draftOfGraph } from "../../src/program/graph/json.ts";
import type { Program } from "../../src/program/program.ts";
import { graphOf } from "../../src/ir/graph.ts";
import { print } from "../../src/ir/print.ts";
import { GraphSource } from "../../src/program/graph/source.ts";
import { defaultLimits, type Limits } from "../../src/request/limits.ts";
import { pointerTo } from "../../src/problems/problems.ts";
import { decodeTensor } from "../../src/request/tensor.ts";
import { validate } from "../../src/request/validate.ts";

type Inputs = Readonly<Record<string, unknown>>;

/** A request's tensors as what compiles them has them. */
export function givenInputs(inputs: Inputs, parameters: Inputs = {}): GivenInputs {
  const members = Object.entries({ inputs, parameters }).flatMap(([member, tensors]) =>
    Object.entries(tensors).map(([name, json]) => [name, pointerTo(member, name), json] as const),
  );
  return {
    tensors: new Map(members.map(([name, pointer, json]) => [name, decodeTensor(json, pointer)])),
    pointers: new Map(members.map(([name, pointer]) => [name, pointer])),
  };
}

export const graphDraft = (json: unknown, limits = defaultLimits): Draft => draftOfGraph(validate(GraphSource, json), limits);

export const compileGraph = (json: unknown, inputs: Inputs = {}, limits: Limits = defaultLimits): Program =>
  compileDraft(graphDraft(json, limits), givenInputs(inputs), limits);

export const formulaDraft = (text: string, inputs: Iterable<string> = [], limits = defaultLimits): Draft =>
  draftOfExpression(text, new Set(inputs), limits);

export const compileFormula = (text: string, inputs: Inputs = {}, limits: Limits = defaultLimits): Program =>
  compileDraft(formulaDraft(text, Object.keys(inputs), limits), givenInputs(inputs), limits);

/** A program in the notation of snapshots. */
export const printed = (program: Program): string =>
  print(
    graphOf(
      program.inputs.map(({ value }) => value),
      program.outputs.map(({ value }) => value),
    ),
  );

/** The nodes of a formula, one per line: names = Op(inputs) {attributes}. */
export function written(draft: Draft): string[] {
  return draft.nodes.map(({ names, op, inputs, attributes }) => {
    const operands = inputs.map((operand) => (operand === null || typeof operand === "string" ? (operand ?? "_") : show(operand)));
    const rest = Object.keys(attributes).length === 0 ? "" : ` ${JSON.stringify(attributes)}`;
    return `${names.map((name) => name ?? "_").join(", ")} = ${op}(${operands.join(", ")})${rest}`;
  });
}

const show = ({ shape, data, kind }: { shape: readonly number[]; data: ArrayLike<number>; kind: string }): string => {
  const numbers = Array.from(data, (number) => (kind === "bool" ? String(number !== 0) : String(number)));
  return shape.length === 0 ? numbers[0] : `${shape.length > 1 ? `[${shape.join("×")}]` : ""}[${numbers.join(" ")}]`;
};
