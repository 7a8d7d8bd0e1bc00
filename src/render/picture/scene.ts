import type { Block } from "./blocks.ts";
import type { Orientation, Frame } from "./layout.ts";

/** A box or circle of the picture. */
export interface Piece {
  /** A copy stands for a value whose own place is far away. */
  readonly kind: "operator" | "value" | "literal" | "result" | "group" | "copy";
  /** By which others find it: the name of a node, a value or a group; null for a literal. */
  readonly name: string | null;
  /** What stands in it. */
  readonly lines: readonly Line[];
  /** A value's name that stands above an operator. */
  readonly caption: string | null;
  /** The numbers of a literal, or of a value that nobody takes. */
  readonly block: Block | null;
  /** Beneath, where paths meet: the gradients that arrive, and what they come to. */
  readonly sum: Sum | null;
  /** In full, and with all digits. */
  readonly title: string;
  /** Whether a NaN or an infinity was born here. */
  readonly isBirthplace: boolean;
}

export interface Sum {
  /** The name of the value that the gradients are of. */
  readonly name: string;
  readonly block: Block;
}

export interface Line {
  readonly text: string;
  readonly style: "name" | "label" | "detail" | "value" | "gradient";
}

/** A line between two parts, on which values go forward and gradients back. */
export interface Wire {
  readonly from: number;
  readonly to: number;
  readonly data: { readonly from: string | null; readonly to: string | null; readonly input: number | null };
  readonly value: Block | null;
  readonly gradient: Block | null;
  /** Beneath the gradient: what it is the product of. */
  readonly details: readonly Block[];
  readonly title: string;
  /** Whether something flows back along it. */
  readonly isBack: boolean;
  /** How large what flows back is against the largest, 0 to 1; null where that does not matter. */
  readonly share: number | null;
}

/** A group that is open, with the name by which it can be closed. */
export interface NamedFrame extends Frame {
  readonly name: string;
  readonly text: string;
  readonly frames: readonly NamedFrame[];
}

/** All that is drawn, before it has places. */
export interface Scene {
  readonly direction: Orientation;
  readonly pieces: readonly Piece[];
  readonly wires: readonly Wire[];
  readonly frames: readonly NamedFrame[];
  /** In a corner: what the whole comes to. */
  readonly footnote: string | null;
  readonly title: string;
  readonly description: string;
}
