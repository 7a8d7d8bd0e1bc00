import { parentPort, workerData } from "node:worker_threads";
import { Compiler } from "../../../src/program/compiler.ts";
import { Cache } from "../../../src/tasks/cache.ts";
import { Registry } from "../../../src/program/registry.ts";
import { gradients as task } from "../../../src/compute/gradients.ts";
import { defaultLimits as limits } from "../../../src/request/limits.ts";
import { type RingMemory, serveRing } from "./ring.ts";
import { performerOf } from "../../../src/tasks/perform.ts";
import { writeJson } from "../../../src/doors/json/write.ts";
import type { Way } from "./ways.ts";

/** The other side of the ways: computes gradients, or gives an answer that costs nothing. */
const { way, work, ring } = workerData as { readonly way: Way; readonly work: "nothing" | "gradients"; readonly ring: RingMemory };

const registry = new Registry("graphs");
const shared = { limits, registry, cache: new Cache(2 ** 24), compiler: new Compiler(registry, limits) };
const gradients = performerOf(task, shared, writeJson);
const kilobyte = "x".repeat(1024);

function handle(body: string): string {
  if (work === "nothing") return kilobyte;
  const answer = gradients(body, {}, () => false).body;
  return typeof answer === "string" ? answer : Buffer.from(answer).toString();
}

if (way === "ring" || way === "spinning ring") serveRing(ring, way === "ring" ? 0 : 20_000, handle);
parentPort?.on("message", (message: string | readonly string[]) => {
  parentPort?.postMessage(typeof message === "string" ? handle(message) : message.map(handle));
});
