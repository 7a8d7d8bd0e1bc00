import { nearest } from "../../problems/nearest.ts";
import { didYouMean, type Draft, faultAt, Faults } from "../draft.ts";

/** A draft with names turned into numbers: values are counted through inputs, constants and the outputs of the nodes, in that order. */
export interface Linked {
  readonly values: number;
  /** The value that each output of each node is: output `k` of node `n` is value `firstOutput[n] + k`. */
  readonly firstOutput: Int32Array;
  /** The node that produces each value; -1 for inputs and constants. */
  readonly producer: Int32Array;
  /** Input `k` of node `n` is value `operands[firstOperand[n] + k]`, or -1 for a literal or one that is left out. */
  readonly operands: Int32Array;
  /** One entry more than there are nodes, so that an entry and the next bound a node's operands. */
  readonly firstOperand: Int32Array;
  readonly outputs: readonly number[];
  readonly byName: ReadonlyMap<string, number>;
}

/** Looks every name up; throws duplicate_name or undefined_name with all the places. */
export function link(draft: Draft): Linked {
  const { byName, firstOutput, producer } = define(draft);
  const unknown = new Faults("undefined_name");
  const missing = (name: string, user: string, ...path: readonly (string | number)[]): number => {
    const meant = nearest(name, byName.keys());
    unknown.add(faultAt(draft.locate(...path), `${user} ${name}, which nothing defines${didYouMean(meant)}`, meant[0]));
    return -1;
  };
  const { nodes } = draft;
  const firstOperand = new Int32Array(nodes.length + 1);
  for (let node = 0; node < nodes.length; node++) firstOperand[node + 1] = firstOperand[node] + nodes[node].inputs.length;
  const operands = new Int32Array(firstOperand[nodes.length]).fill(-1);
  for (let node = 0; node < nodes.length; node++) {
    const { inputs, names, op } = nodes[node];
    for (let at = 0; at < inputs.length; at++) {
      const operand = inputs[at];
      if (typeof operand !== "string") continue;
      const value = byName.get(operand);
      operands[firstOperand[node] + at] = value ?? missing(operand, `Node ${names[0] ?? op} uses`, "nodes", node, "inputs", at);
    }
  }
  const outputs = draft.outputs.map((name, at) => byName.get(name) ?? missing(name, "The outputs name", "outputs", at));
  unknown.throwIfAny();
  return { values: producer.length, firstOutput, producer, operands, firstOperand, outputs, byName };
}

function define({ inputs, constants, nodes, locate }: Draft): Pick<Linked, "byName" | "firstOutput" | "producer"> {
  const byName = new Map<string, number>();
  const twice = new Faults("duplicate_name");
  let values = 0;
  const add = (name: string | null, ...path: readonly (string | number)[]): void => {
    const value = values++;
    if (name === null) return;
    if (byName.has(name)) twice.add(faultAt(locate(...path), `The name ${name} is defined more than once`));
    else byName.set(name, value);
  };
  for (const { name } of inputs) add(name, "inputs", name);
  for (const { name } of constants) add(name, "constants", name);
  const firstOutput = new Int32Array(nodes.length);
  for (let node = 0; node < nodes.length; node++) {
    firstOutput[node] = values;
    const { names } = nodes[node];
    if (names.length === 1) add(names[0], "nodes", node, "name");
    else names.forEach((name, output) => add(name, "nodes", node, "outputs", output));
  }
  twice.throwIfAny();
  const producer = new Int32Array(values).fill(-1);
  for (let node = 0; node < nodes.length; node++) {
    producer.fill(node, firstOutput[node], firstOutput[node] + nodes[node].names.length);
  }
  return { byName, firstOutput, producer };
}
