import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { builds } from "../../src/kernels/wasm/modules.ts";
import { supportedBuild } from "../../src/kernels/workspace.ts";

const script = fileURLToPath(new URL("fixtures/digests.ts", import.meta.url));

/** Written by `npm run digests`; another machine must find the same. */
const committed = JSON.parse(readFileSync(new URL("digests.json", import.meta.url), "utf8")) as Record<string, unknown>;

async function digests(threads: number, spinners: number, build?: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    script,
    `${threads}`,
    `${spinners}`,
    ...(build === undefined ? [] : [build]),
  ]);
  return JSON.parse(stdout);
}

test("the same bytes on this machine as on others, with one thread and two, idle and busy", async () => {
  const build = supportedBuild();
  const found = await Promise.all([digests(1, 0), digests(2, 1)]);
  expect(found).toEqual([{ [build]: committed[build] }, { [build]: committed[build] }]);
});

test("so do the kernels that do not fuse", async () => {
  expect(await digests(1, 0, "mul-add")).toEqual({ "mul-add": committed["mul-add"] });
  expect(Object.keys(committed)).toEqual([...builds]);
  expect(committed["mul-add"]).not.toEqual(committed.madd);
});
