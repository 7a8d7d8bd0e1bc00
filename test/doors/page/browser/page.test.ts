import { expect } from "vitest";
import { barriers, test } from "./visit.ts";

test("opens", async ({ visit }) => {
  const page = await visit("/docs/");
  expect(await page.title()).toBe("x");
  expect(await barriers(page)).toEqual([]);
});
