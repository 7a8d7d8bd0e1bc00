import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { barriers, screenshot, soon, test } from "./visit.ts";

const verdict = (page: Page) => page.locator(".headline");
const claims = (page: Page) => page.getByLabel("Your gradients");
const row = (page: Page, item: string) => page.getByRole("row", { name: item });

async function opened(visit: () => Promise<Page>): Promise<Page> {
  const page = await visit();
  await page.getByRole("link", { name: "Check" }).click();
  await verdict(page).waitFor();
  return page;
}

describe("a check", () => {
  test("says what is wrong, marks it in the picture, and shows the step", async ({ visit }) => {
    const page = await opened(visit);
    await claims(page).fill("∂e/∂a = 2\ndb = 2");
    await page.keyboard.press("Control+Enter");
    await soon(() => row(page, "gradient of b").innerText()).toMatch(/2\s+5/);
    expect(await verdict(page).innerText()).toContain("1 of 2 right");
    expect(await row(page, "gradient of a").getAttribute("class")).toBe("right");
    expect(await page.locator(".cause").first().innerText()).toMatch(/path|add/i);
    expect(await page.locator("figure.picture .wrong").count()).toBeGreaterThan(0);
    await row(page, "gradient of b").getByRole("button", { name: "See the step" }).click();
    await page.locator("figure.picture .now").first().waitFor();
    expect(await barriers(page)).toEqual([]);
    await screenshot(page, "checked");
    await page.getByRole("link", { name: "All steps of this formula" }).click();
    await page.locator(".stepper .count").waitFor();
  });

  test("passes what is right, also as NumPy prints it", async ({ visit }) => {
    const page = await opened(visit);
    await page.getByLabel("Formula", { exact: true }).fill("loss = sum(W @ x)");
    await page.getByLabel("Inputs").fill("W = [[1, 2], [3, 4]]\nx = [1, -1]");
    await claims(page).fill("{'W': array([[ 1., -1.],\n       [ 1., -1.]]), 'x': np.array([4., 6.])}");
    await page.getByRole("button", { name: "Check", exact: true }).click();
    await soon(() => verdict(page).innerText()).toContain("All 2 are right");
    expect(await page.locator("figure.picture .wrong").count()).toBe(0);
  });

  test("names what it cannot read, and runs none of it", async ({ visit }) => {
    const page = await opened(visit);
    page.on("dialog", () => expect.fail("a script ran"));
    await claims(page).fill('<img src=x onerror=alert(1)> = <script>alert(1)</script>\n"]; digraph = 2\n\u202Eb = 👩‍👩‍👧\na = 2');
    await page.getByRole("button", { name: "Check", exact: true }).click();
    await soon(() => verdict(page).innerText()).toMatch(/1 of \d right/);
    expect(await page.locator("main img, main script").count()).toBe(0);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    await page.getByLabel("Formula", { exact: true }).fill("y = a +");
    await page.getByRole("button", { name: "Check", exact: true }).click();
    await page.getByRole("alert").waitFor();
  });
});
