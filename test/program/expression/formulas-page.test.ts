import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compileFormula, formulaDraft } from "../programs.ts";
import { formulasPage } from "./formulas-page.ts";

const page = readFileSync(new URL("../../../docs/formulas.md", import.meta.url), "utf8");

test("the page of functions is the catalogue's: npm run formulas", () => {
  expect(formulasPage(page)).toBe(page);
});

test("what the page shows of the language can be read", () => {
  const shown = Array.from(page.matchAll(/^```formula\n([\s\S]*?)^```$/gm), ([, text]) => text);
  expect(shown.length).toBeGreaterThan(2);
  for (const text of shown) expect(() => formulaDraft(text), text).not.toThrow();
  expect(() => compileFormula("f(x) = x^2", { x: 3 })).not.toThrow();
});
