import { graphOf, input, type Value } from "../../src/ir/graph.ts";
import type { DType } from "../../src/tensor/dtype.ts";
import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import { interpret } from "./interpret.ts";

/** Numbers in one dimension. */
export const vector = (numbers: readonly number[], dtype: DType = "float64"): Tensor => tensorOf(dtype, [numbers.length], numbers);

/** An input of doubles. */
export const floats = (...shape: readonly number[]): Value => input({ dtype: "float64", shape });

/** The numbers of a value that follows from constants. */
export const numbersOf = (value: Value): number[] => Array.from(interpret(graphOf([], [value]))[0].data);
