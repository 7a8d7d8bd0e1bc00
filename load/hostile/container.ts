import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

/** A memory cgroup made by hand, as a container has one. What is put into it may take so many bytes and not one more. */
export interface Container {
  readonly bytes: number;
  /** The file to which a process writes its number to be in it. */
  readonly members: string;
  /** Most bytes that were taken, those of the page cache included. */
  readonly peak: () => number;
  /** Processes that the kernel has ended for want of memory. */
  readonly kills: () => number;
  readonly remove: () => Promise<void>;
}

const names = {
  v1: { limit: "memory.limit_in_bytes", peak: "memory.max_usage_in_bytes", kills: "memory.oom_control" },
  v2: { limit: "memory.max", peak: "memory.peak", kills: "memory.events" },
} as const;

/** Makes a container; null where that is not allowed. */
export function makeContainer(bytes: number): Container | null {
  const parents = [
    ["v1", "/sys/fs/cgroup/memory"],
    ["v2", "/sys/fs/cgroup"],
  ] as const;
  for (const [version, parent] of parents) {
    const folder = join(parent, `adjoint-hostile-${process.pid}-${bytes}`);
    const file = names[version];
    try {
      mkdirSync(folder);
    } catch {
      continue;
    }
    try {
      writeFileSync(join(folder, file.limit), String(bytes));
      readFileSync(join(folder, file.peak));
    } catch {
      rmdirSync(folder);
      continue;
    }
    return {
      bytes,
      members: join(folder, "cgroup.procs"),
      peak: () => Number(readFileSync(join(folder, file.peak), "utf8")),
      kills: () => Number(/^oom_kill (\d+)$/m.exec(readFileSync(join(folder, file.kills), "utf8"))?.[1] ?? 0),
      remove: () => removed(folder),
    };
  }
  return null;
}

/** A process that has just ended may keep its place for a moment. */
async function removed(folder: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    try {
      rmdirSync(folder);
      return;
    } catch {
      await setTimeout(100);
    }
  }
}
