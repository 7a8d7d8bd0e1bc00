import type { Language } from "../language.ts";
import type { Cause } from "./diagnose.ts";

/** A sentence that a student can act on. */
export function messageOf({ mistake, name, edges, factor, fanout = 2, also }: Cause, language: Language): string {
  const list = edges.map(({ from, to, input }) => `${from ?? (language === "en" ? "a literal" : "常量")} → ${to} [${input}]`);
  const text = mistake.sentences[language]({
    name,
    edges: list.join(language === "en" ? ", " : "、"),
    factor: factor === null ? "" : String(Number(factor.toPrecision(4))),
    fanout,
  });
  if (also.length === 0) return text;
  const others = also.join(language === "en" ? ", " : "、");
  return language === "en"
    ? `${text} The same at ${others} would give the same numbers: they could not be told apart here.`
    : `${text}同样的错误若出现在 ${others}，会得到相同的数值，此处无法区分。`;
}

/** Said when several causes explain the same. */
export const undecided: Readonly<Record<Language, (count: number) => string>> = {
  en: (count) =>
    `${count} causes give the same numbers and could not be told apart here. POST /v1/probe makes inputs at which as many mistakes as possible differ.`,
  zh: (count) => `有 ${count} 种原因会得到相同的数值，此处无法区分。可用 POST /v1/probe 生成能区分它们的输入。`,
};
