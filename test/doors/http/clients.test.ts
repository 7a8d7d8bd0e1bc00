import { keysOf } from "../../support/keys.ts";
import { Keys } from "../../../src/clients/keys.ts";
import { describe, expect, test } from "vitest";
import { problemIn, startApp } from "./fixture.ts";

describe("API keys", () => {
  test("are asked for by everything under /v1 and by nothing else", async () => {
    await using http = await startApp({ keys: new Keys({ apiKeys: ["first-key", "second-key"] }) });
    for (const url of ["/v1/operators", "/v1/operators/Add", `/v1/graphs/sha256:${"0".repeat(64)}`]) {
      const answer = await http.app.inject(url);
      expect(problemIn(answer, "unauthorized").detail).toContain("no API key: send it as Authorization: Bearer");
      expect(answer.headers["www-authenticate"]).toBe('Bearer realm="adjoint"');
    }
    for (const url of ["/", "/livez", "/readyz", "/metrics", "/openapi.json", "/docs/", "/problems", "/problems/cycle"]) {
      expect((await http.app.inject(url)).statusCode).toBe(200);
    }
  });

  test.each([
    ["Bearer first-key", 200, ""],
    ["bearer second-key", 200, ""],
    ["Bearer  second-key ", 200, ""],
    ["Bearer second-kez", 401, "is not known"],
    ["Bearer second-ke", 401, "is not known"],
    ["Bearer second-keyy", 401, "is not known"],
    ["Bearer ", 401, "holds no API key"],
    ["Basic first-key", 401, "holds no API key"],
    ["first-key", 401, "holds no API key"],
    ["Bearer first-key,second-key", 401, "is not known"],
  ])("%j is answered with %i", async (authorization, status, detail) => {
    await using http = await startApp({ keys: new Keys({ apiKeys: ["first-key", "second-key"] }) });
    const answer = await http.post({ task: "echo" }, { authorization });
    expect(answer.statusCode).toBe(status);
    if (status === 401) expect(problemIn(answer, "unauthorized").detail).toContain(detail);
  });

  test("are not needed where there are none", async () => {
    await using http = await startApp();
    expect((await http.post({ task: "echo" })).statusCode).toBe(200);
  });
});

describe("the rate limit", () => {
  test("counts per client, and not what watches over the service", async () => {
    await using http = await startApp({ rateLimit: 3 });
    for (let request = 0; request < 3; request++) expect((await http.post({ task: "echo" })).statusCode).toBe(200);
    const refused = await http.post({ task: "echo" });
    problemIn(refused, "rate_limited");
    const seconds = Number(refused.headers["retry-after"]);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    problemIn(await http.app.inject("/v1/operators"), "rate_limited");
    expect((await http.app.inject("/livez")).statusCode).toBe(200);
    const other = { method: "POST", url: "/v1/gradients", remoteAddress: "192.0.2.7" } as const;
    expect(
      (await http.app.inject({ ...other, headers: { "content-type": "application/json" }, payload: '{"task":"echo"}' })).statusCode,
    ).toBe(200);
  });

  test("counts per key where there are keys, and per address without one", async () => {
    await using http = await startApp({ rateLimit: 2, keys: new Keys({ apiKeys: ["one", "two"] }) });
    const status = async (key: string) => (await http.post({ task: "echo" }, { authorization: `Bearer ${key}` })).statusCode;
    expect([await status("one"), await status("one"), await status("one")]).toEqual([200, 200, 429]);
    expect([await status("two"), await status("wrong"), await status("wrong"), await status("wrong")]).toEqual([200, 401, 401, 429]);
  });

  test("believes X-Forwarded-For only when the proxy is trusted", async () => {
    const statuses = async (trustProxy: boolean | string[]) => {
      await using http = await startApp({ rateLimit: 1, trustProxy });
      const post = async (client: string) => (await http.post({ task: "echo" }, { "x-forwarded-for": client })).statusCode;
      return [await post("192.0.2.1"), await post("192.0.2.2")];
    };
    expect(await statuses(false)).toEqual([200, 429]);
    expect(await statuses(true)).toEqual([200, 200]);
    expect(await statuses(["127.0.0.0/8"])).toEqual([200, 200]);
    expect(await statuses(["10.0.0.0/8"])).toEqual([200, 429]);
  });
});

describe("pages of other origins", () => {
  const preflight = {
    method: "OPTIONS",
    url: "/v1/gradients",
    headers: {
      origin: "https://school.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,authorization",
    },
  } as const;

  test("are not let in unless told", async () => {
    await using http = await startApp();
    const answer = await http.app.inject(preflight);
    expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
    expect((await http.post({ task: "echo" }, { origin: "https://school.example" })).headers).not.toHaveProperty(
      "access-control-allow-origin",
    );
  });

  test("are let in by name, and need no key to ask whether they are", async () => {
    await using http = await startApp({
      corsOrigins: ["https://school.example", "https://other.example"],
      keys: new Keys({ apiKeys: ["key"] }),
    });
    const answer = await http.app.inject(preflight);
    expect(answer.statusCode).toBe(204);
    expect(answer.headers).toMatchObject({
      "access-control-allow-origin": "https://school.example",
      "access-control-allow-methods": "GET, HEAD, POST, DELETE",
      "access-control-allow-headers": "content-type,authorization",
    });
    const stranger = await http.app.inject({ ...preflight, headers: { ...preflight.headers, origin: "https://evil.example" } });
    expect(stranger.headers).not.toHaveProperty("access-control-allow-origin");
  });

  test("may all be let in, and read problems and request ids too", async () => {
    await using http = await startApp({ corsOrigins: ["*"] });
    expect((await http.app.inject(preflight)).headers["access-control-allow-origin"]).toBe("*");
    const answer = await http.post("", { origin: "https://school.example" });
    problemIn(answer, "invalid_json");
    expect(answer.headers["access-control-allow-origin"]).toBe("*");
    expect(answer.headers["access-control-expose-headers"]).toContain("x-request-id");
  });
});

describe("headers", () => {
  test("let nothing in an answer run, load or be framed", async () => {
    await using http = await startApp();
    for (const answer of [await http.post({ task: "echo" }), await http.post(""), await http.app.inject("/nowhere")]) {
      expect(answer.headers).toMatchObject({
        "content-security-policy": "default-src 'none';frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
      });
      expect(answer.headers).not.toHaveProperty("x-powered-by");
    }
  });

  test("give back a sane request id, and another in place of one that is not", async () => {
    await using http = await startApp();
    const idFor = async (id: string) => (await http.post({ task: "echo" }, { "x-request-id": id })).headers["x-request-id"];
    expect(await idFor("build-42:step/7")).toBe("build-42:step/7");
    for (const id of ["", "x".repeat(129), 'a"b', "a b", "<script>"]) expect(await idFor(id)).toMatch(/^[0-9a-f]{12}-\w+$/);
    expect(await idFor("")).not.toBe(await idFor(""));
  });
});

describe("the log", () => {
  test("has one line per answer, with the request's id, and nothing of what it carried", async () => {
    await using http = await startApp({ keys: new Keys({ apiKeys: ["the-key"] }) });
    await http.post(
      { task: "echo", text: "swordfish" },
      { authorization: "Bearer the-key", "x-request-id": "id-1", cookie: "crumb=1", "user-agent": "spy" },
    );
    await http.post({ task: "throw", text: "marlin" }, { authorization: "Bearer the-key", "x-request-id": "id-2" });
    await http.post({ task: "echo" }, { authorization: "Bearer wrong-key", "x-request-id": "id-3" });
    await http.app.inject("/v1/nothing?token=herring");
    const lines = http.log.filter(({ msg }) => msg === "answered");
    expect(lines.map(({ reqId, method, path, status }) => [reqId, method, path, status])).toEqual([
      ["id-1", "POST", "/v1/gradients", 200],
      ["id-2", "POST", "/v1/gradients", 500],
      ["id-3", "POST", "/v1/gradients", 401],
      [expect.any(String), "GET", "/v1/nothing", 404],
    ]);
    expect(JSON.stringify(http.log)).not.toMatch(/swordfish|marlin|herring|the-key|wrong-key|crumb|spy|authorization/i);
  });

  test("says who asked, by which route, what came of it, and how many bytes went each way", async () => {
    const keys = keysOf({ ana: {} });
    await using http = await startApp({ keys, trustProxy: ["127.0.0.1"] });
    const origin = await http.listen();
    const text = JSON.stringify({ task: "echo", text: "x".repeat(5_000) });
    const send = async (path: string, key: string, body: string) => {
      const headers = { "content-type": "application/json", authorization: `Bearer ${key}`, "x-forwarded-for": "203.0.113.7" };
      const answer = await fetch(origin + path, { method: "POST", headers, body });
      return (await answer.arrayBuffer()).byteLength;
    };
    const sizes = [
      await send("/v1/gradients", "ana", text),
      await send("/v1/gradients", "ana", '{"task":"throw"}'),
      await send("/v1/gradients", "wrong", "{}"),
      await send("/v1/nowhere", "ana", "{}"),
    ];
    const lines = http.log.filter(({ msg }) => msg === "answered");
    expect(lines.map(({ route, address, client, status, code, bytesIn }) => [route, address, client, status, code, bytesIn])).toEqual([
      ["/v1/gradients", "203.0.113.7", "ana", 200, undefined, text.length],
      ["/v1/gradients", "203.0.113.7", "ana", 500, "internal", 16],
      ["/v1/gradients", "203.0.113.7", undefined, 401, "unauthorized", 2],
      [undefined, "203.0.113.7", undefined, 404, "not_found", 2],
    ]);
    for (const [at, { bytesOut }] of lines.entries()) {
      expect(bytesOut).toBeGreaterThan(sizes[at]);
      expect(bytesOut).toBeLessThan(sizes[at] + 1_500);
    }
  });

  test("leaves out what is asked every few seconds", async () => {
    await using http = await startApp();
    for (const url of ["/livez", "/readyz", "/metrics"]) await http.app.inject(url);
    expect(http.log).toEqual([]);
  });

  test("is as quiet as it is told to be", async () => {
    await using http = await startApp({ logLevel: "error" });
    await http.post({ task: "echo" });
    expect(http.log).toEqual([]);
  });
});

test("the measurements tell requests by route and the pool, and never what clients wrote", async () => {
  await using http = await startApp();
  await http.post({ task: "echo" });
  await http.app.inject(`/v1/graphs/sha256:${"a".repeat(64)}`);
  await http.app.inject("/somewhere/secret");
  const { body, headers } = await http.app.inject("/metrics");
  expect(headers["content-type"]).toContain("text/plain");
  expect(body).toContain('http_request_duration_seconds_count{method="POST",route="/v1/gradients",status_code="200"} 1');
  expect(body).toContain('route="/v1/graphs/:id"');
  expect(body).toContain("adjoint_pool_workers 1");
  expect(body).toContain("adjoint_pool_completed_tasks_total 2");
  expect(body).toContain("adjoint_pool_replaced_workers_total 0");
  expect(body).toContain("process_resident_memory_bytes");
  expect(body).not.toMatch(/secret|sha256/);
});

test("apps in one process do not share their measurements", async () => {
  await using first = await startApp();
  await using second = await startApp();
  await first.post({ task: "echo" });
  expect((await second.app.inject("/metrics")).body).not.toContain('route="/v1/gradients"');
});
