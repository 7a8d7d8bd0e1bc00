import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { jobStatuses } from "../src/jobs/response.ts";
import { submit } from "./acceptance/jobs/client.ts";
import { tinyJob } from "./acceptance/jobs/lessons.ts";
import { type ServiceProcess, startProcess } from "./acceptance/jobs/process.ts";
import { until } from "./jobs/given.ts";

/** The dashboard and the alerts of docs/operations: they ask for what /metrics really says. */

const text = (name: string): string => readFileSync(new URL(`../docs/operations/${name}`, import.meta.url), "utf8");

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}
interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
}
interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

const dashboard = JSON.parse(text("grafana-dashboard.json")) as Dashboard;
const { groups } = parse(text("alerts.yml")) as { readonly groups: readonly { readonly rules: readonly Alert[] }[] };
const alerts = groups.flatMap(({ rules }) => rules);
const questions: readonly (readonly [string, string])[] = [
  ...dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
  ...dashboard.annotations.list.map(({ expr }) => ["annotation", expr] as const),
  ...alerts.map(({ alert, expr }) => [alert, expr] as const),
];

/** What Prometheus itself adds to each target. */
const ofPrometheus = { names: new Set(["up"]), labels: new Set(["job", "instance"]) };
const keywords = new Set(["and", "or", "unless", "offset", "bool"]);

/** Texts, times, groupings and numbers, which hold no names; and names, of functions where a parenthesis follows. */
const words =
  /"[^"]*"|\[[^\]]*\]|\b(?:by|without|on|ignoring)\s*\([^)]*\)|\d[\w.]*|([a-zA-Z_:][\w:]*)(\s*\(|\s+(?=(?:by|without)\b))?(\{(?:"[^"]*"|[^}"])*\})?/g;

/** The series that an expression asks for: their names, and the labels that it picks them by. */
const seriesOf = (expression: string): { name: string; labels: Record<string, string> }[] =>
  [...expression.matchAll(words)].flatMap(([, name, call, labels = ""]) => {
    if (name === undefined || call !== undefined || keywords.has(name)) return [];
    return [
      { name, labels: Object.fromEntries([...labels.matchAll(/(\w+)\s*[=!]~?\s*"([^"]*)"/g)].map(([, label, value]) => [label, value])) },
    ];
  });

/** The groupings of an expression. */
const groupedBy = (expression: string): string[] =>
  [...expression.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, labels]) => labels.split(",").map((label) => label.trim()));

/** The labels that the samples of each name have. */
let samples: Map<string, Set<string>>;
let service: ServiceProcess;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "adjoint-metrics-"));
  service = await startProcess({ DATA_DIR: folder, WEBHOOK_PRIVATE_ADDRESSES: "true" });
  // So that what is counted by label has samples.
  await submit(service.origin, { ...tinyJob(1), webhook: { url: "http://127.0.0.1:9/" } });
  const text = await until(async () => {
    const all = await (await fetch(`${service.origin}/metrics`)).text();
    return all.includes("adjoint_webhook_deliveries_total{") && all;
  });
  samples = new Map();
  for (const line of text.split("\n")) {
    const [, kind, type] = /^# TYPE (\S+) (\S+)/.exec(line) ?? [];
    if (kind !== undefined)
      for (const end of type === "histogram" ? ["_bucket", "_sum", "_count"] : [""]) samples.set(kind + end, new Set());
    const [, name, labels = ""] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    for (const [, label] of labels.matchAll(/(\w+)="/g)) samples.get(name)?.add(label);
  }
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(questions)("%s: %s", (_, expression) => {
  test("asks for what there is", () => {
    const series = seriesOf(expression);
    expect(series.length).toBeGreaterThan(0);
    for (const { name, labels } of series) {
      if (ofPrometheus.names.has(name)) continue;
      expect([...samples.keys()]).toContain(name);
      const known = samples.get(name) ?? new Set();
      // What has not happened in this process has no samples.
      const unknown = Object.keys(labels).filter((label) => known.size > 0 && !known.has(label) && !ofPrometheus.labels.has(label));
      expect(unknown).toEqual([]);
      if (name === "adjoint_jobs" && labels.status !== undefined) expect(jobStatuses).toContain(labels.status);
    }
    const all = new Set(series.flatMap(({ name }) => [...(samples.get(name) ?? [])]));
    const strange = groupedBy(expression).filter(
      (label) => all.size > 0 && !all.has(label) && !ofPrometheus.labels.has(label) && label !== "kind",
    );
    expect(strange).toEqual([]);
  });
});

test("names are found in expressions", () => {
  expect(
    seriesOf('histogram_quantile(0.9, sum by (le) (rate(a_bucket{x="1",y!~"b{2}"}[5m]))) / on (z) max(c) > 1 and d offset 5m'),
  ).toEqual([
    { name: "a_bucket", labels: { x: "1", y: "b{2}" } },
    { name: "c", labels: {} },
    { name: "d", labels: {} },
  ]);
});

test("everything that this service measures of itself is on the dashboard", () => {
  const shown = new Set(
    dashboard.panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => seriesOf(expr).map(({ name }) => name))),
  );
  const own = [...samples.keys()]
    .filter((name) => /^(?:adjoint|http)_/.test(name))
    .map((name) => name.replace(/_(?:bucket|sum|count)$/, ""));
  const missing = [...new Set(own)].filter((name) => ![...shown].some((each) => each.startsWith(name)));
  // The rate of updates says the same.
  expect(missing).toEqual(["adjoint_training_steps_total"]);
});

test("panels do not lie over one another", () => {
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(Math.max(...dashboard.panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
});

test("alerts have names of their own, a severity, and a sentence", () => {
  expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  for (const { alert, labels, annotations } of alerts) {
    expect(alert).toMatch(/^Adjoint[A-Z]\w+$/);
    expect(["critical", "warning", "info"]).toContain(labels.severity);
    expect(annotations.summary).not.toBe("");
  }
});
