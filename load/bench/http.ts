import { type Bench, skipped } from "./bench.ts";
import { type Scenario, scenarios, sigmoid } from "./http-scenarios.ts";
import { digits, median, table } from "./measure.ts";
import { type Load, loadOf, post, type Server, startEcho, startFastApi, startService } from "./servers.ts";

const connections = 32;
const seconds = 3;

const of = (loads: readonly Load[], key: keyof Load): number => median(loads.map((load) => load[key]));
const perRound = (own: readonly Load[], rival: readonly Load[], key: keyof Load): number =>
  median(own.map((load, round) => load[key] / rival[round][key]));

/** The shape of an answer: its members, without the numbers. */
function members(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(members);
  if (typeof json !== "object" || json === null) return typeof json;
  return Object.entries(json).map(([name, value]) => [name, members(value)]);
}

/** Each scenario's rival gives an answer of the same shape; a rival that computes gives the same numbers too. */
async function requireSameAnswer(server: Server, rival: Server, { bodies: [body] }: Scenario): Promise<void> {
  const [own, other] = await Promise.all([server, rival].map(async ({ address }) => (await post(address, body)).json()));
  const [a, b] = [own, other].map((json) => JSON.stringify(members(json)));
  if (a !== b) throw new Error(`The rival's answer differs in shape: ${b} is not ${a}`);
  const [x, y] = [own, other].map((json) => (json as { gradients: { x?: number } }).gradients.x ?? 0);
  if (!(Math.abs(x - y) < 1e-9)) throw new Error(`The rival finds ${y} and not ${x}`);
}

async function compare(
  service: Server,
  rivals: readonly (readonly [string, Server])[],
  scenario: Scenario,
  rounds: number,
): Promise<string[][]> {
  for (const [, rival] of rivals) await requireSameAnswer(service, rival, scenario);
  const contestants: (readonly [string, Server])[] = [["Adjoint", service], ...rivals];
  for (const [, { address }] of contestants) await loadOf(address, scenario.bodies, connections, 2);
  const loads: Load[][] = contestants.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, [, { address }]] of contestants.entries()) loads[at].push(await loadOf(address, scenario.bodies, connections, seconds));
  }
  const [own] = loads;
  return contestants.map(([name], at) => [
    scenario.name,
    name,
    digits(of(loads[at], "rate")),
    digits(of(loads[at], "p50")),
    digits(of(loads[at], "p99")),
    at === 0 ? "" : perRound(own, loads[at], "rate").toFixed(2),
    at === 0 ? "" : perRound(own, loads[at], "p99").toFixed(2),
  ]);
}

export const bench: Bench = {
  title: "POST /v1/gradients over HTTP",
  text:
    `${connections} connections for ${seconds} s a round, bodies that differ in their numbers, quiet logs. The bare route parses JSON and answers a constant of the same size; ` +
    "FastAPI (uvicorn with uvloop and httptools) computes the same fields with PyTorch. The load comes from the same cores. " +
    "Aim for the sigmoid expression: at least 0.7 × the bare route with a p99 no worse than 3 ×, and 10 × FastAPI.",
  packages: ["fastify", "autocannon"],
  pythonPackages: ["fastapi", "uvicorn", "pydantic", "torch"],
  run: async ({ pace: { rounds }, python }) => {
    await using service = await startService();
    const rows: string[][] = [];
    for (const scenario of scenarios) {
      const answer = await (await post(service.address, scenario.bodies[0])).text();
      await using echo = await startEcho(answer);
      await using fastApi = python !== null && scenario === sigmoid ? await startFastApi(python) : null;
      const rivals: (readonly [string, Server])[] = [["bare Fastify route", echo]];
      if (fastApi !== null) rivals.push(["FastAPI + PyTorch", fastApi]);
      rows.push(...(await compare(service, rivals, scenario, rounds)));
    }
    const head = ["scenario", "", "requests/s", "p50, ms", "p99, ms", "Adjoint's rate is ×", "Adjoint's p99 is ×"];
    return table(head, rows) + (python === null ? skipped : "");
  },
};
