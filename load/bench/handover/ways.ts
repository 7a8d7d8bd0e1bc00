import { Worker } from "node:worker_threads";
import { Ring, ringMemory } from "./ring.ts";

/** How a request's body gets to a worker and its answer back. */
export const ways = ["message each", "messages shared in a turn", "ring", "spinning ring"] as const;
export type Way = (typeof ways)[number];

export interface Handover {
  readonly submit: (body: Uint8Array) => Promise<string>;
  readonly end: () => Promise<unknown>;
}

/** A worker that answers in order, reached in one of the ways. */
export function handover(way: Way, work: "nothing" | "gradients"): Handover {
  const ring = ringMemory();
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: { way, work, ring } });
  const end = (): Promise<unknown> => worker.terminate();
  if (way === "ring" || way === "spinning ring") {
    const client = new Ring(ring);
    return { submit: (body) => client.submit(body), end };
  }
  const waiting: ((answer: string) => void)[] = [];
  worker.on("message", (message: string | readonly string[]) => {
    for (const answer of typeof message === "string" ? [message] : message) waiting.shift()?.(answer);
  });
  let outbox: string[] = [];
  const send = (): void => {
    worker.postMessage(outbox);
    outbox = [];
  };
  const submit = (body: Uint8Array): Promise<string> => {
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
    if (way === "message each") worker.postMessage(text);
    else if (outbox.push(text) === 1) setImmediate(send);
    return new Promise((resolve) => waiting.push(resolve));
  };
  return { submit, end };
}
