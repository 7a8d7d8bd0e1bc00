import { gzipSync } from "node:zlib";
import { setTimeout } from "node:timers/promises";
import { type Attack, crowd, isGood, submitted } from "./attack.ts";

const scans = {
  expression: "a=expand(x,[60000000]); b=sin(a); c=cumsum(b,0); d=cumsum(c,0); y=sum(a*b)+sum(c)+sum(d)",
  inputs: { x: 1 },
  return: ["outputs"],
};

/** An NPY file: its head, then as many zeros as its shape says. */
function npyHead(type: string, shape: readonly number[]): Buffer {
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(",")},), }`;
  const padded = text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11) + "\n";
  const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length % 256, padded.length >> 8]);
  return Buffer.concat([head, Buffer.from(padded, "latin1")]);
}

const repeated = (text: string, bytes: number): string => text.repeat(Math.floor(bytes / text.length));
const bodyBytes = 63 * 2 ** 20;

export const memoryAttacks: readonly Attack[] = [
  {
    name: "six large runs, one after another",
    family: "memory",
    run: (attacker, signal) => crowd(6, 1, signal, () => attacker.post("/v1/gradients", scans)),
  },
  {
    name: "large runs whose clients go away",
    family: "memory",
    run: (attacker, signal) => crowd(120, 4, signal, (at) => attacker.post("/v1/gradients", scans, { abortMs: 200 + ((at * 331) % 900) })),
  },
  {
    name: "large runs from eight connections",
    family: "memory",
    run: (attacker, signal) =>
      crowd(40, 8, signal, (at) =>
        attacker.post(at % 2 === 0 ? "/v1/evaluate" : "/v1/gradients", {
          ...scans,
          expression: `a=expand(x,[${1e6 * (1 + (at % 30))}]); y=sum(tanh(a)*exp(a)*${at})`,
        }),
      ),
  },
  {
    name: "56 bytes that ask for 67 million lists",
    family: "memory",
    run: (attacker, signal) =>
      crowd(8, 4, signal, (at) =>
        attacker.post(at % 2 === 0 ? "/v1/evaluate" : "/v1/gradients", {
          expression: "expand(x,[67108864,1])",
          inputs: { x: 1 },
          ...(at % 2 === 1 && { cotangent: 1 }),
        }),
      ),
  },
  {
    name: "answers just below the limit, in lists and in base64",
    family: "memory",
    run: (attacker, signal) =>
      crowd(12, 4, signal, (at) =>
        attacker.post("/v1/evaluate", {
          expression: `expand(x,[${at % 3 === 0 ? "400000,5,5" : "10000000"}])`,
          inputs: { x: 1 / 3 },
          ...(at % 2 === 1 && { encoding: "base64" }),
        }),
      ),
  },
  {
    name: "bodies of 63 MB of {} and [] and names",
    family: "memory",
    run: async (attacker, signal) => {
      const bodies = [
        `[${repeated("{},", bodyBytes)}{}]`,
        `{"expression":"x","inputs":{"x":[${repeated("[],", bodyBytes)}[]]}}`,
        `{"expression":"x","inputs":{${Array.from({ length: 3_500_000 }, (_, at) => `"v${at}":1`).join()}}}`,
        `{"graph":{"nodes":[${repeated('{"op":"Add"},', bodyBytes)}{}]}}`,
      ];
      await crowd(8, 2, signal, (at) => attacker.post("/v1/evaluate", bodies[at % bodies.length]));
    },
  },
  {
    name: "numbers drawn for a check",
    family: "memory",
    run: (attacker, signal) =>
      crowd(6, 3, signal, () =>
        attacker.post("/v1/check", { expression: "sum(x*x)", generate: { x: { shape: [60_000_000] } }, samples: 1 }),
      ),
  },
  {
    name: "a gigabyte of zeros in a megabyte of gzip",
    family: "memory",
    run: async (attacker, signal) => {
      const zeros = Buffer.alloc(2 ** 24);
      const packed = gzipSync(Buffer.concat([npyHead("|u1", [1e9]), ...Array.from({ length: 60 }, () => zeros)]), { level: 9 });
      await crowd(8, 4, signal, (at) => attacker.post(`/v1/datasets?name=bomb${at}`, packed, { type: "application/octet-stream" }));
    },
  },
  {
    name: "jobs over twelve large datasets",
    family: "memory",
    run: async (attacker, signal) => {
      const rows = 2_500_000;
      const ids: string[] = [];
      await crowd(12, 1, signal, async (at) => {
        const numbers = Float64Array.from({ length: rows }, (_, row) => row + at);
        const file = Buffer.concat([npyHead("<f8", [rows, 1]), Buffer.from(numbers.buffer)]);
        const { status, text } = await attacker.post(`/v1/datasets?name=d${at}`, file, { type: "application/octet-stream" });
        if (isGood(status)) ids.push((JSON.parse(text) as { id: string }).id);
      });
      const columns = Object.fromEntries(ids.map((id, at) => [`x${at}`, { dataset: id, tensor: "data" }]));
      const expression = `loss=mean((${ids.map((_, at) => `x${at}`).join("+")}-w)^2)`;
      const job = { expression, data: columns, parameters: { w: 0 }, optimizer: { type: "SGD", lr: 1e-9 }, steps: 3, batch_size: 100 };
      await crowd(3, 3, signal, () => submitted(attacker, job));
      await setTimeout(10_000, undefined, { signal }).catch(() => undefined);
    },
  },
  {
    name: "answers of 20 MB that nobody reads",
    family: "memory",
    run: async (attacker, signal) => {
      const body = JSON.stringify({ expression: "expand(x,[10000000])", inputs: { x: 1 } });
      const head = `POST /v1/evaluate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
      await crowd(60, 60, signal, () => attacker.raw(head + body));
      await setTimeout(30_000, undefined, { signal }).catch(() => undefined);
    },
  },
  {
    name: "12,000 distinct formulas",
    family: "memory",
    run: (attacker, signal) =>
      crowd(12_000, 16, signal, (at) =>
        attacker.post(at % 2 === 0 ? "/v1/gradients" : "/v1/evaluate", { expression: `sin(x)*${at}+y/${at + 1}`, inputs: { x: 1, y: 2 } }),
      ),
  },
  {
    name: "formulas of a thousand terms, each another",
    family: "memory",
    run: (attacker, signal) =>
      crowd(600, 8, signal, (at) =>
        attacker.post("/v1/gradients", {
          expression: Array.from({ length: 1000 }, (_, term) => `sin(x*${term})*${at}`).join("+"),
          inputs: { x: 1 },
          return: ["gradients"],
        }),
      ),
  },
  {
    name: "jobs of large networks, cancelled",
    family: "memory",
    run: (attacker, signal) =>
      crowd(12, 3, signal, async (at) => {
        const width = 2_000 + 100 * at;
        const id = await submitted(attacker, {
          network: {
            layers: [{ type: "Linear", in_features: width, out_features: width }, { type: "Tanh" }, { type: "Linear", out_features: 1 }],
            loss: { type: "MSELoss" },
          },
          data: { input: [Array.from({ length: width }, () => 1)], target: [[1]] },
          optimizer: { type: "Adam", lr: 0.001 },
          steps: 1_000_000,
        });
        await setTimeout(1_500, undefined, { signal }).catch(() => undefined);
        if (id !== null) await attacker.post(`/v1/jobs/${id}/cancel`, "");
      }),
  },
];
