import { parentPort, workerData } from "node:worker_threads";
import { Compiler } from "../../../src/program/compiler.ts";
import { Cache } from "../../../src/tasks/cache.ts";
import { giveWay } from "../../../src/workers/priority.ts";
import { Registry } from "../../../src/program/registry.ts";
import { Session } from "../../../src/run/session.ts";
import { zeros } from "../../../src/tensor/tensor.ts";
import { methodOf } from "../../../src/training/optimizers/catalogue.ts";
import { Setup } from "../../../src/training/setup.ts";
import { stepPlan } from "../../../src/training/step-plan.ts";
import { decodeAssignment } from "../../../src/training/assignment.ts";
import { JobRequest } from "../../../src/training/request.ts";
import { planJob } from "../../../src/training/tasks/submit.ts";
import { defaultLimits as limits } from "../../../src/request/limits.ts";

/**
 * The plan of a job's step, run again and again on the same batch by nothing but a loop, in a thread that gives way as a trainer's does.
 * Worker data: the request. Messages: so many steps; answered by the milliseconds that they took.
 */
const registry = new Registry("graphs");
const shared = { limits, registry, cache: new Cache(0), compiler: new Compiler(registry, limits) };

/** What a request trains, as a job's thread sets it up. */
function setupOf(request: object): Setup {
  const { content } = planJob.prepare(shared)(JobRequest.parse(request), { parameters: { datasets: {} }, cancelled: () => false });
  if (content.kind !== "bytes") throw new Error("a job is planned into bytes");
  return new Setup(decodeAssignment(content.bytes), { ...shared, datasets: () => null });
}

giveWay();
const setup = setupOf(workerData as object);
const { rule } = methodOf(setup.spec.optimizer);
if (rule === null) throw new Error("Its steps are not one plan");
const { plan, kept } = stepPlan(setup, setup.batch, { rule, isWatched: false });
const session = new Session(plan);
const feeds = plan.fed.map((slot) => {
  const place = plan.slots[slot];
  return place === undefined || place === null ? null : zeros(place.dtype, place.shape);
});
for (const { feed } of kept) feeds[feed]?.data.fill(0.01);
session.run(feeds);
// From now on they stay in the session's memory.
for (const { feed } of kept) feeds[feed] = null;

parentPort?.on("message", (steps: number) => {
  const start = performance.now();
  for (let step = 0; step < steps; step++) session.run(feeds);
  parentPort?.postMessage(performance.now() - start);
});
