import type { ExplainFormat } from "./request.ts";

const mediaTypes: Readonly<Record<ExplainFormat, string>> = {
  json: "application/json",
  markdown: "text/markdown",
  html: "text/html",
};

/** The form that a client names in its Accept header and likes best; json where it names none. */
export function formatOf(accept: string): ExplainFormat {
  const ranked = accept
    .toLowerCase()
    .split(",")
    .flatMap((part, at) => {
      const [type, ...parameters] = part.split(";").map((each) => each.trim());
      const format = formats.find((each) => mediaTypes[each] === type);
      const quality = Number(parameters.find((each) => each.startsWith("q="))?.slice(2) ?? 1);
      return format === undefined || !(quality > 0) ? [] : [{ format, quality, at }];
    })
    .toSorted((a, b) => b.quality - a.quality || a.at - b.at);
  return ranked[0]?.format ?? "json";
}

const formats: readonly ExplainFormat[] = ["json", "markdown", "html"];
