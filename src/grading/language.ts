export const languages = ["en", "zh"] as const;
export type Language = (typeof languages)[number];

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
