import { readFileSync } from "node:fs";
import { totalmem } from "node:os";

/** The text of a file; undefined where there is none. */
export type ReadText = (path: string) => string | undefined;

/** Where control groups of version 2 are mounted, alone or beside version 1; and of version 1, the memory's. */
const unified = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];
const ofMemory = "/sys/fs/cgroup/memory";

/**
 * Bytes of memory that this process may use: what the machine has or, where that is less, what its control group and all those around it
 * may have. In a container the group is often seen as the root, whatever its path is said to be.
 */
export function memoryOfMachine(read: ReadText = readText, machine: number = totalmem()): number {
  const limits = (read("/proc/self/cgroup") ?? "").split("\n").flatMap((line) => {
    const [, , controllers, path] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
    if (path === undefined) return [];
    if (controllers === "") return unified.flatMap((mount) => limitsAlong(mount, path, "memory.max", read));
    return controllers.split(",").includes("memory") ? limitsAlong(ofMemory, path, "memory.limit_in_bytes", read) : [];
  });
  return Math.min(machine, ...limits);
}

/** The limits of a group and of those around it, up to the root. */
function limitsAlong(mount: string, path: string, file: string, read: ReadText): number[] {
  // A group outside what the container sees is told with dots, of which nothing is mounted.
  const names = path.split("/").filter((name) => name !== "" && name !== "..");
  return Array.from({ length: names.length + 1 }, (_, depth) => [mount, ...names.slice(0, depth), file].join("/")).flatMap((at) => {
    const text = read(at)?.trim() ?? "";
    // Version 2 says "max" where there is no limit, version 1 a number that no machine has.
    return /^\d+$/.test(text) ? [Number(text)] : [];
  });
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
