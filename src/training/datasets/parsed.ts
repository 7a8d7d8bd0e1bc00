import { type Problem, problem } from "../../problems/problems.ts";
import type { TensorSource } from "../safetensors.ts";
import type { Reading } from "./reading.ts";

type Names = Readonly<Record<string, readonly string[]>>;

/** What a file holds, whatever its format. */
export interface ParsedDataset {
  readonly tensors: readonly TensorSource[];
  /** Names of columns, by tensor. */
  readonly columns?: Names | undefined;
  /** Texts that class numbers stand for, by tensor. */
  readonly categories?: Names | undefined;
  /** How a table was read. */
  readonly reading?: Reading | undefined;
}

/** What a parser may ask for while it reads. */
export interface Allowance {
  /** Bytes that the tensors may take together. */
  readonly maxBytes: number;
  /** Whether nobody waits for the result any more. */
  readonly cancelled: () => boolean;
}

/** The problem of a file that cannot be read: where, and a sentence without its capital. */
export function fault(place: string, what: string): Problem {
  const detail = `${place}: ${what}`;
  return problem("invalid_dataset", detail, [{ pointer: "", detail }]);
}

export const tooLarge = (maxBytes: number): Problem => problem("body_too_large", `The dataset takes more than ${maxBytes} bytes, unpacked`);

/** Thrown by work whose result nobody waits for. */
export class Abandoned extends Error {
  override readonly name = "Abandoned";
}
