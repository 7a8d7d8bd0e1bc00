import { setTimeout } from "node:timers/promises";
import { type Attack, crowd, submitted } from "./attack.ts";

const pause = (milliseconds: number, signal: AbortSignal): Promise<unknown> =>
  setTimeout(milliseconds, undefined, { signal }).catch(() => undefined);

/** A job whose steps cost next to nothing and are all told. */
const talkative = {
  expression: "loss=(w-1)^2",
  parameters: { w: 0 },
  optimizer: { type: "SGD", lr: 1e-9 },
  steps: 2_147_483_647,
  log_every: 1,
};

const streams = (times: number): Attack => ({
  name: `${times} event streams on one running job`,
  family: "event loop",
  run: async (attacker, signal) => {
    const id = await submitted(attacker, talkative);
    const ask = `GET /v1/jobs/${id}/events HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n`;
    await crowd(times, 50, signal, () => attacker.raw(ask, { reads: true }));
    await pause(15_000, signal);
  },
});

export const otherAttacks: readonly Attack[] = [
  {
    name: "six jobs that tell each of their steps",
    family: "queues",
    // A smaller container has no room for so many threads, and says so.
    environment: (megabytes) => ({ TRAINERS: megabytes < 1024 ? "1" : "6" }),
    run: async (attacker, signal) => {
      const ids = await Promise.all(Array.from({ length: 6 }, () => submitted(attacker, talkative)));
      await pause(25_000, signal);
      for (const id of ids) if (id !== null) await attacker.post(`/v1/jobs/${id}/cancel`, "");
    },
  },
  {
    name: "jobs whose threads die",
    family: "queues",
    run: async (attacker, signal) => {
      const statements = Array.from({ length: 8_000 }, (_, at) => `h=h*a${at % 7}+sin(h)`);
      const parameters = Object.fromEntries(Array.from({ length: 7 }, (_, at) => [`a${at}`, 0.1 * at]));
      const job = {
        expression: ["h=a0", ...statements, "loss=h^2"].join(";"),
        parameters,
        optimizer: { type: "SGD", lr: 1e-9 },
        steps: 1_000_000,
      };
      await crowd(4, 1, signal, () => submitted(attacker, job));
      await submitted(attacker, { ...talkative, steps: 10 });
      await pause(25_000, signal);
      await attacker.get("/v1/jobs?status=succeeded");
    },
  },
  {
    name: "a thousand submissions at once",
    family: "queues",
    run: (attacker, signal) => crowd(1_000, 100, signal, () => submitted(attacker, { ...talkative, steps: 1_000 })),
  },
  {
    name: "10,000 requests at once, each of a few milliseconds",
    family: "queues",
    run: (attacker, signal) =>
      crowd(10_000, 2_000, signal, () =>
        attacker.post("/v1/gradients", { expression: "a=expand(x,[100000]); sum(sin(a)*a)", inputs: { x: 1 }, return: ["outputs"] }),
      ),
  },
  streams(1_000),
  streams(3_000),
  {
    name: "a long history, read again and again and deleted",
    family: "event loop",
    run: async (attacker, signal) => {
      const id = await submitted(attacker, { ...talkative, steps: 2_000_000 });
      await pause(20_000, signal);
      await crowd(40, 8, signal, () => attacker.get(`/v1/jobs/${id}/metrics?format=csv`));
      await attacker.post(`/v1/jobs/${id}/cancel`, "");
      await pause(1_000, signal);
      await attacker.delete(`/v1/jobs/${id}`);
      await crowd(20, 2, signal, () => attacker.get("/metrics"));
    },
  },
  {
    name: "three megabytes of quotes, blanks, digits and brackets",
    family: "processor",
    run: (attacker, signal) => {
      const pieces = ['"",', " ", "'',", "1,", "(", "-", "#", "\n", "a.", "1e", "/*", "[", "x;"];
      return crowd(pieces.length * 2, 4, signal, (at) =>
        attacker.post("/v1/evaluate", {
          expression: `f(${pieces[at % pieces.length].repeat(3_000_000 / pieces[at % pieces.length].length)}0)`,
        }),
      );
    },
  },
  {
    name: "long runs on every worker",
    family: "processor",
    run: (attacker, signal) =>
      crowd(12, 6, signal, () =>
        attacker.post("/v1/evaluate", {
          expression: "a=expand(x,[1500,1500]); b=a@a; c=b@a; d=c@b; e=d@c; f=e@d; g=f@e; sum(g@f)",
          inputs: { x: 1e-4 },
        }),
      ),
  },
  {
    name: "20,000 registered graphs",
    family: "storage",
    run: (attacker, signal) => crowd(20_000, 16, signal, (at) => attacker.post("/v1/graphs", { expression: `x*${at}` })),
  },
  {
    name: "checkpoints of a small request",
    family: "storage",
    run: async (attacker, signal) => {
      const job = {
        network: {
          layers: [{ type: "Linear", in_features: 1, out_features: 300_000 }, { type: "Tanh" }, { type: "Linear", out_features: 1 }],
          loss: { type: "MSELoss" },
        },
        data: { input: [[1]], target: [[1]] },
        optimizer: { type: "Adam", lr: 0.001 },
        steps: 1_000_000,
        checkpoint: { every_steps: 1, keep: 2 },
      };
      await submitted(attacker, job);
      await pause(30_000, signal);
    },
  },
  {
    name: "5,000 connections that send a byte a second",
    family: "connections",
    run: async (attacker, signal) => {
      const slow = [];
      for (let at = 0; at < 5_000 && !signal.aborted; at++) slow.push(await attacker.raw("POST /v1/gradients HTTP/1.1\r\nHost: a\r\n"));
      for (let second = 0; second < 15 && !signal.aborted; second++) {
        for (const socket of slow) if (!socket.destroyed) socket.write("x");
        await pause(1_000, signal);
      }
    },
  },
  {
    name: "bodies of 60 MB that stop before their last byte",
    family: "connections",
    run: async (attacker, signal) => {
      const piece = Buffer.alloc(2 ** 20, " ");
      const sockets = [];
      for (let at = 0; at < 40; at++) {
        sockets.push(
          await attacker.raw(
            `POST /v1/gradients HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${60 * 2 ** 20}\r\n\r\n`,
          ),
        );
      }
      for (let megabyte = 0; megabyte < 59 && !signal.aborted; megabyte++) {
        for (const socket of sockets) if (!socket.destroyed && socket.writableLength < 2 ** 22) socket.write(piece);
        await pause(100, signal);
      }
      await pause(10_000, signal);
    },
  },
  {
    name: "pipelined requests whose answers are not read",
    family: "connections",
    run: async (attacker, signal) => {
      const body = JSON.stringify({ expression: "expand(x,[20000])", inputs: { x: 1 / 3 } });
      const one = `POST /v1/evaluate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
      await crowd(50, 50, signal, () => attacker.raw(one.repeat(200)));
      await pause(20_000, signal);
    },
  },
];
