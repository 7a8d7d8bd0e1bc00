import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Every file of tests, every service and every thread that they start compiles the same sources: they do it once, which takes a
// quarter off the processor time of the whole.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL("node_modules/.cache/compiled", import.meta.url));

/**
 * Tests of pure functions, which leave nothing behind in their process and so share one, that loads the sources once. What plants faults in
 * operators is not among them.
 */
const together = "test/{autodiff,compute,formula,grading,ops,oracle,problems,program,render}/**/!(accuracy-faults).test.ts";

export default defineConfig({
  test: {
    environment: "node",
    // The tests start worker threads of their own: a process per file keeps them apart from the runner's.
    pool: "forks",
    // Those of clusters wait for heartbeats most of the time.
    maxWorkers: 2,
    reporters: ["default"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      { extends: true, test: { name: "together", include: [together], isolate: false } },
      { extends: true, test: { name: "apart", include: ["test/**/*.test.ts"], exclude: [together] } },
    ],
  },
});
