import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reaches, submit } from "../acceptance/jobs/client.ts";
import { lesson } from "../acceptance/jobs/lessons.ts";
import { type ServiceProcess, startProcess } from "../acceptance/jobs/process.ts";
import { until } from "../jobs/given.ts";
import { type CollectedSpan, startCollector } from "./collector.ts";

/** The service as a process, its spans, and a collector that takes them. */

const [INTERNAL, SERVER, CLIENT] = [1, 2, 3];
const [ERROR] = [2];

let collector: Awaited<ReturnType<typeof startCollector>>;
let folder: string;
let service: ServiceProcess;
const start = () =>
  startProcess({
    DATA_DIR: folder,
    TRAINERS: "1",
    WEBHOOK_PRIVATE_ADDRESSES: "true",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: "50",
    OTEL_SERVICE_NAME: "gradients-of-7b",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
  });
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "adjoint-traces-"));
  collector = await startCollector();
  service = await start();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await collector[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  fetch(service.origin + path, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });

/** The first line of the log that holds a text. */
const logged = (text: string): string | undefined =>
  service
    .log()
    .split("\n")
    .find((line) => line.includes(text));

/** The one span of a name within a trace, once it has come. */
const only = (name: string, traceId: string): Promise<CollectedSpan> =>
  until(() => collector.named(name).find((span) => span.traceId === traceId));

const names = (spans: readonly CollectedSpan[]): string[] => spans.map(({ name }) => name).toSorted();
const times = ({ startTimeUnixNano, endTimeUnixNano }: CollectedSpan) => [Number(startTimeUnixNano), Number(endTimeUnixNano)];

describe("a request", () => {
  const caller = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" };

  test("belongs to the trace of its client, and has the task, its wait and its run within it", async () => {
    const headers = { traceparent: `00-${caller.traceId}-${caller.spanId}-01`, "x-request-id": "traced-1" };
    const answer = await post("/v1/gradients?", { expression: "x^2", inputs: { x: 3 } }, headers);
    expect(answer.status).toBe(200);
    const request = await only("POST /v1/gradients", caller.traceId);
    expect(request).toMatchObject({ kind: SERVER, parentSpanId: caller.spanId });
    expect(request.attributes).toMatchObject({
      "http.request.method": "POST",
      "http.route": "/v1/gradients",
      "url.path": "/v1/gradients",
      "http.response.status_code": 200,
      "adjoint.request_id": "traced-1",
    });
    expect(request.resource).toMatchObject({
      "service.name": "gradients-of-7b",
      "deployment.environment.name": "test",
      "adjoint.role": "all",
    });
    const [task] = await until(() => (collector.under(request).length > 0 ? collector.under(request) : false));
    expect(task).toMatchObject({ name: "task gradients", kind: INTERNAL, traceId: caller.traceId });
    expect(task.attributes).toMatchObject({ "adjoint.task": "gradients", "adjoint.status": 200 });
    expect(names(collector.under(task))).toEqual(["run", "wait"]);
    const [wait, run] = collector.under(task).toSorted((a, b) => times(a)[0] - times(b)[0]);
    expect([wait.name, run.name]).toEqual(["wait", "run"]);
    expect(times(wait)[1]).toBe(times(run)[0]);
    expect(times(run)[1]).toBeGreaterThan(times(run)[0]);
    expect(run.attributes).toEqual({ "adjoint.worker": 0 });
  });

  test("is named in the log by its trace and its span", async () => {
    const request = await only("POST /v1/gradients", caller.traceId);
    const line = await until(() => logged("traced-1"));
    expect(JSON.parse(line)).toMatchObject({ msg: "answered", trace_id: caller.traceId, span_id: request.spanId });
  });

  test("without a trace begins one, unless it only watches over the service", async () => {
    for (const path of ["/livez", "/readyz", "/metrics?x=1", "/v1/operators?category=shape", "/nowhere?secret=herring"]) {
      await fetch(service.origin + path);
    }
    const [listing] = await until(() => (collector.named("GET /v1/operators").length > 0 ? collector.named("GET /v1/operators") : false));
    expect(listing).not.toHaveProperty("parentSpanId");
    const [nothing] = await until(() => (collector.named("GET").length > 0 ? collector.named("GET") : false));
    expect(nothing.attributes).toMatchObject({ "http.response.status_code": 404, "url.path": "/nowhere" });
    expect(names(collector.spans).filter((name) => /livez|readyz|metrics/.test(name))).toEqual([]);
    expect(JSON.stringify(collector.spans)).not.toMatch(/herring|livez/);
  });

  test("that comes to nothing says so, and its client's fault is none of the service", async () => {
    const wrong = "00-11111111111111111111111111111111-2222222222222222-01";
    expect((await post("/v1/evaluate", { expression: "x +" }, { traceparent: wrong })).status).toBe(422);
    const request = await only("POST /v1/evaluate", "1".repeat(32));
    expect(request.attributes).toMatchObject({ "http.response.status_code": 422 });
    expect(request.status.code ?? 0).not.toBe(ERROR);
    const [task] = await until(() => (collector.under(request).length > 0 ? collector.under(request) : false));
    expect(task.attributes).toMatchObject({ "adjoint.status": 422 });
  });

  test("whose client does not want it traced is not", async () => {
    const answer = await post(
      "/v1/evaluate",
      { expression: "x", inputs: { x: 1 } },
      { traceparent: `00-${"3".repeat(32)}-${"4".repeat(16)}-00` },
    );
    expect(answer.status).toBe(200);
    await post("/v1/evaluate", { expression: "x", inputs: { x: 1 } }, { traceparent: `00-${"5".repeat(32)}-${"6".repeat(16)}-01` });
    await only("POST /v1/evaluate", "5".repeat(32));
    expect(collector.spans.filter(({ traceId }) => traceId === "3".repeat(32))).toEqual([]);
  });
});

test("a job belongs to the trace of the request that made it, over restarts, to the webhook at its end", async () => {
  const webhook = { url: `${collector.url}/told` };
  const id = await submit(service.origin, lesson(1, 1_000_000, { webhook, checkpoint: { every_seconds: 1 } }));
  const created = (await until(() => collector.named("POST /v1/jobs").at(0))) satisfies CollectedSpan;
  await until(() => collector.named("checkpoint").length > 0);
  expect(await service.stop()).toBe(0);
  const [first] = collector.named("attempt");
  expect(first).toMatchObject({ traceId: created.traceId, parentSpanId: created.spanId });
  expect(first.attributes).toMatchObject({ "adjoint.job": id, "adjoint.attempt": 1, "adjoint.step": 0, "adjoint.outcome": "queued" });
  expect(new Set(names(collector.under(first)))).toEqual(new Set(["checkpoint", "wait"]));

  service = await start();
  await reaches(service.origin, id, ({ status }) => status === "running");
  await fetch(`${service.origin}/v1/jobs/${id}/cancel`, { method: "POST" });
  const told = await until(() => collector.named("webhook").at(0));
  expect(told).toMatchObject({ kind: CLIENT, traceId: created.traceId, parentSpanId: created.spanId });
  expect(told.attributes).toEqual({ "adjoint.job": id, "adjoint.try": 1, "adjoint.outcome": "delivered" });
  expect(collector.webhooks.map(({ traceparent }) => traceparent)).toEqual([`00-${told.traceId}-${told.spanId}-01`]);

  const second = await until(() => collector.named("attempt").at(1));
  expect(second).toMatchObject({ traceId: created.traceId, parentSpanId: created.spanId });
  expect(second.attributes).toMatchObject({ "adjoint.attempt": 2, "adjoint.outcome": "cancelled" });
  expect(second.attributes["adjoint.step"]).toBeGreaterThan(0);
  const whole = await until(() => collector.named("job").at(0));
  expect(whole).toMatchObject({ traceId: created.traceId, parentSpanId: created.spanId });
  expect(whole.attributes).toMatchObject({ "adjoint.job": id, "adjoint.attempts": 2, "adjoint.outcome": "cancelled" });
  expect(times(whole)[0]).toBeLessThan(times(first)[0]);
  const line = await until(() => logged('"msg":"webhook"'));
  expect(JSON.parse(line)).toMatchObject({ job: id, trace_id: created.traceId });
});

test("is loaded only where it is asked for", () => {
  const sources = globSync("src/**/*.ts", { cwd: new URL("../..", import.meta.url) }).map((path) => path.replaceAll("\\", "/"));
  const loading = sources.filter((path) => {
    const text = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
    return /^import (?!type).*(?:@opentelemetry|@fastify\/otel|\/opentelemetry\.ts)/m.test(text);
  });
  expect(loading).toEqual(["src/tracing/opentelemetry.ts"]);
});

test("a collector that is not there is told of in the log, and keeps nobody", async () => {
  await using lonely = await startProcess({
    DATA_DIR: join(folder, "lonely"),
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
    OTEL_BSP_SCHEDULE_DELAY: "20",
  });
  expect((await fetch(`${lonely.origin}/v1/operators`)).status).toBe(200);
  await until(() => lonely.log().includes("trouble with tracing"));
  expect(await lonely.stop()).toBe(0);
});
