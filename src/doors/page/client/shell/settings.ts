import { computed, effect, signal } from "@preact/signals";
import { en, type Texts } from "../i18n/en.ts";
import { zh } from "../i18n/zh.ts";
import { type LanguageCode, languageOf, type ThemeChoice, themeOf } from "./choices.ts";

const dictionaries: Readonly<Record<LanguageCode, Texts>> = { en, zh };

/** What was chosen here before; a browser may be told to keep nothing. */
function kept(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // It is asked for again next time.
  }
}

export const language = signal<LanguageCode>(languageOf(kept("language"), navigator.languages));
export const theme = signal<ThemeChoice>(themeOf(kept("theme")));

/** The page's words, in the reader's language. */
export const texts = computed(() => dictionaries[language.value]);

const darkness = matchMedia("(prefers-color-scheme: dark)");
const isSystemDark = signal(darkness.matches);
darkness.addEventListener("change", ({ matches }) => (isSystemDark.value = matches));

/** What the theme comes to: pictures are asked for in it. */
export const shade = computed(() => (theme.value === "auto" ? (isSystemDark.value ? "dark" : "light") : theme.value));

/** Keeps the document, and what is remembered, as the settings are. */
export function followSettings(): void {
  effect(() => {
    document.documentElement.lang = language.value === "zh" ? "zh-Hans" : "en";
    document.documentElement.dataset.theme = shade.value;
  });
}

export function chooseLanguage(code: LanguageCode): void {
  language.value = code;
  keep("language", code);
}

export function chooseTheme(choice: ThemeChoice): void {
  theme.value = choice;
  keep("theme", choice);
}
