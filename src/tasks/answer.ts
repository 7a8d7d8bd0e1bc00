import type { Answer } from "./context.ts";
import type { NamedValue } from "../program/program.ts";
import type { Value } from "../ir/graph.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { spanOf } from "../tensor/shape.ts";
import { type EncodedTensor, encodeTensor } from "../request/encode.ts";
import type { Limits } from "../request/limits.ts";
import { problem } from "../problems/problems.ts";
import type { Encoding } from "../request/values.ts";

/** Writes the tensor of a value into an answer; null where there is no value. */
export type Write = (value: Value | null) => EncodedTensor | null;

/** Collects the values that an answer needs, each once, and finds each again in a run's results. */
export class Wanted {
  readonly #positions = new Map<Value, number>();
  /** Elements that are written, those of values that stand in several places as often. */
  readonly #written: number;

  constructor(values: Iterable<Value | null>) {
    let written = 0;
    for (const value of values) {
      if (value === null) continue;
      written += spanOf(value.shape);
      if (!this.#positions.has(value)) this.#positions.set(value, this.#positions.size);
    }
    this.#written = written;
  }

  /** Throws answer_too_large when so many answers would be too long even if every element were written as short as possible. */
  requireShort(encoding: Encoding, answers: number, limits: Limits): void {
    if (answers * this.#written * shortest[encoding] > limits.answerBytes) throw tooLarge(limits);
  }

  get values(): readonly Value[] {
    return [...this.#positions.keys()];
  }

  /** The text of an answer for any results: `compose` makes the answer with what stands for the tensors. */
  template(compose: (write: Write) => object): AnswerTemplate {
    const text = JSON.stringify(
      compose((value) => {
        if (value === null) return null;
        const position = this.#positions.get(value);
        if (position === undefined) throw new Error("a value is written that was not wanted");
        return placeholder(position);
      }),
    );
    return new AnswerTemplate(text.split(placeholders));
  }
}

/** What stands for the tensor at a position among a run's results. No name may contain the control character. */
const placeholder = (position: number): string => `\u0000${position}`;
const placeholders = /"\\u0000(\d+)"/;

/** An answer's text with places for tensors, so that an answer costs no more than its numbers. */
export class AnswerTemplate {
  /** Pieces of text, and between each two the position of a tensor among the results. */
  readonly #pieces: readonly (string | number)[];
  /** Bytes that keeping it takes, roughly. */
  readonly size: number;

  constructor(pieces: readonly string[]) {
    this.#pieces = pieces.map((piece, at) => (at % 2 === 0 ? piece : Number(piece)));
    this.size = pieces.reduce((sum, piece) => sum + 2 * piece.length + 16, 0);
  }

  /** The answer with a run's results, each of them encoded once, and further members at its end. */
  write(results: readonly Tensor[], encoding: Encoding, further: Readonly<Record<string, unknown>>): string {
    const written = new Array<string | undefined>(results.length);
    let text = "";
    for (const piece of this.#pieces) {
      text += typeof piece === "string" ? piece : (written[piece] ??= textOf(results[piece], encoding));
    }
    const end = JSON.stringify(further).slice(1);
    if (end === "}") return text;
    return `${text.slice(0, -1)}${text === "{}" ? "" : ","}${end}`;
  }
}

function textOf(tensor: Tensor, encoding: Encoding): string {
  const encoded = encodeTensor(tensor, encoding);
  return typeof encoded === "number" ? String(encoded) : JSON.stringify(encoded);
}

/** Bytes that an element takes at the least: a digit and a comma, or a byte in base64. */
const shortest: Readonly<Record<Encoding, number>> = { list: 2, flat: 2, base64: 4 / 3 };

/** An object keyed by clients' names, whatever they are: without a prototype, no name is special. */
export function record<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  const object = Object.create(null) as Record<string, T>;
  for (const [name, value] of entries) object[name] = value;
  return object;
}

/** Named values of an answer. */
export const writeAll = (values: readonly NamedValue[], write: Write): Record<string, EncodedTensor | null> =>
  record(values.map(({ name, value }) => [name, write(value)] as const));

/** A 200 answer, refused when it is larger than an answer may be. */
export const answer = (body: object, limits: Limits): Answer => answerText(() => JSON.stringify(body), limits);

/** The same of a text that is being put together. */
export function answerText(compose: () => string, limits: Limits): Answer {
  let text: string;
  try {
    text = compose();
  } catch (error) {
    // V8 has no strings above half a gigabyte.
    if (error instanceof RangeError) throw tooLarge(limits);
    throw error;
  }
  if (text.length > limits.answerBytes) throw tooLarge(limits);
  return { status: 200, contentType: "application/json; charset=utf-8", body: text };
}

const tooLarge = (limits: Limits): Error =>
  problem(
    "answer_too_large",
    `The answer would be longer than ${limits.answerBytes} bytes: ask for fewer parts with return, or for the encoding base64`,
  );
