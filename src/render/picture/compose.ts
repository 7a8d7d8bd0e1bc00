import { isFloating } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Value } from "../../ir/graph.ts";
import type { Portrait, PortrayedEdge, PortrayedValue } from "../portrait.ts";
import { type Block, blockOf, textBlock, textSize } from "./blocks.ts";
import { symbolsOf } from "../explain/symbols.ts";
import { withCopies } from "./copies.ts";
import { described } from "./description.ts";
import { edgeFormulas, type EdgeFormula } from "./edge-formulas.ts";
import { exactEdge, exactValue } from "./exact.ts";
import type { Folding } from "./folding.ts";
import { shortened } from "./font.ts";
import { framesOf } from "./frames.ts";
import { norm, totalOf } from "./gradients.ts";
import type { Orientation } from "./layout.ts";
import { minus, numeral } from "./numerals.ts";
import { counted, groupPiece, nothingBeneath, operatorPiece, parametersIn, resultPiece, sourcePiece, togetherPiece } from "./pieces.ts";
import type { Piece, Scene, Sum, Wire } from "./scene.ts";
import type { Unit } from "./unit.ts";
import { mostNumbered, mostResults, mostWires, type Units, unitsOf } from "./units.ts";

export type Shown = "values" | "gradients" | "locals" | "formulas";

/** How a portrait is to be drawn. */
export interface Drawing extends Folding {
  readonly direction: Orientation;
  readonly show: readonly Shown[];
  readonly digits: number;
  readonly thickness: boolean;
}

/** The pieces and wires of a picture. */
export const compose = (portrait: Portrait, drawing: Drawing): Scene => new Composition(portrait, drawing).scene();

/** Formulas are at most so wide, in pixels. */
const widestFormula = 240;

/** Edges that are drawn as one wire. */
interface Strand {
  readonly from: number;
  readonly to: number;
  readonly edges: readonly PortrayedEdge[];
  /** What flows back along all of them, where it is of one value. */
  readonly gradient: Tensor | null;
}

class Composition {
  readonly #portrait: Portrait;
  readonly #drawing: Drawing;
  readonly #units: Units;
  readonly #pieces: Piece[] = [];
  /** Where formulas are shown: what they call a node, and that of an edge. */
  readonly #named: ((name: string) => string) | null;
  readonly #formula: EdgeFormula | null;
  /** The piece that a value comes from. */
  readonly #places = new Map<Value, number>();

  constructor(portrait: Portrait, drawing: Drawing) {
    this.#portrait = portrait;
    this.#drawing = drawing;
    this.#units = unitsOf(portrait, drawing);
    const symbols = drawing.show.includes("formulas") && portrait.nodes.length <= mostNumbered ? symbolsOf(portrait) : null;
    this.#named = symbols?.nameOf ?? null;
    this.#formula = symbols === null ? null : edgeFormulas(portrait, symbols, drawing.digits);
  }

  scene(): Scene {
    const { values, objective, nonfinite } = this.#portrait;
    const { direction, digits } = this.#drawing;
    const { units, unitOf, inside, together } = this.#units;
    for (const [node, unit] of unitOf) for (const output of node.node.outputs) this.#places.set(output, unit);
    for (const [{ value }, unit] of inside) this.#places.set(value, unit);
    const gathered = new Set(together);
    const sources = values.filter((value) => value.role !== "node" && !inside.has(value) && !gathered.has(value));
    sources.forEach(({ value }, at) => this.#places.set(value, units.length + at));
    for (const { value } of together) this.#places.set(value, units.length + sources.length);

    const strands = this.#strands();
    const isNumbered = strands.length <= mostNumbered;
    const taken = new Set(strands.flatMap(({ edges }) => edges.map(({ from }) => from)));
    const sums = this.#sums(strands);
    const named = Map.groupBy(values, ({ value }) => this.#places.get(value) ?? -1);
    units.forEach((unit, at) => this.#pieces.push(this.#unit(unit, strands, at, named.get(at) ?? [], isNumbered)));
    for (const value of sources) this.#pieces.push(sourcePiece(value, (taken.has(value) || value.isOutput) && isNumbered, digits));
    if (together.length > 0) this.#pieces.push(togetherPiece("values", together));
    const birthplace = nonfinite === null ? undefined : [...unitOf].find(([{ name }]) => name === nonfinite.node)?.[1];
    const born = `the first number that is not finite is born here, in the ${nonfinite?.pass ?? ""} pass`;
    const pieces = this.#pieces.map((piece, at): Piece => ({
      ...piece,
      sum: sums.get(at) ?? null,
      ...(at === birthplace && { isBirthplace: true, title: `${piece.title}\n${born}` }),
    }));

    const norms = strands.map(({ edges }) => (edges[0].from.name === null ? 0 : norm(edges.flatMap(({ gradient }) => gradient ?? []))));
    const most = Math.max(0, ...norms.filter(Number.isFinite));
    const wires = strands.map((strand, at) => this.#wire(strand, this.#shareOf(norms[at], most), isNumbered));
    const results = values.filter((value) => value.isOutput || value === objective);
    const isShown = (value: PortrayedValue): boolean => results.length <= mostResults || value === objective;
    for (const value of results.filter(isShown)) {
      pieces.push(resultPiece(value, this.#named));
      wires.push(this.#resultWire(value, pieces.length - 1, isNumbered));
    }
    const others = results.filter((value) => !isShown(value));
    if (others.length > 0) {
      pieces.push(togetherPiece("outputs", others));
      const from = new Set(others.map((value) => this.#placeOf(value)));
      for (const at of from) wires.push(bareWire(at, pieces.length - 1));
    }
    const parameters = parametersIn(values);
    const untangled = withCopies({ pieces, wires });
    return {
      direction,
      ...untangled,
      frames: framesOf(this.#units, untangled, this.#portrait, this.#places),
      footnote: parameters === 0 ? null : `${counted(parameters)} parameter${parameters === 1 ? "" : "s"} in all`,
      ...described(this.#portrait, digits),
    };
  }

  /** Edges between the same two pieces are one wire where one of these stands for several nodes. */
  #strands(): Strand[] {
    const { units } = this.#units;
    const apart: (Omit<Strand, "gradient"> & { readonly edges: PortrayedEdge[] })[] = [];
    const merged = new Map<string, (typeof apart)[number]>();
    const isClosed = (at: number): boolean => (at < units.length ? units[at].kind !== "node" : this.#isTogether(at));
    const isCrowded = this.#portrait.edges.length > mostWires;
    for (const edge of this.#portrait.edges) {
      const [from, to] = [this.#placeOf(edge.from), this.#units.unitOf.get(edge.to) ?? 0];
      if (from === to) continue;
      const key = isCrowded || isClosed(from) || isClosed(to) ? `${from} ${to}` : null;
      const before = key === null ? undefined : merged.get(key);
      if (before !== undefined) before.edges.push(edge);
      else {
        const strand = { from, to, edges: [edge] };
        apart.push(strand);
        if (key !== null) merged.set(key, strand);
      }
    }
    return apart.map((strand) => ({ ...strand, gradient: isOfOne(strand.edges) ? totalOf(strand.edges) : null }));
  }

  #isTogether(at: number): boolean {
    const [first] = this.#units.together;
    return first !== undefined && this.#places.get(first.value) === at;
  }

  #placeOf({ value }: PortrayedValue): number {
    const at = this.#places.get(value);
    if (at === undefined) throw new Error("a value comes from nowhere");
    return at;
  }

  #unit(unit: Unit, strands: readonly Strand[], at: number, produced: readonly PortrayedValue[], isNumbered: boolean): Piece {
    const { digits, show } = this.#drawing;
    if (unit.kind !== "node") {
      const own = (place: "from" | "to"): PortrayedValue[] => [
        ...new Set(strands.filter((strand) => strand[place] === at).flatMap(({ edges }) => edges.map(({ from }) => from))),
      ];
      const outputs = produced.filter(({ isOutput }) => isOutput);
      return groupPiece(unit, own("to"), [...new Set([...own("from"), ...outputs])], digits);
    }
    if (isNumbered) return operatorPiece(unit.node, produced, nothingBeneath, this.#named);
    const [result] = produced;
    const text = (tensor: Tensor | null): string | null => (tensor === null ? null : (blockOf(tensor, digits).rows[0]?.join(" ") ?? null));
    return operatorPiece(
      unit.node,
      produced,
      {
        value: show.includes("values") && result !== undefined ? text(result.tensor) : null,
        gradient: show.includes("gradients") && result !== undefined ? text(result.gradient) : null,
      },
      this.#named,
    );
  }

  #shareOf(size: number, most: number): number | null {
    if (!this.#drawing.thickness) return null;
    return most === 0 || !Number.isFinite(size) ? 0 : size / most;
  }

  #wire({ from, to, edges, gradient }: Strand, share: number | null, isNumbered: boolean): Wire {
    const { show, digits } = this.#drawing;
    const [first] = edges;
    const isLiteral = first.from.name === null;
    const isNumber = isNumbered && !isLiteral;
    const isOne = edges.length === 1;
    const several = isOfOne(edges) ? null : `${counted(new Set(edges.map((edge) => edge.from)).size)} values`;
    const back = edges.flatMap((edge) => edge.gradient ?? []);
    const sizes = several === null || back.length === 0 ? null : `‖∇‖ ${numeral(norm(back), digits)}`;
    const backward = gradient === null ? (sizes === null ? null : textBlock(sizes)) : blockOf(gradient, digits);
    const { local } = first;
    return {
      from,
      to,
      data: { from: first.from.name, to: isOne ? first.to.name : this.#pieces[to].name, input: isOne ? first.input : null },
      value: !isNumber || !show.includes("values") ? null : several === null ? blockOf(first.from.tensor, digits) : textBlock(several),
      gradient: isNumber && show.includes("gradients") ? backward : null,
      details:
        isNumber && isOne
          ? [...this.#formulaBlocks(first), ...(show.includes("locals") && local !== null ? [blockOf(local, digits, "local ")] : [])]
          : [],
      title: edges.slice(0, 4).flatMap(exactEdge).join("\n"),
      isBack: isNumber && back.length > 0 && show.includes("gradients"),
      share: isLiteral ? null : share,
    };
  }

  #formulaBlocks(edge: PortrayedEdge): Block[] {
    const formula = this.#formula?.(edge) ?? null;
    return formula === null ? [] : [textBlock(shortened(formula, textSize, widestFormula))];
  }

  #resultWire(value: PortrayedValue, to: number, isNumbered: boolean): Wire {
    const { show, digits } = this.#drawing;
    const isSeed = isNumbered && value === this.#portrait.objective && value.gradient !== null && show.includes("gradients");
    return {
      from: this.#placeOf(value),
      to,
      data: { from: value.name, to: null, input: null },
      value: show.includes("values") ? blockOf(value.tensor, digits) : null,
      gradient: isSeed && value.gradient !== null ? blockOf(value.gradient, digits) : null,
      details: [],
      title: [value.name ?? "", ...exactValue(value)].join("\n"),
      isBack: isSeed,
      share: null,
    };
  }

  /** What several wires bring back to one value, by the piece that it comes from; none where that is so of several values from there. */
  #sums(strands: readonly Strand[]): ReadonlyMap<number, Sum> {
    const { show } = this.#drawing;
    const sums = new Map<number, Sum>();
    if (!show.includes("gradients")) return sums;
    for (const [at, leaving] of Map.groupBy(strands, ({ from }) => from)) {
      const back = leaving.filter(({ gradient }) => gradient !== null);
      const [met, ...others] = [...Map.groupBy(back, ({ edges }) => edges[0].from)].filter(([, arriving]) => arriving.length > 1);
      if (met === undefined || others.length > 0) continue;
      const [{ name, gradient, tensor }, arriving] = met;
      if (name === null || gradient === null || met[0] === this.#portrait.objective || !isFloating(tensor.dtype)) continue;
      sums.set(at, {
        name,
        block: this.#sumBlock(
          gradient,
          arriving.flatMap((strand) => strand.gradient ?? []),
        ),
      });
    }
    return sums;
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

const bareWire = (from: number, to: number): Wire => ({
  from,
  to,
  data: { from: null, to: null, input: null },
  value: null,
  gradient: null,
  details: [],
  title: "",
  isBack: false,
  share: null,
});

/** Whether edges carry one value. */
const isOfOne = (edges: readonly PortrayedEdge[]): boolean => edges.every(({ from }) => from === edges[0].from);
