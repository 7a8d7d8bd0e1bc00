import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    environment: "node",
    // The tests start worker threads of their own: a process per file keeps them apart from the runner's.
    pool: "forks",
    // Those of clusters wait for heartbeats most of the time.
    maxWorkers: 2,
    reporters: ["default"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
