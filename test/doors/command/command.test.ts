import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CheckResponse } from "../../../src/grading/check/response.ts";
import { ProblemDocument } from "../../../src/problems/document.ts";
import { type Service, startService } from "../../support/service.ts";

const script = fileURLToPath(new URL("../../../src/adjoint.cjs", import.meta.url));
const olderNode = fileURLToPath(new URL("fixtures/older-node.cjs", import.meta.url));

let service: Service;
let folder: string;
beforeAll(async () => {
  service = await startService({ workers: 1 });
  folder = mkdtempSync(join(tmpdir(), "adjoint-command-"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await service[Symbol.asyncDispose]();
});

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly error: string;
}

/** Runs the command with a request on its standard input. */
async function adjoint(words: readonly string[], request: unknown = "", options: readonly string[] = []): Promise<Ended> {
  const child = spawn(process.execPath, [...options, script, ...words], { env: { ...process.env, DATA_DIR: folder } });
  // A command that does not read its input closes it.
  child.stdin.on("error", () => {}).end(typeof request === "string" ? request : JSON.stringify(request));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { status: await ended, out, error };
}

const claims = { expression: "e = (a+b)*(b+1)", inputs: { a: 2, b: 1 }, submission: { gradients: { a: 2, b: 5 } } };
const square = { expression: "z = (x + y)^2", inputs: { x: 1, y: 2 } };

/** A refusal is a problem document on standard output, and nothing else. */
async function refusal(words: readonly string[], request?: unknown): Promise<ProblemDocument> {
  const { status, out, error } = await adjoint(words, request);
  expect({ status, error }).toEqual({ status: 2, error: "" });
  return ProblemDocument.parse(JSON.parse(out));
}

describe.concurrent("the answers", () => {
  const requests: [string, object][] = [
    ["evaluate", square],
    ["gradients", { ...square, return: ["gradients"] }],
    ["grade", claims],
    ["probe", { expression: "e = (a+b)*(b+1)" }],
    ["check", { ...square, methods: ["central_difference", "complex_step", "dot_product", "taylor_remainder"] }],
  ];

  test.each(requests)("of %s are the service's, byte for byte", async (command, request) => {
    const { app } = service;
    const own = await app.inject({
      method: "POST",
      url: `/v1/${command}`,
      headers: { "content-type": "application/json" },
      payload: request,
    });
    expect(own.statusCode).toBe(200);
    expect(await adjoint([command], request)).toEqual({ status: 0, out: own.body, error: "" });
  });

  test.each(["gradescope", "junit", "tap"])("in the format %s, too, with the exit status of the verdict", async (format) => {
    const wrong = { ...claims, submission: { gradients: { a: 2, b: 3 } } };
    for (const [request, status] of [
      [claims, 0],
      [wrong, 1],
    ] as const) {
      const own = await service.app.inject({
        method: "POST",
        url: "/v1/grade",
        headers: { "content-type": "application/json" },
        payload: { ...request, format },
      });
      expect(await adjoint(["grade", "--format", format], request)).toEqual({ status, out: own.body, error: "" });
    }
  });

  test("what did not pass ends with status 1", async () => {
    const { status, out, error } = await adjoint(["check"], { ...square, gradients: { x: 6, y: 5 } });
    expect({ status, error }).toEqual({ status: 1, error: "" });
    expect(CheckResponse.parse(JSON.parse(out)).passed).toBe(false);
  });

  test("a request may stand in a file", async () => {
    const file = join(folder, "request.json");
    writeFileSync(file, JSON.stringify({ ...square, return: ["gradients"] }));
    expect(await adjoint(["gradients", file])).toEqual({ status: 0, out: '{"gradients":{"x":6,"y":6}}', error: "" });
  });

  test("are the same when an older Node starts it", async () => {
    const { status, out, error } = await adjoint(["gradients"], { ...square, return: ["gradients"] }, ["--require", olderNode]);
    expect({ status, out, error }).toEqual({ status: 0, out: '{"gradients":{"x":6,"y":6}}', error: "" });
  });

  test("an older Node hands on the exit status", async () => {
    const { status } = await adjoint(["check"], { ...square, gradients: { x: 6, y: 5 } }, ["--require", olderNode]);
    expect(status).toBe(1);
  });

  test("are cut off without complaint when nobody reads them", async () => {
    const child = spawn("sh", ["-c", `"$0" "$1" gradients "$2" | true`, process.execPath, script, join(folder, "large.json")]);
    writeFileSync(
      join(folder, "large.json"),
      JSON.stringify({ expression: "y = x*x", inputs: { x: Array.from({ length: 1e5 }, () => 0.1) } }),
    );
    expect(await text(child.stderr)).toBe("");
  });
});

describe.concurrent("what cannot be understood", () => {
  test("JSON that ends early", async () => {
    expect(await refusal(["gradients"], '{"expression": "x",')).toMatchObject({ code: "invalid_json" });
  });

  test("a number as another language writes it, with its place", async () => {
    const { code, detail } = await refusal(["check"], '{"expression": "y = x^2",\n "inputs": {"x": nan}}');
    expect(code).toBe("invalid_json");
    expect(detail).toBe("Line 2, column 18: nan is not JSON: write NaN");
  });

  test.each([
    ["what a student's file has spoilt", ["grade", "--format", "gradescope"], '{"submission": {"gradients": import numpy}}'],
    ["what asks for the format itself", ["grade"], '{"format": "gradescope", "expression": "y = (x", "submission": null}'],
    ["a file that is not there", ["grade", "--format=gradescope", "/no/such/file"], undefined],
  ])("in the format of a report there is one, with no points: %s", async (_, words, request) => {
    const { status, out, error } = await adjoint(words, request);
    expect({ status, error }).toEqual({ status: 2, error: "" });
    expect(JSON.parse(out)).toMatchObject({
      score: 0,
      tests: [{ status: "failed", output: expect.stringMatching(/^cannot be read\n/) as unknown }],
    });
  });

  test("no request at all", async () => {
    expect(await refusal(["check"])).toMatchObject({ code: "invalid_json", detail: "The request is empty; it should be a JSON object" });
  });

  test("bytes that are no UTF-8", async () => {
    const file = join(folder, "latin.json");
    writeFileSync(file, Buffer.from('{"expression": "\u00e9"}', "latin1"));
    expect(await refusal(["evaluate", file])).toMatchObject({ code: "invalid_encoding" });
  });

  test("a request that the service refuses", async () => {
    const { errors } = await refusal(["gradients"], { expression: "y = softmx(x)", inputs: { x: 1 } });
    expect(errors[0]).toMatchObject({ pointer: "/expression", suggestion: "softmax" });
  });

  test("a format where there is none", async () => {
    expect((await refusal(["check", "--format", "tap"], square)).errors[0]).toMatchObject({ pointer: "/format" });
    // What is no object keeps its own problem.
    expect(await refusal(["check", "--format=tap"], "[1")).toMatchObject({ code: "invalid_json" });
  });

  test.each([
    [["chek"], "There is no command chek", "check"],
    [["gradient"], "There is no command gradient", "gradients"],
    [["restor"], "There is no command restor", "restore"],
    [["check", "--fromat", "tap"], "There is no option --fromat", "--format"],
    [["check", "--format"], "followed by the name", undefined],
    [["check", "a.json", "b.json"], "One file is read", undefined],
    [["check", "nowhere.json"], "nowhere.json cannot be read", undefined],
  ])("the words %j", async (words, detail, suggestion) => {
    const document = await refusal(words, square);
    expect(document.detail).toContain(detail);
    expect(document.errors[0]?.suggestion).toBe(suggestion);
  });

  test("no words at all: the usage is shown", async () => {
    const { status, out, error } = await adjoint([]);
    expect({ status, error }).toEqual({ status: 2, error: "" });
    expect(out).toMatch(/^Usage: adjoint COMMAND/);
  });
});

test("help names every command", async () => {
  const { status, out, error } = await adjoint(["check", "--help"]);
  expect({ status, error }).toEqual({ status: 0, error: "" });
  for (const command of ["grade", "probe", "check", "gradients", "evaluate"]) expect(out).toContain(`\n  ${command} `);
});
