import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { arrived, newControl, ROWS, wishFor } from "../../src/jobs/trainer-protocol.ts";
import { until } from "./given.ts";

test("a trainer stands still while too many of its rows are on their way, and a wish gets through to it", async () => {
  const thread = new Worker(new URL("fixtures/sending-trainer.ts", import.meta.url));
  await once(thread, "online");
  let sent = 0;
  thread.on("message", (count: number) => (sent = count));
  const control = newControl();
  thread.postMessage({ control, rows: 500, times: 20 });
  await until(() => sent === 8);
  await sleep(50);
  expect(sent).toBe(8);
  arrived(control, ROWS, 600);
  await until(() => sent === 10);
  await sleep(50);
  expect(sent).toBe(10);
  wishFor(control, "cancel");
  await until(() => sent === 20);
  await thread.terminate();
});
