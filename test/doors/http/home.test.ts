import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import accepts from "@fastify/accepts";
import fastify from "fastify";
import { afterAll, expect, test } from "vitest";
import { collectMethods, refuseUnrouted } from "../../../src/doors/http/plugins/methods.ts";
import { answerWithProblems } from "../../../src/doors/http/plugins/problems.ts";
import { home } from "../../../src/doors/http/routes/home.ts";
import { problemIn, startApp } from "./fixture.ts";

const browser = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "accept-encoding": "gzip, deflate, br, zstd" };
const html = "<!doctype html><title>Adjoint</title>";
const script = "export const page = 1;";

const folder = mkdtempSync(join(tmpdir(), "adjoint-page-"));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, "built/assets"), { recursive: true });
for (const [name, content] of [
  ["built/index.html", html],
  ["built/assets/index-0a1b.js", script],
] as const) {
  writeFileSync(join(folder, name), content);
  writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content));
}

async function appWith(options: { hasPage: boolean; folder: string }) {
  const app = fastify();
  answerWithProblems(app, { maxBodyBytes: 1000 });
  const collected = collectMethods(app);
  await app.register(accepts);
  refuseUnrouted(app, collected);
  await home(app, { hasPage: options.hasPage, page: pathToFileURL(`${join(folder, options.folder)}/`) });
  return app;
}

test("browsers are shown the page, as it was compressed, and programs the links", async () => {
  await using app = await appWith({ hasPage: true, folder: "built" });
  const page = await app.inject({ url: "/", headers: browser });
  expect(page.statusCode).toBe(200);
  expect(page.headers).toMatchObject({ "content-type": "text/html; charset=utf-8", "content-encoding": "br" });
  expect(page.headers.vary).toMatch(/accept\b.*accept-encoding/);
  expect(brotliDecompressSync(page.rawPayload).toString()).toBe(html);
  expect((await app.inject({ url: "/", headers: { accept: "text/html" } })).body).toBe(html);
  for (const accept of ["*/*", "application/json", "application/json, text/html;q=0.5"]) {
    expect((await app.inject({ url: "/", headers: { accept } })).json()).toMatchObject({ name: "Adjoint", documentation: "/docs" });
  }
});

test("the page runs its own scripts and calls its own service only, and nothing frames it", async () => {
  await using app = await appWith({ hasPage: true, folder: "built" });
  const { headers } = await app.inject({ url: "/", headers: browser });
  const policy = String(headers["content-security-policy"]);
  for (const part of ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"]) {
    expect(policy.split("; ")).toContain(part);
  }
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
});

test("the page is asked for anew each time, and what has its digest in its name is kept", async () => {
  await using app = await appWith({ hasPage: true, folder: "built" });
  const { headers } = await app.inject({ url: "/", headers: browser });
  expect(headers["cache-control"]).toBe("public, max-age=0");
  const again = await app.inject({ url: "/", headers: { ...browser, "if-none-match": String(headers.etag) } });
  expect([again.statusCode, again.body]).toEqual([304, ""]);
  const asset = await app.inject("/assets/index-0a1b.js");
  expect(asset.body).toBe(script);
  expect(asset.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  expect((await app.inject("/assets/../index.html")).statusCode).toBe(404);
});

test.each(["/", "/assets/index-0a1b.js"])("%s is sent whole, and not if it was to be another one", async (url) => {
  await using app = await appWith({ hasPage: true, folder: "built" });
  for (const range of ["bytes=0-3", "bytes=999-", "bytes=abc", "lines=1"]) {
    const { statusCode, headers, body } = await app.inject({ url, headers: { accept: "text/html", range } });
    expect([statusCode, headers["accept-ranges"], body]).toEqual([200, undefined, url === "/" ? html : script]);
  }
  for (const condition of [{ "if-match": '"another"' }, { "if-unmodified-since": "Thu, 01 Jan 1970 00:00:00 GMT" }]) {
    problemIn(await app.inject({ url, headers: { accept: "text/html", ...condition } }), "precondition_failed");
  }
});

test("a file that was there before is not, and no other one is meant", async () => {
  await using app = await appWith({ hasPage: true, folder: "built" });
  for (const url of ["/assets/index-9z8y.js", "/assets/", "/assets"]) {
    expect(problemIn(await app.inject(url), "not_found").errors).toEqual([]);
  }
});

test.each([
  ["was not built", { hasPage: true, folder: "sources only" }],
  ["belongs to a process without requests", { hasPage: false, folder: "built" }],
])("where the page %s, browsers are led to the reference", async (_, options) => {
  await using app = await appWith(options);
  const { statusCode, headers } = await app.inject({ url: "/", headers: browser });
  expect([statusCode, headers.location]).toEqual([302, "/docs/"]);
  expect((await app.inject("/")).json()).toMatchObject({ documentation: "/docs" });
});

test("the page asks for no key, and takes no other method", async () => {
  await using http = await startApp();
  expect((await http.app.inject("/")).json()).toMatchObject({ name: "Adjoint", documentation: "/docs", openapi: "/openapi.json" });
  const posted = await http.app.inject({ method: "POST", url: "/" });
  expect([posted.statusCode, posted.headers.allow]).toEqual([405, "GET, HEAD, OPTIONS"]);
});
