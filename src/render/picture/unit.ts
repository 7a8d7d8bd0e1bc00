import type { NodeGroup } from "../../program/draft.ts";
import type { PortrayedNode, PortrayedValue } from "../portrait.ts";

/** What stands in a picture for several nodes: a layer, a call of a function, or nodes that follow on one another. */
export interface ClosedUnit {
  readonly kind: NodeGroup["kind"] | "segment";
  readonly name: string;
  readonly title: string;
  readonly nodes: readonly PortrayedNode[];
  /** The open group that it lies in. */
  readonly within: NodeGroup | null;
  /** Parameters, constants and literals that nothing else takes. */
  readonly sources: PortrayedValue[];
}

export type Unit = ClosedUnit | { readonly kind: "node"; readonly node: PortrayedNode };

export const nodesOf = (unit: Unit): readonly PortrayedNode[] => (unit.kind === "node" ? [unit.node] : unit.nodes);
