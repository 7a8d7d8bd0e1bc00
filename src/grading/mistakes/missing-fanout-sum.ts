import { sizeOf } from "../../tensor/shape.ts";
import { isNone } from "../diagnosis/factors.ts";
import type { Language } from "../language.ts";
import { summedOver, without } from "../mutants/contributions.ts";
import { constantDerivative, type Ground } from "../mutants/ground.ts";
import { isPenalty } from "../mutants/penalties.ts";
import { defineMistake, type Contribution, type Mutation } from "./define.ts";

/** A path by which a value acts on the objective is left out of its gradient, or is the only one that is kept. */
export const missingFanoutSum = defineMistake({
  name: "missing_fanout_sum",
  cost: 0.95,
  sentences: {
    en: ({ name, edges, fanout }) =>
      edges === ""
        ? `Inside ${name} a value goes several ways; its gradient is the sum over all of them, and one is missing. Add every path (+=).`
        : `${name} ${feeding(fanout, "en")}; its gradient is the sum over all of its edges, and what comes back along ${edges} is missing. Add every path (+=) instead of keeping only some.`,
    zh: ({ name, edges, fanout }) =>
      edges === ""
        ? `在 ${name} 内部，某个值流向多处；它的梯度应是各条路径之和，这里漏掉了一条。请把每条路径都累加起来（+=）。`
        : `${name} ${feeding(fanout, "zh")}；它的梯度应是所有边上梯度之和，这里漏掉了沿 ${edges} 返回的部分。请把每条路径都累加起来（+=）。`,
  },
  isFactor: (k, { isPenalty, hasOthers }) => isNone(k) && !isPenalty && hasOthers,
  ways: { topic: "paths", overall: pathsLeftOut },
});

const few: Readonly<Record<Language, readonly string[]>> = {
  en: ["no", "one", "two", "three", "four", "five", "six"],
  zh: ["零", "一", "两", "三", "四", "五", "六"],
};

function feeding(nodes: number, language: Language): string {
  const count = few[language][nodes] ?? String(nodes);
  if (language === "en") return nodes === 1 ? "is used more than once by one node" : `feeds ${count} nodes`;
  return nodes === 1 ? "被同一节点多次使用" : `流向${count}个节点`;
}

/** Of a value with more edges than this nobody keeps just one. */
const mostKeptAlone = 32;

/**
 * A contribution to a gradient that is left out, or taken with a wrong factor or sign: each edge by itself, all edges of a value with
 * several, and all but one of many. Penalties are a mistake of their own.
 */
function* pathsLeftOut(ground: Ground): Iterable<Mutation> {
  const { tape, backward } = ground;
  if (backward === null) return;
  const objective = tape.at(backward.objective);
  for (const [value, edges] of ground.flowingEdges()) {
    const hasOthers = edges.length > 1;
    const fanout = new Set(edges.map(({ step }) => step.owner)).size;
    const name = ground.nameOf(value);
    for (const edge of edges) {
      if (isPenalty(ground, edge)) continue;
      const contribution: Contribution = {
        hasOthers,
        isPenalty: false,
        summed: summedOver(edge),
        constant: constantDerivative(edge),
        isSingle: sizeOf(value.shape) === 1 && edge.step.outputs.every(({ shape }) => sizeOf(shape) === 1),
      };
      yield without([edge], ground, { name: name ?? edge.step.owner.name, contribution, family: "part", fanout });
    }
    if (!hasOthers) continue;
    const summed = summedOver(edges[0]).filter((count) => edges.every((edge) => summedOver(edge).includes(count)));
    const whole: Contribution = { hasOthers: value === objective, isPenalty: false, summed, constant: null, isSingle: false };
    yield without(edges, ground, { name: name ?? edges[0].step.owner.name, contribution: whole, family: "part" });
    if (edges.length === 2 || edges.length > mostKeptAlone) continue;
    for (const kept of edges) {
      const others = edges.filter((edge) => edge !== kept);
      yield without(others, ground, { name: name ?? kept.step.owner.name, family: "fixed", fanout });
    }
  }
}
