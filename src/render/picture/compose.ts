import { isFloating } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Portrait, PortrayedEdge, PortrayedNode, PortrayedValue } from "../portrait.ts";
import { type Block, blockOf, shapeText, smallSize, textBlock, textSize } from "./blocks.ts";
import { described } from "./description.ts";
import { shortened } from "./font.ts";
import type { Orientation } from "./layout.ts";
import { exactNumeral, minus, numeral } from "./numerals.ts";
import type { Line, Piece, Scene, Sum, Wire } from "./scene.ts";

export type Shown = "values" | "gradients" | "locals" | "formulas";

/** How a portrait is to be drawn. */
export interface Drawing {
  readonly direction: Orientation;
  readonly show: readonly Shown[];
  readonly digits: number;
  readonly thickness: boolean;
}

/** Names and labels are at most so wide. */
const widest = 132;

/** The parts and wires of a picture. */
export function compose(portrait: Portrait, drawing: Drawing): Scene {
  return new Composition(portrait, drawing).scene();
}

class Composition {
  readonly #portrait: Portrait;
  readonly #drawing: Drawing;
  readonly #parts: Piece[] = [];
  readonly #wires: Wire[] = [];

  constructor(portrait: Portrait, drawing: Drawing) {
    this.#portrait = portrait;
    this.#drawing = drawing;
  }

  scene(): Scene {
    const { values, nodes, edges, objective, nonfinite } = this.#portrait;
    const { direction, thickness } = this.#drawing;
    const numbers = new Map(nodes.map((node, at) => [node.node, at]));
    const leaving = Map.groupBy(edges, ({ from }) => from);
    const places = new Map<PortrayedValue, number>();
    const norms = edges.map(({ gradient }) => (gradient === null ? 0 : norm(gradient)));
    const most = Math.max(0, ...norms.filter(Number.isFinite));

    const results = values.filter((value) => value.isOutput || value === objective);
    const sumOf = (value: PortrayedValue): Sum | null => this.#sum(value, leaving.get(value) ?? [], value === objective);
    const isBirthplace = (name: string): boolean => nonfinite?.node === name;

    for (const node of nodes) {
      const produced = values.filter(({ value }) => value.node === node.node);
      this.#parts.push(this.#operator(node, produced, sumOf, isBirthplace(node.name)));
    }
    for (const value of values) {
      const producer = value.role === "node" && value.value.node !== null ? numbers.get(value.value.node) : undefined;
      places.set(value, producer ?? this.#parts.push(this.#source(value, sumOf(value), (leaving.get(value) ?? []).length > 0)) - 1);
    }
    edges.forEach((edge, at) => {
      const share = thickness ? (most === 0 ? 0 : Math.min(1, norms[at] / most)) : null;
      const to = numbers.get(edge.to.node);
      const from = places.get(edge.from);
      if (from === undefined || to === undefined) throw new Error("an edge ends nowhere");
      this.#wires.push(this.#wire(edge, from, to, share));
    });
    for (const value of results) {
      const from = places.get(value);
      if (from === undefined) throw new Error("an output comes from nowhere");
      const to = this.#parts.push(this.#result(value)) - 1;
      this.#wires.push(this.#resultWire(value, from, to));
    }
    return {
      direction,
      parts: this.#parts,
      wires: this.#wires,
      frames: [],
      footnote: null,
      ...described(this.#portrait, this.#drawing.digits),
    };
  }

  #operator(
    { name, label, place, node }: PortrayedNode,
    produced: readonly PortrayedValue[],
    sumOf: (value: PortrayedValue) => Sum | null,
    isBirthplace: boolean,
  ): Piece {
    const own = place.text === undefined ? shortened(name, smallSize, widest) : null;
    const written = place.text?.() ?? name;
    const sums = produced.map(sumOf).filter((sum) => sum !== null);
    return {
      kind: "operator",
      name,
      lines: [{ text: shortened(label, textSize, widest), style: "label" }],
      caption: own,
      block: null,
      sum: sums[0] ?? null,
      title: [`${written}: ${node.op}`, ...produced.flatMap(exactly)].join("\n"),
      isBirthplace,
    };
  }

  #source(value: PortrayedValue, sum: Sum | null, isTaken: boolean): Piece {
    const { name, tensor } = value;
    const title = [name ?? "literal", ...exactly(value)].join("\n");
    const common = { name, caption: null, sum, title, isBirthplace: false };
    if (name === null) return { ...common, kind: "literal", lines: [], block: this.#block(tensor), sum: null };
    const lines: Line[] = [{ text: shortened(name, textSize, widest), style: "name" }];
    return { ...common, kind: "value", lines, block: isTaken ? null : this.#block(tensor) };
  }

  #result(value: PortrayedValue): Piece {
    const text = shortened(value.name ?? "", textSize, widest);
    return {
      kind: "result",
      name: value.name,
      lines: [{ text, style: "name" }],
      caption: null,
      block: null,
      sum: null,
      title: [value.name ?? "", ...exactly(value)].join("\n"),
      isBirthplace: false,
    };
  }

  #wire({ from, to, input, local, gradient }: PortrayedEdge, start: number, end: number, share: number | null): Wire {
    const { show, digits } = this.#drawing;
    const isLiteral = from.name === null;
    const details = show.includes("locals") && local !== null && !isLiteral ? [this.#block(local, "local ")] : [];
    const title = [
      `${from.name ?? "literal"} to ${to.name}, input ${input}`,
      `value ${exact(from.tensor)}`,
      ...(local === null ? [] : [`local derivative ${exact(local)}`]),
      ...(gradient === null ? [] : [`gradient ${exact(gradient)}`]),
    ].join("\n");
    return {
      from: start,
      to: end,
      data: { from: from.name, to: to.name, input },
      value: isLiteral || !show.includes("values") ? null : blockOf(from.tensor, digits),
      gradient: isLiteral || gradient === null || !show.includes("gradients") ? null : blockOf(gradient, digits),
      details,
      title,
      isBack: gradient !== null && !isLiteral && show.includes("gradients"),
      share,
    };
  }

  #resultWire(value: PortrayedValue, from: number, to: number): Wire {
    const { show } = this.#drawing;
    const seed = value === this.#portrait.objective && show.includes("gradients") ? this.#seed(value) : null;
    return {
      from,
      to,
      data: { from: value.name, to: null, input: null },
      value: show.includes("values") ? this.#block(value.tensor) : null,
      gradient: seed,
      details: [],
      title: [value.name ?? "", ...exactly(value)].join("\n"),
      isBack: seed !== null,
      share: null,
    };
  }

  /** What flows into the objective; where nothing else flows into it, that is its gradient. */
  #seed(value: PortrayedValue): Block | null {
    return value.gradient === null ? null : this.#block(value.gradient);
  }

  #block(tensor: Tensor, before = ""): Block {
    return blockOf(tensor, this.#drawing.digits, before);
  }

  /** 2 + 3 = 5: what several edges bring back to a value. */
  #sum({ name, gradient, tensor }: PortrayedValue, edges: readonly PortrayedEdge[], isObjective: boolean): Sum | null {
    const addends = edges.map((edge) => edge.gradient).filter((each) => each !== null);
    if (name === null || gradient === null || addends.length < 2 || isObjective || !isFloating(tensor.dtype)) return null;
    if (!this.#drawing.show.includes("gradients")) return null;
    return { name, block: this.#sumBlock(gradient, addends) };
  }

  #sumBlock(gradient: Tensor, addends: readonly Tensor[]): Block {
    const { digits } = this.#drawing;
    if (gradient.shape.length > 0) return blockOf(gradient, digits, "Σ ");
    const total = numeral(gradient.data[0], digits);
    if (addends.length > 4) return textBlock(`Σ ${addends.length} = ${total}`);
    const [first, ...others] = addends.map(({ data }) => numeral(data[0], digits));
    const signed = others.map((each) => (each.startsWith(minus) ? ` ${minus} ${each.slice(1)}` : ` + ${each}`));
    return textBlock(`${first}${signed.join("")} = ${total}`);
  }
}

/** The length of a tensor as a vector, without overflow on the way. */
export function norm({ data }: Tensor): number {
  let most = 0;
  for (const each of data) most = Math.max(most, Math.abs(each));
  if (most === 0 || !Number.isFinite(most)) return most;
  let sum = 0;
  for (const each of data) sum += (each / most) ** 2;
  return most * Math.sqrt(sum);
}

/** Up to so many numbers stand in a title. */
const mostTold = 16;

const exact = ({ shape, data, dtype }: Tensor): string => {
  if (shape.length === 0) return exactNumeral(data[0], dtype);
  const told = Array.from(data.subarray(0, mostTold), (each) => exactNumeral(each, dtype)).join(", ");
  return `${shapeText(shape)} [${told}${data.length > mostTold ? ", …" : ""}]`;
};

const exactly = ({ tensor, gradient }: PortrayedValue): string[] => [
  `value ${exact(tensor)}`,
  ...(gradient === null ? [] : [`gradient ${exact(gradient)}`]),
];
