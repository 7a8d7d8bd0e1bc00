import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import about from "../../../package.json" with { type: "json" };

/** A checkout in which npm ci has run, and which nobody writes to any more. */
const root = fileURLToPath(new URL("../../../", import.meta.url));
const request = JSON.stringify({ expression: "e = (a+b)*(b+1)", inputs: { a: 2, b: 1 }, submission: { gradients: { a: 2, b: 3 } } });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "adjoint-checkout-"));
  cpSync(join(root, "src"), join(folder, "src"), { recursive: true, preserveTimestamps: true });
  mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
  for (const name of ["node", "rolldown", "@rolldown", ...Object.keys(about.dependencies).filter((name) => !name.includes("/"))]) {
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  }
  // Whoever runs the scripts again is found out.
  writeFileSync(join(folder, "package.json"), JSON.stringify({ ...about, scripts: { prepare: "exit 1", postinstall: "exit 1" } }));
  execFileSync(process.execPath, [join(folder, "src/doors/command/bundle.ts")]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The bundle's exports, as the command would have them; null where it would run from the sources. */
function bundled(): { readonly run: unknown } | null {
  const load = createRequire(join(folder, "src/adjoint.cjs"))("./doors/command/bundled.cjs") as { bundled: () => { run: unknown } | null };
  return load.bundled();
}

/** Without a home, a folder for temporary files, and any other variable. */
const bare = { HOME: "/nonexistent", TMPDIR: "/nonexistent", PATH: `${join(process.execPath, "..")}:${process.env.PATH}` };
const run = (command: string, words: readonly string[], cwd: string) =>
  spawnSync(command, words, { cwd, input: request, encoding: "utf8", env: bare });

test("the bundle answers what the sources answer, from any folder and by a link", () => {
  const sources = spawnSync(process.execPath, [join(root, "src/adjoint.cjs"), "grade"], { input: request, encoding: "utf8" });
  const link = join(folder, "elsewhere");
  symlinkSync(join(folder, "src/adjoint"), link);
  expect(bundled()).not.toBeNull();
  for (const command of [join(folder, "src/adjoint"), link, join(folder, "node_modules/.bin/adjoint")]) {
    const { status, stdout, stderr } = run(command, ["grade"], tmpdir());
    expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: sources.stdout, stderr: "" });
  }
  expect(JSON.parse(sources.stdout)).toMatchObject({ score: 0.5 });
});

test("npx finds it without a network, and runs no script again", () => {
  const { status, stdout } = run("npx", ["--offline", "adjoint", "--version"], folder);
  expect({ status, stdout }).toEqual({ status: 0, stdout: `adjoint ${about.version}\n` });
});

describe("the bundle counts", () => {
  const source = "src/request/validate.ts";

  test("where the sources have other times and the same content", () => {
    utimesSync(join(folder, source), 0, 0);
    expect(bundled()).not.toBeNull();
  });

  test("no more where a source has changed, so that the command says what its sources say", () => {
    const command = join(folder, "src/doors/command/command.ts");
    writeFileSync(command, readFileSync(command, "utf8").replace("Usage: adjoint", "Use: adjoint"));
    expect(bundled()).toBeNull();
    expect(run(join(folder, "src/adjoint"), ["--help"], tmpdir()).stdout).toMatch(/^Use: adjoint/);
  });

  test("nor where one is gone, or where npm ci has not run", () => {
    rmSync(join(folder, "src/doors/command/generated/digest"));
    utimesSync(join(folder, source), 1, 1);
    expect(bundled()).toBeNull();
    rmSync(join(folder, "src/doors/command/generated"), { recursive: true });
    expect(bundled()).toBeNull();
  });
});
