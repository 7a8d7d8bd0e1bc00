import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Keys, newKey, type Reloaded } from "../../src/clients/keys.ts";
import { KeysFault, keysIn } from "../../src/clients/keys-file.ts";
import { watchKeys } from "../../src/clients/watch-keys.ts";
import { eventually } from "../doors/http/fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "adjoint-keys-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sha256 = (key: string): string => createHash("sha256").update(key).digest("hex");

describe("keys", () => {
  test("of the environment are clients of their own, under the names that their jobs have always had", () => {
    const keys = new Keys({ apiKeys: ["one", "two"] });
    expect(keys.isOpen).toBe(false);
    expect(keys.ownerOf("one")).toEqual({ name: sha256("key one"), role: "user", limits: {} });
    expect(keys.ownerOf("one")?.name).not.toBe(keys.ownerOf("two")?.name);
    expect(keys.ownerOf("three")).toBeUndefined();
    expect(keys.named(sha256("key two"))).toBe(keys.ownerOf("two"));
  });

  test("need not be: then everyone is one client, who sees all", () => {
    const keys = new Keys();
    expect(keys.isOpen).toBe(true);
    expect(keys.named("whoever")).toMatchObject({ name: "everyone", role: "admin" });
  });

  test("of a file have names, roles and limits, and an old and a new one may have one name", () => {
    const entries = [
      { name: "ana", sha256: sha256("old"), limits: { running_jobs: 2 } },
      { name: "ana", sha256: sha256("new"), limits: { running_jobs: 2 } },
      { name: "grading", sha256: sha256("script"), role: "grader" },
    ];
    const file = join(folder, "keys.json");
    writeFileSync(file, JSON.stringify(entries));
    const keys = new Keys({ file });
    expect(keys.ownerOf("old")).toEqual({ name: "ana", role: "user", limits: { running_jobs: 2 } });
    expect(keys.ownerOf("new")).toBe(keys.ownerOf("old"));
    expect(keys.ownerOf("script")).toMatchObject({ name: "grading", role: "grader" });
    expect(keys.ownerOf(sha256("script"))).toBeUndefined();
  });

  test("of an empty file let nobody in", () => {
    const file = join(folder, "empty.json");
    writeFileSync(file, "[]");
    expect(new Keys({ file }).isOpen).toBe(false);
  });

  test("that are made anew are long, and their entry opens with them alone", () => {
    const { key, entry } = newKey("ana");
    expect(key).toMatch(/^adj_[\w-]{32}$/);
    expect(keysIn(JSON.stringify([entry]))).toEqual([{ sha256: sha256(key), client: { name: "ana", role: "user", limits: {} } }]);
    expect(newKey("ana").key).not.toBe(key);
  });

  const good = { name: "ana", sha256: sha256("x") };
  test.each<[what: string, text: string, words: RegExp]>([
    ["text", "keys", /^it is not JSON$/],
    ["an object", "{}", /^at \/: .*array/],
    ["no name", JSON.stringify([{ sha256: good.sha256 }]), /^at \/0\/name: /],
    ["a name with a blank", JSON.stringify([{ ...good, name: "a b" }]), /^at \/0\/name: a name has 1 to 64 letters/],
    ["the name of everyone", JSON.stringify([{ ...good, name: "everyone" }]), /^at \/0\/name: the name everyone stands for/],
    ["a key in place of its digest", JSON.stringify([good, { name: "b", sha256: "hunter2" }]), /^at \/1\/sha256: .*64 hexadecimal digits/],
    ["a role that there is not", JSON.stringify([{ ...good, role: "root" }]), /^at \/0\/role: .*"grader"/],
    ["a member too many", JSON.stringify([{ ...good, key: "hunter2" }]), /^at \/0: .*"key"/],
    ["a limit of nothing", JSON.stringify([{ ...good, limits: { running_jobs: 0 } }]), /^at \/0\/limits\/running_jobs: /],
    ["a key listed twice", JSON.stringify([good, { ...good, name: "b" }]), /^at \/1\/sha256: the same key is listed twice$/],
    [
      "two roles of one name",
      JSON.stringify([good, { name: "ana", sha256: sha256("y"), role: "admin" }]),
      /^at \/1: another key of ana has/,
    ],
  ])("with %s are refused with the place, and without what may be secret", (_what, text, words) => {
    let fault: unknown;
    try {
      keysIn(text);
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(KeysFault);
    expect((fault as KeysFault).message).toMatch(words);
    expect((fault as KeysFault).message).not.toContain("hunter2");
  });

  test("are read anew when another file takes the place, and on SIGHUP; a faulty one changes nothing", async () => {
    const file = join(folder, "watched.json");
    const put = (entries: unknown): void => {
      writeFileSync(`${file}.new`, JSON.stringify(entries));
      renameSync(`${file}.new`, file);
    };
    put([good]);
    const keys = new Keys({ file });
    const reloads: Reloaded[] = [];
    const faults: string[] = [];
    using _watching = watchKeys(keys, file, {
      onReloaded: (reloaded) => reloads.push(reloaded),
      onFault: ({ message }) => faults.push(message),
      settleMs: 10,
    });
    put([good, { name: "ben", sha256: sha256("y") }]);
    await eventually(() => reloads.length === 1);
    expect(reloads[0]).toMatchObject({ clients: 2, added: ["ben"], removed: [] });
    expect(keys.ownerOf("y")?.name).toBe("ben");

    put([{ name: "ben" }]);
    await eventually(() => faults.length === 1);
    expect(keys.ownerOf("x")?.name).toBe("ana");

    put([{ name: "ben", sha256: sha256("y"), role: "admin" }]);
    await eventually(() => reloads.length === 2);
    expect(reloads[1]).toMatchObject({ removed: ["ana"] });
    expect([keys.ownerOf("x"), keys.ownerOf("y")?.role]).toEqual([undefined, "admin"]);

    process.emit("SIGHUP", "SIGHUP");
    expect(reloads).toHaveLength(3);
  });
});

test("the file of keys in the guide is one that is read", () => {
  const guide = readFileSync("docs/operating.md", "utf8");
  const [, example] = /```json\n(\[\n.*?\n\])\n```/s.exec(guide) ?? [];
  expect(keysIn(example).map(({ client }) => [client.name, client.role])).toEqual([
    ["ana", "user"],
    ["autograder", "grader"],
    ["course-7", "user"],
  ]);
});
