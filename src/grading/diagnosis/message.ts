import type { Language } from "../messages.ts";
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
