import { lostAt } from "../autodiff/dependence.ts";
import { type Backward, pullBack, reverse, RuleError } from "../autodiff/reverse.ts";
import { didYouMean } from "../program/draft.ts";
import type { NamedNode, NamedValue, Program } from "../program/program.ts";
import { input, type Node, type Value } from "../ir/graph.ts";
import { has, type InputSpec, operatorOf } from "../ops/define.ts";
import { filled } from "../ops/shape/expand.ts";
import { isFloating } from "../tensor/dtype.ts";
import { formatShape, sameShape, sizeOf } from "../tensor/shape.ts";
import { nearest } from "../problems/nearest.ts";
import { pointerTo, problemAt } from "../problems/problems.ts";
import { type OwnerOf, ownersIn } from "../program/owner.ts";
import { refusalOfDerivative } from "../run/refusal.ts";
import type { Beside } from "../run/run.ts";
import { type Watch, watchBoth, watchForward } from "../run/watch.ts";

export type Part = "outputs" | "gradients" | "nodes" | "edges";

/** What a request asks of a program's gradients; names are the client's. */
export interface Question {
  readonly of: string | undefined;
  readonly wrt: readonly string[] | undefined;
  readonly parts: readonly Part[];
  readonly cotangent: boolean;
}

export interface EdgeValues {
  readonly from: string | null;
  readonly to: string;
  readonly input: number;
  readonly value: Value;
  readonly local: Value | null;
  readonly gradient: Value | null;
}

/** The values that answer a question; what is null has no gradient. Parts that were not asked for are empty. */
export interface Derivatives {
  readonly objective: NamedValue;
  /** Where the client's cotangent is fed; null when the seed is 1. */
  readonly cotangent: Value | null;
  readonly gradients: readonly NamedValue[];
  /** The names among them whose gradient is 0 because nothing differentiable leads from them to the objective. */
  readonly independent: readonly string[];
  readonly nodes: readonly (NamedValue & { readonly op: string | undefined; readonly gradient: Value | null })[];
  readonly edges: readonly EdgeValues[];
  /** The gradient that flows back along each edge, by node and input position, in backward order. */
  readonly flows: Flows;
  /** Refuses a value whose gradient there should be, but which is not known, at a place of the request. Throws Problem. */
  readonly requireKnown: (value: NamedValue, pointer: string) => void;
  /** Watches the program's values and every edge's gradient. */
  readonly watch: Watch;
  /** Knows of the nodes of gradients, too, whose they are. */
  readonly ownerOf: OwnerOf;
  /** The cotangent of a value; null when nothing flows back to it. */
  readonly gradientOf: (value: Value) => Value | null;
}

export type Flows = ReadonlyMap<Node, readonly (Value | null)[]>;

/** Differentiates a program as the question asks. Throws Problem. */
export function differentiate(program: Program, question: Question): Derivatives {
  try {
    return derivativesOf(program, question);
  } catch (error) {
    throw error instanceof RuleError ? refusalOfDerivative(namedNode(program, error.node), error.cause) : error;
  }
}

function derivativesOf(program: Program, question: Question): Derivatives {
  const objective = objectiveOf(program, question.of);
  const scalar = sizeOf(objective.value.shape) === 1;
  if (!isFloating(objective.value.dtype)) {
    const detail = `The objective ${objective.name} is ${objective.value.dtype}: gradients are taken of floating-point values`;
    throw problemAt("not_differentiable", placeOfObjective(question), detail);
  }
  if (!scalar && !question.cotangent) {
    const detail = `The objective ${objective.name} has shape ${formatShape(objective.value.shape)}: give a cotangent of that shape, or reduce it to one number with sum or mean`;
    // What lacks is the cotangent, unless the objective was chosen.
    throw problemAt("objective_not_scalar", placeOfObjective(question) || "/cotangent", detail);
  }
  const cotangent = question.cotangent ? input(objective.value) : null;
  const backward = reverse([objective.value], [cotangent ?? filled(1, objective.value)]);
  const flows = flowsOf(backward);
  const lost = (value: Value): Lost | null =>
    backward.gradientOf(value) === null ? lostAt(objective.value, value, (one) => backward.gradientOf(one) !== null) : null;
  const requireKnown = (named: NamedValue, pointer: string): void => {
    const shapes = named.value.known === null ? null : decidesShapes(program, named);
    if (shapes !== null) throw problemAt("not_differentiable", pointer, shapes);
    requireGiven(program, objective, named, lost(named.value), pointer);
  };
  const wrt =
    question.wrt === undefined
      ? defaultWrt(program).filter(({ value }) => lost(value) === null)
      : question.wrt.map((name, at) => {
          const found = floatingValue(program, name, pointerTo("wrt", at));
          requireKnown(found, pointerTo("wrt", at));
          return found;
        });
  const gradientOrZero = (value: Value): Value => backward.gradientOf(value) ?? filled(0, value);
  const asked = (part: Part): boolean => question.parts.includes(part);
  return {
    objective,
    cotangent,
    gradients: asked("gradients") ? wrt.map(({ name, value }) => ({ name, value: gradientOrZero(value) })) : [],
    independent: asked("gradients") ? wrt.flatMap(({ name, value }) => (backward.gradientOf(value) === null ? [name] : [])) : [],
    nodes: asked("nodes")
      ? program.values.map(({ name, value }) => ({ name, value, op: value.node?.op, gradient: backward.gradientOf(value) }))
      : [],
    edges: asked("edges") ? edgesOf(program, flows) : [],
    flows,
    gradientOf: backward.gradientOf,
    requireKnown,
    watch: watchBoth(watchForward(program), watchBackward(program, flows, backward.gradientOf)),
    ownerOf: ownersWith(program, flows),
  };
}

/** What runs a program together with its derivatives needs to know of these. */
export const besideOf = ({ cotangent, watch, ownerOf }: Derivatives): Beside => ({
  fed: cotangent === null ? [] : [cotangent],
  watch,
  ownerOf,
});

const namedNode = ({ nodes }: Program, node: Node | null): NamedNode | undefined => nodes.find((candidate) => candidate.node === node);

/** Watches every edge's gradient. To blame is the node that makes a bad one of good ones. */
function watchBackward(program: Program, flows: Flows, gradientOf: Derivatives["gradientOf"]): Watch {
  return {
    values: [...flows.values()].flat().filter((gradient) => gradient !== null),
    culprit: (isBad) => {
      for (const [node, leaving] of flows) {
        const arriving = node.outputs.map(gradientOf);
        if (leaving.some(isBad) && ![...arriving, ...node.inputs, ...node.outputs].some(isBad))
          return { node: namedNode(program, node)?.name ?? node.op, pass: "backward" };
      }
      return null;
    },
  };
}

/** A node of a gradient belongs to the first of the client's nodes, walking backward, whose gradients are complete by then. */
function ownersWith(program: Program, flows: Flows): OwnerOf {
  const ownerOf = ownersIn(program);
  return (node) => {
    const owner = ownerOf(node);
    if (!owner.isDerived) return owner;
    for (const [source, gradients] of flows) {
      if (gradients.some((gradient) => (gradient?.id ?? 0) >= node.id)) return { own: namedNode(program, source) ?? null, isDerived: true };
    }
    return owner;
  };
}

function flowsOf({ edges }: Backward): Flows {
  const flows = new Map<Node, (Value | null)[]>();
  for (const { to, input, gradient } of edges) {
    let gradients = flows.get(to);
    if (gradients === undefined) flows.set(to, (gradients = to.inputs.map(() => null)));
    gradients[input] = gradient;
  }
  return flows;
}

/** Every consumption of a value by one of the program's nodes, in forward order. Literals that take no gradient, such as axes, are left out. */
function edgesOf(program: Program, flows: Flows): EdgeValues[] {
  const names = new Map(program.values.map(({ name, value }) => [value, name]));
  return program.nodes.flatMap(({ name, node }) => {
    const locals = localDerivatives(node);
    const gradients = flows.get(node);
    return node.inputs.flatMap((value, input) => {
      if (value === null) return [];
      const from = names.get(value) ?? null;
      if (from === null && !isFloating(value.dtype)) return [];
      return [{ from, to: name, input, value, local: locals[input] ?? null, gradient: gradients?.[input] ?? null }];
    });
  });
}

/** Per input, the derivative of the node's result by that input alone, where it has the input's shape: for scalars and elementwise operators. */
function localDerivatives(node: Node): readonly (Value | null)[] {
  const [output] = node.outputs;
  if (node.outputs.length !== 1 || !isFloating(output.dtype)) return [];
  if (!has(operatorOf(node.op), "elementwise") && sizeOf(output.shape) !== 1) return [];
  const gradients = pullBack(node, [filled(1, output)]);
  return node.inputs.map((value, position) => {
    const gradient = gradients[position] ?? null;
    if (value === null || gradient === null || !isFloating(value.dtype)) return null;
    return sameShape(value.shape, output.shape) && sameShape(gradient.shape, value.shape) ? gradient : null;
  });
}

function objectiveOf(program: Program, of: string | undefined): NamedValue {
  if (of !== undefined) return namedValue(program, of, "/of");
  if (program.objective !== null) return program.objective;
  const names = program.outputs.map(({ name }) => name).join(", ");
  throw problemAt("objective_ambiguous", "/of", `The program has several outputs (${names}): say with of which one to differentiate`);
}

function defaultWrt(program: Program): readonly NamedValue[] {
  const wrt = program.inputs.filter(({ value, role }) => isFloating(value.dtype) && value.known === null && role !== "buffer");
  if (wrt.length === 0) {
    throw problemAt("not_differentiable", "/wrt", "The program has no floating-point input or parameter to differentiate with respect to");
  }
  return wrt;
}

function floatingValue(program: Program, name: string, pointer: string): NamedValue {
  const found = namedValue(program, name, pointer);
  if (!isFloating(found.value.dtype)) {
    const detail = `The value ${name} is ${found.value.dtype}: gradients are taken with respect to floating-point values`;
    throw problemAt("not_differentiable", pointer, detail);
  }
  if (found.value.known !== null) {
    throw problemAt(
      "not_differentiable",
      pointer,
      decidesShapes(program, found) ??
        `The value ${name} is constant in this program: make it an input to differentiate with respect to it`,
    );
  }
  return found;
}

type Lost = NonNullable<ReturnType<typeof lostAt>>;

/** Refuses a value whose gradient there should be, but which an operator on the way does not give. */
function requireGiven(program: Program, objective: NamedValue, { name }: NamedValue, lost: Lost | null, pointer: string): void {
  if (lost === null) return;
  const { node, input } = lost;
  const own = namedNode(program, node);
  const where = own === undefined ? `the operator ${node.op}` : `node ${own.name} (${node.op})`;
  const spec = inputOf(node, input);
  const detail = `The gradient of ${objective.name} with respect to ${name} is not known: ${where} has no derivative with respect to its input ${spec.name} here`;
  throw problemAt("not_differentiable", pointer, detail);
}

const inputOf = ({ op }: Node, at: number): InputSpec => {
  const { inputs } = operatorOf(op);
  return inputs[Math.min(at, inputs.length - 1)];
};

/** What is to be said of an input whose numbers must be known before anything runs; null where there is no such use of it. */
function decidesShapes(program: Program, { name, value }: NamedValue): string | null {
  for (const { node, name: ofNode } of program.nodes) {
    const at = node.inputs.indexOf(value);
    if (at < 0 || inputOf(node, at).static !== true) continue;
    return `The value ${name} is the ${inputOf(node, at).name} of node ${ofNode} (${node.op}), which decides what there is to compute: it has no derivative with respect to it`;
  }
  return null;
}

function namedValue(program: Program, name: string, pointer: string): NamedValue {
  const found = program.values.find((candidate) => candidate.name === name);
  if (found !== undefined) return found;
  const meant = nearest(
    name,
    program.values.map((candidate) => candidate.name),
  );
  throw problemAt("unknown_output", pointer, `The program has no value named ${name}${didYouMean(meant)}`, meant[0]);
}

/** Without `of` the objective is the output of the program itself. */
const placeOfObjective = ({ of }: Question): string => (of === undefined ? "" : "/of");
