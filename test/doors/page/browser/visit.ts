import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import type { BrowserContext, BrowserContextOptions, ConsoleMessage, Page } from "playwright-core";
import { expect, test as base } from "vitest";
import { type ServiceProcess, startProcess } from "../../../acceptance/jobs/process.ts";
import { launch } from "./chromium.ts";

export interface VisitOptions extends BrowserContextOptions {
  /** Another service than the one that asks for no key. */
  readonly of?: ServiceProcess;
}

/** The key that the second service asks for. */
export const key = "open-sesame";

/** A test waits as long as this for what it looks at: the machine may be busy with other tests. */
const patienceMs = 30_000;

type Cleanup = (cleanup: () => Promise<void>) => void;

async function started(environment: Readonly<Record<string, string>>, onCleanup: Cleanup): Promise<ServiceProcess> {
  const folder = mkdtempSync(join(tmpdir(), "adjoint-page-"));
  const service = await startProcess({ DATA_DIR: folder, TRAINERS: "1", ...environment });
  onCleanup(async () => {
    await service.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  return service;
}

/**
 * Tests of the page in a real browser: one browser and one service for all of them, a fresh profile for each. Whatever a test looks
 * at, a page that complains in its console, breaks its own policy or speaks to another host fails it.
 */
export const test = base
  .extend("browser", { scope: "file" }, async ({}, { onCleanup }) => {
    const browser = await launch();
    onCleanup(async () => browser?.close());
    return browser;
  })
  .extend("service", { scope: "file" }, ({}, { onCleanup }) => started({ WORKERS: "2" }, onCleanup))
  .extend("guarded", { scope: "file" }, ({}, { onCleanup }) => started({ API_KEYS: key }, onCleanup))
  .extend("visit", async ({ browser, service, skip }, { onCleanup }) => {
    if (browser === null) return skip("no Chromium is installed");
    const contexts: BrowserContext[] = [];
    const faults: string[] = [];
    onCleanup(async () => {
      await Promise.all(contexts.map((context) => context.close()));
      expect(faults).toEqual([]);
    });
    return async (path = "/", { of = service, ...options }: VisitOptions = {}): Promise<Page> => {
      const context = await browser.newContext({ baseURL: of.origin, locale: "en-GB", reducedMotion: "reduce", ...options });
      contexts.push(context);
      context.setDefaultTimeout(patienceMs);
      listenForFaults(context, of.origin, (fault) => faults.push(fault));
      await context.addInitScript(tellOfPolicy);
      const page = await context.newPage();
      await page.goto(path);
      return page;
    };
  });

/** The browser logs a breach of the policy, too, but not of each kind as an error. */
const tellOfPolicy = `addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  console.error("policy: " + violatedDirective + " " + blockedURI))`;

function listenForFaults(context: BrowserContext, origin: string, tell: (fault: string) => void): void {
  context.on("request", (request) => {
    const { protocol, origin: host } = new URL(request.url());
    if (host !== origin && !["data:", "blob:"].includes(protocol)) tell(`a request to ${request.url()}`);
  });
  context.on("weberror", (error) => tell(`uncaught: ${error.error().message}`));
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !isRefusal(message))
      tell(`console: ${message.text()} (${message.location().url})`);
  });
}

/** That the service refuses what is half written is no fault of the page, which shows why; the browser logs it all the same. */
const isRefusal = (message: ConsoleMessage): boolean =>
  message.text().startsWith("Failed to load resource: the server responded with a status of 4") && message.location().url.includes("/v1/");

/** An assertion that may take a while to come true. */
export const soon = <Seen>(look: () => Seen | Promise<Seen>) => expect.poll(look, { timeout: patienceMs, interval: 20 });

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What stands in the way of whoever does not see the page, or not its colours: one line a fault. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<Pick<AxeResults, "violations">>("axe.run({ resultTypes: ['violations'] })");
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

/** Kept in the folder that SCREENSHOTS names, for whoever wants to look. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
