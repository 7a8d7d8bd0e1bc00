import { expect, test } from "vitest";
import { memoryOfMachine } from "../../src/memory/machine.ts";

const mb = 2 ** 20;
const limitIn = (files: Record<string, string>): number => memoryOfMachine((path) => files[path], 1000 * mb) / mb;

test.each<[where: string, megabytes: number, files: Record<string, string>]>([
  ["no control groups", 1000, {}],
  [
    "version 2, a group of its own",
    300,
    { "/proc/self/cgroup": "0::/a.slice/b\n", "/sys/fs/cgroup/a.slice/b/memory.max": `${300 * mb}\n` },
  ],
  [
    "version 2, a group around it that has less",
    200,
    {
      "/proc/self/cgroup": "0::/a/b/c\n",
      "/sys/fs/cgroup/a/b/c/memory.max": "max\n",
      "/sys/fs/cgroup/a/b/memory.max": `${300 * mb}\n`,
      "/sys/fs/cgroup/a/memory.max": `${200 * mb}\n`,
    },
  ],
  ["version 2, seen as the root", 512, { "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/memory.max": `${512 * mb}\n` }],
  [
    "version 2, seen as the root though its path is told",
    512,
    { "/proc/self/cgroup": "0::/../../kubepods/pod\n", "/sys/fs/cgroup/memory.max": `${512 * mb}\n` },
  ],
  ["version 2, no limit", 1000, { "/proc/self/cgroup": "0::/a\n", "/sys/fs/cgroup/a/memory.max": "max\n" }],
  [
    "version 1",
    400,
    { "/proc/self/cgroup": "5:cpu:/x\n4:memory:/a/b\n0::/\n", "/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes": `${400 * mb}\n` },
  ],
  [
    "version 1, beside other controllers, seen as the root",
    256,
    {
      "/proc/self/cgroup": "4:hugetlb,memory:/docker/0123\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": `${256 * mb}\n`,
    },
  ],
  [
    "version 1, no limit",
    1000,
    { "/proc/self/cgroup": "4:memory:/a\n", "/sys/fs/cgroup/memory/a/memory.limit_in_bytes": "9223372036854771712\n" },
  ],
  [
    "both, of which version 2 has the memory",
    128,
    { "/proc/self/cgroup": "1:name=systemd:/\n0::/a\n", "/sys/fs/cgroup/unified/a/memory.max": `${128 * mb}` },
  ],
])("%s: %d MB", (_, megabytes, files) => {
  expect(limitIn(files)).toBe(megabytes);
});

test("this machine has some", () => {
  expect(memoryOfMachine()).toBeGreaterThan(100 * mb);
});
