import { ownersIn } from "../program/owner.ts";
import type { NamedNode, Program } from "../program/program.ts";
import type { Node, Value } from "../ir/graph.ts";
import { apply } from "../ops/apply.ts";
import { has, type Operator, operatorOf } from "../ops/define.ts";

/** One application of an operator with a rule of its own. */
export interface TapeStep {
  readonly op: Operator;
  readonly node: Node;
  /** The client's node that it belongs to: itself, or one that stands for it and others. */
  readonly owner: NamedNode;
  readonly inputs: readonly (Value | null)[];
  /** What consumers read: the node's outputs, unless others were put in their place. */
  readonly outputs: readonly Value[];
}

export interface Consumer {
  readonly step: TapeStep;
  readonly input: number;
}

/**
 * A program as the list of steps that a person would write down, in forward order. Operators that are defined by graphs of others are
 * taken apart, since mistakes are made inside them; functions of single numbers (such as GELU) are left whole.
 */
export class Tape {
  readonly steps: readonly TapeStep[];
  readonly #consumers = new Map<Value, Consumer[]>();
  readonly #replaced: ReadonlyMap<Value, Value>;

  constructor(steps: readonly TapeStep[], replaced: ReadonlyMap<Value, Value> = new Map()) {
    this.steps = steps;
    this.#replaced = replaced;
    for (const step of steps.toReversed()) {
      step.inputs.forEach((value, input) => {
        if (value === null) return;
        const list = this.#consumers.get(value);
        if (list === undefined) this.#consumers.set(value, [{ step, input }]);
        else list.push({ step, input });
      });
    }
  }

  /** The value of this tape that a value of the program stands for. */
  at(value: Value): Value {
    const own = simple(value);
    return this.#replaced.get(own) ?? own;
  }

  /** Where a value is consumed, in backward order. */
  consumers(value: Value): readonly Consumer[] {
    return this.#consumers.get(value) ?? [];
  }

  /**
   * The same steps after other values were put in place of some (each of the type of the one it replaces; keys are values of this tape).
   * `instead` says what a step's first output is in place of what its operator gives; null leaves it.
   */
  rebuilt(
    puts: ReadonlyMap<Value, Value>,
    instead: (step: TapeStep, inputs: readonly (Value | null)[]) => Value | null = () => null,
  ): Rebuilt {
    const now = new Map(puts);
    const computed = new Map<Value, Value>();
    const current = (value: Value | null): Value | null => (value === null ? null : (now.get(value) ?? value));
    const steps = this.steps.map((step): TapeStep => {
      const inputs = step.inputs.map(current);
      const other = instead(step, inputs);
      const moved = inputs.some((value, at) => value !== step.inputs[at]);
      const node = moved ? apply(step.op, inputs, step.node.attributes, step.outputs.length)[0].node : step.node;
      if (node === null) throw new Error("an applied operator has a node");
      if (!moved && other === null && !step.outputs.some((value) => puts.has(value))) return step;
      const outputs = step.outputs.map((before, at) => {
        const own = at === 0 && other !== null ? other : moved ? node.outputs[at] : before;
        if (own !== before) computed.set(before, own);
        const put = puts.get(before);
        if (put === undefined && own !== before) now.set(before, own);
        return put ?? own;
      });
      return { ...step, node, inputs, outputs };
    });
    const replaced = new Map([...this.#replaced].map(([from, to]) => [from, now.get(to) ?? to] as const));
    for (const [from, to] of now) replaced.set(from, to);
    return { tape: new Tape(steps, replaced), computed: (value) => computed.get(value) ?? value };
  }
}

export interface Rebuilt {
  readonly tape: Tape;
  /** What the steps made of a value of the tape before, whether or not another was put in its place. */
  readonly computed: (value: Value) => Value;
}

/** The tape of a program: every step that a named value depends on. */
export function tapeOf(program: Program): Tape {
  const nodes = simpleNodes(program.values.map(({ value }) => value));
  const ownerOf = ownersIn(program);
  return new Tape(
    nodes.map((node): TapeStep => {
      return {
        op: operatorOf(node.op),
        node,
        // What comes after all of the client's nodes is the last one's.
        owner: ownerOf(node).own ?? program.nodes[program.nodes.length - 1],
        inputs: node.inputs.map((value) => value && simple(value)),
        outputs: node.outputs,
      };
    }),
  );
}

/** What a value is on the tape: the value that its node's expansion gives, where the node is taken apart. */
export function simple(value: Value): Value {
  let at = value;
  while (at.known === null && at.node !== null && at.node.expansion !== null && !isWhole(at.node)) at = at.node.expansion.outputs[at.index];
  return at;
}

/** Whether a node is a step by itself. */
export const isWhole = (node: Node): boolean => node.expansion === null || has(operatorOf(node.op), "elementwise");

function simpleNodes(values: readonly Value[]): Node[] {
  const seen = new Set<Node>();
  const stack: Node[] = [];
  const visit = (value: Value | null): void => {
    if (value === null) return;
    const { known, node } = simple(value);
    if (known !== null || node === null || seen.has(node)) return;
    seen.add(node);
    stack.push(node);
  };
  values.forEach(visit);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) node.inputs.forEach(visit);
  return [...seen].sort((a, b) => a.id - b.id);
}
