import { type Derivatives, besideOf, differentiate } from "../compute/differentiate.ts";
import type { Node, Value } from "../ir/graph.ts";
import { operatorOf } from "../ops/define.ts";
import type { GivenInputs } from "../program/draft.ts";
import { feedsOf, settleCotangent } from "../program/feeds.ts";
import type { NamedNode, Program, ProgramInput } from "../program/program.ts";
import type { ProgramSource } from "../program/source.ts";
import type { GivenTensor } from "../request/tensor.ts";
import { type Runnable, runnable } from "../run/run.ts";
import type { Nonfinite } from "../run/watch.ts";
import type { Shared } from "../tasks/define.ts";
import { Preparations, type Prepared } from "../tasks/preparations.ts";
import { isFloating } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** A value of a program with what a run gave, forward and backward. */
export interface PortrayedValue {
  /** The client's name; null for a literal, which belongs to one edge. */
  readonly name: string | null;
  readonly role: ProgramInput["role"] | "constant" | "literal" | "node";
  readonly value: Value;
  readonly tensor: Tensor;
  /** The sum over its edges; null where nothing flows back. */
  readonly gradient: Tensor | null;
  readonly isOutput: boolean;
}

export interface PortrayedNode {
  readonly name: string;
  /** The operator's short label, such as "×". */
  readonly label: string;
  readonly node: Node;
  /** Where the client wrote it, and what it wrote where it gave no name. */
  readonly place: NamedNode;
}

/** A consumption of a value by a node. */
export interface PortrayedEdge {
  readonly from: PortrayedValue;
  readonly to: PortrayedNode;
  readonly input: number;
  /** The derivative of the node's result by this input alone, where it has the edge's shape. */
  readonly local: Tensor | null;
  /** What flows back along the edge, before any sum. */
  readonly gradient: Tensor | null;
}

/** A program with the numbers of one run: all that is drawn and told of it. Tensors are valid until the next run. */
export interface Portrait {
  readonly program: Program;
  /** In forward order: the named values, then the literals. */
  readonly values: readonly PortrayedValue[];
  /** In forward order. */
  readonly nodes: readonly PortrayedNode[];
  /** In forward order; literals that take no gradient, such as axes, are left out. */
  readonly edges: readonly PortrayedEdge[];
  /** What gradients are taken of; null where the run was forward only. */
  readonly objective: PortrayedValue | null;
  /** The values with respect to which gradients are asked for; none where the run was forward only. */
  readonly wrt: readonly PortrayedValue[];
  /** Where a NaN or an infinity was born. */
  readonly nonfinite: Nonfinite | null;
}

/** What is asked of a portrait. */
export interface PortraitQuestion {
  readonly of?: string | undefined;
  readonly wrt?: readonly string[] | undefined;
  readonly seed: number;
  readonly cotangent?: GivenTensor | undefined;
  /** Whether gradients are wanted. */
  readonly backward: boolean;
  /** Whether local derivatives are wanted, too, each of which is a computation of its own. */
  readonly locals: boolean;
}

interface PreparedPortrait extends Prepared {
  readonly derivatives: Derivatives | null;
  readonly runnable: Runnable;
  readonly sketch: Sketch;
}

/** A portrait before its numbers are known: values in place of tensors. */
interface Sketch {
  readonly values: readonly (Omit<PortrayedValue, "tensor" | "gradient"> & { readonly gradient: Value | null })[];
  readonly nodes: readonly PortrayedNode[];
  readonly edges: readonly {
    readonly from: number;
    readonly to: number;
    readonly input: number;
    readonly local: Value | null;
    readonly gradient: Value | null;
  }[];
  readonly objective: number | null;
  readonly wrt: readonly number[];
  /** What has to be computed, each value once, and each one's place in it. */
  readonly wanted: ReadonlyMap<Value, number>;
}

/** Makes portraits of programs, and keeps what it has prepared for the next time. */
export function portrayerOf(thread: Shared) {
  const { limits, compiler } = thread;
  const preparations = new Preparations<PreparedPortrait>(thread);

  const prepare = (question: PortraitQuestion, source: ProgramSource, given: GivenInputs): PreparedPortrait => {
    const { of, wrt, seed, backward, locals } = question;
    const program = compiler.compile(source, given, { seed });
    const asked = {
      of,
      wrt,
      parts: locals ? (["gradients", "edges"] as const) : (["gradients"] as const),
      cotangent: question.cotangent !== undefined,
    };
    const derivatives = backward ? differentiate(program, asked) : null;
    const sketch = sketchOf(program, derivatives);
    const ready = runnable(program, [...sketch.wanted.keys()], limits, derivatives === null ? {} : besideOf(derivatives));
    return { program, derivatives, sketch, runnable: ready, outside: ready.outside };
  };

  return (question: PortraitQuestion, source: ProgramSource, given: GivenInputs, cancelled: () => boolean): Portrait => {
    const { of, wrt, seed, cotangent, backward, locals } = question;
    const key = JSON.stringify([of, wrt, seed, backward, locals, cotangent !== undefined]);
    const prepared = preparations.get(source, key, given, () => prepare(question, source, given));
    const { program, derivatives, sketch } = prepared;
    const feeds = feedsOf(program, given);
    if (cotangent !== undefined && derivatives !== null) feeds.push(settleCotangent(cotangent, derivatives.objective));
    const { wanted, nonfinite } = prepared.runnable.run({ feeds, given, cancelled });
    return { ...filledIn(sketch, wanted), program, nonfinite };
  };
}

function sketchOf(program: Program, derivatives: Derivatives | null): Sketch {
  const roles = new Map(program.inputs.map(({ value, role }) => [value, role]));
  const outputs = new Set(program.outputs.map(({ value }) => value));
  const values: Sketch["values"][number][] = program.values.map(({ name, value }) => ({
    name,
    role: roles.get(value) ?? (value.node === null ? "constant" : "node"),
    value,
    gradient: derivatives?.gradientOf(value) ?? null,
    isOutput: outputs.has(value),
  }));
  const places = new Map(values.map(({ value }, at) => [value, at]));
  const nodes = program.nodes.map((place) => ({
    name: place.name,
    label: operatorOf(place.node.op).display.label,
    node: place.node,
    place,
  }));
  const numbers = new Map(nodes.map(({ name }, at) => [name, at]));
  const edges = edgesIn(program, derivatives).map(({ to, input, value, local, gradient }) => {
    const literal = { name: null, role: "literal", value, gradient, isOutput: false } as const;
    const from = places.get(value) ?? values.push(literal) - 1;
    return { from, to: numbers.get(to) ?? 0, input, local, gradient };
  });
  const wanted = new Map<Value, number>();
  const want = (value: Value | null): void => {
    if (value !== null && !wanted.has(value)) wanted.set(value, wanted.size);
  };
  for (const { value, gradient } of values) {
    want(value);
    want(gradient);
  }
  for (const { local, gradient } of edges) {
    want(local);
    want(gradient);
  }
  const objective = derivatives === null ? null : (places.get(derivatives.objective.value) ?? null);
  const asked = new Set((derivatives?.gradients ?? []).map(({ name }) => name));
  const wrt = values.flatMap(({ name }, at) => (name !== null && asked.has(name) ? [at] : []));
  return { values, nodes, edges, objective, wrt, wanted };
}

/** The edges, with the local derivatives that were asked for. */
const edgesIn = ({ nodes, values }: Program, derivatives: Derivatives | null): readonly EdgeOf[] => {
  if (derivatives !== null && derivatives.edges.length > 0) return derivatives.edges;
  const named = new Set(values.map(({ value }) => value));
  const edges: EdgeOf[] = [];
  for (const { name, node } of nodes) {
    const gradients = derivatives?.flows.get(node);
    node.inputs.forEach((value, input) => {
      if (value === null || (!named.has(value) && !isFloating(value.dtype))) return;
      edges.push({ to: name, input, value, local: null, gradient: gradients?.[input] ?? null });
    });
  }
  return edges;
};

type EdgeOf = Omit<Derivatives["edges"][number], "from">;

function filledIn({ values, nodes, edges, objective, wrt, wanted }: Sketch, tensors: readonly Tensor[]) {
  const tensorOf = (value: Value): Tensor => {
    const at = wanted.get(value);
    if (at === undefined) throw new Error("a value of the portrait was not computed");
    return tensors[at];
  };
  const maybe = (value: Value | null): Tensor | null => (value === null ? null : tensorOf(value));
  const portrayed = values.map((each): PortrayedValue => ({ ...each, tensor: tensorOf(each.value), gradient: maybe(each.gradient) }));
  return {
    values: portrayed,
    nodes,
    edges: edges.map(({ from, to, input, local, gradient }) => ({
      from: portrayed[from],
      to: nodes[to],
      input,
      local: maybe(local),
      gradient: maybe(gradient),
    })),
    objective: objective === null ? null : portrayed[objective],
    wrt: wrt.map((at) => portrayed[at]),
  };
}
