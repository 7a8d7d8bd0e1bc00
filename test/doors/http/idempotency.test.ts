import { expect, test, vi } from "vitest";
import { Problem } from "../../../src/problems/problems.ts";
import { until } from "../../jobs/given.ts";
import { startJobService } from "./job-service.ts";

const request = {
  expression: "loss = mean((w * x - t)^2)",
  parameters: { w: 0 },
  data: { x: [1, 2], t: [2, 4] },
  optimizer: { type: "SGD", lr: 0.1 },
  steps: 1,
};

test("a key is given up as soon as the storage answers, when that was away in the middle of the request", async () => {
  await using service = await startJobService();
  const away = new Problem("storage_unavailable", "The storage did not answer.", [], 5);
  vi.spyOn(service.storage.jobs, "create").mockRejectedValueOnce(away);
  vi.spyOn(service.storage.idempotency, "release").mockRejectedValueOnce(away).mockRejectedValueOnce(away);
  const post = () => service.send("/v1/jobs", request, { "idempotency-key": "mine" });
  expect((await post()).status).toBe(503);
  expect((await post()).status).toBe(409);
  const accepted = await until(async () => {
    const answer = await post();
    return answer.status !== 409 && answer;
  });
  expect(accepted.status).toBe(202);
  expect((await service.jobs.list({ scope: null, limit: 10 })).data).toHaveLength(1);
});
