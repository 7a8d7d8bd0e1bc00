import { Agent, request } from "node:http";
import { setTimeout } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";

/**
 * A well-behaved client, in a thread of its own so that what the attacker does here does not hold it up: it asks for a small gradient and
 * for /livez in turns, from an address of its own, and tells how long each answer took. Told a word, it tells what it has measured since.
 */
const { origin, localAddress } = workerData as { readonly origin: string; readonly localAddress: string };

/** What a neighbour has seen: milliseconds of each answer, and what was no good answer. */
export interface Seen {
  livez: number[];
  small: number[];
  failures: string[];
}

const body = '{"expression":"1/(1+exp(-x))","inputs":{"x":1}}';
const patienceMs = 60_000;
const agent = new Agent({ keepAlive: true, maxSockets: 2 });
let seen: Seen = { livez: [], small: [], failures: [] };

function ask(path: string, text: string | null): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = text === null ? {} : { "content-type": "application/json", "content-length": text.length };
    const asked = request(
      origin + path,
      { method: text === null ? "GET" : "POST", agent, localAddress, headers, timeout: patienceMs },
      (reply) => {
        let answer = "";
        reply
          .setEncoding("utf8")
          .on("data", (piece: string) => (answer += piece))
          .on("error", reject)
          .on("end", () => (reply.statusCode === 200 ? resolve(answer) : reject(new Error(`${reply.statusCode} ${answer.slice(0, 200)}`))));
      },
    );
    asked.on("timeout", () => asked.destroy(new Error("no answer"))).on("error", reject);
    asked.end(text ?? undefined);
  });
}

async function measure(name: "livez" | "small", path: string, text: string | null): Promise<never> {
  for (;;) {
    const began = performance.now();
    try {
      await ask(path, text);
    } catch (error) {
      seen.failures.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
    seen[name].push(performance.now() - began);
    await setTimeout(10);
  }
}

parentPort?.on("message", () => {
  parentPort?.postMessage(seen);
  seen = { livez: [], small: [], failures: [] };
});
void measure("livez", "/livez", null);
void measure("small", "/v1/gradients", body);
