import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeSafetensors } from "../../../src/training/safetensors.ts";
import * as examples from "../../../src/jobs/examples.ts";
import { Job, JobCheckpointList, JobEventList, JobMetricsList, JobResult, JobWeights, type JobView } from "../../../src/jobs/response.ts";
import { JobRequest } from "../../../src/training/request.ts";
import { PredictResponse } from "../../../src/training/run-requests.ts";
import { claimed, newJob } from "../../jobs/given.ts";
import { type JobService, problemFrom, startJobService } from "./job-service.ts";

/** A service that trains, and the job of the contract's examples, which is over. */
let service: JobService;
let job: JobView;
let path: string;
beforeAll(async () => {
  service = await startJobService({ trainers: 1 });
  const answer = await service.send("/v1/jobs", examples.createExamples.line.request, { prefer: "wait=30" });
  job = Job.parse(await answer.json());
  path = `/v1/jobs/${job.id}`;
});
afterAll(() => service[Symbol.asyncDispose]());

const json = async (url: string, headers: Record<string, string> = {}): Promise<unknown> => (await service.get(url, headers)).json();

/** Without what is of one day or one machine. */
function lasting(value: unknown): unknown {
  const passing = /^(id|job_id|first_id|last_id|\w+_at|\w+_seconds|\w+_per_second|message)$/;
  return JSON.parse(JSON.stringify(value, (name, member: unknown) => (passing.test(name) ? undefined : member)));
}

const isProgress = ({ type }: { readonly type: string }): boolean => type === "progress";
const withoutProgress = <Event extends { readonly type: string }>(list: { readonly data: readonly Event[] }) => ({
  ...list,
  data: list.data.filter((event) => !isProgress(event)),
});

describe("the contract's examples are answered as they say", () => {
  test("from the request to the end of the job", async () => {
    JobRequest.parse(examples.createExamples.line.request);
    expect(lasting(job)).toEqual(lasting(examples.jobExample));
    expect(lasting(await json("/v1/jobs"))).toEqual(lasting(examples.listExample));
    expect(lasting(JobResult.parse(await json(`${path}/result`)))).toEqual(lasting(examples.resultExample));
    const told = JobEventList.parse(await json(`${path}/events`));
    expect(lasting(withoutProgress(told))).toEqual(lasting(withoutProgress(examples.eventsExample)));
    // How far the job had come by then, and how often it was asked, the clock decides.
    const [example] = examples.eventsExample.data.filter(isProgress);
    const progress = told.data.filter(isProgress);
    expect(progress.length).toBeGreaterThan(0);
    for (const event of progress) expect(Object.keys(event).toSorted()).toEqual(Object.keys(example).toSorted());
  });

  test("for its history", async () => {
    expect(JobMetricsList.parse(await json(`${path}/metrics?limit=2`))).toEqual(examples.metricsExample);
    const csv = await (await service.get(`${path}/metrics`, { accept: "text/csv" })).text();
    expect(csv.startsWith(examples.metricsCsvExample)).toBe(true);
    expect(lasting(JobCheckpointList.parse(await json(`${path}/checkpoints`)))).toEqual(lasting(examples.checkpointsExample));
  });

  test("for its weights and what they compute", async () => {
    const weights = JobWeights.parse(await json(`${path}/weights?format=json`));
    expect(weights).toEqual({ ...examples.weightsExample, job_id: job.id });
    const program = await (await service.get(`/v1/jobs/${job.id}/program`)).json();
    expect(program).toEqual({ ...examples.programExample, job_id: job.id });
    for (const [route, { line }] of [
      ["predict", examples.predictExamples],
      ["gradients", examples.jobGradientsExamples],
    ] as const) {
      expect(await (await service.send(`${path}/${route}`, line.request)).json()).toEqual(line.answer);
    }
    // What is given as JSON is taken as it is.
    const { expression } = JobRequest.parse(examples.createExamples.line.request);
    const inputs = { ...weights.parameters, x: [3], t: [8] };
    const computed = await service.send("/v1/gradients", { expression, inputs, of: "loss", return: ["outputs", "gradients"] });
    expect(await computed.json()).toMatchObject(examples.jobGradientsExamples.line.answer);
  });
});

test("a dataset is predicted with the names of its classes", async () => {
  const csv = "length,width,kind\n1,2,setosa\n2,1,setosa\n8,9,virginica\n9,8,virginica\n";
  const columns = encodeURIComponent(JSON.stringify({ input: ["length", "width"], target: { columns: ["kind"], as: "class" } }));
  const uploaded = await fetch(`${service.origin}/v1/datasets?name=flowers&columns=${columns}`, { method: "POST", body: csv });
  const { id: dataset } = (await uploaded.json()) as { id: string };
  const flowers = {
    network: { layers: [{ type: "Linear", in_features: 2, out_features: 2 }], loss: { type: "CrossEntropyLoss" } },
    data: { dataset, transforms: { input: [{ type: "standardize" }] } },
    optimizer: { type: "SGD", lr: 1 },
    steps: 20,
  };
  const { id } = Job.parse(await (await service.send("/v1/jobs", flowers, { prefer: "wait=30" })).json());
  const predicted = await service.send(`/v1/jobs/${id}/predict`, { dataset, classes: true, first_row: 1 });
  expect(PredictResponse.parse(await predicted.json())).toMatchObject({
    classes: ["setosa", "virginica", "virginica"],
    first_row: 1,
    rows: 3,
    of_rows: 4,
  });
  const unknown = await service.send(`/v1/jobs/${id}/predict`, { dataset: `sha256:${"0".repeat(64)}` });
  expect((await problemFrom(unknown, "unknown_dataset")).errors).toMatchObject([{ pointer: "/dataset" }]);
  // It is trained on, to the end that it would have had at once.
  const more = await service.send(`/v1/jobs/${id}/continue`, { steps: 20 }, { prefer: "wait=30" });
  const continued = Job.parse(await more.json());
  expect(continued).toMatchObject({ status: "succeeded", steps: 40, step: 40, continues: { job_id: id, step: 20 } });
  const whole = Job.parse(await (await service.send("/v1/jobs", { ...flowers, steps: 40 }, { prefer: "wait=30" })).json());
  const weightsOf = async (each: string) => JobWeights.parse(await json(`/v1/jobs/${each}/weights?format=json`)).parameters;
  expect(await weightsOf(continued.id)).toEqual(await weightsOf(whole.id));
  // Nothing asked for is as an object without members, whose answer is about the job and not about the body.
  const [nothing, empty] = [await service.send(`/v1/jobs/${id}/continue`), await service.send(`/v1/jobs/${id}/continue`, {})];
  const { code, detail } = (await nothing.json()) as { code: string; detail: string };
  expect(await empty.json()).toMatchObject({ code, detail });
  expect(code).not.toBe("invalid_json");
});

describe("metrics", () => {
  test("have pages behind a step", async () => {
    const second = JobMetricsList.parse(await json(`${path}/metrics?after=98&limit=1`));
    expect(second.data.map(({ step }) => step)).toEqual([99]);
    expect(second.has_more).toBe(true);
    expect(JobMetricsList.parse(await json(`${path}/metrics`)).data).toHaveLength(100);
    await problemFrom(await service.get(`${path}/metrics?limit=10001`), "invalid_request");
  });

  test("are all written as CSV, with a column for every metric of any row", async () => {
    await using byHand = await startJobService();
    const { id } = await byHand.jobs.create(newJob());
    await claimed(byHand.jobs, id);
    const rows = Array.from({ length: 2_500 }, (_, at) => ({
      step: at + 1,
      epoch: Math.floor(at / 1_000) + 1,
      loss: at === 7 ? "NaN" : 1 / (at + 3),
      ...(at % 1_000 === 999 && { val_loss: at, 'odd, "name"': 0.5 }),
    }));
    await byHand.jobs.report(id, 1, { metrics: rows });
    const answer = await byHand.get(`/v1/jobs/${id}/metrics?format=csv`);
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const lines = (await answer.text()).split("\r\n");
    expect(lines[0]).toBe('step,epoch,loss,val_loss,"odd, ""name"""');
    expect(lines[8]).toBe("8,1,NaN,,");
    expect(lines[1_000]).toBe(`1000,1,${1 / 1_002},999,0.5`);
    expect(lines).toHaveLength(2_502);
    const rest = await (await byHand.get(`/v1/jobs/${id}/metrics?format=csv&after=2499`)).text();
    expect(rest).toBe(`step,epoch,loss\r\n2500,3,${1 / 2_502}\r\n`);
    await problemFrom(await byHand.get("/v1/jobs/nobody/metrics?format=csv"), "unknown_job");
  });
});

describe("weights", () => {
  test("are a safetensors file, known by its digest", async () => {
    const answer = await service.get(`${path}/weights`);
    expect(answer.headers.get("content-disposition")).toBe(`attachment; filename="${job.id}.safetensors"`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(answer.headers.get("content-length")).toBe(String(bytes.length));
    const etag = `"${createHash("sha256").update(bytes).digest("hex")}"`;
    expect(answer.headers.get("etag")).toBe(etag);
    const { tensors } = decodeSafetensors(bytes);
    expect(Object.fromEntries([...tensors].map(([name, { data }]) => [name, data[0]]))).toEqual(examples.weightsExample.parameters);
    const known = await service.get(`${path}/weights`, { "if-none-match": `"other", W/${etag}` });
    expect([known.status, await known.text()]).toEqual([304, ""]);
    const head = await fetch(`${service.origin}${path}/weights`, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), head.headers.get("etag")]).toEqual([200, String(bytes.length), etag]);
  });

  test.each([
    ["flat", { shape: [], dtype: "float64", data: [1.9993313102369459] }],
    ["base64", { shape: [], dtype: "float64", base64: Buffer.from(new Float64Array([1.9993313102369459]).buffer).toString("base64") }],
  ])("are JSON in the encoding %s", async (encoding, w) => {
    expect(await json(`${path}/weights?encoding=${encoding}`, { accept: "application/json" })).toMatchObject({ parameters: { w } });
  });

  test("are those of the checkpoint that is named", async () => {
    const request = {
      network: { layers: [{ type: "Linear", in_features: 1, out_features: 1 }], loss: { type: "MSELoss" } },
      data: { input: [[0], [1], [2], [3]], target: [[1], [3], [5], [7]] },
      optimizer: { type: "SGD", lr: 0.05 },
      epochs: 4,
      validation: { data: { input: [[1]], target: [[-100]] } },
      checkpoint: { every_steps: 1, keep: 5 },
    };
    const { id } = Job.parse(await (await service.send("/v1/jobs", request, { prefer: "wait=30" })).json());
    const weights = async (which: string): Promise<JobWeights> =>
      JobWeights.parse(await json(`/v1/jobs/${id}/weights?format=json${which === "" ? "" : `&which=${which}`}`));
    const final = await weights("final");
    expect(final.checkpoint).toBe("step_4");
    expect(await weights("")).toEqual(final);
    // It is worse at the validation data with every epoch.
    expect((await weights("best")).checkpoint).toBe("step_1");
    expect((await weights("step_1")).parameters).not.toEqual(final.parameters);
    const predict = async (which: string) =>
      (await service.send(`/v1/jobs/${id}/predict?which=${which}`, { inputs: { input: [[1]] } })).json();
    expect(await predict("step_1")).not.toEqual(await predict("final"));
    const { errors } = await problemFrom(await service.get(`/v1/jobs/${id}/weights?which=step_9`), "unknown_checkpoint");
    expect(errors[0].detail).toContain("step_4 (final)");
    await problemFrom(await service.get(`/v1/jobs/${id}/weights?which=newest`), "invalid_request");
  });

  test("are none before there are any", async () => {
    await using byHand = await startJobService();
    const { id } = await byHand.jobs.create(newJob());
    await problemFrom(await byHand.get(`/v1/jobs/${id}/weights`), "unknown_checkpoint");
    await problemFrom(await byHand.send(`/v1/jobs/${id}/predict`, { inputs: {} }), "unknown_checkpoint");
    await problemFrom(await byHand.send("/v1/jobs/nobody/predict", { inputs: {} }), "unknown_job");
  });
});

describe("a prediction", () => {
  test.each([
    ["", "invalid_json", undefined],
    [{ input: {} }, "invalid_request", "/input"],
    [{ inputs: { x: "three" }, outputs: ["y"] }, "invalid_tensor", "/inputs/x"],
  ])("that is wrong is refused with its place: %j", async (body, code, pointer) => {
    const answer = await fetch(`${service.origin}${path}/predict`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    expect((await problemFrom(answer, code)).errors.at(0)?.pointer).toBe(pointer);
  });
});

test("what was trained is measured", async () => {
  const text = await (await service.get("/metrics")).text();
  const value = (name: string): number => Number(new RegExp(`^${name} (.*)$`, "m").exec(text)?.[1]);
  expect(value("adjoint_training_steps_total")).toBeGreaterThanOrEqual(100);
  expect(value("adjoint_training_samples_total")).toBeGreaterThanOrEqual(300);
  expect(value("adjoint_checkpoint_bytes_count")).toBeGreaterThanOrEqual(1);
  expect(text).toMatch(/^adjoint_job_duration_seconds_count\{outcome="succeeded"\} [1-9]/m);
});
