import { Keys } from "../../../src/clients/keys.ts";
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { mentionedIds } from "../../../src/jobs/mentioned-ids.ts";
import type { NewJob } from "../../../src/jobs/contract.ts";
import { createExamples } from "../../../src/jobs/examples.ts";
import { Job, JobList, type JobView } from "../../../src/jobs/response.ts";
import { claimed, newJob, running, until } from "../../jobs/given.ts";
import { problemFrom, startJobService, type JobService } from "./job-service.ts";

const { request: line } = createExamples.line;

let service: JobService;
beforeAll(async () => {
  service = await startJobService();
});
afterAll(() => service[Symbol.asyncDispose]());

const jobIn = async (answer: Response): Promise<JobView> => Job.parse(await answer.json());
const posted = async (headers: Record<string, string> = {}): Promise<JobView> => jobIn(await service.send("/v1/jobs", line, headers));
const result = { loss: 0.5, stopped: "completed", steps: 1, epochs: 1, samples: 2, best: null, compute_seconds: 0, wall_seconds: 0 };
const finish = (id: string, attempt = 1): Promise<void> =>
  service.jobs.finish(id, attempt, { status: "succeeded", message: "It is done.", result });

describe("a request", () => {
  test("is answered with a job that waits, and says where it is", async () => {
    const answer = await service.send("/v1/jobs", line);
    expect(answer.status).toBe(202);
    const job = await jobIn(answer);
    expect(answer.headers.get("location")).toBe(`/v1/jobs/${job.id}`);
    expect(job.id).toMatch(/^job_[0-9a-f]{24}$/);
    const { id: _id, created_at: _at, ...expected } = Job.parse(createExamples.line.answer);
    expect(job).toMatchObject(expected);
    expect(Math.abs(job.created_at - Date.now() / 1000)).toBeLessThan(60);
    expect(await jobIn(await service.get(`/v1/jobs/${job.id}`))).toEqual(job);
    const { submission, client } = await service.jobs.get(job.id);
    expect(await service.storage.blobs.size(submission)).toBeGreaterThan(100);
    // A digest, which does not tell the address.
    expect(client).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each([
    ["", 400, "invalid_json", []],
    ["{", 400, "invalid_json", [""]],
    [{ ...line, optimiser: {} }, 400, "invalid_request", ["/optimiser"]],
    [{ ...line, data: { x: [1, 2], t: [1] } }, 422, "invalid_training", ["/data/t"]],
    [{ ...line, webhook: { url: "http://127.0.0.1/" } }, 400, "invalid_request", ["/webhook/url"]],
    [{ ...line, webhook: { url: "http://[::ffff:10.0.0.1]/" } }, 400, "invalid_request", ["/webhook/url"]],
    [{ ...line, webhook: { url: "http://localhost:9/" } }, 400, "invalid_request", ["/webhook/url"]],
  ])("that is wrong is refused at once, with its place: %j", async (body, status, code, pointers) => {
    const before = await service.jobs.stats();
    const answer = await fetch(`${service.origin}/v1/jobs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    const found = await problemFrom(answer, code);
    expect(answer.status).toBe(status);
    if (code !== "invalid_json") expect(found.errors.map(({ pointer }) => pointer)).toEqual(pointers);
    expect(await service.jobs.stats()).toMatchObject({ byStatus: before.byStatus });
  });

  test("that names a dataset which there is not is told where", async () => {
    const dataset = `sha256:${"0".repeat(64)}`;
    const answer = await service.send("/v1/jobs", { ...line, data: { x: { dataset }, t: [1] } });
    expect((await problemFrom(answer, "unknown_dataset")).errors).toMatchObject([{ pointer: "/data/x/dataset" }]);
  });

  test("that mentions ever so many ids has few of them looked up", async () => {
    const many = (id: string) => mentionedIds(Buffer.from(`${"sha256:".repeat(2_000)} ${id}`), 1).size;
    expect(many(`sha256:${"0".repeat(64)}`)).toBe(0);
    const ids = Array.from({ length: 100 }, (_, at) => `sha256:${String(at).padStart(64, "0")}`);
    expect([...mentionedIds(Buffer.from(ids.join(" ")), 10)]).toEqual(ids.slice(0, 10));
  });

  test("does not show the secret of its webhook", async () => {
    const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const answer = await service.send("/v1/jobs", { ...line, webhook: { url: "https://example.org/", secret } });
    const text = await answer.text();
    expect(answer.status).toBe(202);
    expect(text).not.toContain(secret);
    expect(Job.parse(JSON.parse(text)).webhook).toEqual({ url: "https://example.org/" });
    expect((await service.jobs.get(Job.parse(JSON.parse(text)).id)).webhook).toEqual({ url: "https://example.org/", secret });
  });
});

test.each(["ENOENT", "EACCES"])("a folder that is lost under the service (%s) is a fault of the storage, and passes", async (code) => {
  vi.spyOn(service.jobs, "list").mockRejectedValueOnce(Object.assign(new Error("…/secret"), { code }));
  const answer = await service.get("/v1/jobs");
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
  await problemFrom(answer, "storage_unavailable");
  expect((await service.get("/v1/jobs")).status).toBe(200);
});

describe("Idempotency-Key", () => {
  test("answers the same request with the same job, as it is by then", async () => {
    const first = await posted({ "idempotency-key": "once" });
    await service.jobs.cancel(first.id);
    const answer = await service.send("/v1/jobs", line, { "idempotency-key": "once" });
    expect([answer.status, answer.headers.get("idempotency-replayed")]).toEqual([202, "true"]);
    expect(answer.headers.get("location")).toBe(`/v1/jobs/${first.id}`);
    expect(await jobIn(answer)).toMatchObject({ id: first.id, status: "cancelled" });
    expect((await posted({ "idempotency-key": "another" })).id).not.toBe(first.id);
  });

  test("is for one request only", async () => {
    await posted({ "idempotency-key": "taken" });
    const answer = await service.send("/v1/jobs", { ...line, steps: 101 }, { "idempotency-key": "taken" });
    expect(answer.status).toBe(422);
    await problemFrom(answer, "idempotency_mismatch");
  });

  test("makes one job of two requests at once", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => service.send("/v1/jobs", line, { "idempotency-key": "twice" })));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 202).length).toBeGreaterThan(0);
    const ids = new Set<string>();
    for (const answer of answers) {
      if (answer.status === 202) ids.add((await jobIn(answer)).id);
      else await problemFrom(answer, "idempotency_in_flight");
    }
    expect(ids.size).toBe(1);
  });

  test("makes no second job where the first was deleted", async () => {
    const headers = { "idempotency-key": "deleted" };
    const { id } = await posted(headers);
    await service.jobs.cancel(id);
    await service.jobs.delete(id);
    const answer = await service.send("/v1/jobs", line, headers);
    expect(answer.status).toBe(410);
    await problemFrom(answer, "idempotency_deleted");
    await problemFrom(await service.send("/v1/jobs", { ...line, steps: 7 }, headers), "idempotency_mismatch");
  });

  test("is free again after a refusal", async () => {
    const headers = { "idempotency-key": "mended" };
    await problemFrom(await service.send("/v1/jobs", { ...line, steps: 0 }, headers), "invalid_request");
    expect((await posted(headers)).status).toBe("queued");
  });

  test.each(["", "k".repeat(256)])("of the wrong length is refused: %j", async (key) => {
    await problemFrom(await service.send("/v1/jobs", line, { "idempotency-key": key }), "invalid_request");
  });
});

describe("Prefer: wait", () => {
  test("answers when the job is over", async () => {
    const { id } = await service.jobs.create(newJob());
    await claimed(service.jobs, id);
    const answer = service.get(`/v1/jobs/${id}`, { prefer: "respond-async, wait=30" });
    await until(() => service.watched(id));
    await finish(id);
    const found = await answer;
    expect(found.headers.get("preference-applied")).toBe("wait=30");
    expect(found.headers.has("retry-after")).toBe(false);
    expect(await jobIn(found)).toMatchObject({ status: "succeeded", result: { loss: 0.5 } });
    expect(service.watched(id)).toBe(false);
  });

  test("answers when the time is up, and says when to ask again", async () => {
    const { id } = await service.jobs.create(newJob());
    const answer = await service.get(`/v1/jobs/${id}`, { prefer: "wait=1" });
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect((await jobIn(answer)).status).toBe("queued");
    expect((await service.get(`/v1/jobs/${id}`)).headers.has("preference-applied")).toBe(false);
  });

  test("makes a request of its job, answered 200 when it is over and 202 when it is not", async () => {
    const answer = service.send("/v1/jobs", { ...line, tags: ["waited-for"] }, { prefer: "wait=30" });
    const [{ id }] = await until(async () => {
      const { data } = await service.jobs.list({ scope: null, tag: "waited-for", limit: 1 });
      return data.length > 0 && data;
    });
    await claimed(service.jobs, id);
    await finish(id);
    expect((await answer).status).toBe(200);
    expect((await service.send("/v1/jobs", line, { prefer: "wait=0" })).status).toBe(202);
  });

  test("stops watching when the client goes", async () => {
    const { id } = await service.jobs.create(newJob());
    const socket = connect(service.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write(`GET /v1/jobs/${id} HTTP/1.1\r\nHost: x\r\nPrefer: wait=30\r\n\r\n`);
    await until(() => service.watched(id));
    socket.destroy();
    await until(() => !service.watched(id));
  });
});

describe("the list", () => {
  const listed = async (query: string): Promise<JobPage> => JobList.parse(await (await service.get(`/v1/jobs?${query}`)).json());
  type JobPage = ReturnType<typeof JobList.parse>;

  test("has pages, the newest first", async () => {
    const jobs: string[] = [];
    for (let count = 0; count < 5; count++) jobs.unshift((await service.jobs.create(newJob({ tags: ["paged"] }))).id);
    // Those of one millisecond are in the order of their ids.
    const all = (await listed("tag=paged")).data.map(({ id }) => id);
    expect(new Set(all)).toEqual(new Set(jobs));
    const first = await listed("tag=paged&limit=3");
    expect(first).toMatchObject({ object: "list", has_more: true, first_id: all[0], last_id: all[2] });
    const rest = await listed(`tag=paged&limit=3&after=${all[2]}`);
    expect(rest.data.map(({ id }) => id)).toEqual(all.slice(3));
    expect(rest.has_more).toBe(false);
  });

  test("has those of a status, and may be empty", async () => {
    await running(service.jobs, { tags: ["busy"] });
    expect((await listed("tag=busy&status=running")).data).toHaveLength(1);
    expect(await listed("tag=busy&status=failed")).toEqual({ object: "list", data: [], has_more: false, first_id: null, last_id: null });
  });

  test.each(["status=runing", "limit=0", "limit=101", "limit=x", "page=2"])("does not guess what %s means", async (query) => {
    await problemFrom(await service.get(`/v1/jobs?${query}`), "invalid_request");
  });

  test("does not go on behind a job that there is not", async () => {
    await problemFrom(await service.get("/v1/jobs?after=job_0"), "unknown_job");
  });
});

describe("a job", () => {
  test("is cancelled, at once while it waits and soon while it runs", async () => {
    const { id: waiting } = await service.jobs.create(newJob());
    const now = await service.send(`/v1/jobs/${waiting}/cancel`);
    expect([now.status, (await jobIn(now)).status]).toEqual([200, "cancelled"]);
    const { id: busy } = await running(service.jobs);
    const soon = await service.send(`/v1/jobs/${busy}/cancel`);
    expect([soon.status, (await jobIn(soon)).status]).toEqual([202, "cancelling"]);
    // As tools post nothing, and as some say that they do.
    for (const [type, body] of [
      ["application/x-www-form-urlencoded", ""],
      ["text/plain", ""],
      ["application/json", ""],
      ["application/json", "{}"],
    ]) {
      const again = await fetch(`${service.origin}/v1/jobs/${waiting}/cancel`, { method: "POST", headers: { "content-type": type }, body });
      expect([type, body, again.status]).toEqual([type, body, 200]);
    }
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const form = await fetch(`${service.origin}/v1/jobs/${waiting}/cancel`, { method: "POST", headers, body: "a=1" });
    await problemFrom(form, "unsupported_media_type");
    expect((await fetch(`${service.origin}/v1/jobs/${waiting}`, { method: "DELETE", headers, body: "" })).status).toBe(204);
    await problemFrom(await service.get("/v1/jobs/"), "not_found");
  });

  test("is paused and resumed", async () => {
    const { id } = await running(service.jobs);
    const pausing = await service.send(`/v1/jobs/${id}/pause`);
    expect([pausing.status, (await jobIn(pausing)).status]).toEqual([202, "pausing"]);
    await service.jobs.finish(id, 1, { status: "paused", message: "It rests." });
    expect((await service.send(`/v1/jobs/${id}/pause`)).status).toBe(200);
    await problemFrom(await service.send(`/v1/jobs/${id}/resume`, { pause_after: -1 }), "invalid_request");
    const resumed = await service.send(`/v1/jobs/${id}/resume`, { pause_after: 1 });
    expect([resumed.status, await jobIn(resumed)]).toMatchObject([202, { status: "queued", pause_at: 1 }]);
    await problemFrom(await service.send(`/v1/jobs/${id}/resume`), "job_conflict");
  });

  test("is forgotten when it is over, and not before", async () => {
    const { id } = await running(service.jobs);
    const forget = () => fetch(`${service.origin}/v1/jobs/${id}`, { method: "DELETE" });
    await problemFrom(await forget(), "job_conflict");
    await finish(id);
    expect((await forget()).status).toBe(204);
    await problemFrom(await forget(), "unknown_job");
    await problemFrom(await service.get(`/v1/jobs/${id}`), "unknown_job");
  });

  test("has a result when it is over", async () => {
    const { id } = await running(service.jobs);
    await problemFrom(await service.get(`/v1/jobs/${id}/result`), "job_conflict");
    const error = { code: "diverged" as const, message: "The loss is NaN at step 17.", param: "exp_1" };
    await service.jobs.finish(id, 1, { status: "failed", message: error.message, error, result: { steps: 17 } });
    const result: unknown = await (await service.get(`/v1/jobs/${id}/result`)).json();
    expect(result).toMatchObject({ job_id: id, object: "training.job.result", status: "failed", error, steps: 17 });
  });

  test("has the problems of a path and of a method that are not there", async () => {
    await problemFrom(await service.get("/v1/jobs/nobody"), "unknown_job");
    await problemFrom(await service.get(`/v1/jobs/${encodeURIComponent("a b")}`), "invalid_request");
    const put = await fetch(`${service.origin}/v1/jobs/nobody`, { method: "PUT" });
    expect(put.headers.get("allow")).toBe("DELETE, GET, HEAD, OPTIONS");
    await problemFrom(put, "method_not_allowed");
  });
});

describe("clients", () => {
  test("are told apart by their keys, and have caps of their own", async () => {
    await using busy = await startJobService({ keys: new Keys({ apiKeys: ["one", "two"] }), caps: { queuedPerClient: 1, queued: 2 } });
    const post = (key: string) => busy.send("/v1/jobs", line, { authorization: `Bearer ${key}` });
    expect((await post("one")).status).toBe(202);
    const refused = await post("one");
    await problemFrom(refused, "too_many_jobs");
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await post("two")).status).toBe(202);
    await problemFrom(await busy.send("/v1/jobs", line), "unauthorized");
    const { data } = await busy.jobs.list({ scope: null, limit: 10 });
    expect(new Set(data.map(({ client }: NewJob) => client)).size).toBe(2);
  });

  test("see each job of their own under their own keys of idempotency", async () => {
    await using shared = await startJobService({ keys: new Keys({ apiKeys: ["one", "two"] }) });
    const post = (key: string) => shared.send("/v1/jobs", line, { authorization: `Bearer ${key}`, "idempotency-key": "k" });
    expect((await jobIn(await post("one"))).id).not.toBe((await jobIn(await post("two"))).id);
  });
});

test("a service that stops answers those who wait, at once", async () => {
  const stopping = await startJobService();
  const { id } = await stopping.jobs.create(newJob());
  const answer = stopping.get(`/v1/jobs/${id}`, { prefer: "wait=30" });
  await until(() => stopping.watched(id));
  await stopping[Symbol.asyncDispose]();
  expect((await jobIn(await answer)).status).toBe("queued");
});

test("a process that only trains has no routes but those about itself", async () => {
  await using worker = await startJobService({ role: "worker" });
  await problemFrom(await worker.get("/v1/jobs"), "not_found");
  await problemFrom(await worker.send("/v1/gradients", { expression: "x", inputs: { x: 1 } }), "not_found");
  for (const path of ["/livez", "/readyz", "/metrics"]) expect((await worker.get(path)).status).toBe(200);
});

describe("/metrics", () => {
  test("tells of the queue, and names no job", async () => {
    await using measured = await startJobService();
    const { id } = await measured.jobs.create(newJob());
    measured.meter.waited(2);
    measured.meter.trained(10, 320);
    measured.meter.trained(5, 160);
    measured.meter.kept(4096);
    measured.meter.ended("succeeded", 3);
    measured.meter.ended("queued", 3);
    measured.meter.webhookTried("delivered");
    const text = await (await measured.get("/metrics")).text();
    for (const line of [
      'adjoint_jobs{status="queued"} 1',
      'adjoint_jobs{status="running"} 0',
      "adjoint_job_waiting_seconds_sum 2",
      "adjoint_training_steps_total 15",
      "adjoint_training_samples_total 480",
      "adjoint_checkpoint_bytes_sum 4096",
      'adjoint_checkpoint_bytes_bucket{le="10000"} 1',
      'adjoint_job_duration_seconds_count{outcome="succeeded"} 1',
      'adjoint_webhook_deliveries_total{outcome="delivered"} 1',
    ]) {
      expect(text.split("\n")).toContain(line);
    }
    expect(text).toMatch(/^adjoint_job_oldest_wait_seconds \d/m);
    // Over ten seconds, however often it is read.
    expect(text.split("\n")).toContain("adjoint_training_steps_per_second 1.5");
    expect(await (await measured.get("/metrics")).text()).toContain("adjoint_training_steps_per_second 1.5");
    expect(text).not.toContain('outcome="queued"');
    expect(text).not.toContain(id);
  });
});
