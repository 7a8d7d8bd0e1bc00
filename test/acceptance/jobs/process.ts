import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { inherited } from "../../support/environment.ts";

const main = fileURLToPath(new URL("../../../src/main.ts", import.meta.url));

/** The service in a process of its own. */
export interface ServiceProcess extends AsyncDisposable {
  /** `http://127.0.0.1:…` */
  readonly origin: string;
  /** Ends it as a machine that fails would. */
  readonly kill: () => Promise<void>;
  /** Asks it to end; its exit code. */
  readonly stop: () => Promise<number | null>;
  /** All it has logged. */
  readonly log: () => string;
}

function spawned(environment: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [main], {
    env: { ...inherited, HOST: "127.0.0.1", PORT: "0", WORKERS: "1", THREADS: "2", RATE_LIMIT: "0", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = (): boolean => child.kill("SIGKILL");
  process.setMaxListeners(0).once("exit", end);
  let log = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (log += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const ended = once(child, "close").then(([code]) => {
    process.off("exit", end);
    return code as number | null;
  });
  return { child, ended, log: () => log, errors: () => errors };
}

/** Starts the service with nothing in its environment but what is told; fulfilled when it answers. */
export async function startProcess(environment: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  const { child, ended, log, errors } = spawned(environment);
  while (!log().includes('"msg":"ready"')) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`The service did not start: ${log()}${errors()}`);
    await sleep(10);
  }
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return ended;
  };
  const kill = async (): Promise<void> => void (await end("SIGKILL"));
  return {
    origin: /listening at (http:\/\/[\d.:]+)/.exec(log())?.[1] ?? "",
    kill,
    stop: () => end("SIGTERM"),
    log: () => log() + errors(),
    [Symbol.asyncDispose]: kill,
  };
}

/** Starts the service where it will refuse to: its exit code, and what it says. */
export async function refusedStart(environment: Readonly<Record<string, string>>): Promise<{ code: number | null; errors: string }> {
  const { ended, errors } = spawned(environment);
  const code = await ended;
  return { code, errors: errors() };
}
