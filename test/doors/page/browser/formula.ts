import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { soon, test } from "./visit.ts";

const run = promisify(execFile);

/** The address of a formula, as a link has it. */
const linkTo = (f: string, inputs: object = {}): string => `/#formula?${new URLSearchParams({ f, x: JSON.stringify(inputs) }).toString()}`;

const field = (page: Page) => page.getByLabel("Formula", { exact: true }).and(page.locator("textarea"));
const picture = (page: Page) => page.locator("figure.picture svg");
const chain = (page: Page) => page.getByRole("region", { name: "Why this gradient?" });
const said = (page: Page) => page.locator(".said p").first();
const gradients = (page: Page) => chain(page).getByRole("group", { name: "Gradient of" });
const gradientOf = (page: Page, name: string): Promise<string> => gradients(page).getByRole("button", { name }).innerText();

interface Gradients {
  readonly gradients: Readonly<Record<string, number>>;
}

/** Opens the page on a formula, and waits for its picture. */
async function opened(visit: (path: string) => Promise<Page>, formula: string, inputs: object = {}): Promise<Page> {
  const page = await visit(linkTo(formula, inputs));
  await picture(page).waitFor();
  return page;
}

describe("a formula", () => {
  test("shows a learner, who has only opened the page, why b has the gradient 5", async ({ visit }) => {
    const page = await visit();
    await picture(page).waitFor();
    expect(await field(page).inputValue()).toBe("c = a + b\nd = b + 1\ne = c * d");
    expect(await picture(page).locator("g.sum[data-value=b]").textContent()).toContain("2 + 3 = 5");
    expect(await gradientOf(page, "b")).toBe("b 5");
    expect(await chain(page).innerText()).toMatch(/two|2/);
    // To its end, a sentence a step, and back again.
    await page.getByRole("button", { name: "Step through it" }).click();
    const sentences: string[] = [];
    const count = page.locator(".stepper .count");
    for (let step = 1; ; step++) {
      const [at, all] = (await count.innerText()).match(/\d+/g)?.map(Number) ?? [];
      expect(at).toBe(step);
      sentences.push(await said(page).innerText());
      if (at === all) break;
      await page.getByRole("button", { name: "Next step" }).click();
    }
    expect(new Set(sentences).size).toBe(sentences.length);
    expect(sentences.length).toBeGreaterThan(6);
    await page.getByRole("button", { name: "Step back" }).click();
    expect(await said(page).innerText()).toBe(sentences.at(-2));
    await page.getByRole("button", { name: "Show the whole" }).click();
    expect(await picture(page).locator(".later").count()).toBe(0);
  });

  test("shows values first, and gradients on the way back", async ({ visit }) => {
    const page = await opened(visit, "t = x + y; z = t^2", { x: 1, y: 2 });
    const isSeen = async (part: string): Promise<boolean> =>
      (await picture(page).locator(`g.edge[data-from=x] ${part}.later`).count()) === 0;
    await page.keyboard.press("ArrowRight");
    expect(await isSeen("text.gradient")).toBe(false);
    for (let step = 0; !(await said(page).innerText()).includes("back") && step < 10; step++) await page.keyboard.press("ArrowRight");
    expect(await isSeen("text.value")).toBe(true);
    await page.keyboard.press("ArrowLeft");
    expect(await picture(page).locator(".now").count()).toBeGreaterThan(0);
    await page.getByRole("button", { name: "Play" }).focus();
    await page.keyboard.press("Enter");
    expect(await page.getByRole("button", { name: "Pause" }).getAttribute("aria-pressed")).toBe("true");
    await page.keyboard.press("Enter");
  });

  test("has the service's numbers, whatever its inputs are moved to", async ({ visit, service }) => {
    const page = await opened(visit, "e = (a+b)*(b+1)", { a: 2, b: 1 });
    for (const a of [4, -3.5]) {
      await page.getByLabel("a, slider").fill(String(a));
      const b = Number(await page.getByLabel("b", { exact: true }).inputValue());
      const { gradients } = (await (
        await fetch(`${service.origin}/v1/gradients`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({
            expression: "e = (a+b)*(b+1)",
            inputs: { a: Number(await page.getByLabel("a, slider").inputValue()), b },
          }),
        })
      ).json()) as Gradients;
      await soon(() => gradientOf(page, "b")).toBe(`b ${gradients.b}`.replace("-", "−"));
    }
  });

  test("that is wrong is marked where it is, and mended by a press", async ({ visit }) => {
    const page = await visit();
    await field(page).fill("y = x\nz = sigmod(y)");
    await soon(() => page.locator(".writing mark").innerText()).toBe("sigmod");
    expect(await page.getByRole("alert").innerText()).toContain("Line 2, column 5");
    expect(await field(page).getAttribute("aria-invalid")).toBe("true");
    await page.getByRole("button", { name: "Write sigmoid" }).click();
    await soon(() => field(page).inputValue()).toBe("y = x\nz = sigmoid(y)");
    await page.getByRole("alert").waitFor({ state: "detached" });
    await field(page).fill("y = sin x");
    await soon(() => page.getByRole("alert").innerText()).toContain("the argument of a function stands in parentheses: sin(x)");
  });

  test("that is taken away leaves nothing wrong, and a picture that is told to be of the one before", async ({ visit }) => {
    const page = await visit();
    await field(page).fill("y = (x");
    await page.getByRole("alert").waitFor();
    await field(page).fill(" ");
    await page.getByRole("alert").waitFor({ state: "detached" });
    expect(await page.getByText("This is still the formula before").isVisible()).toBe(true);
  });

  test("has no line twice in its chain", async ({ visit }) => {
    const page = await visit();
    await page.getByLabel("Examples").selectOption("The price of apples");
    await page.getByRole("button", { name: "apple_num 110" }).click();
    await soon(() => page.locator(".derivation .equal").count()).toBe(2);
  });

  test("is completed by keyboard", async ({ visit }) => {
    const page = await visit();
    await field(page).fill("");
    await field(page).pressSequentially("y = sigm");
    await page.getByRole("option", { name: /^sigmoid/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.type("x)");
    expect(await field(page).inputValue()).toMatch(/^y = sigmoid\(x\)+$/);
  });

  test("of each example is drawn and told, on a screen of any language", async ({ visit }) => {
    const page = await visit("/", { locale: "zh-CN" });
    const choice = page.getByLabel("例子");
    const names = await choice.locator("option").allInnerTexts();
    expect(names.length).toBeGreaterThan(10);
    for (const name of names.slice(1)) {
      const before = await picture(page).innerHTML();
      await choice.selectOption({ label: name });
      if (name !== names[1]) await soon(() => picture(page).innerHTML()).not.toBe(before);
      expect([name, await page.getByRole("alert").count()]).toEqual([name, 0]);
    }
    expect(await page.locator(".chain").innerText()).toMatch(/\p{Script=Han}/u);
  });

  test("has a chain for each input", async ({ visit }) => {
    const page = await opened(visit, "z = (x + y)^2", { x: 1, y: 2 });
    for (const name of ["x", "y"]) {
      await gradients(page).getByRole("button", { name }).click();
      await soon(() => chain(page).locator("math").first().textContent()).toContain(`∂${name}`);
    }
    await picture(page).locator("g.value[data-value=x]").click();
    expect(await chain(page).getByRole("button", { name: "x 6" }).getAttribute("aria-pressed")).toBe("true");
  });

  test("goes along as a link, and as requests that run", async ({ visit }) => {
    const page = await opened(visit, "y = 1 / (1 + exp(-x)); z = y * w", { x: 0.5, w: -2 });
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const copied = async (what: string): Promise<string> => {
      await page.getByRole("button", { name: what, exact: true }).click();
      await page.getByText(`${what}: copied.`).waitFor();
      return page.evaluate("navigator.clipboard.readText()");
    };
    const link = await copied("Link");
    const other = await visit(link);
    await picture(other).waitFor();
    expect(await field(other).inputValue()).toBe(await field(page).inputValue());
    expect(await gradientOf(other, "w")).toBe(await gradientOf(page, "w"));

    const { stdout } = await run("sh", ["-c", await copied("curl")]);
    const { gradients } = JSON.parse(stdout) as Gradients;
    expect(gradients.w).toBeCloseTo(0.6224593312018546, 15);
    const python = await run("python3", ["-c", await copied("Python")]);
    expect(python.stdout).toContain("0.622459331201854");
    const r = await copied("R");
    for (const [open, close] of ["()", "{}", "[]"]) expect(r.split(open).length).toBe(r.split(close).length);
    expect(r).toContain("/v1/gradients");
  });

  test("is saved as a drawing and as dots", async ({ visit }) => {
    const page = await opened(visit, "z = (x + y)^2", { x: 1, y: 2 });
    const saved = async (kind: string): Promise<Buffer> => {
      const coming = page.waitForEvent("download");
      await page.getByRole("button", { name: kind, exact: true }).click();
      const download = await coming;
      expect(download.suggestedFilename()).toBe(`z.${kind.toLowerCase()}`);
      return readFile(await download.path());
    };
    expect((await saved("SVG")).toString()).toMatch(/^<svg /);
    const png = await saved("PNG");
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect(png.readUInt32BE(16)).toBeGreaterThan(500);
  });

  test("has names that are only names", async ({ visit }) => {
    const page = await opened(visit, "y = x", { x: 1 });
    for (const name of ["权重", "שלום", "ẋ̣̇", "x".repeat(256)]) {
      await page.goto(linkTo(`y = ${name} * 2`, { [name]: 3 }));
      await soon(() => gradientOf(page, name)).toContain("2");
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    }
  });

  test("that is none is text, and runs nowhere", async ({ visit }) => {
    const page = await opened(visit, "y = x", { x: 1 });
    page.on("dialog", () => expect.fail("a script ran"));
    const texts = [`"]; digraph { a -> b }`, "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\u202Ey = x", "y = 👩‍👩‍👧 + 1"];
    for (const text of texts) {
      await page.goto(linkTo(text, { "<b>": 1 }));
      await soon(() => field(page).inputValue()).toBe(text);
      await page.getByRole("alert").waitFor();
      expect(await page.locator("main script, main img").count()).toBe(0);
      await page.goto(linkTo("y = x", { x: 1 }));
      await page.getByRole("alert").waitFor({ state: "detached" });
    }
  });
});
