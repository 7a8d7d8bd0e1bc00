import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { barriers, screenshot, soon, test } from "./visit.ts";

const tabs = ["formula", "network", "check", "jobs"] as const;

const tabLink = (page: Page, tab: string) => page.locator(`nav a[href^="#${tab}"]`);
const current = (page: Page, tab: string) => tabLink(page, tab).and(page.locator("[aria-current=page]"));

/** Waits until a tab has come. */
async function open(page: Page, tab: (typeof tabs)[number]): Promise<void> {
  await tabLink(page, tab).click();
  await current(page, tab).waitFor();
  await page.locator("main h1").waitFor({ state: "attached" });
}

describe("the page", () => {
  test("is small: what is seen first, and all of it", async ({ visit, service }) => {
    const page = await visit();
    await page.waitForLoadState("networkidle");
    const sizes = async (): Promise<number[]> => {
      const entries = await page.evaluate<{ readonly name: string; readonly encodedBodySize: number }[]>(
        "['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type)).map((entry) => entry.toJSON())",
      );
      return entries.filter(({ name }) => !name.startsWith(`${service.origin}/v1/`)).map(({ encodedBodySize }) => encodedBodySize);
    };
    const first = await sizes();
    for (const tab of tabs) await open(page, tab);
    const all = await sizes();
    const sum = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);
    expect({ requests: first.length, bytes: sum(first) }).toEqual({
      requests: expect.toSatisfy((count: number) => count <= 5),
      bytes: expect.toSatisfy((bytes: number) => bytes <= 100_000),
    });
    expect(sum(all)).toBeLessThanOrEqual(300_000);
    expect(all.length).toBeLessThanOrEqual(20);
  });

  test("speaks the reader's language, and the other one for whoever chooses it", async ({ visit }) => {
    const page = await visit("/", { locale: "zh-CN" });
    expect(await page.locator("html").getAttribute("lang")).toBe("zh-Hans");
    expect(await page.title()).toContain("公式");
    await page.getByRole("button", { name: "English" }).click();
    expect(await page.title()).toContain("Formula");
    await page.reload();
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
    await page.getByRole("button", { name: "中文" }).click();
    await soon(() => page.title()).toContain("公式");
  });

  test("is dark where the system is, and as it is told", async ({ visit }) => {
    const page = await visit("/", { colorScheme: "dark" });
    const ground = (): Promise<string> => page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
    const dark = await ground();
    await page.getByLabel("Theme").selectOption({ label: "Light" });
    expect(await ground()).not.toBe(dark);
    await page.emulateMedia({ colorScheme: "light" });
    await page.getByLabel("Theme").selectOption({ label: "Dark" });
    expect(await ground()).toBe(dark);
  });

  test("is gone through by keyboard", async ({ visit }) => {
    const page = await visit();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("content");
    await page.keyboard.press("Shift+Tab");
    for (const tab of tabs) {
      await tabLink(page, tab).focus();
      await page.keyboard.press("Enter");
      await current(page, tab).waitFor();
    }
    await page.goBack();
    await current(page, "check").waitFor();
  });

  // Words follow from the language alone, contrasts from the theme alone.
  test.for([
    ["en-GB", "light"],
    ["zh-CN", "dark"],
  ] as const)("stands in nobody's way, and fits a phone and a projector: %s, %s", async ([locale, colorScheme], { visit }) => {
    const page = await visit("/", { locale, colorScheme });
    for (const tab of tabs) {
      await open(page, tab);
      expect([tab, await barriers(page)]).toEqual([tab, []]);
      for (const width of [390, 1280, 1920]) {
        await page.setViewportSize({ width, height: 844 });
        expect([tab, await page.evaluate("document.documentElement.scrollWidth")]).toEqual([tab, width]);
        await screenshot(page, `${tab}-${width}-${locale}`);
      }
    }
  });
});
