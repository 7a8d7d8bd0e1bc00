import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

/**
 * Puts the command with all that it needs into one file, since to find and read four hundred is most of what a start takes, and has V8 prepare
 * it. What is written is not committed: `npm ci` runs this.
 */
const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const root = pathOf("../../../");
const generated = pathOf("generated/");

rmSync(generated, { recursive: true, force: true });
const sources = new Set(["package.json"]);
const bundle = await rolldown({
  input: pathOf("command.ts"),
  platform: "node",
  // Nothing in it matters here, and that of the kernels stands on a package that need not be there.
  tsconfig: false,
  plugins: [
    {
      name: "places",
      transform(code, path) {
        if (path.startsWith(`${root}src/`)) sources.add(relative(root, path));
        // What a module finds by its own place stays where it is.
        const place = JSON.stringify(relative(generated, path));
        return code.replaceAll("import.meta.url", () => `new URL(${place}, import.meta.url).href`);
      },
    },
  ],
});
await bundle.write({ file: `${generated}command.cjs`, format: "cjs", codeSplitting: false });
writeFileSync(`${generated}sources.json`, JSON.stringify([...sources].toSorted()));
const { status } = spawnSync(process.execPath, [pathOf("prepare.cjs")], { stdio: "inherit" });
process.exitCode = status ?? 1;

// Here npx finds it; in a package's own `bin` npx would install the package once more, scripts and all.
const bin = `${root}node_modules/.bin/`;
mkdirSync(bin, { recursive: true });
rmSync(`${bin}adjoint`, { force: true });
symlinkSync("../../src/adjoint", `${bin}adjoint`);
