import type { Language } from "../language.ts";
import type { Cause } from "./diagnose.ts";
import type { FactorMeaning } from "./factors.ts";

const nothingWritten: ReadonlyMap<string, string> = new Map();

/** A sentence that a student can act on, in which what has no name of the client's is called by what the client wrote. */
export function messageOf(cause: Cause, language: Language, written = nothingWritten, ofValues = false): string {
  const { mistake, edges, factor, fanout = 2 } = cause;
  const inWords = (name: string): string => written.get(name) ?? name;
  const name = cause.name.split(", ").map(inWords).join(", ");
  const also = cause.also.map(inWords);
  const list = edges.map(({ from, to, input }) => {
    const source = from === null ? (language === "en" ? "a literal" : "常量") : inWords(from);
    // Where a node uses a value several times its input says which is meant.
    return `${source} → ${inWords(to)}${from === null || fanout === 1 ? ` [${input}]` : ""}`;
  });
  const text = mistake.sentences[language]({
    name,
    edges: list.join(language === "en" ? ", " : "、"),
    factor: factor === null ? "" : factorIn(cause, factor),
    counted: countedOf(cause, language),
    fanout,
    ofValues,
  });
  if (also.length === 0) return text;
  const others = also.join(language === "en" ? ", " : "、");
  return language === "en"
    ? `${text} The same at ${others} would give the same numbers: they could not be told apart here.`
    : `${text}同样的错误若出现在 ${others}，会得到相同的数值，此处无法区分。`;
}

/** One over what counts something says more than its digits do. */
const factorIn = ({ counted }: Cause, factor: number): string =>
  counted !== null && Math.abs(factor) < 1 ? `${factor < 0 ? "-" : ""}1/${counted.number}` : String(Number(factor.toPrecision(4)));

const counts: Readonly<Record<FactorMeaning["what"], readonly [en: string, zh: string]>> = {
  examples: ["the number of examples", "样本数"],
  classes: ["the number of classes", "类别数"],
  both: ["the number of examples times that of classes", "样本数与类别数之积"],
  uses: ["the number of times it is used", "被使用的次数"],
};

function countedOf({ counted }: Cause, language: Language): string {
  if (counted === null) return "";
  const what = counts[counted.what][language === "en" ? 0 : 1];
  return language === "en" ? `, and ${counted.number} is ${what}` : `（${counted.number} 是${what}）`;
}

/** Said when several causes explain the same. */
export const undecided: Readonly<Record<Language, (count: number) => string>> = {
  en: (count) =>
    `${count} causes give the same numbers and could not be told apart here. POST /v1/probe makes inputs at which as many mistakes as possible differ.`,
  zh: (count) => `有 ${count} 种原因会得到相同的数值，此处无法区分。可用 POST /v1/probe 生成能区分它们的输入。`,
};
