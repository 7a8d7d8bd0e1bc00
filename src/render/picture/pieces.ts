import { sizeOf } from "../../tensor/shape.ts";
import type { PortrayedNode, PortrayedValue } from "../portrait.ts";
import { type Block, blockOf, shapeText, smallSize, textSize } from "./blocks.ts";
import { exactValue } from "./exact.ts";
import { shortened } from "./font.ts";
import { norm } from "./gradients.ts";
import { numeral } from "./numerals.ts";
import type { Line, Piece } from "./scene.ts";
import type { ClosedUnit } from "./unit.ts";

/** Names and labels are at most so wide, in pixels. */
const widest = 132;

const cut = (text: string, size = textSize): string => shortened(text, size, widest);
const name = (text: string): Line => ({ text: cut(text), style: "name" });
const detail = (text: string): Line => ({ text: cut(text, smallSize), style: "detail" });

const plain = { caption: null, block: null, sum: null, isBirthplace: false } as const;

/** Numbers under an operator, where there is no room for them at its edges. */
export interface Beneath {
  readonly value: string | null;
  readonly gradient: string | null;
}

export const nothingBeneath: Beneath = { value: null, gradient: null };

/** What formulas call a node, where they are shown. */
type Named = (name: string) => string;

/** A node as a circle with its operator's sign, under the name that the client gave it. */
export function operatorPiece(own: PortrayedNode, produced: readonly PortrayedValue[], beneath: Beneath, named: Named | null): Piece {
  const { label, place, node } = own;
  const written = place.text?.() ?? own.name;
  const { value, gradient } = beneath;
  const numbers: Line[] = [
    ...(value === null ? [] : [{ text: value, style: "value" } as const]),
    ...(gradient === null ? [] : [{ text: `← ${gradient}`, style: "gradient" } as const]),
  ];
  return {
    ...plain,
    kind: "operator",
    name: own.name,
    lines: [{ text: cut(label), style: "label" }, ...numbers],
    caption: named !== null || place.text === undefined ? cut(named?.(own.name) ?? own.name, smallSize) : null,
    title: [`${written}: ${node.op}`, ...produced.flatMap(exactValue)].join("\n"),
  };
}

/** An input or a constant under its name, with its numbers where no edge has them; a literal is its numbers alone. */
export function sourcePiece(value: PortrayedValue, isTaken: boolean, digits: number): Piece {
  const title = [value.name ?? "literal", ...exactValue(value)].join("\n");
  const block: Block | null = value.name === null || !isTaken ? blockOf(value.tensor, digits) : null;
  if (value.name === null) return { ...plain, kind: "literal", name: null, lines: [], block, title };
  return { ...plain, kind: "value", name: value.name, lines: [name(value.name)], block, title };
}

/** Where an output leaves the graph. */
export function resultPiece(value: PortrayedValue, named: Named | null): Piece {
  const own = value.name ?? "";
  return { ...plain, kind: "result", name: own, lines: [name(named?.(own) ?? own)], title: [own, ...exactValue(value)].join("\n") };
}

/** Many inputs, or outputs, that stand together. */
export function togetherPiece(what: "values" | "outputs", values: readonly PortrayedValue[]): Piece {
  const text = `${counted(values.length)} ${what}`;
  return { ...plain, kind: "group", name: what, lines: [name(text), ...ends(values.flatMap((value) => value.name ?? []))], title: text };
}

/** A layer, a call or a run of nodes as one box: what it is, what goes in and comes out, its parameters and their gradient. */
export function groupPiece(
  unit: ClosedUnit,
  entering: readonly PortrayedValue[],
  leaving: readonly PortrayedValue[],
  digits: number,
): Piece {
  const { kind, title, nodes, sources } = unit;
  const parameters = sources.filter(({ role }) => role === "parameter");
  const count = parameters.reduce((sum, { tensor }) => sum + tensor.data.length, 0);
  const gradients = parameters.flatMap(({ gradient }) => gradient ?? []);
  const isSegment = kind === "segment";
  const head = isSegment
    ? [name(`${counted(nodes.length)} ${title === "layers" ? "nodes" : title}`), ...ends(nodes.map((node) => node.name))]
    : [name(title), ...(unit.name === title ? [] : [detail(unit.name)])];
  const shapes = isSegment || entering.length === 0 || leaving.length === 0 ? [] : [detail(`${shapesOf(entering)} → ${shapesOf(leaving)}`)];
  const held: Line[] = count === 0 ? [] : [detail(`${counted(count)} parameter${count === 1 ? "" : "s"}`)];
  const back: Line[] = gradients.length === 0 ? [] : [{ text: `← ‖∇‖ ${numeral(norm(gradients), digits)}`, style: "gradient" }];
  const lines = [...head, ...(isSegment ? [detail(mostFrequent(nodes))] : []), ...shapes, ...held, ...back];
  const told = [
    `${title} ${unit.name}: ${counted(nodes.length)} node${nodes.length === 1 ? "" : "s"}`,
    ...nodes.slice(0, 12).map((node) => `${node.name}: ${node.node.op}`),
    ...(nodes.length > 12 ? ["…"] : []),
    ...parameters.slice(0, 12).map((value) => `${value.name ?? ""} ${shapeText(value.tensor.shape)}`),
  ];
  return { ...plain, kind: "group", name: unit.name, lines, title: told.join("\n") };
}

export const parametersIn = (values: readonly PortrayedValue[]): number =>
  values.reduce((sum, { role, tensor }) => (role === "parameter" ? sum + sizeOf(tensor.shape) : sum), 0);

/** A count as it is read: 250,000. */
export const counted = (count: number): string => String(count).replaceAll(/\B(?=(\d{3})+$)/g, ",");

const shapesOf = (values: readonly PortrayedValue[]): string =>
  values
    .slice(0, 3)
    .map(({ tensor }) => shapeText(tensor.shape))
    .join(", ") + (values.length > 3 ? ", …" : "");

/** The first and the last of some names. */
function ends(names: readonly string[]): Line[] {
  const [first, last] = [names[0] ?? "", names.at(-1) ?? ""];
  return [
    detail(names.length < 2 ? first : `${shortened(first, smallSize, widest / 2 - 12)} … ${shortened(last, smallSize, widest / 2 - 12)}`),
  ];
}

/** The operators of some nodes, the most frequent first. */
function mostFrequent(nodes: readonly PortrayedNode[]): string {
  const counts = new Map<string, number>();
  for (const { node } of nodes) counts.set(node.op, (counts.get(node.op) ?? 0) + 1);
  const ordered = [...counts].toSorted(([, a], [, b]) => b - a);
  return ordered
    .slice(0, 3)
    .map(([op, count]) => `${op} ${counted(count)}`)
    .join(", ");
}
