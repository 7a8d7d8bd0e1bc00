import { input, type Value } from "../../ir/graph.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { Shape } from "../../tensor/shape.ts";
import type { Limits } from "../../request/limits.ts";
import type { LossSource } from "./define.ts";
import { type NetworkSource, readNetwork } from "./source.ts";
import { pointerTo, problemAt } from "../../problems/problems.ts";
import type { GivenInputs } from "../draft.ts";
import { pointerOf } from "../given.ts";
import type { Counted, NamedValue, Program, ProgramInput } from "../program.ts";
import { Assembly } from "./assembly.ts";
import { type NetworkPointer, lossStage, within } from "./faults.ts";
import { lossOf } from "./losses.ts";
import { place } from "./placement.ts";
import { floatOf, indexDType, inputDType, refuseMissing, refuseUnexpected, required, rowsOf } from "./tensors.ts";

export interface NetworkOptions {
  /** Of initial parameters and of dropout. */
  readonly seed: number;
  readonly limits: Limits;
  /** Where the parts of the network stand in the request; under /network unless told. */
  readonly locate?: NetworkPointer;
  /** Where the network is being trained: a whole number that is fed, the number of the update counted from 1. */
  readonly step?: Value | undefined;
  /** The element type of what has none of its own. That of the given tensors unless told. */
  readonly float?: DType | undefined;
}

export const inRequest: NetworkPointer = (...path) => pointerTo("network", ...path);

/**
 * The program that a network means for tensors of the given types: `input`, `target` where there is a loss, and parameters by name, in one
 * map. Of the given tensors only types matter. Parameters start from the seed when none is given. Throws Problem.
 */
export function compileNetwork(
  source: NetworkSource,
  given: GivenInputs,
  { seed, limits, locate = inRequest, step, float }: NetworkOptions,
): Program {
  if (source.layers.length > limits.nodes) {
    throw problemAt(
      "too_many_nodes",
      locate("layers"),
      `The network has ${source.layers.length} layers, and at most ${limits.nodes} are taken`,
    );
  }
  const network = readNetwork(source, locate());
  const { loss, training } = network;
  const dtype = float ?? floatOf(given);
  const assembly = new Assembly({ given, dtype, seed, limits, locate, step });
  const layers = place(network, assembly.naming, locate);

  const tensor = required("input", network, given);
  const first = input({ dtype: inputDType(network, tensor, dtype), shape: tensor.shape });
  const inputs = [fed("input", first, rowsOf(network))];
  const output = { name: "output", value: layers.reduce((x, layer) => assembly.layer(layer, x, training), first) };
  const outputs: NamedValue[] = [output];
  if (loss !== null) {
    const { shape } = required("target", network, given);
    const kind = targetKind(loss, output.value, shape, given, locate);
    const dtype = kind === "floats" ? output.value.dtype : indexDType(given.tensors.get("target") ?? null);
    const target = input({ dtype, shape });
    inputs.push(fed("target", target, kind === "floats" ? undefined : kind));
    outputs.push({ name: "loss", value: assembly.loss(loss, output.value, target) });
  }

  const all = [...inputs, ...assembly.parameters()];
  refuseUnexpected(all, assembly.unused, given);
  refuseMissing(all, given);
  const named = [...all.map(({ name, value }) => ({ name, value })), ...assembly.constants, ...assembly.naming.values];
  const { naming, replacements } = assembly;
  return { inputs: all, values: named, nodes: naming.nodes, outputs, objective: outputs[outputs.length - 1], replacements };
}

const fed = (name: string, value: Value, counts?: Counted): ProgramInput => ({ name, value, role: "input", initial: null, counts });

/** What the target's numbers are; a target of a shape that does not fit is refused at its own place. */
function targetKind(loss: LossSource, output: Value, shape: Shape, given: GivenInputs, locate: NetworkPointer): "floats" | Counted {
  const { title } = lossStage(loss, locate);
  return within({ title, pointer: () => pointerOf(given, "target") }, null, () => lossOf(loss).target(output.shape, shape, loss));
}
