import { command, reaches, submit } from "../../../test/acceptance/jobs/client.ts";
import { digits } from "../measure.ts";
import { quantile } from "./asking.ts";
import { classifier } from "./lessons.ts";
import type { Place } from "./places.ts";

/** The types of a job's events as they come, by server-sent events, with the time of their arrival. */
async function* arrivals(address: string, id: string): AsyncGenerator<{ readonly type: string; readonly at: number }> {
  const { body } = await fetch(`${address}/v1/jobs/${id}/events?stream=true`);
  if (body === null) throw new Error("There is no stream");
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const at = performance.now();
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.startsWith("event: ")) yield { type: line.slice(7), at };
  }
}

/** Milliseconds from the request that makes an event to its arrival with somebody who watches, in PostgreSQL at another process. */
export async function eventLatency({ name, address, watchedAt }: Place, trials: number): Promise<string[]> {
  const id = await submit(address, classifier(32, 10_000_000));
  await reaches(address, id, ({ step }) => step > 0);
  const events = arrivals(watchedAt, id);
  const arrival = async (of: string): Promise<number> => {
    for (;;) {
      const { value, done } = await events.next();
      if (done === true) throw new Error(`The stream ended without ${of}`);
      if (value.type === of) return value.at;
    }
  };
  await arrival("started");
  const measured: number[] = [];
  for (let trial = 0; trial < trials; trial++) {
    for (const [order, made, then] of [
      ["pause", "pausing", "paused"],
      ["resume", "requeued", "resumed"],
    ]) {
      const start = performance.now();
      const [at] = await Promise.all([arrival(made), command(address, `/v1/jobs/${id}/${order}`)]);
      measured.push(at - start);
      await arrival(then);
    }
  }
  await command(address, `/v1/jobs/${id}/cancel`);
  await arrival("cancelled");
  return [name, ...[0.5, 0.99].map((share) => digits(quantile(measured, share)))];
}
