import { describe, expect, test } from "vitest";
import { compileDraft } from "../../src/program/compile.ts";
import { draftOfExpression } from "../../src/program/expression/parse.ts";
import { draftOfGraph } from "../../src/program/graph/json.ts";
import type { GraphSource } from "../../src/program/graph/source.ts";
import { defaultLimits } from "../../src/request/limits.ts";
import { decodeTensor } from "../../src/request/tensor.ts";

const given = { tensors: new Map([["x", decodeTensor(1.5, "/inputs/x")]]), pointers: new Map<string, string>() };

const chain = (count: number): GraphSource => ({
  nodes: Array.from({ length: count }, (_, at) => ({ name: `n${at}`, op: "Add", inputs: [at === 0 ? "x" : `n${at - 1}`, 1] })),
});
const reversed = (count: number): GraphSource => ({ nodes: chain(count).nodes.toReversed(), outputs: [`n${count - 1}`] });
const fanOut = (count: number): GraphSource => {
  const nodes = Array.from({ length: count }, (_, at) => ({ name: `n${at}`, op: "Mul", inputs: ["x", at] }));
  return { nodes: [...nodes, { name: "sum", op: "Sum", inputs: nodes.map(({ name }) => name) }] };
};
const compileGraph = (source: GraphSource): void => void compileDraft(draftOfGraph(source, defaultLimits), given, defaultLimits);
const compileFormula = (text: string): void =>
  void compileDraft(draftOfExpression(text, given.tensors, defaultLimits), given, defaultLimits);

/** The shortest of a few runs, in milliseconds of this thread: what the work takes, whatever else the machine does. */
function shortest(work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run++) {
    const start = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

describe("100,000 nodes and edges compile in linear time, without overflowing the stack", () => {
  test.each<[about: string, work: (count: number) => () => void]>([
    [
      "a chain",
      (count) =>
        (
          (source) => () =>
            compileGraph(source)
        )(chain(count)),
    ],
    [
      "a chain given backwards",
      (count) =>
        (
          (source) => () =>
            compileGraph(source)
        )(reversed(count)),
    ],
    [
      "a fan-out that meets again",
      (count) =>
        (
          (source) => () =>
            compileGraph(source)
        )(fanOut(count)),
    ],
    [
      "a sum of as many terms",
      (count) =>
        (
          (text) => () =>
            compileFormula(text)
        )(`x${" + x".repeat(count)}`),
    ],
    [
      "as many statements",
      (count) =>
        (
          (text) => () =>
            compileFormula(text)
        )(`y = x\n${"y = y * 2\n".repeat(count)}`),
    ],
    [
      "one call of as many operands",
      (count) =>
        (
          (text) => () =>
            compileFormula(text)
        )(`sum(x${", x".repeat(count)}, x)`),
    ],
  ])("%s", (_, work) => {
    const less = shortest(work(25_000));
    const more = shortest(work(100_000));
    // Four times the size takes four times as long; quadratic work would take sixteen times as long.
    expect(more / less).toBeLessThan(9);
    expect(more).toBeLessThan(3000);
  });
});
