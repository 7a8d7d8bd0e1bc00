export type LanguageCode = "en" | "zh";
export const themes = ["auto", "light", "dark"] as const;
export type ThemeChoice = (typeof themes)[number];

/** The first of the reader's languages that the page has. */
export function languageOf(choice: string | null, preferred: readonly string[]): LanguageCode {
  if (choice === "en" || choice === "zh") return choice;
  const found = preferred.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag === "en" || tag === "zh");
  return found === "zh" ? "zh" : "en";
}

export const themeOf = (choice: string | null): ThemeChoice => themes.find((theme) => theme === choice) ?? "auto";
