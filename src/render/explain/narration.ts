import { equation, partial, symbol, type Term } from "../../formula/term.ts";
import { textOf } from "../../formula/text.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { PortrayedEdge, PortrayedNode, PortrayedValue } from "../portrait.ts";
import { Chains } from "./chain.ts";
import type { Course, Passage } from "./course.ts";
import { tensorText } from "./numbers.ts";
import { stepId } from "../../compute/steps.ts";
import type { Symbols } from "./symbols.ts";
import type { Voice } from "./voices/voice.ts";

/** How an explanation is told. */
export interface Telling {
  readonly voice: Voice;
  readonly digits: number;
  /** How many steps are told each way, and how many gradients. */
  readonly steps: number;
  /** Whether a cotangent was given. */
  readonly isSeeded: boolean;
  /** Whether nobody waits any more. */
  readonly cancelled: () => boolean;
  /** The layer that a node belongs to, in words; null where there is none. */
  readonly layerOf: (node: PortrayedNode) => string | null;
}

/** What all parts of an explanation are told with. */
export class Narration {
  readonly course: Course;
  readonly symbols: Symbols;
  readonly chains: Chains;
  readonly telling: Telling;

  constructor(course: Course, symbols: Symbols, telling: Telling) {
    this.course = course;
    this.symbols = symbols;
    this.telling = telling;
    this.chains = new Chains(course, symbols);
  }

  get voice(): Voice {
    return this.telling.voice;
  }

  symbol(value: PortrayedValue): Term {
    return this.symbols.of(value);
  }

  nodeSymbol({ name }: PortrayedNode): Term {
    return symbol(this.symbols.nameOf(name));
  }

  /** The derivative of a node's result by one of its inputs: ∂t/∂x. */
  localSymbol({ from, to }: PortrayedEdge): Term {
    return this.chains.factor(from, to);
  }

  /** What comes back to a node's result. */
  upstream(node: PortrayedNode): Term {
    return partial(this.course.top, this.nodeSymbol(node));
  }

  text(tensor: Tensor): string {
    return tensorText(tensor, this.telling.digits);
  }

  /** Sides that are written alike stand once. */
  equation(...sides: readonly Term[]): Term {
    const { digits } = this.telling;
    const texts = sides.map((side) => textOf(side, { digits }));
    const different = sides.filter((_, at) => at === 0 || texts[at] !== texts[at - 1]);
    return different.length === 1 ? different[0] : equation(...different);
  }
}

export const isNumber = ({ data }: Tensor): boolean => data.length === 1;

export const idOf = (passage: Passage): string =>
  passage.kind === "sum" ? stepId.sum(passage.value.name ?? "") : stepId.backward(passage.node.name);
