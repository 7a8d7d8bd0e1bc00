import { has, operatorOf } from "../ops/define.ts";
import { formatShape } from "../tensor/shape.ts";
import type { NamedNode, Program } from "./program.ts";

/** An operation that was given n numbers and n × 1 numbers, and made n × n of them: each with each, where pairs were meant most often. */
export interface Crossing {
  readonly node: NamedNode;
  /** A sentence that says so. */
  readonly detail: string;
}

export function crossingsIn({ nodes }: Program): Crossing[] {
  return nodes.flatMap((node): Crossing[] => {
    const { op, inputs, outputs } = node.node;
    if (!has(operatorOf(op), "elementwise")) return [];
    const open = inputs.filter((value) => value !== null && value.known === null).map((value) => value?.shape ?? []);
    const flat = open.find((shape) => shape.length === 1 && shape[0] > 1);
    const column = open.find((shape) => shape.length === 2 && shape[1] === 1 && shape[0] === flat?.[0]);
    if (flat === undefined || column === undefined) return [];
    const made = formatShape(outputs[0].shape);
    const detail = `${node.prefix?.() ?? ""}${node.name} combines each of ${flat[0]} numbers with each of ${flat[0]}, since ${formatShape(flat)} and ${formatShape(column)} broadcast to ${made}: where they belong in pairs, give both one shape`;
    return [{ node, detail }];
  });
}
