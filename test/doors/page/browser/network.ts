import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { barriers, screenshot, soon, test } from "./visit.ts";

const bar = (page: Page) => page.getByRole("region", { name: "Training", exact: true });
const press = (page: Page, name: string): Promise<void> => bar(page).getByRole("button", { name, exact: true }).click();
const rest = (page: Page): Promise<void> => bar(page).locator(".phase.resting").waitFor();
const end = (page: Page): Promise<void> => bar(page).locator(".phase.over").waitFor();
const figure = async (page: Page, name: string): Promise<number> =>
  Number(await bar(page).locator("dl div", { hasText: name }).first().locator("dd").innerText());
/** What is told of a plot to whoever does not see it. */
const told = (page: Page, words: string) => page.getByRole("img", { name: words });

async function opened(visit: () => Promise<Page>, dataset?: string): Promise<Page> {
  const page = await visit();
  await page.getByRole("link", { name: "Network" }).click();
  await page.getByLabel("Updates per look").fill("7");
  if (dataset !== undefined) await page.getByLabel("Data set").selectOption({ label: dataset });
  return page;
}

describe("a network", () => {
  test("learns exclusive or, while one watches", async ({ visit }) => {
    const page = await opened(visit);
    await press(page, "Train");
    await soon(() => figure(page, "Updates")).toBeGreaterThan(0);
    await press(page, "Pause");
    await rest(page);
    const paused = await figure(page, "Updates");
    expect(paused).toBeLessThan(500);
    await press(page, "One update");
    await soon(() => figure(page, "Updates")).toBe(paused + 1);
    await press(page, "Go on");
    await end(page);
    expect(await figure(page, "Updates")).toBe(500);
    expect(await figure(page, "Loss")).toBeLessThan(0.05);
    await told(page, "Decision regions after 500 updates: 4 of 4 points lie in the region of their class").waitFor();
    await told(page, "The loss over 500 updates").waitFor();
    expect(await barriers(page)).toEqual([]);
    await screenshot(page, "trained-xor");
    await page.getByRole("link", { name: "See the job" }).click();
    await page.locator(`nav a[href^="#jobs"][aria-current=page]`).waitFor();
  });

  test("is stepped through, update by update, and goes on at another rate", async ({ visit }) => {
    const page = await opened(visit);
    for (const step of [1, 2]) {
      await press(page, "One update");
      await soon(() => figure(page, "Updates")).toBe(step);
      await rest(page);
    }
    await page.getByLabel("Learning rate").fill("0.02");
    await page.getByLabel("Learning rate").press("Enter");
    await press(page, "One update");
    await soon(() => figure(page, "Rate")).toBe(0.02);
    expect(await figure(page, "Updates")).toBe(3);
    // Each weight with its gradient, by keyboard.
    const diagram = page.getByRole("region", { name: "Weights, and the gradients that move them" });
    await diagram.getByRole("button", { name: "Unit 1 of 4 in layer 1" }).focus();
    await page.keyboard.press("ArrowRight");
    await diagram.getByRole("table", { name: "Into unit 1 of layer 2" }).waitFor();
    await press(page, "Reset");
    await soon(() => figure(page, "Updates")).toBe(0);
  });

  test.for([
    ["Sine", "The fitted function after"],
    ["Handwritten digits", "handwritten digits, of which the network reads"],
    ["Spirals", "Decision regions after"],
  ] as const)("learns other data: %s", async ([dataset, words], { visit }) => {
    const page = await opened(visit, dataset);
    await told(page, words).waitFor();
    await soon(() => figure(page, "Loss")).toBeGreaterThan(0);
    const before = await figure(page, "Loss");
    await page.getByLabel("Updates", { exact: true }).fill("100");
    await page.getByLabel("Updates", { exact: true }).press("Enter");
    await press(page, "Train");
    await end(page);
    expect(await figure(page, "Loss")).toBeLessThan(before);
    await screenshot(page, `trained-${dataset}`);
  });

  test("learns a table of one's own, whatever its columns are called", async ({ visit }) => {
    const page = await opened(visit, "Own CSV file");
    page.on("dialog", () => expect.fail("a script ran"));
    const columns = ["<script>alert(1)</script>", '\u202E"]; digraph', "👩‍👩‍👧".repeat(30)];
    const rows = Array.from({ length: 40 }, (_, at) => [at / 10, Math.sin(at), (at / 10) * 2 - Math.sin(at)]);
    const quoted = columns.map((column) => `"${column.replaceAll('"', '""')}"`);
    const buffer = Buffer.from([quoted, ...rows].map((row) => row.join(",")).join("\n"));
    await page.getByLabel("Choose a CSV file").setInputFiles({ name: "<img src=x onerror=alert(1)>.csv", mimeType: "text/csv", buffer });
    await page.getByText("40 rows, 3 columns").waitFor();
    await press(page, "Train");
    await soon(() => figure(page, "Updates")).toBeGreaterThan(0);
    await press(page, "Pause");
    await rest(page);
    expect(await figure(page, "Loss")).toBeGreaterThan(0);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    expect(await page.getByRole("alert").count()).toBe(0);
    expect(await page.locator("main img, main script").count()).toBe(0);
    await screenshot(page, "own-table");
  });
});
