import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { conventionsPage } from "./conventions-page.ts";

test("the page says what the catalogue does: npm run conventions", () => {
  expect(readFileSync(new URL("../../docs/conventions.md", import.meta.url), "utf8")).toBe(conventionsPage());
});
