import type { Compiler } from "../../program/compiler.ts";
import type { GivenInputs } from "../../program/draft.ts";
import { draftOfExpression } from "../../program/expression/parse.ts";
import { draftOfGraph } from "../../program/graph/json.ts";
import { LayerFault } from "../../program/network/define.ts";
import { lossOf } from "../../program/network/losses.ts";
import type { DType } from "../../tensor/dtype.ts";
import { type Shape, sizeOf, spanOf } from "../../tensor/shape.ts";
import type { Limits } from "../../request/limits.ts";
import { type NetworkSource, readNetwork } from "../../program/network/source.ts";
import type { ProbedInput, ProbeRequest } from "./request.ts";
import { pointerTo, problemAt } from "../../problems/problems.ts";
import { type ProgramSource, programOf } from "../../program/source.ts";
import type { GivenTensor } from "../../request/tensor.ts";
import { doubles } from "../doubles.ts";

/** An input to draw. */
export interface WantedInput {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType | null;
  readonly between: readonly [number, number] | null;
  readonly oneHot: boolean;
}

/** Sizes for axes that a program leaves open: a batch first; no two alike, so that nothing fits by chance. */
const openSizes = [5, 4, 3, 7, 2];

/** The inputs that a request leaves to be drawn. Throws Problem. */
export function wantedInputs(request: ProbeRequest, given: GivenInputs, compiler: Compiler, limits: Limits): WantedInput[] {
  const source = programOf(request);
  for (const name of Object.keys(request.generate)) {
    if (given.tensors.has(name)) {
      throw problemAt("invalid_request", pointerTo("generate", name), `${name} is given under inputs, so it cannot be drawn as well`);
    }
  }
  const network = networkOf(source, compiler);
  const declared = network === null ? freeInputs(source, given, compiler, limits) : [{ name: "input", shape: null, dtype: null }];
  const wanted = new Map<string, WantedInput>();
  for (const { name, shape, dtype } of declared) {
    if (given.tensors.has(name)) continue;
    const own = request.generate[name];
    const sizes = own?.shape ?? shape?.map((size, axis) => size ?? openSizes[axis % openSizes.length]);
    if (sizes === undefined && network !== null) {
      throw problemAt("missing_input", "/generate", "The shape of the network's input is not known: give it under generate, as input");
    }
    wanted.set(name, wantedInput(name, own, sizes ?? [], dtype));
  }
  for (const [name, own] of Object.entries(request.generate)) {
    if (!wanted.has(name)) wanted.set(name, wantedInput(name, own, own.shape ?? [], null));
  }
  if (network !== null && network.loss !== undefined && !given.tensors.has("target") && request.generate.target === undefined) {
    wanted.set("target", fittingTarget(network, request, [...wanted.values()], given, compiler));
  }
  for (const { name, shape } of wanted.values()) {
    if (spanOf(shape) <= limits.elements && shape.length <= limits.rank) continue;
    throw problemAt(
      "tensor_too_large",
      pointerTo("generate", name),
      `A tensor has at most ${limits.elements} elements and ${limits.rank} axes`,
    );
  }
  return [...wanted.values()];
}

const wantedInput = (name: string, own: ProbedInput | undefined, shape: Shape, dtype: DType | null): WantedInput => ({
  name,
  shape,
  dtype: own?.dtype ?? dtype,
  between: own?.between ?? null,
  oneHot: own?.one_hot ?? false,
});

function networkOf(source: ProgramSource, compiler: Compiler): NetworkSource | null {
  if (source.kind === "network") return source.source;
  if (source.kind !== "graph_id") return null;
  const registered = compiler.registered(source.source, "/graph_id");
  return "network" in registered ? registered.network : null;
}

interface Declared {
  readonly name: string;
  readonly shape: readonly (number | null)[] | null;
  readonly dtype: DType | null;
}

function freeInputs(source: ProgramSource, given: GivenInputs, compiler: Compiler, limits: Limits): readonly Declared[] {
  switch (source.kind) {
    case "expression":
      return draftOfExpression(source.source, given.tensors, limits).inputs;
    case "graph":
      return draftOfGraph(source.source, limits).inputs;
    case "graph_id": {
      const registered = compiler.registered(source.source, "/graph_id");
      return "graph" in registered ? draftOfGraph(registered.graph, limits).inputs : [];
    }
    case "network":
      return [];
  }
}

/** A target for a network's loss: class indices where the loss takes them, else numbers like the output. */
function fittingTarget(
  source: NetworkSource,
  request: ProbeRequest,
  wanted: readonly WantedInput[],
  given: GivenInputs,
  compiler: Compiler,
): WantedInput {
  const { loss: _, ...layers } = source;
  const tensors = new Map([...given.tensors, ...wanted.map((each) => [each.name, placeholder(each)] as const)]);
  const bare = compiler.compile({ kind: "network", source: layers }, { tensors, pointers: given.pointers }, { seed: request.seed });
  const output = bare.outputs[0].value.shape;
  const { loss } = readNetwork(source, "/network");
  const classes = output.toSpliced(output.length === 1 ? 0 : 1, 1);
  const own = wantedInput("target", request.generate.target, output, null);
  if (loss === null || !takesClasses(() => lossOf(loss).target(output, classes, loss))) return { ...own, between: [0.1, 0.9] };
  return { ...own, shape: classes, dtype: "int64", between: [0, (output[1] ?? output[0] ?? 1) - 1] };
}

function takesClasses(target: () => ReturnType<ReturnType<typeof lossOf>["target"]>): boolean {
  try {
    return target() !== "floats";
  } catch (error) {
    if (error instanceof LayerFault) return false;
    throw error;
  }
}

/** A tensor of a wanted input's type, of which the numbers do not matter yet. */
export function placeholder({ shape, dtype, oneHot }: WantedInput): GivenTensor {
  const whole = dtype === "int64" || dtype === "int32";
  const data = dtype === "bool" ? Uint8Array.from(doubles(sizeOf(shape))) : doubles(sizeOf(shape));
  if (oneHot) data.fill(1);
  return { shape, dtype, kind: dtype === "bool" ? "bool" : whole ? "whole" : "real", data, layout: "nested" };
}
