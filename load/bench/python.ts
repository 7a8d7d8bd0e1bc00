import { type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);
const fileHere = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const interpreter = fileHere(".venv/bin/python");
const packages = ["torch", "jax", "fastapi", "uvicorn", "pydantic"];

/** The Python rivals, in an environment of their own. */
export class Python {
  readonly #versions: Readonly<Record<string, string>>;

  private constructor(versions: Readonly<Record<string, string>>) {
    this.#versions = versions;
  }

  /** Null, with a word, where the packages are not there. */
  static async find(): Promise<Python | null> {
    if (!existsSync(interpreter)) return null;
    const script = `import json\nfrom importlib.metadata import version\nprint(json.dumps({p: version(p) for p in ${JSON.stringify(packages)}}))`;
    try {
      const { stdout } = await execute(interpreter, ["-c", script]);
      return new Python(JSON.parse(stdout) as Record<string, string>);
    } catch (error) {
      console.error(`The Python rivals are not complete and are skipped: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    }
  }

  /** Makes the environment; says so and goes on without it where that fails. */
  static async install(): Promise<void> {
    try {
      if (!existsSync(interpreter)) await execute("python3", ["-m", "venv", fileHere(".venv")]);
      await execute(interpreter, ["-m", "pip", "install", "--quiet", "--requirement", fileHere("requirements.txt")]);
    } catch (error) {
      console.error(`The Python rivals cannot be installed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  versionsOf(names: readonly string[]): Record<string, string> {
    return Object.fromEntries(names.map((name) => [name, this.#versions[name]]));
  }

  /** A process that does the work of rivals.py which `task` describes. */
  start(task: object): PythonWork {
    return new PythonWork(spawn(interpreter, [fileHere("rivals.py")], { stdio: ["pipe", "pipe", "inherit"] }), task);
  }

  /** A server of http_rival.py on a port. */
  serve(port: number): { end: () => void } {
    const child = spawn(interpreter, ["-m", "uvicorn", "--log-level", "warning", "--port", String(port), "http_rival:app"], {
      cwd: fileHere("."),
      stdio: ["ignore", "inherit", "inherit"],
    });
    return { end: () => child.kill() };
  }
}

/** One line of text asks for so many repetitions; one line answers. */
export class PythonWork implements Disposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  constructor(child: ChildProcessByStdio<Writable, Readable, null>, task: object) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stdin.write(`${JSON.stringify(task)}\n`);
  }

  /** The milliseconds that so many repetitions took, and the result of each. */
  async run(times: number): Promise<{ milliseconds: number; results: number[] }> {
    this.#child.stdin.write(`${times}\n`);
    const line = await this.#lines.next();
    if (line.done === true) throw new Error("The Python rival has ended");
    return JSON.parse(line.value) as { milliseconds: number; results: number[] };
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }
}
