import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { barriers, key, screenshot, soon, test } from "./visit.ts";

const hostile = ["<script>alert(1)</script>", '"]; digraph', "\u202Etxt.exe", "👩‍👩‍👧", "x".repeat(64)];

/** Has a service train something that takes a while, or nothing but updates by hand. */
async function submit(origin: string, steps: number, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const answer = await fetch(`${origin}/v1/jobs`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({
      network: {
        layers: [
          { type: "Linear", in_features: 2, out_features: 8, name: "<img src=x onerror=alert(1)>" },
          { type: "Tanh" },
          { type: "Linear", out_features: 1, name: '"]; digraph {' },
        ],
        loss: { type: "BCEWithLogitsLoss" },
      },
      data: {
        input: [
          [0, 0],
          [0, 1],
          [1, 0],
          [1, 1],
        ],
        target: [[0], [1], [1], [0]],
      },
      optimizer: { type: "Adam", lr: 0.1 },
      steps,
      seed: 1,
      log_every: 1,
      tags: hostile,
    }),
  });
  const { id } = (await answer.json()) as { readonly id: string };
  return id;
}

const status = (page: Page) => page.locator("span.status").first();

describe("jobs", () => {
  test("are listed, and one is followed as it runs, paused, resumed and deleted, whatever its parts are called", async ({
    visit,
    service,
  }) => {
    const id = await submit(service.origin, 1_000_000);
    const page = await visit("/#jobs");
    page.on("dialog", () => expect.fail("a script ran"));
    const link = page.getByRole("link", { name: id });
    await link.waitFor();
    expect(await page.locator("main img, main script").count()).toBe(0);
    for (const name of hostile) expect(await page.getByText(name, { exact: true }).count()).toBeGreaterThan(0);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    await screenshot(page, "jobs-list");
    await link.click();
    const updates = async (): Promise<number> => Number((await page.locator("dl.facts dd").first().innerText()).split("/")[0]);
    const first = await updates();
    await soon(updates).toBeGreaterThan(first);
    await page.getByRole("img", { name: /Losses over \d+ logged updates/ }).waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    expect(await barriers(page)).toEqual([]);
    await screenshot(page, "job-running");
    await page.getByRole("button", { name: "Pause" }).click();
    await soon(() => status(page).innerText()).toBe("paused");
    await page.getByRole("button", { name: "Resume" }).click();
    await soon(() => status(page).innerText()).toBe("running");
    await page.getByRole("button", { name: "Cancel" }).click();
    await soon(() => status(page).innerText()).toBe("cancelled");
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("button", { name: "Delete for good" }).click();
    await page.getByRole("heading", { name: "Training jobs" }).waitFor();
    await link.waitFor({ state: "detached" });
  });

  test("of a service with keys are for who has one, in this tab only", async ({ visit, guarded }) => {
    const id = await submit(guarded.origin, 1_000_000, { authorization: `Bearer ${key}` });
    const page = await visit(`/#jobs?job=${id}`, { of: guarded });
    const question = page.getByRole("dialog", { name: "This service asks for a key" });
    await question.getByLabel("API key").fill("sesame");
    await page.keyboard.press("Enter");
    await question.getByText("The service does not know that key.").waitFor();
    expect(await barriers(page)).toEqual([]);
    await question.getByLabel("API key").fill(key);
    await page.keyboard.press("Enter");
    // Events are read with the key, which no EventSource could send.
    await page.getByText("Followed live").waitFor();
    expect(await page.evaluate("[Object.values(sessionStorage), Object.values(localStorage), document.cookie]")).toEqual([[key], [], ""]);
    await page.reload();
    await page.getByText("Followed live").waitFor();
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByRole("dialog", { name: "This service asks for a key" }).waitFor();
    await other.getByRole("button", { name: "Go on without" }).click();
    await other.getByText("A key is needed").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await soon(() => status(page).innerText()).toBe("cancelled");
  });
});
