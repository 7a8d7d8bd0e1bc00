import { Problem } from "../problems/problems.ts";
import type { Task } from "../tasks/define.ts";
import type { Answer } from "../tasks/perform.ts";
import type { Tracing } from "../tracing/tracing.ts";
import type { Caller, Workers } from "./pool.ts";

/** Workers whose tasks are told as spans: how long each waited, and how long a thread worked on it. */
export const tracedWorkers = (workers: Workers, tracing: Tracing): Workers => ({
  async run<Parameters, Facts>(
    task: Task<Parameters, Facts>,
    parameters: NoInfer<Parameters>,
    body?: Uint8Array,
    caller: Caller = {},
  ): Promise<Answer<Facts>> {
    const at = Date.now();
    // The body's memory is given away.
    const attributes = { "adjoint.task": task.name, "adjoint.body_bytes": body?.byteLength ?? 0 };
    const span = tracing.begin(`task ${task.name}`, { parent: caller.traceparent ?? null, at, attributes });
    try {
      const answer = await workers.run(task, parameters, body, caller);
      const { run, status, operations = 0 } = answer;
      if (run !== undefined) {
        tracing.begin("wait", { parent: span.traceparent, at }).end({ at: run.began });
        tracing
          .begin("run", { parent: span.traceparent, at: run.began, attributes: { "adjoint.worker": run.worker } })
          .end({ at: run.ended });
      }
      span.end({ attributes: { "adjoint.status": status, "adjoint.operations": operations } });
      return answer;
    } catch (error) {
      span.end({ error: error instanceof Problem ? error.code : String(error) });
      throw error;
    }
  },
});
