import { encodeTensor } from "../../request/encode.ts";
import type { Encoding } from "../../request/values.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { GrowingAnswer, Stretch } from "./answer.ts";

/** How JSON quotes a leaf of an outline. */
const leaves = /"\\u0000(\d+)"/;

/** The text of a tensor of so many elements is kept for the next place where it stands; a longer one is copied from where it stands. */
const mostKept = 16;

/** An answer's text with places for tensors, so that an answer costs no more than its numbers. */
export class Template {
  /** Pieces of text, without the last bracket, and between each two the position of a tensor among the results. */
  readonly #pieces: readonly (string | number)[];
  readonly #isEmpty: boolean;

  /** `layout` is an outline's. */
  constructor(layout: object) {
    const text = JSON.stringify(layout);
    this.#isEmpty = text === "{}";
    this.#pieces = text
      .slice(0, -1)
      .split(leaves)
      .map((piece, at) => (at % 2 === 0 ? piece : Number(piece)));
  }

  /** The text with a run's tensors, each of them written once, and further members at its end. */
  text(tensors: readonly Tensor[], encoding: Encoding, further: Readonly<Record<string, unknown>>): string {
    const written = new Array<string | undefined>(tensors.length);
    let text = "";
    for (const piece of this.#pieces) text += typeof piece === "string" ? piece : (written[piece] ??= textOf(tensors[piece], encoding));
    return text + this.#end(further);
  }

  /** The same where it may be long. */
  write(answer: GrowingAnswer, tensors: readonly Tensor[], encoding: Encoding, further: Readonly<Record<string, unknown>>): void {
    const texts = new Array<string | undefined>(tensors.length);
    const stretches = new Array<Stretch | undefined>(tensors.length);
    for (const piece of this.#pieces) {
      if (typeof piece === "string") answer.add(piece);
      else if (sizeOf(tensors[piece].shape) <= mostKept) answer.add((texts[piece] ??= textOf(tensors[piece], encoding)));
      else {
        const stretch = stretches[piece];
        if (stretch === undefined) stretches[piece] = answer.addTensor(tensors[piece], encoding);
        else answer.repeat(stretch);
      }
    }
    answer.add(this.#end(further));
  }

  #end(further: Readonly<Record<string, unknown>>): string {
    const end = JSON.stringify(further).slice(1);
    return end === "}" || this.#isEmpty ? end : `,${end}`;
  }
}

function textOf(tensor: Tensor, encoding: Encoding): string {
  const encoded = encodeTensor(tensor, encoding);
  return typeof encoded === "number" ? String(encoded) : JSON.stringify(encoded);
}
