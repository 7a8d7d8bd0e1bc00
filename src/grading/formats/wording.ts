import type { GradedItem, ItemPlace, Verdict } from "../grade/response.ts";
import type { Language } from "../language.ts";

const kinds: Readonly<Record<ItemPlace["kind"], readonly [en: string, zh: string]>> = {
  output: ["output", "输出"],
  node: ["value", "值"],
  gradient: ["gradient", "梯度"],
  edge: ["edge", "边"],
  submission: ["submission", "提交"],
};

/** The name of an item, as a line of a report begins. */
export function titleOf({ kind, name, from, to, input, point }: ItemPlace, language: Language): string {
  const what = kinds[kind][language === "en" ? 0 : 1];
  const edge = to === undefined ? "" : ` ${from ?? "·"} → ${to}${input === undefined ? "" : ` [${input}]`}`;
  const which = name === undefined ? edge : ` ${name}`;
  const where = point === undefined ? "" : language === "en" ? ` at point ${point}` : `（第 ${point} 点）`;
  return `${what}${which}${where}`;
}

const verdicts: Readonly<Record<GradedItem["verdict"], readonly [en: string, zh: string]>> = {
  correct: ["correct", "正确"],
  follows: ["follows from earlier values that are wrong; counted as correct", "由之前的错误值推得，按正确计"],
  wrong: ["wrong", "错误"],
  not_finite: ["NaN or infinity where a finite number is expected", "应为有限值，却出现 NaN 或无穷大"],
  shape_mismatch: ["wrong shape", "形状不对"],
  missing: ["missing", "缺失"],
  unreadable: ["cannot be read", "无法读取"],
  unknown_name: ["unknown name", "名称不存在"],
};

/** What there is to say about an item, one line each: the verdict, the worst element, and the causes that explain it. */
export function linesOf(item: GradedItem, causes: ReadonlyMap<string, readonly string[]>, language: Language): string[] {
  const en = language === "en";
  const lines: string[] = [verdicts[item.verdict][en ? 0 : 1]];
  if (item.message !== undefined) lines.push(item.message);
  if (item.verdict === "correct") return lines;
  const [worst] = item.worst ?? [];
  if (worst !== undefined) {
    const at = worst.index.length === 0 ? "" : ` [${worst.index.join(", ")}]`;
    lines.push(
      en
        ? `worst element${at}: expected ${worst.expected}, submitted ${worst.submitted}`
        : `偏差最大的元素${at}：应为 ${worst.expected}，提交的是 ${worst.submitted}`,
    );
  }
  return [...lines, ...(causes.get(placeKey(item)) ?? [])];
}

/** What is said of the causes, by the items that they explain. */
export function causesByItem({ diagnosis }: Verdict): Map<string, string[]> {
  const causes = new Map<string, string[]>();
  for (const { explains, message } of diagnosis) {
    for (const place of explains) {
      const key = placeKey(place);
      causes.set(key, [...(causes.get(key) ?? []), message]);
    }
  }
  return causes;
}

const placeKey = ({ kind, name, to, input, point }: ItemPlace): string => JSON.stringify([kind, name, to, input, point]);

/** The result in one line. */
export function summaryOf({ points, max_points, passed }: Verdict, language: Language): string {
  if (language === "en") return `${passed ? "passed" : "did not pass"}: ${brief(points)} of ${brief(max_points)} points`;
  return `${passed ? "通过" : "未通过"}：${brief(max_points)} 分中得 ${brief(points)} 分`;
}

/** A number of points without the dust of its computation. */
export const brief = (number: number): number => Number(number.toPrecision(12));
