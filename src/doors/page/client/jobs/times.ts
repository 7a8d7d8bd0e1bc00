import { language } from "../shell/settings.ts";

/** A moment in the reader's language and zone; the service counts seconds since 1970. */
export const timeOf = (seconds: number | null): string =>
  seconds === null
    ? "–"
    : new Date(seconds * 1000).toLocaleString(language.value === "zh" ? "zh-CN" : "en-GB", { dateStyle: "medium", timeStyle: "medium" });
