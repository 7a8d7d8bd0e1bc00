import { readFileSync } from "node:fs";
import { compileNetwork } from "../../../src/program/network/compile.ts";
import type { NamedValue, Program } from "../../../src/program/program.ts";
import { constant, graphOf, type Value } from "../../../src/ir/graph.ts";
import { settle } from "../../../src/request/settle.ts";
import type { Tensor } from "../../../src/tensor/tensor.ts";
import { defaultLimits, type Limits } from "../../../src/request/limits.ts";
import type { NetworkSource } from "../../../src/program/network/source.ts";
import { decodeTensor } from "../../../src/request/tensor.ts";
import { interpret } from "../../support/interpret.ts";
import { problemOf } from "../../support/problems.ts";
import { givenInputs } from "../programs.ts";

type Json = unknown;
type Tensors = Readonly<Record<string, Json>>;

export interface Golden {
  readonly name: string;
  readonly network: NetworkSource;
  readonly parameters: Tensors;
  readonly inputs: Tensors;
  readonly output: Json;
  readonly loss: Json;
  readonly cotangent?: Json;
  readonly gradients: Tensors;
}

export interface SecondOrder extends Omit<Golden, "output" | "cotangent"> {
  readonly tangent: Tensors;
  readonly hvp: Tensors;
}

interface Goldens {
  readonly cases: readonly Golden[];
  readonly second_order: readonly SecondOrder[];
}

export const goldens = (file: "networks" | "layers"): Goldens =>
  JSON.parse(readFileSync(new URL(`../../goldens/${file}.json`, import.meta.url), "utf8")) as Goldens;

interface Asked {
  readonly inputs: Tensors;
  readonly parameters?: Tensors;
  readonly seed?: number;
  readonly limits?: Partial<Limits>;
}

/** A network compiled for a request's tensors, with the numbers to feed. */
export function compiled(
  network: unknown,
  { inputs, parameters = {}, seed = 0, limits = {} }: Asked,
): { program: Program; feeds: Map<Value, Tensor> } {
  const given = givenInputs(inputs, parameters);
  const program = compileNetwork(network as NetworkSource, given, { seed, limits: { ...defaultLimits, ...limits } });
  const feeds = new Map<Value, Tensor>();
  for (const { name, value, initial } of program.inputs) {
    const tensor = given.tensors.get(name);
    const fed = tensor === undefined ? initial : settle(tensor, value.dtype, given.pointers.get(name) ?? "");
    if (fed === null) throw new Error(`nothing to feed to ${name}`);
    feeds.set(value, fed);
  }
  return { program, feeds };
}

export function named(values: readonly NamedValue[], name: string): Value {
  const found = values.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`there is no ${name} among ${values.map((candidate) => candidate.name).join(", ")}`);
  return found.value;
}

export const run = (values: readonly Value[], feeds: ReadonlyMap<Value, Tensor>): Tensor[] =>
  interpret(graphOf([...feeds.keys()], values), feeds);

/** Nested lists as a tensor of doubles. */
export function expected(json: Json): Tensor {
  const { shape, data } = decodeTensor(json, "");
  return { dtype: "float64", shape, data: Float64Array.from(data) };
}

export const constantOf = (json: Json): Value => constant(expected(json));

/** The code of the problem that a network makes, with its first place. */
export function refusal(network: unknown, inputs: object, parameters: object = {}, limits: Partial<Limits> = {}) {
  const { code, detail, errors } = problemOf(() => compiled(network, { inputs: { ...inputs }, parameters: { ...parameters }, limits }));
  const [{ pointer, suggestion }] = errors;
  return { code, pointer, suggestion, detail };
}

export type Layers = readonly Readonly<Record<string, unknown>>[];
