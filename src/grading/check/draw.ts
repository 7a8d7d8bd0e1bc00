import type { GivenInputs } from "../../program/draft.ts";
import type { NamedValue } from "../../program/program.ts";
import { normal, uniform } from "../../kernels/random.ts";
import { type Data, isFloating } from "../../tensor/dtype.ts";
import { type Shape, sizeOf, spanOf } from "../../tensor/shape.ts";
import type { Drawn } from "./request.ts";
import type { Limits } from "../../request/limits.ts";
import { problemAt } from "../../problems/problems.ts";
import type { GivenTensor } from "../../request/tensor.ts";
import { doublesOf } from "../doubles.ts";

/** What numbers are drawn for; each purpose and name has a stream of its own, so that one does not shift the others. */
type Purpose = "input" | "cotangent" | "direction" | "entries" | "probe";

/** FNV-1a, which makes a stream's number of its name. */
export function streamOf(purpose: Purpose, name: string): number {
  let state = 0x811c9dc5;
  for (const unit of `${purpose} ${name}`) state = Math.imul(state ^ (unit.codePointAt(0) ?? 0), 0x01000193);
  return state >>> 0;
}

/**
 * Inputs that a request leaves to chance, as if they had been given. `place` is where it asks for one. Numbers are drawn when they are first
 * read: what is refused for its shapes has taken none.
 */
export function drawInputs(
  wanted: Readonly<Record<string, Drawn>>,
  seed: number,
  limits: Limits,
  place: (name: string) => string,
): GivenInputs {
  const tensors = new Map<string, GivenTensor>();
  const pointers = new Map<string, string>();
  for (const [name, drawn] of Object.entries(wanted)) {
    const pointer = place(name);
    if (spanOf(drawn.shape) > limits.elements || drawn.shape.length > limits.rank) {
      throw problemAt("tensor_too_large", pointer, `A tensor has at most ${limits.elements} elements and ${limits.rank} axes`);
    }
    tensors.set(name, drawTensor(name, drawn, seed));
    pointers.set(name, pointer);
  }
  return { tensors, pointers };
}

function drawTensor(name: string, { shape, between, ...drawn }: Drawn, seed: number): GivenTensor {
  const dtype = drawn.dtype ?? null;
  const stream = streamOf("input", name);
  const whole = dtype !== null && !isFloating(dtype);
  const [low, high] = between ?? (whole ? [0, 1] : [-1, 1]);
  const one = (at: number): number => {
    const fraction = uniform(seed, stream, at);
    return whole ? Math.ceil(low) + Math.floor(fraction * (Math.floor(high) - Math.ceil(low) + 1)) : low + fraction * (high - low);
  };
  let data: Data | null = null;
  return {
    shape,
    dtype,
    kind: dtype === "bool" ? "bool" : whole ? "whole" : "real",
    layout: "nested",
    get data() {
      return (data ??= dtype === "bool" ? Uint8Array.from(doublesOf(sizeOf(shape), one)) : doublesOf(sizeOf(shape), one));
    },
  };
}

/** Weights between 1/2 and 3/2 of either sign: none is so small that what it weighs would go unchecked. */
export function drawCotangent(shape: Shape, seed: number, stream = streamOf("cotangent", "")): Float64Array {
  return doublesOf(sizeOf(shape), (at) => {
    const number = 2 * uniform(seed, stream, at) - 1;
    return number + Math.sign(number) / 2;
  });
}

/** Fills a direction through the space of all variables: with normal numbers, which each variable's element type holds exactly. */
export function drawDirection(variables: readonly NamedValue[], seed: number, which: number, into: readonly Float64Array[]): void {
  variables.forEach(({ name, value: { dtype } }, k) => {
    const stream = streamOf("direction", `${which} ${name}`);
    const numbers = into[k];
    for (let at = 0; at < numbers.length; at++) {
      const number = normal(seed, stream, at);
      numbers[at] = dtype === "float32" ? Math.fround(number) : number;
    }
  });
}

/** At most `most` places among `size`, each at most once, in rising order: Floyd's algorithm. */
export function drawEntries(name: string, size: number, most: number, seed: number): number[] {
  if (size <= most) return Array.from({ length: size }, (_, at) => at);
  const stream = streamOf("entries", name);
  const chosen = new Set<number>();
  for (let last = size - most; last < size; last++) {
    const at = Math.floor(uniform(seed, stream, last) * (last + 1));
    chosen.add(chosen.has(at) ? last : at);
  }
  return [...chosen].sort((a, b) => a - b);
}

/** Inputs that a declaration describes completely and for which nothing is given. */
export function openDeclarations(
  declared: Readonly<Record<string, { readonly shape?: readonly (number | null)[] | undefined; readonly dtype?: Drawn["dtype"] }>>,
  isGiven: (name: string) => boolean,
): Record<string, Drawn> {
  const open: Record<string, Drawn> = {};
  for (const [name, { shape, dtype }] of Object.entries(declared)) {
    const sizes = shape?.filter((size) => size !== null);
    if (sizes !== undefined && sizes.length === shape?.length && !isGiven(name)) open[name] = { shape: sizes, ...(dtype && { dtype }) };
  }
  return open;
}
