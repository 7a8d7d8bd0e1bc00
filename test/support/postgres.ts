import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";

const run = promisify(execFile);

/** The folder of PostgreSQL's programs, as Debian and others install them; null where there are none. */
export const postgresPrograms: string | null = (() => {
  const newestFirst = globSync("/usr/lib/postgresql/*/bin/initdb").toSorted((a, b) => parseFloat(b.slice(20)) - parseFloat(a.slice(20)));
  const found = [...newestFirst, "/usr/local/bin/initdb", "/usr/bin/initdb", "/opt/homebrew/bin/initdb"].find((path) => existsSync(path));
  return found === undefined ? null : dirname(found);
})();

const user = "adjoint";

/** A server of the tests' own, in a folder that goes with it. */
export class PostgresServer implements AsyncDisposable {
  readonly #programs: string;
  readonly #folder: string;
  readonly #owner: { uid?: number; gid?: number };
  readonly #settings: readonly string[];
  #port = 0;
  #process: ChildProcess | null = null;
  #databases = 0;

  private constructor(programs: string, folder: string, owner: { uid?: number; gid?: number }, settings: readonly string[]) {
    this.#programs = programs;
    this.#folder = folder;
    this.#owner = owner;
    this.#settings = settings;
  }

  /** Starts a server. One that is not durable is faster, and may lose everything when the machine stops, not when the server does. */
  static async start({ durable = false }: { durable?: boolean } = {}): Promise<PostgresServer> {
    if (postgresPrograms === null) throw new Error("PostgreSQL is not installed here");
    const folder = mkdtempSync(join(tmpdir(), "adjoint-postgres-"));
    const owner = await ordinaryUser();
    if (owner.uid !== undefined && owner.gid !== undefined) chownSync(folder, owner.uid, owner.gid);
    const speed = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];
    const server = new PostgresServer(postgresPrograms, folder, owner, durable ? [] : speed);
    const args = ["-D", join(folder, "data"), "-U", user, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
    await run(join(postgresPrograms, "initdb"), args, { ...owner, cwd: folder });
    server.#port = await freePort();
    await server.resume();
    return server;
  }

  /** Starts the server again where it was stopped. */
  async resume(): Promise<void> {
    const settings = [`port=${this.#port}`, "listen_addresses=127.0.0.1", `unix_socket_directories=${this.#folder}`, ...this.#settings];
    const args = ["-D", join(this.#folder, "data"), ...settings.flatMap((setting) => ["-c", setting])];
    const child = spawn(join(this.#programs, "postgres"), args, { ...this.#owner, cwd: this.#folder, stdio: "ignore" });
    process.once("exit", () => child.kill("SIGQUIT"));
    this.#process = child;
    const deadline = Date.now() + 20_000;
    while (!(await this.#answers())) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`PostgreSQL does not start (${child.exitCode})`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Stops the server: its clients are cut off. `crash`: as if it had been killed, so that it recovers when it is started again. */
  async suspend({ crash = false }: { crash?: boolean } = {}): Promise<void> {
    if (this.#process === null) return;
    const ended = once(this.#process, "exit");
    this.#process.kill(crash ? "SIGQUIT" : "SIGINT");
    await ended;
    this.#process = null;
  }

  /** The URL of a new, empty database. */
  async createDatabase(): Promise<string> {
    const name = `test_${++this.#databases}`;
    await this.#asking((client) => client.query(`create database ${name}`));
    return this.#url(name);
  }

  /** Runs statements in a database. */
  execute(url: string, statements: string): Promise<void> {
    return this.#asking((client) => client.query(statements), url);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.suspend({ crash: true });
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #url(database: string): string {
    return `postgres://${user}@127.0.0.1:${this.#port}/${database}`;
  }

  async #answers(): Promise<boolean> {
    try {
      await this.#asking((client) => client.query("select 1"));
      return true;
    } catch {
      return false;
    }
  }

  async #asking(ask: (client: pg.Client) => Promise<unknown>, url = this.#url("postgres")): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {});
    await client.connect();
    try {
      await ask(client);
    } finally {
      await client.end();
    }
  }
}

/** Whom the server runs as: PostgreSQL refuses to be root. */
async function ordinaryUser(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = await Promise.all(["-u", "-g"].map(async (what) => Number((await run("id", [what, "postgres"])).stdout)));
  return { uid, gid };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
