import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createExamples } from "../../src/jobs/examples.ts";
import { type JobService, startJobService } from "../doors/http/job-service.ts";
import { keysOf } from "../support/keys.ts";

/** What belongs to a client, by the part of the paths in which it is named. */
interface Belongings {
  readonly jobs: string;
  readonly datasets: string;
  readonly graphs: string;
}

/** Ids of the same forms that nothing has. */
const unknown: Belongings = {
  jobs: `job_${"0".repeat(24)}`,
  datasets: `sha256:${"0".repeat(64)}`,
  graphs: `sha256:${"1".repeat(64)}`,
};

const isKind = (kind: string): kind is keyof Belongings => Object.hasOwn(unknown, kind);

interface DescribedOperation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly examples?: Readonly<Record<string, { readonly value: unknown }>> }>>;
  };
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

type Body = string | object;

const keys = () => keysOf({ ana: {}, ben: {}, script: { role: "grader" }, boss: { role: "admin" } });
const file = "x,t\n0,1\n1,3\n2,5\n";
const upload = (name: string): string => `/v1/datasets?${new URLSearchParams({ name, columns: '{"x": 0, "t": 1}' }).toString()}`;

/** A job that trains on a dataset. */
const lineOf = (dataset: string): object => ({
  ...createExamples.line.request,
  data: { x: { dataset, tensor: "x" }, t: { dataset, tensor: "t" } },
});

const formula = { expression: "y = sum(tanh(a * x) + b)" };

async function ask(
  service: JobService,
  client: string,
  method: string,
  path: string,
  body?: Body,
  more: Record<string, string> = {},
): Promise<Answer> {
  const isText = typeof body === "string";
  const reply = await service.app.inject({
    method: method as "GET",
    url: path,
    headers: {
      authorization: `Bearer ${client}`,
      ...(body !== undefined && { "content-type": isText ? "application/octet-stream" : "application/json" }),
      ...more,
    },
    ...(body !== undefined && { payload: isText ? body : JSON.stringify(body) }),
  });
  return { status: reply.statusCode, headers: reply.headers, text: reply.payload };
}

const idIn = ({ text, status }: Answer): string => {
  expect(status, text).toBeLessThan(300);
  return (JSON.parse(text) as { id: string }).id;
};

/** Has a client make one of each thing, and use it. */
async function settle(service: JobService, client: string): Promise<Belongings> {
  const datasets = idIn(await ask(service, client, "POST", upload("line"), file));
  const graphs = idIn(await ask(service, client, "POST", "/v1/graphs", formula));
  const reading = await ask(service, client, "POST", "/v1/jobs", lineOf(datasets), { prefer: "wait=20" });
  expect(JSON.parse(reading.text)).toMatchObject({ status: "succeeded", datasets: [datasets] });
  const posted = await ask(service, client, "POST", "/v1/jobs", createExamples.line.request, {
    "idempotency-key": "first",
    prefer: "wait=20",
  });
  return { jobs: idIn(posted), datasets, graphs };
}

/** The operations of the contract under /v1. */
function operations(service: JobService): { readonly method: string; readonly path: string; readonly operation: DescribedOperation }[] {
  const { paths = {} } = service.app.swagger() as { paths?: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>> };
  return Object.entries(paths)
    .filter(([path]) => path.startsWith("/v1/"))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    );
}

/** A body that an operation takes: its first example. */
function exampleOf({ requestBody }: DescribedOperation): Record<string, unknown> | undefined {
  const examples = requestBody?.content["application/json"]?.examples;
  return examples === undefined ? undefined : (Object.values(examples)[0].value as Record<string, unknown>);
}

/** An answer without what differs between any two: times, ids of requests, and the id that was asked for. */
const comparable = ({ status, headers, text }: Answer, asked: string): unknown => {
  const { "x-request-id": _id, date: _date, "content-length": _length, ...rest } = headers;
  return JSON.parse(JSON.stringify({ status, rest, text }).replaceAll(asked, "ID"));
};

/** Every request in which one client names what another has, with the same request about what nobody has. */
function* trespasses(service: JobService): Generator<readonly [string, (things: Belongings) => readonly [string, string, Body?]]> {
  for (const { method, path, operation } of operations(service)) {
    const kind = path.split("/")[2];
    const body = exampleOf(operation);
    const name = `${method} ${path}`;
    if (path.includes("{id}")) {
      if (!isKind(kind)) throw new Error(`This test does not know what ${path} names`);
      yield [name, (things) => [method, path.replace("{id}", things[kind]), body]];
    } else if (path.includes("{op}")) continue;
    if (
      operation.parameters?.some((each) => each.in === "query" && each.name === "after") === true &&
      isKind(kind) &&
      !path.includes("{id}")
    ) {
      yield [`${name}?after=`, (things) => [method, `${path}?after=${things[kind]}`]];
    }
    if (body !== undefined && ["graph", "expression", "network"].some((each) => each in body) && path !== "/v1/graphs") {
      const { graph: _g, expression: _e, network: _n, ...rest } = body;
      yield [`${name} by graph_id`, ({ graphs }) => [method, path, { ...rest, graph_id: graphs }]];
    }
  }
  yield ["POST /v1/jobs by dataset", ({ datasets }) => ["POST", "/v1/jobs", lineOf(datasets)]];
}

/** What a client learns or does where it names what belongs to another: nothing, or the requests that were answered otherwise. */
async function leaks(service: JobService, theirs: Belongings, client: string): Promise<string[]> {
  const found: string[] = [];
  // What deletes goes last: it would hide the others' faults.
  const requests = [...trespasses(service)].toSorted(([a], [b]) => Number(a.startsWith("DELETE")) - Number(b.startsWith("DELETE")));
  for (const [name, request] of requests) {
    const [answer, expected] = [await ask(service, client, ...request(theirs)), await ask(service, client, ...request(unknown))];
    const [mine, nobodys] = [
      Object.values(theirs).reduce((all: unknown, id: string) => comparable({ ...answer, text: JSON.stringify(all) }, id), answer.text),
      Object.values(unknown).reduce(
        (all: unknown, id: string) => comparable({ ...expected, text: JSON.stringify(all) }, id),
        expected.text,
      ),
    ];
    // What is wrong with a program that is looked at is an answer.
    const refusal = name.startsWith("POST /v1/inspect") ? 200 : 404;
    if (answer.status !== refusal || JSON.stringify(mine) !== JSON.stringify(nobodys)) found.push(name);
  }
  return found;
}

/** All that a client can see of what is its own. */
async function seen(service: JobService, client: string, things: Belongings): Promise<readonly string[]> {
  const parts = ["", "/events", "/metrics", "/checkpoints", "/result", "/weights?format=json"].map(
    (part) => `/v1/jobs/${things.jobs}${part}`,
  );
  const paths = [...parts, `/v1/datasets/${things.datasets}`, `/v1/graphs/${things.graphs}`, "/v1/jobs", "/v1/datasets"];
  const answers = await Promise.all(paths.map((path) => ask(service, client, "GET", path)));
  expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
  return answers.map(({ text }) => text);
}

describe("two clients", () => {
  let service: JobService;
  let anas: Belongings;
  beforeAll(async () => {
    service = await startJobService({ keys: keys(), trainers: 1 });
    anas = await settle(service, "ana");
  }, 60_000);
  afterAll(() => service[Symbol.asyncDispose]());

  test("the test goes through all that names something", () => {
    const names = [...trespasses(service)].map(([name]) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        "DELETE /v1/jobs/{id}",
        "GET /v1/jobs/{id}/weights",
        "POST /v1/jobs/{id}/predict",
        "POST /v1/jobs/{id}/tickets",
        "GET /v1/jobs?after=",
        "GET /v1/datasets/{id}",
        "DELETE /v1/graphs/{id}",
        "POST /v1/gradients by graph_id",
        "POST /v1/evaluate by graph_id",
        "POST /v1/check by graph_id",
        "POST /v1/jobs by graph_id",
      ]),
    );
    expect(names.length).toBeGreaterThan(25);
  });

  test("neither is told of what the other has, nor changes it, by whichever route", async () => {
    const before = await seen(service, "ana", anas);
    // Compiled and kept, so that a thread has it at hand for whoever asks next.
    const point = { graph_id: anas.graphs, inputs: { a: 1, x: 2, b: 3 } };
    expect((await ask(service, "ana", "POST", "/v1/gradients", point)).status).toBe(200);
    expect((await ask(service, "ben", "POST", "/v1/gradients", point)).status).toBe(404);
    expect(await leaks(service, anas, "ben")).toEqual([]);
    expect(await seen(service, "ana", anas)).toEqual(before);
  }, 60_000);

  test("neither is in the other's lists", async () => {
    for (const path of ["/v1/jobs", "/v1/datasets"]) {
      expect(JSON.parse((await ask(service, "ben", "GET", path)).text)).toMatchObject({ data: [], has_more: false });
    }
  });

  test("a key of idempotency means nothing to others", async () => {
    const answer = await ask(service, "ben", "POST", "/v1/jobs", createExamples.line.request, { "idempotency-key": "first" });
    expect([answer.status, answer.headers["idempotency-replayed"]]).toEqual([202, undefined]);
    expect(idIn(answer)).not.toBe(anas.jobs);
    const another = { ...createExamples.line.request, steps: 7 };
    expect((await ask(service, "ben", "POST", "/v1/jobs", another, { "idempotency-key": "second" })).status).toBe(202);
    expect(
      (await ask(service, "ana", "POST", "/v1/jobs", createExamples.line.request, { "idempotency-key": "first" })).headers,
    ).toMatchObject({
      "idempotency-replayed": "true",
    });
  });

  test("the same content is new to each, and stays with one when the other deletes it", async () => {
    const uploaded = () => ask(service, "ben", "POST", upload("his"), file);
    const first = await uploaded();
    expect([first.status, idIn(first)]).toEqual([201, anas.datasets]);
    expect((await uploaded()).status).toBe(200);
    expect(idIn(await ask(service, "ben", "POST", "/v1/graphs", formula))).toBe(anas.graphs);
    for (const path of [`/v1/datasets/${anas.datasets}`, `/v1/graphs/${anas.graphs}`]) {
      expect((await ask(service, "ben", "DELETE", path)).status).toBe(204);
      expect((await ask(service, "ben", "GET", path)).status).toBe(404);
      expect((await ask(service, "ana", "GET", path)).status).toBe(200);
    }
    expect(JSON.parse((await ask(service, "ana", "GET", `/v1/datasets/${anas.datasets}`)).text)).toMatchObject({ name: "line" });
    expect((await uploaded()).status).toBe(201);
  });

  test("an admin sees whose is what, and controls it", async () => {
    const list = JSON.parse((await ask(service, "boss", "GET", "/v1/jobs")).text) as { data: { id: string; owner: string }[] };
    expect(new Set(list.data.map(({ owner }) => owner))).toEqual(new Set(["ana", "ben"]));
    expect(JSON.parse((await ask(service, "boss", "GET", `/v1/jobs/${anas.jobs}`)).text)).toMatchObject({ owner: "ana" });
    expect((await ask(service, "ana", "GET", `/v1/jobs/${anas.jobs}`)).text).not.toContain('"owner"');
    expect((await ask(service, "boss", "POST", `/v1/jobs/${anas.jobs}/predict`, { inputs: { x: [3] }, outputs: ["y"] })).status).toBe(200);
    expect(JSON.parse((await ask(service, "boss", "GET", "/v1/datasets")).text)).toMatchObject({ data: [{ owner: "ana" }] });
  });

  test("a grader computes and judges, and has neither jobs nor data", async () => {
    expect((await ask(service, "script", "POST", "/v1/evaluate", { expression: "x^2", inputs: { x: 3 } })).status).toBe(200);
    expect((await ask(service, "script", "POST", "/v1/graphs", formula)).status).toBe(200);
    for (const [method, path] of [
      ["GET", "/v1/jobs"],
      ["POST", "/v1/jobs"],
      ["GET", `/v1/jobs/${anas.jobs}`],
      ["POST", "/v1/datasets"],
      ["GET", "/v1/datasets"],
    ]) {
      const { status, text } = await ask(service, "script", method, path, method === "POST" ? {} : undefined);
      expect([status, JSON.parse(text)]).toEqual([403, expect.objectContaining({ code: "forbidden" })]);
    }
  });

  test("a ticket opens the events of its job once, and nothing else", async () => {
    const issue = async () => {
      const answer = await ask(service, "ana", "POST", `/v1/jobs/${anas.jobs}/tickets`);
      expect([answer.status, answer.headers["cache-control"]]).toEqual([201, "no-store"]);
      return (JSON.parse(answer.text) as { ticket: string }).ticket;
    };
    const open = (path: string, ticket: string) => service.get(`${path}?ticket=${ticket}`);
    const events = `/v1/jobs/${anas.jobs}/events`;
    const ticket = await issue();
    expect((await open(`/v1/jobs/${anas.jobs}`, ticket)).status).toBe(401);
    expect((await open(`/v1/jobs/${unknown.jobs}/events`, ticket)).status).toBe(401);
    const stream = await service.get(`${events}?ticket=${ticket}&stream=true`);
    expect([stream.status, stream.headers.get("content-type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
    expect(await stream.text()).toContain("event: succeeded");
    for (const stale of [ticket, "tkt_unknown", ""]) {
      const refused = await open(events, stale);
      expect([refused.status, await refused.text()]).toEqual([401, expect.stringContaining("The ticket is not known here")]);
    }
    expect((await service.get(events)).status).toBe(401);
  });
});

test("the test finds a hole", async () => {
  await using service = await startJobService({ keys: keys(), trainers: 1 });
  const anas = await settle(service, "ana");
  service.jobs.requireWithin = async () => {};
  expect(await leaks(service, anas, "ben")).toEqual(
    expect.arrayContaining(["GET /v1/jobs/{id}", "GET /v1/jobs/{id}/weights", "POST /v1/jobs/{id}/cancel", "DELETE /v1/jobs/{id}"]),
  );
}, 60_000);
