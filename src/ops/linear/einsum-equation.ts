import { formatShape, type Shape } from "../../tensor/shape.ts";
import { OperatorError } from "../errors.ts";

/** One name per axis: the letters of the equation, and ".0", ".1", … for the axes of an ellipsis, counted from the last. */
export type Labels = readonly string[];

/** What an equation says about operands of certain shapes. */
export interface Equation {
  readonly operands: readonly Labels[];
  readonly output: Labels;
  /** The size of every label; operands of size 1 are stretched to it. */
  readonly sizes: ReadonlyMap<string, number>;
}

const refuse = (message: string, input?: number): OperatorError =>
  new OperatorError(
    input === undefined ? "attribute" : "shape",
    `Einsum: ${message}`,
    input === undefined ? { attribute: "equation" } : { input },
  );

/** Reads an equation such as `ij,jk->ik` for operands of the given shapes. */
export function readEquation(equation: string, shapes: readonly Shape[]): Equation {
  const [left, right, ...more] = equation.replaceAll(/\s/g, "").split("->");
  if (more.length > 0) throw refuse(`the equation ${equation} has more than one arrow`);
  const terms = left.split(",");
  if (terms.length !== shapes.length) {
    throw refuse(`the equation ${equation} speaks of ${terms.length} operands, but there are ${shapes.length}`);
  }
  const operands = terms.map((term, at) => operandLabels(term, shapes[at], at));
  const ellipsis = ellipsisLabels(Math.max(...operands.map((labels) => labels.filter(isDot).length)));
  const output = right === undefined ? impliedOutput(operands, ellipsis) : outputLabels(right, operands, ellipsis);
  return { operands, output, sizes: sizesOf(operands, shapes) };
}

const isDot = (label: string): boolean => label.startsWith(".");

const ellipsisLabels = (count: number): Labels => Array.from({ length: count }, (_, at) => `.${count - 1 - at}`);

/** The letters before and after the ellipsis; `after` is null when there is none. */
function partsOf(term: string): { readonly before: Labels; readonly after: Labels | null } {
  const match = /^([A-Za-z]*)(?:\.\.\.([A-Za-z]*))?$/.exec(term);
  if (match === null) throw refuse(`${term} is not a list of letters with at most one ellipsis`);
  return { before: match[1].split(""), after: match[2] === undefined ? null : match[2].split("") };
}

function operandLabels(term: string, shape: Shape, at: number): Labels {
  const { before, after } = partsOf(term);
  const letters = before.length + (after?.length ?? 0);
  if (after === null ? letters !== shape.length : letters > shape.length) {
    throw refuse(`the term ${term} names ${letters} axes, but its operand has the shape ${formatShape(shape)}`, at);
  }
  return after === null ? before : [...before, ...ellipsisLabels(shape.length - letters), ...after];
}

/** In the implicit form: the ellipsis, then every letter that stands once in the equation, in alphabetical order. */
function impliedOutput(operands: readonly Labels[], ellipsis: Labels): Labels {
  const counts = new Map<string, number>();
  for (const label of operands.flat()) counts.set(label, (counts.get(label) ?? 0) + 1);
  const once = [...counts].flatMap(([label, count]) => (count === 1 && !isDot(label) ? [label] : []));
  return [...ellipsis, ...once.sort()];
}

function outputLabels(term: string, operands: readonly Labels[], ellipsis: Labels): Labels {
  const { before, after } = partsOf(term);
  if (after === null && ellipsis.length > 0) throw refuse(`the output ${term} leaves out the ellipsis`);
  const output = after === null ? before : [...before, ...ellipsis, ...after];
  const known = new Set(operands.flat());
  const unknown = output.find((label) => !known.has(label));
  if (unknown !== undefined) throw refuse(`the output names ${unknown}, which no operand has`);
  const twice = output.find((label, at) => output.indexOf(label) !== at);
  if (twice !== undefined) throw refuse(`the output names ${twice} twice`);
  return output;
}

function sizesOf(operands: readonly Labels[], shapes: readonly Shape[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  operands.forEach((labels, at) => {
    labels.forEach((label, axis) => {
      const name = isDot(label) ? "an axis of the ellipsis" : label;
      const size = shapes[at][axis];
      const first = labels.indexOf(label);
      if (shapes[at][first] !== size) {
        throw refuse(`${name} stands for axes of sizes ${shapes[at][first]} and ${size} of ${formatShape(shapes[at])}`, at);
      }
      const before = sizes.get(label) ?? 1;
      if (before !== 1 && size !== 1 && before !== size) {
        throw refuse(`${name} has size ${size} in ${formatShape(shapes[at])}, but ${before} in an operand before`, at);
      }
      if (before === 1) sizes.set(label, size);
    });
  });
  return sizes;
}
