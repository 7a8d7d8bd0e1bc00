import { input } from "../../ir/graph.ts";
import type { Shape } from "../../tensor/shape.ts";
import { type NetworkSource, readNetwork } from "./source.ts";
import { Assembly } from "./assembly.ts";
import { inRequest, type NetworkOptions } from "./compile.ts";
import { layerStage, within } from "./faults.ts";
import { layerOf } from "./layers.ts";
import { Naming } from "./naming.ts";
import { place } from "./placement.ts";
import { inputDType } from "./tensors.ts";

export interface NetworkParameter {
  readonly name: string;
  readonly role: "parameter" | "buffer";
  /** null for a size that follows from the shape of the input, when that is not known. */
  readonly shape: readonly (number | null)[];
}

/** The parameters and buffers of a network in the order of its state_dict. Without the input's shape, what follows from it stays open. */
export function networkParameters(
  source: NetworkSource,
  inputShape: Shape | null,
  { limits, locate = inRequest }: Omit<NetworkOptions, "seed">,
): NetworkParameter[] {
  const network = readNetwork(source, locate());
  if (inputShape === null) {
    return place(network, new Naming(), locate).flatMap(({ source: layer, index, prefix }) => {
      const specs = within(layerStage(layer, index, locate), null, () => layerOf(layer).parameters?.(layer) ?? []);
      return specs.map(({ name, role, shape }) => ({ name: `${prefix}.${name}`, role, shape: shape.map((size) => size ?? null) }));
    });
  }
  const assembly = new Assembly({ given: null, dtype: "float64", seed: 0, limits, locate });
  const first = input({ dtype: inputDType(network, null, "float64"), shape: inputShape });
  place(network, assembly.naming, locate).reduce((x, layer) => assembly.layer(layer, x, network.training), first);
  return assembly.declared();
}
