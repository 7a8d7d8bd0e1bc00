import type { Value } from "../ir/graph.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Encoding } from "../wire/requests.ts";
import { encodeTensor, type EncodedTensor } from "../wire/tensor.ts";

/** Collects the values that an answer needs, each once, and remembers where each will be found in a run's results. */
export class Wanted {
  readonly #positions = new Map<Value, number>();

  position(value: Value): number;
  position(value: Value | null): number | null;
  position(value: Value | null): number | null {
    if (value === null) return null;
    let position = this.#positions.get(value);
    if (position === undefined) this.#positions.set(value, (position = this.#positions.size));
    return position;
  }

  get values(): readonly Value[] {
    return [...this.#positions.keys()];
  }
}

/** Writes a run's results for the client, each at most once. */
export function encoder(results: readonly Tensor[], encoding: Encoding): (position: number | null) => EncodedTensor | null {
  const written = new Array<EncodedTensor | undefined>(results.length);
  return (position) => (position === null ? null : (written[position] ??= encodeTensor(results[position], encoding)));
}
