import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";

/** Clients that post a large body to /v1/gradients again and again until the process is ended. Arguments: address, clients, bytes. */
const [address, clients, bytes] = [process.argv[2], ...process.argv.slice(3).map(Number)] as [string, number, number];

const numbers = Array.from({ length: bytes / 8 }, (_, at) => (Math.sin(at) + 2).toFixed(5)).join();
const body = Buffer.from(`{"expression":"sum(x*x)","inputs":{"x":[${numbers}]},"return":["outputs"]}`);
const agent = new Agent({ keepAlive: true });

function post(): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": body.length };
    request(`${address}/v1/gradients`, { method: "POST", agent, headers }, (response) => {
      text(response).then((answer) => (response.statusCode === 200 ? resolve() : reject(new Error(answer))), reject);
    })
      .on("error", reject)
      .end(body);
  });
}

async function client(): Promise<never> {
  for (;;) await post();
}

await Promise.all(Array.from({ length: clients }, client));
