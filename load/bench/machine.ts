import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus } from "node:os";

const require = createRequire(import.meta.url);

/** What a measurement depends on besides the code: processor, cores, Node, and the versions of the packages that took part. */
export function machine(packages: readonly string[], python: Readonly<Record<string, string>> = {}): string {
  const [{ model }] = cpus();
  const versions = packages.map((name) => `${name} ${versionOf(name)}`);
  const pythonVersions = Object.entries(python).map(([name, version]) => `${name} ${version}`);
  return [model.trim(), `${availableParallelism()} cores`, `Node ${process.versions.node}`, ...versions, ...pythonVersions].join(", ");
}

/** Read from its folder, because a package need not export its package.json. */
function versionOf(name: string): string {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (JSON.parse(readFileSync(`${folder}/${name}/package.json`, "utf8")) as { version: string }).version;
    } catch {
      // Not in this folder.
    }
  }
  return "(not installed)";
}
