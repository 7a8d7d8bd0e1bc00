import { ancestors, type Value } from "../../ir/graph.ts";
import { operatorOf } from "../../ops/define.ts";
import { identity } from "../../ops/arithmetic/identity.ts";
import type { NodeGroup } from "../draft.ts";
import { snakeName } from "../names.ts";
import type { NamedNode, NamedValue } from "../program.ts";

interface StageNames {
  /** What the names of values inside begin with. */
  readonly stage: string;
  /** The name of the result. */
  readonly name: string;
  /** What it is one of, such as "Linear". */
  readonly title: string;
  /** Where the stage stands in the request. */
  readonly pointer: string;
}

/** Gathers the nodes of a network stage by stage (a layer, the loss), and gives each of their values a name that nothing else has. */
export class Naming {
  readonly nodes: NamedNode[] = [];
  /** What the nodes produce, in forward order. */
  readonly values: NamedValue[] = [];
  readonly #taken = new Set<string>();
  readonly #counts = new Map<string, number>();

  /** Keeps a name for what is named elsewhere; false when it is taken already. */
  reserve(name: string): boolean {
    if (this.#taken.has(name)) return false;
    this.#taken.add(name);
    return true;
  }

  /**
   * Names what a stage has built since an id: its result, and other values `<stage>.<operator>`; further outputs only where they are used.
   * A result that is an earlier value, as of a layer that leaves its input alone, is passed on by a node of its own, so that every stage shows.
   */
  stage({ stage, name, title, pointer }: StageNames, since: number, built: Value): NamedValue {
    const value = built.node === null || built.node.id <= since ? identity(built) : built;
    const nodes = ancestors([value], since);
    const group: NodeGroup = { name: stage, title, kind: "layer", within: null };
    const consumed = new Set(nodes.flatMap((node) => node.inputs));
    for (const node of nodes) {
      // What follows from constants alone is a constant.
      if (node.outputs.every(({ known }) => known !== null)) continue;
      const [first, ...others] = node.outputs;
      const own = first === value ? name : this.#unique(`${stage}.${snakeName(node.op)}`);
      this.nodes.push({ name: own, node, pointer, group });
      this.values.push({ name: own, value: first });
      for (const other of others) {
        if (other === value) this.values.push({ name, value });
        else if (consumed.has(other)) this.values.push({ name: this.#unique(`${own}.${outputName(other)}`), value: other });
      }
    }
    return { name, value };
  }

  #unique(stem: string): string {
    let count = this.#counts.get(stem) ?? 0;
    let name: string;
    do name = ++count === 1 ? stem : `${stem}_${count}`;
    while (!this.reserve(name));
    this.#counts.set(stem, count);
    return name;
  }
}

function outputName({ node, index }: Value): string {
  const { outputs } = operatorOf(node?.op ?? "");
  return snakeName(outputs[index]?.name ?? String(index));
}
