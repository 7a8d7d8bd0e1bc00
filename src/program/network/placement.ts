import type { LayerSource } from "./define.ts";
import type { Network } from "./source.ts";
import { problemAt } from "../../problems/problems.ts";
import { type NetworkPointer } from "./faults.ts";
import type { Naming } from "./naming.ts";

/** A layer and what it is called. */
export interface Placed {
  readonly source: LayerSource;
  readonly index: number;
  /** What its parameters and inner nodes are named after. */
  readonly prefix: string;
  /** The name of its result. */
  readonly name: string;
}

/** Names every layer by its own name or its position, and the last one's result `output`. Throws duplicate_name. */
export function place({ layers, loss }: Network, naming: Naming, locate: NetworkPointer): Placed[] {
  const own = loss === null ? ["input", "output"] : ["input", "target", "output", "loss"];
  for (const name of own) naming.reserve(name);
  const prefixes = new Set(loss === null ? [] : ["loss"]);
  return layers.map((source, index) => {
    const prefix = source.name ?? String(index);
    const last = index === layers.length - 1;
    if (prefixes.has(prefix) || !(last || naming.reserve(prefix))) {
      const holder = own.includes(prefix) ? "the network itself has a value of that name" : "a layer before it has that name";
      const pointer = source.name === undefined ? locate("layers", index) : locate("layers", index, "name");
      throw problemAt("duplicate_name", pointer, `Layer ${index} cannot be called ${prefix}: ${holder}`);
    }
    prefixes.add(prefix);
    return { source, index, prefix, name: last ? "output" : prefix };
  });
}
