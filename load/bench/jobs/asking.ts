import { setTimeout } from "node:timers/promises";
import { command, reaches, submit } from "../../../test/acceptance/jobs/client.ts";

/** Does something again and again for so long; the milliseconds that each time took. */
export async function latencies(ask: () => Promise<unknown>, milliseconds: number): Promise<number[]> {
  const measured: number[] = [];
  for (const end = performance.now() + milliseconds; performance.now() < end;) {
    const start = performance.now();
    await ask();
    measured.push(performance.now() - start);
    await setTimeout(2);
  }
  return measured;
}

export const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))];

/** Reads a path to its end. Throws where the answer is not 2xx. */
export async function read(url: string): Promise<string> {
  const answer = await fetch(url);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
  return text;
}

/** Works while jobs are trained, which are cancelled afterwards. */
export async function whileTraining<T>(address: string, requests: readonly object[], work: () => Promise<T>): Promise<T> {
  const ids = await Promise.all(requests.map((request) => submit(address, request)));
  for (const id of ids) await reaches(address, id, ({ step }) => step > 0);
  try {
    return await work();
  } finally {
    for (const id of ids) await command(address, `/v1/jobs/${id}/cancel`);
    for (const id of ids) await reaches(address, id, ({ status }) => status === "cancelled");
  }
}
