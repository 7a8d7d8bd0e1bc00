import { readdirSync, readFileSync } from "node:fs";
import { expect } from "vitest";
import { widthOf } from "../../../../src/render/picture/font.ts";
import { test } from "./visit.ts";

const folder = new URL("../../../render/picture/snapshots/", import.meta.url);

interface Measured {
  readonly fault: string | null;
  readonly texts: readonly { readonly text: string; readonly size: number; readonly width: number }[];
}

/** For the browser: parses a picture as strictly as XML is, and measures its texts where a document shows them. */
const measuring = `(svg) => {
  const parsed = new DOMParser().parseFromString(svg, "image/svg+xml");
  const fault = parsed.querySelector("parsererror")?.textContent ?? null;
  if (fault !== null) return { fault, texts: [] };
  const shown = document.importNode(parsed.documentElement, true);
  document.body.replaceChildren(shown);
  const texts = Array.from(shown.querySelectorAll("text"), (text) => {
    const size = Number.parseFloat(getComputedStyle(text).fontSize);
    const spans = Array.from(text.querySelectorAll("tspan"));
    return (spans.length === 0 ? [text] : spans).map((part) => ({ text: part.textContent, size, width: part.getComputedTextLength() }));
  });
  return { fault, texts: texts.flat() };
}`;

test("the committed pictures are XML to a browser, which makes none of their texts wider than they were taken for", async ({ visit }) => {
  const page = await (await visit("/livez")).context().newPage();
  for (const file of readdirSync(folder)) {
    const svg = readFileSync(new URL(file, folder), "utf8");
    const { fault, texts } = await page.evaluate<Measured>(`(${measuring})(${JSON.stringify(svg)})`);
    expect([file, fault]).toEqual([file, null]);
    expect(texts.filter(({ text, size, width }) => width > widthOf(text, size) + 0.5)).toEqual([]);
  }
});
