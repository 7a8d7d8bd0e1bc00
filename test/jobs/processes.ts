import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** What a process of fixtures/ told, line by line. */
export interface Told {
  readonly opened?: number;
  readonly id?: string;
  readonly blob?: string;
  readonly job?: string;
  readonly step?: number;
  readonly claimed?: string;
  readonly lost?: string;
  readonly attempt?: number;
}

export interface Running {
  readonly child: ChildProcess;
  readonly told: Told[];
  /** Ends the process without a word to it, and waits for what it had told. */
  kill(): Promise<void>;
  /** Asks it to end. */
  stop(): Promise<void>;
}

/** Runs a script of fixtures/, and waits for its first line. */
export async function runFixture(name: string, ...args: string[]): Promise<Running> {
  const script = fileURLToPath(new URL(`fixtures/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const told: Told[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => told.push(JSON.parse(line) as Told));
  const closed = once(lines, "close");
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await closed;
  };
  await once(lines, "line");
  return { child, told, kill: () => end("SIGKILL"), stop: () => end("SIGTERM") };
}
