import { writeJson } from "../../src/doors/json/write.ts";
import { Compiler } from "../../src/program/compiler.ts";
import { Registry } from "../../src/program/registry.ts";
import { defaultLimits, type Limits } from "../../src/request/limits.ts";
import { Cache } from "../../src/tasks/cache.ts";
import type { Shared, Task } from "../../src/tasks/define.ts";
import { type Answer, performerOf } from "../../src/tasks/perform.ts";

/** What tasks share on this thread. No test here registers a graph, so the folder is never made. */
export function sharedWithin(limits: Partial<Limits> = {}, cacheBytes = 2 ** 24): Shared {
  const all = { ...defaultLimits, ...limits };
  const registry = new Registry("unused");
  return { limits: all, registry, compiler: new Compiler(registry, all), cache: new Cache(cacheBytes) };
}

/** A task on this thread: what it answers to a request, which is given as an object or as its text. Throws Problem. */
export function performed<Parameters, Facts>(task: Task<Parameters, Facts>, shared: Shared = sharedWithin()) {
  const perform = performerOf(task, shared, writeJson);
  return (request: unknown, parameters: NoInfer<Parameters>): Answer<Facts> =>
    perform(typeof request === "string" ? request : JSON.stringify(request), parameters, () => false);
}
