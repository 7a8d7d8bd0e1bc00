import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Container } from "./container.ts";

/** The service in a process of its own, as somebody attacks it. */
export interface Victim extends AsyncDisposable {
  readonly origin: string;
  /** Where it keeps its data. */
  readonly folder: string;
  readonly openFiles: () => number;
  readonly isAlive: () => boolean;
  /** Its resident memory in bytes. */
  readonly resident: () => number;
  /** Asks it to stop; the milliseconds that it took, or null where it did not within the patience. */
  readonly stop: (patienceMs: number) => Promise<number | null>;
}

/** Starts the service of a checkout with nothing set but what is told, in a container where there is one. */
export async function startVictim(
  tree: string,
  environment: Readonly<Record<string, string>>,
  container: Container | null,
): Promise<Victim> {
  const folder = mkdtempSync(join(tmpdir(), "adjoint-hostile-"));
  const enter = container === null ? "" : `echo $$ > ${container.members}; `;
  const child = spawn("/bin/sh", ["-c", `${enter}exec "$0" src/main.ts`, process.execPath], {
    cwd: tree,
    env: { PATH: process.env.PATH, HOST: "127.0.0.1", PORT: "0", RATE_LIMIT: "0", LOG_LEVEL: "info", DATA_DIR: folder, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = (): boolean => child.kill("SIGKILL");
  process.setMaxListeners(0).once("exit", end);
  const closed = once(child, "close");
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  let log = "";
  const keep = (text: string): void => void (log = (log + text).slice(-1_000_000));
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  while (!log.includes('"msg":"ready"')) {
    if (!isAlive()) throw new Error(`The service did not start: ${log}`);
    await setTimeout(20);
  }
  const origin = /listening at (http:\/\/[\d.:]+)/.exec(log)?.[1] ?? "";
  return {
    origin,
    folder,
    openFiles: () => readdirSync(`/proc/${child.pid}/fd`).length,
    isAlive,
    resident: () => residentOf(child.pid),
    stop: async (patienceMs) => {
      const began = performance.now();
      child.kill("SIGTERM");
      const ended = await Promise.race([closed.then(() => true), setTimeout(patienceMs, false, { ref: false })]);
      return ended ? performance.now() - began : null;
    },
    [Symbol.asyncDispose]: async () => {
      end();
      await closed;
      process.off("exit", end);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function residentOf(pid: number | undefined): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
