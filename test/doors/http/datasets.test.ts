import { parseDataset } from "../../../src/training/datasets/task.ts";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { receiveFile } from "../../../src/jobs/upload.ts";
import type { Storage } from "../../../src/jobs/contract.ts";
import { openStorage } from "../../../src/jobs/storage.ts";
import { decodeSafetensors } from "../../../src/training/safetensors.ts";
import { tensorOf } from "../../../src/tensor/tensor.ts";
import { datasetExamples } from "../../../src/training/datasets/examples.ts";
import { Dataset, DatasetList, type DatasetView } from "../../../src/training/datasets/schema.ts";
import { type Service, startService } from "../../support/service.ts";
import { eventually, problemIn, rawClient } from "./fixture.ts";

const mostBytes = 4_000_000;

let folder: string;
let storage: Storage;
let service: Service;
let origin: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "adjoint-test-"));
  storage = await openStorage({ dataDir: folder, onError: (error) => process.stderr.write(`${String(error)}\n`) });
  const { blobs, datasets } = storage;
  service = await startService({ datasets: { blobs, datasets, uploadsFolder: uploads(), maxDatasetBytes: mostBytes } });
  origin = await service.app.listen({ host: "127.0.0.1", port: 0 });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await storage[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const uploads = (): string => join(folder, "uploads");
const remains = (): string[] => readdirSync(uploads());

/** Uploads a file over a real connection, and checks that nothing is left behind. */
async function upload(file: string | Uint8Array, query: Record<string, string> = {}, headers: Record<string, string> = {}) {
  const reply = await fetch(`${origin}/v1/datasets?${new URLSearchParams(query).toString()}`, {
    method: "POST",
    body: file,
    headers,
  });
  const body = await reply.text();
  expect(remains()).toEqual([]);
  return { statusCode: reply.status, headers: Object.fromEntries(reply.headers), body };
}

const dataset = ({ body }: { readonly body: string }): DatasetView => Dataset.parse(JSON.parse(body));
const get = (path: string) => service.app.inject(path);

describe("the digits", () => {
  const file = readFileSync(new URL("../../goldens/datasets/digits.csv.gz", import.meta.url));
  const query = { name: "digits", columns: '{"input": "0:64", "target": {"columns": [64], "as": "class"}}' };

  test("are uploaded as they are packed, and kept as two tensors under their digest", async () => {
    const answer = await upload(file, query);
    expect(answer.statusCode).toBe(201);
    const found = dataset(answer);
    expect(found).toMatchObject({
      object: "dataset",
      name: "digits",
      format: "csv",
      rows: 1797,
      tensors: [
        { name: "input", shape: [1797, 64], dtype: "float64" },
        { name: "target", shape: [1797], dtype: "int64" },
      ],
      read: { delimiter: ",", header: false, guessed: ["delimiter", "header"] },
    });
    expect(Math.abs(found.created_at - Date.now() / 1000)).toBeLessThan(60);
    expect(answer.headers.location).toBe(`/v1/datasets/${found.id}`);
    const blob = await storage.blobs.read(found.id.slice("sha256:".length));
    expect(blob.length).toBe(found.bytes);
    const { tensors } = decodeSafetensors(blob);
    expect(tensors.get("input")?.data.slice(0, 6)).toEqual(Float64Array.of(0, 0, 5, 13, 9, 1));
    expect(tensors.get("target")?.data.slice(0, 3)).toEqual(Float64Array.of(0, 1, 2));
    expect((await get(`/v1/datasets/${found.id}`)).json()).toEqual(found);
  });

  test("have the same id however they come, and are the same object", async () => {
    const first = dataset(await upload(file, query));
    const others = [
      await upload(gunzipSync(file), { ...query, name: "other" }),
      await upload(gunzipSync(file), { ...query, format: "csv", header: "false", delimiter: "," }, { "content-type": "text/csv" }),
      await upload(file, query, { "content-encoding": "gzip" }),
      await upload(gzipSync(file), query, { "content-encoding": "gzip", "content-type": "application/json" }),
      await upload(await storage.blobs.read(first.id.slice(7)), { name: "as it is kept" }),
    ];
    for (const other of others) {
      expect(other.statusCode).toBe(200);
      expect(dataset(other)).toEqual(first);
    }
  });
});

test("the example is answered as it says", async () => {
  const { query, file, answer } = datasetExamples.upload;
  const { created_at: _, ...found } = dataset(await upload(file, query));
  const { created_at: __, ...told } = answer;
  expect(found).toEqual(told);
});

test("a table is read as it is told, and what was guessed is told", async () => {
  const answer = await upload(Buffer.from("Maße\n;länge;art\n0;1.234,5;groß\n1;;klein\n2;2,5;\n", "latin1"), {
    columns: '{"x": "länge", "y": {"columns": "art", "as": "class"}}',
    encoding: "windows-1252",
    skip_lines: "1",
    decimal: ",",
    thousands: ".",
    missing: "drop",
    index_column: "auto",
  });
  expect(dataset(answer)).toMatchObject({
    rows: 1,
    categories: { y: ["groß"] },
    read: {
      encoding: "windows-1252",
      delimiter: ";",
      decimal: ",",
      thousands: ".",
      header: true,
      index_column: "",
      guessed: ["delimiter", "header", "index_column"],
      dropped_rows: 2,
    },
  });
  expect(
    dataset(await upload("a\tb\n1\t2\n", { delimiter: "tab", header: "false", columns: '{"y": {"columns": 1, "as": "class"}}' })).rows,
  ).toBe(2);
});

test("names of columns and classes belong to the content", async () => {
  const roles = { columns: '{"y": {"columns": 0, "as": "class"}}' };
  const ids = [];
  for (const file of ["a\nx\ny\n", "a\nx\nz\n", "b\nx\ny\n"]) ids.push(dataset(await upload(file, { ...roles, header: "true" })).id);
  expect(new Set(ids).size).toBe(3);
});

test("datasets are listed page by page, the newest first, and deleted", async () => {
  const ids: string[] = [];
  for (const number of [1, 2, 3]) {
    ids.unshift(dataset(await upload(`${number}00\n${number}01\n`)).id);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const list = async (query: string): Promise<DatasetList> => DatasetList.parse((await get(`/v1/datasets?${query}`)).json());
  const first = await list("limit=2");
  expect(first).toMatchObject({ object: "list", has_more: true, first_id: ids[0], last_id: ids[1] });
  const next = await list(`limit=1&after=${first.last_id}`);
  expect(next.data.map(({ id }) => id)).toEqual([ids[2]]);

  const remove = (id: string) => service.app.inject({ method: "DELETE", url: `/v1/datasets/${id}` });
  expect((await remove(ids[0])).statusCode).toBe(204);
  problemIn(await remove(ids[0]), "unknown_dataset");
  problemIn(await get(`/v1/datasets/${ids[0]}`), "unknown_dataset");
  expect((await list("limit=2")).first_id).toBe(ids[1]);
  expect((await upload("300\n301\n")).statusCode).toBe(201);
});

test("a dataset that a job reads which is not over cannot be deleted", async () => {
  const { id } = dataset(await upload("7\n8\n"));
  const remove = () => service.app.inject({ method: "DELETE", url: `/v1/datasets/${id}` });
  const job = {
    id: "job_1",
    submission: "0".repeat(64),
    summary: {},
    datasets: [id],
    tags: [],
    webhook: null,
    client: "c",
    steps: 1,
    pause_at: null,
    traceparent: null,
  };
  await storage.jobs.create(job);
  problemIn(await remove(), "dataset_in_use");
  await storage.jobs.cancel(job.id);
  expect((await remove()).statusCode).toBe(204);
});

test("any format is told from the file", async () => {
  const golden = (name: string): Buffer => readFileSync(new URL(`../../goldens/datasets/${name}`, import.meta.url));
  const files = { npz: golden("deflated.npz"), npy: golden("fortran.npy"), idx: golden("u1.idx"), jsonl: '{"x": 1}\n{"x": 2}\n' };
  for (const [format, file] of Object.entries(files)) {
    const { id, format: told, tensors } = dataset(await upload(file));
    expect(told).toBe(format);
    const kept = decodeSafetensors(await storage.blobs.read(id.slice(7))).tensors;
    expect(new Set(tensors)).toEqual(new Set([...kept].map(([name, { shape, dtype }]) => ({ name, shape, dtype }))));
  }
  expect(dataset(await upload("1,2\n")).format).toBe("csv");
});

describe("what is wrong is told", () => {
  test("in the file, with its place", async () => {
    const { errors, detail } = problemIn(await upload("a,b\n1,2\n3,x\n"), "invalid_dataset");
    expect(detail).toMatch(/^Line 3, column 2 \(b\): expected a number, found "x".* \(guessed: delimiter ",", header true\)$/);
    expect(errors).toEqual([{ pointer: "", detail }]);
    problemIn(await upload(""), "invalid_dataset");
  });

  test("in the query, with its place", async () => {
    const columns = (text: string) => upload("firsts,b\n1,2\n", { columns: text });
    expect(problemIn(await columns('{"x": "first"}'), "invalid_request").errors[0]).toMatchObject({
      pointer: "/columns/x",
      suggestion: "firsts",
    });
    expect(problemIn(await columns('{"x": {"column": 1}}'), "invalid_request").errors[0].pointer).toMatch(/^\/columns\/x\/column/);
    expect(problemIn(await columns("{}"), "invalid_request").errors[0].pointer).toBe("/columns");
    expect(problemIn(await columns("{'x': 1}"), "invalid_request").detail).toContain("Line 1, column 2");
    expect(problemIn(await upload("1\n", { header: "maybe" }), "invalid_request").detail).toContain("header");
    expect(problemIn(await upload("1\n", { delimiter: "::" }), "invalid_request").detail).toContain("one character");
    for (const [query, pointer] of [
      [{ thousands: ".", decimal: "." }, "/thousands"],
      [{ thousands: "x" }, "/thousands"],
      [{ encoding: "ebcdic" }, "/encoding"],
      [{ missing: "ignore" }, "/missing"],
      [{ skip_lines: "-1" }, "/skip_lines"],
      [{ arrays: '{"x": "a"}' }, "/arrays"],
      [{ arrays: '{"x": 1}' }, "/arrays/x"],
      [{ sep: ";" }, "/sep"],
    ] as const) {
      expect(problemIn(await upload("a,b\n1,2\n", query), "invalid_request").errors[0].pointer, pointer).toBe(pointer);
    }
    expect(problemIn(await upload("1\n", { sep: ";" }), "invalid_request").errors[0].suggestion).toBe("delimiter");
    expect(problemIn(await upload("a,b\n1,2\n", { columns: '{"x": "price"}' }), "invalid_request").detail).toContain('there are "a", "b"');
    expect(problemIn(await upload("1\n", { colums: "{}" }), "invalid_request").detail).toContain("colums");
    expect(problemIn(await upload('{"x": 1}', { columns: '{"x": 0}' }), "invalid_request").errors[0].pointer).toBe("/columns");
  });

  test("of a form, and of an encoding that is none", async () => {
    const form = new FormData();
    form.set("file", new Blob(["1,2\n"]));
    const reply = await fetch(`${origin}/v1/datasets`, { method: "POST", body: form });
    problemIn({ statusCode: reply.status, headers: Object.fromEntries(reply.headers), body: await reply.text() }, "unsupported_media_type");
    problemIn(await upload("1\n", {}, { "content-encoding": "gzip" }), "invalid_encoding");
    problemIn(await upload("1\n", {}, { "content-encoding": "rar" }), "unsupported_media_type");
  });

  test("of an archive that is cut off or damaged", async () => {
    const archive = gzipSync("1,2\n".repeat(1000));
    problemIn(await upload(archive.subarray(0, -9)), "invalid_dataset");
    const damaged = Buffer.from(archive);
    damaged[archive.length - 5] ^= 1;
    problemIn(await upload(damaged), "invalid_dataset");
    const several = Buffer.concat([gzipSync("1,2\n"), gzipSync("3,4\n".repeat(10))]);
    expect(dataset(await upload(several)).rows).toBe(11);
    for (const [at, byte] of [
      [24, 0],
      [24, 0x1e],
      [25, 0],
    ]) {
      problemIn(await upload(several.map((old, place) => (place === at ? byte : old))), "invalid_dataset");
    }
  });

  test("of an archive with any bit of it flipped, which has the same numbers or none", async () => {
    const archive = gzipSync(Array.from({ length: 40 }, (_, at) => `${at},${at * at}\n`).join(""));
    const { id } = dataset(await upload(archive));
    for (let bit = 0; bit < 8 * archive.length; bit += 37) {
      const damaged = Buffer.from(archive);
      damaged[bit >> 3] ^= 1 << (bit & 7);
      const answer = await upload(damaged);
      if (answer.statusCode === 200) expect(dataset(answer).id, String(bit)).toBe(id);
      else problemIn(answer, "invalid_dataset");
    }
  });

  test("of too many bytes: as they come, unpacked, and as they would be kept", async () => {
    const large = Buffer.alloc(mostBytes + 1, "1\n");
    problemIn(await upload(large), "body_too_large");
    const archive = gzipSync(large);
    expect(archive.length).toBeLessThan(mostBytes / 100);
    problemIn(await upload(archive), "body_too_large");
    problemIn(await upload(archive, {}, { "content-encoding": "gzip" }), "body_too_large");
    const archiveOfArchive = gzipSync(archive);
    problemIn(await upload(archiveOfArchive, {}, { "content-encoding": "gzip" }), "body_too_large");
    // 2 bytes a number in the file are 8 in storage.
    problemIn(await upload("1\n".repeat(mostBytes / 4)), "body_too_large");
    expect((await upload("1\n".repeat(mostBytes / 10))).statusCode).toBe(201);
  });

  test("of a body that is too long and does not say so", async () => {
    const endless = Readable.from(
      (function* () {
        for (let sent = 0; sent < 3 * mostBytes; sent += 65_536) yield Buffer.alloc(65_536, "1\n");
      })(),
    );
    const reply = await fetch(`${origin}/v1/datasets`, { method: "POST", body: Readable.toWeb(endless), duplex: "half" });
    problemIn({ statusCode: reply.status, headers: Object.fromEntries(reply.headers), body: await reply.text() }, "body_too_large");
    expect(remains()).toEqual([]);
  });
});

test("a name has no characters that a database does not keep", async () => {
  for (const name of ["a\0b", "a\u0007", "a\nb"]) {
    const { statusCode, body } = await upload("1,2\n3,4\n", { name });
    expect([statusCode, JSON.parse(body)], JSON.stringify(name)).toEqual([400, expect.objectContaining({ code: "invalid_request" })]);
  }
});

test("a client that goes in the midst of it leaves nothing behind", async () => {
  const before = (await get("/v1/datasets")).json<DatasetList>().first_id;
  const client = await rawClient(origin);
  client.write("POST /v1/datasets HTTP/1.1\r\nHost: adjoint\r\nContent-Length: 1000000\r\n\r\n1,2\n");
  await eventually(() => remains().length === 1);
  client.socket.destroy();
  await eventually(() => remains().length === 0);
  expect((await get("/v1/datasets")).json<DatasetList>().first_id).toBe(before);
});

test("a full disk is told as such, and nothing of the file is kept", async () => {
  await expect(receiveFile(Readable.from([Buffer.alloc(100_000)]), "/dev/full", mostBytes)).rejects.toMatchObject({ code: "storage_full" });
  const request = { path: join(folder, "numbers.csv"), blobPath: "/dev/full", maxBytes: mostBytes };
  await receiveFile(Readable.from([Buffer.from("1\n2\n")]), request.path, mostBytes);
  const answer = await service.pool.run(parseDataset, request);
  expect(JSON.parse(String(answer.body))).toMatchObject({ status: 503, code: "storage_full" });
});

test("datasets are made of rows of a megabyte, and of many files at once", async () => {
  const wide = `${new Array(100_000).fill("0.5").join(",")}\n`;
  const answers = await Promise.all(
    Array.from({ length: 8 }, async (_, at) => {
      const reply = await fetch(`${origin}/v1/datasets`, { method: "POST", body: wide.replace("0.5", `${at}`) });
      return Dataset.parse(await reply.json());
    }),
  );
  expect(new Set(answers.map(({ id }) => id)).size).toBe(8);
  const { tensors } = decodeSafetensors(await storage.blobs.read(answers[3].id.slice(7)));
  expect(tensors.get("data")).toEqual(tensorOf("float64", [1, 100_000], [3, ...new Array<number>(99_999).fill(0.5)]));
  expect(remains()).toEqual([]);
});
