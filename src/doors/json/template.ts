import type { Tensor } from "../../tensor/tensor.ts";

/** How JSON quotes a leaf of an outline. */
const leaves = /"\\u0000(\d+)"/;

/** An answer's text with places for tensors, so that an answer costs no more than its numbers. */
export class Template {
  /** Pieces of text, and between each two the position of a tensor among the results. */
  readonly #pieces: readonly (string | number)[];

  /** `layout` is an outline's. */
  constructor(layout: object) {
    this.#pieces = JSON.stringify(layout)
      .split(leaves)
      .map((piece, at) => (at % 2 === 0 ? piece : Number(piece)));
  }

  /** The text with a run's tensors, each of them written once, and further members at its end. */
  write(tensors: readonly Tensor[], textOf: (tensor: Tensor) => string, further: Readonly<Record<string, unknown>>): string {
    const written = new Array<string | undefined>(tensors.length);
    let text = "";
    for (const piece of this.#pieces) text += typeof piece === "string" ? piece : (written[piece] ??= textOf(tensors[piece]));
    const end = JSON.stringify(further).slice(1);
    if (end === "}") return text;
    return `${text.slice(0, -1)}${text === "{}" ? "" : ","}${end}`;
  }
}
