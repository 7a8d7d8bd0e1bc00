export const languages = ["en", "zh"] as const;
export type Language = (typeof languages)[number];

/** Said when several causes explain the same. */
export const undecided: Readonly<Record<Language, (count: number) => string>> = {
  en: (count) =>
    `${count} causes give the same numbers and could not be told apart here. POST /v1/probe makes inputs at which as many mistakes as possible differ.`,
  zh: (count) => `有 ${count} 种原因会得到相同的数值，此处无法区分。可用 POST /v1/probe 生成能区分它们的输入。`,
};

/** The language that a client prefers, by its Accept-Language header or a language tag. */
export function languageOf(preferences: string | undefined): Language {
  const ranked = (preferences ?? "")
    .split(",")
    .map((part, at) => {
      const [tag, ...parameters] = part.trim().toLowerCase().split(";");
      const quality = parameters.map((each) => /^\s*q=([\d.]+)\s*$/.exec(each)?.[1]).find((each) => each !== undefined);
      return { language: tag.split("-")[0], quality: quality === undefined ? 1 : Number(quality), at };
    })
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality || a.at - b.at);
  return (
    languages.find((language) => language === ranked.find((each) => (languages as readonly string[]).includes(each.language))?.language) ??
    "en"
  );
}
