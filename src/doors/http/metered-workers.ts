import { Allowances } from "../../clients/allowances.ts";
import type { Keys } from "../../clients/keys.ts";
import type { Workers } from "../../workers/pool.ts";

/**
 * Workers that count what they compute for each client, and take nothing more from one that has used up its operations of the minute.
 * `usual` is what a client has that is not told otherwise; 0: no limit.
 */
export function meteredWorkers(workers: Workers, keys: Keys, usual: number): Workers {
  const allowances = new Allowances();
  return {
    run: async (task, parameters, body, caller) => {
      const { owner = "", client = owner } = { ...caller };
      const perMinute = keys.named(owner)?.limits.operations_per_minute ?? usual;
      if (perMinute === 0) return workers.run(task, parameters, body, caller);
      allowances.require(client, perMinute);
      const answer = await workers.run(task, parameters, body, caller);
      allowances.spend(client, answer.operations ?? 0, perMinute);
      return answer;
    },
  };
}
