import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, matchesGlob, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import about from "../package.json" with { type: "json" };
import { readConfig, variables } from "../src/config.ts";

/** Dockerfile, the compose files and .dockerignore: they are true to the project, and the service runs from what they put together. */

const root = fileURLToPath(new URL("..", import.meta.url));
const text = (name: string): string => readFileSync(join(root, name), "utf8");

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

const instructions: readonly Instruction[] = text("Dockerfile")
  .replaceAll(/^#.*\n/gm, "")
  .replaceAll(/\\\n\s*/g, "")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => ({ word: line.slice(0, line.indexOf(" ")), rest: line.slice(line.indexOf(" ") + 1) }));
const stages = instructions.reduce<Instruction[][]>(
  (before, next) => (next.word === "FROM" ? [...before, [next]] : [...before.slice(0, -1), [...(before.at(-1) ?? []), next]]),
  [],
);
const [[argument], build, final] = stages;

/** An image by its name and tag, and by its digest where it is pinned. */
const image = (name: string): RegExp => new RegExp(`^${name}(?:@sha256:[0-9a-f]{64})?$`);

/** What a variable of a compose file is when it is not set. */
const unlessSet = (text = "", variable: string): string => new RegExp(`^\\$\\{${variable}:-([^}]*)\\}$`).exec(text)?.[1] ?? "";

const all = (stage: readonly Instruction[], word: string): string[] => stage.filter((each) => each.word === word).map(({ rest }) => rest);
const exec = (line: string): string[] => JSON.parse(line.slice(line.indexOf("["))) as string[];
const environment = Object.fromEntries(all(final, "ENV").flatMap((line) => line.split(" ").map((pair) => pair.split("="))));

/** Paths that COPY takes, and where it puts them. */
function copies(stage: readonly Instruction[]): { from: string[]; to: string }[] {
  return all(stage, "COPY").map((line) => {
    const paths = line.split(" ").filter((part) => !part.startsWith("--"));
    return { from: paths.slice(0, -1), to: paths.at(-1) ?? "" };
  });
}

const ignored: readonly string[] = text(".dockerignore")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));

/** Whether .dockerignore keeps a path out: the last pattern that fits the path, or a folder above it, decides. */
function isKeptOut(path: string, patterns: readonly string[] = ignored): boolean {
  const above = path.split("/").map((_, at, parts) => parts.slice(0, at + 1).join("/"));
  const last = patterns.findLast((pattern) => above.some((part) => matchesGlob(part, pattern.replace(/^!/, ""))));
  return last !== undefined && !last.startsWith("!");
}

test("the Dockerfile builds in one stage and runs in another, both on the Node that the project asks for", () => {
  expect(stages).toHaveLength(3);
  const major = /^\d+/.exec(about.devDependencies.node)?.[0];
  expect(about.engines.node).toBe(`>=${major}`);
  const [name, base] = argument.rest.split("=");
  expect([argument.word, name]).toEqual(["ARG", "NODE_IMAGE"]);
  expect(base).toMatch(image(`node:${major}-slim`));
  expect([build[0].rest, final[0].rest]).toEqual(["${NODE_IMAGE} AS build", "${NODE_IMAGE}"]);
  for (const file of ["docker-compose.yml", "docker-compose.cluster.yml"]) {
    expect(text(file)).toContain(`NODE_IMAGE: \${NODE_IMAGE:-${base}}\n`);
  }
  expect(all(build, "RUN").join()).toMatch(/npm ci && npm prune --omit=dev/);
});

test("the container runs as nobody special, keeps its data in a volume, and listens where it says", () => {
  expect(all(final, "USER")).toEqual(["node"]);
  const ofLibrary = Object.keys(environment).filter((name) => name.startsWith("MALLOC_"));
  expect(Object.keys(environment).filter((name) => !(name in variables))).toEqual(ofLibrary);
  expect(all(final, "VOLUME")).toEqual([environment.DATA_DIR]);
  expect(all(final, "EXPOSE")).toEqual([environment.PORT]);
  expect(environment.PORT).toBe(variables.PORT.fallback);
});

test("docker-compose.yml gives the container its port, its volume, and every variable that is not about them", () => {
  const compose = text("docker-compose.yml");
  const { PORT, DATA_DIR } = environment;
  expect(compose).toContain(`- "\${PORT:-${PORT}}:${PORT}"\n`);
  expect(compose).toMatch(new RegExp(`volumes:\n +- data:${DATA_DIR}\n[^]*\nvolumes:\n +data:`));
  const passed = /environment:\n((?: +- \w+\n)+)/.exec(compose)?.[1].match(/\w+/g);
  expect(passed).toEqual(Object.keys(variables).filter((name) => !["HOST", "PORT", "DATA_DIR"].includes(name)));
  const graceSeconds = Number(/stop_grace_period: (\d+)s/.exec(compose)?.[1]);
  expect(graceSeconds * 1000).toBeGreaterThan(Number(variables.DEADLINE_MS.fallback) + 5_000);
  expect(text("README.md")).toContain("docker compose up");
});

interface ComposeService {
  readonly image?: string;
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly deploy?: { readonly replicas: number };
  readonly stop_grace_period: string;
  readonly read_only: boolean;
  readonly healthcheck?: { readonly test: readonly string[] };
}

describe("docker-compose.cluster.yml", () => {
  const { services, volumes } = parse(text("docker-compose.cluster.yml"), { merge: true }) as {
    readonly services: Readonly<Record<"proxy" | "api" | "worker" | "postgres", ComposeService>>;
    readonly volumes: object;
  };
  const { proxy, api, worker, postgres } = services;

  test.each([
    ["api", api],
    ["worker", worker],
  ])("gives %s its role, the database, and every variable that is not about the container", (role, { environment = {} }) => {
    const names = Object.keys(variables).filter((name) => !["HOST", "PORT", "DATA_DIR"].includes(name));
    expect(Object.keys(environment).toSorted()).toEqual(names.toSorted());
    const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== null));
    expect(given).toEqual({
      ROLE: role,
      TRUST_PROXY: "true",
      DATABASE_URL: "postgres://adjoint@postgres/adjoint",
      PGPASSWORD: "${POSTGRES_PASSWORD:-adjoint}",
    });
    const password = given.PGPASSWORD;
    expect(postgres.environment).toEqual({ POSTGRES_USER: "adjoint", POSTGRES_PASSWORD: password });
    expect(readConfig(given as Record<string, string>)).toMatchObject({ ROLE: role, TRUST_PROXY: true });
  });

  test("has two processes that answer behind the one that is reached from outside, and waits for the database", () => {
    expect(api.deploy?.replicas).toBe(2);
    expect(Object.values(services).filter(({ ports }) => ports !== undefined)).toEqual([proxy]);
    expect(proxy.ports).toEqual([`\${PORT:-${environment.PORT}}:8080`]);
    expect(proxy.depends_on).toEqual({ api: { condition: "service_healthy" } });
    for (const { depends_on } of [api, worker]) expect(depends_on).toEqual({ postgres: { condition: "service_healthy" } });
    expect(unlessSet(postgres.image, "POSTGRES_IMAGE")).toMatch(image("postgres:17-alpine"));
    expect(unlessSet(proxy.image, "HAPROXY_IMAGE")).toMatch(image("haproxy:3\\.2-alpine"));
    expect(postgres.healthcheck?.test).toContain("pg_isready");
  });

  test("lets them write to volumes only, and gives them the time to finish", () => {
    for (const { read_only } of Object.values(services)) expect(read_only).toBe(true);
    const named = Object.values(services).flatMap(({ volumes: of = [] }) => of.filter((volume) => !volume.startsWith(".")));
    expect(new Set(named)).toEqual(new Set([`cache:${environment.DATA_DIR}`, "postgres:/var/lib/postgresql/data"]));
    expect(Object.keys(volumes)).toEqual(["postgres", "cache"]);
    for (const { stop_grace_period } of [proxy, api, worker]) {
      expect(parseInt(stop_grace_period) * 1000).toBeGreaterThan(Number(variables.DEADLINE_MS.fallback) + 5_000);
    }
  });

  test("has a proxy that reaches every replica and believes no client's address", () => {
    const [file] = proxy.volumes ?? [];
    expect(file).toBe("./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro");
    const lines = text("haproxy.cfg")
      .split("\n")
      .map((line) => line.trim());
    expect(lines).toContain("bind :8080");
    expect(lines).toContain("http-request set-header X-Forwarded-For %[src]");
    expect(lines).toContain("option httpchk GET /readyz");
    expect(lines.find((line) => line.startsWith("server-template"))).toContain(` api:${environment.PORT} check `);
    const grace = /^hard-stop-after (\d+)s$/m.exec(lines.join("\n"))?.[1];
    expect(Number(grace)).toBeLessThan(parseInt(proxy.stop_grace_period));
  });
});

test.each([
  ["src/main.ts", ["src"], true],
  ["src/main.ts", ["*", "!src"], false],
  ["src/main.ts", ["*", "!src", "src/*.ts"], true],
  ["test/a.test.ts", ["*", "!src"], true],
  ["a/data", ["data"], false],
])("%s is, beside %j, kept out: %s", (path, patterns, out) => {
  expect(isKeptOut(path, patterns)).toBe(out);
});

describe("the image", () => {
  let image: string;
  let service: ChildProcess;
  let port: string;

  beforeAll(async () => {
    image = mkdtempSync(join(tmpdir(), "adjoint-image-"));
    const stage = (name: string, copied: readonly Instruction[], take: (from: string, to: string) => void): void => {
      for (const { from, to } of copies(copied)) {
        for (const path of from) take(path, join(image, name, to.endsWith("/") ? join(to, basename(path)) : to));
      }
    };
    const isWanted = (path: string): boolean => !isKeptOut(relative(root, path).replaceAll("\\", "/"));
    stage("app", build, (from, to) => cpSync(join(root, from), to, { recursive: true, filter: isWanted }));
    // What npm leaves there: of the packages that the project names, those that it runs on.
    for (const name of Object.keys(about.dependencies)) {
      const link = join(image, "app/node_modules", name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(root, "node_modules", name), link);
    }
    stage("final", final, (from, to) => cpSync(join(image, from), to, { recursive: true, verbatimSymlinks: true }));

    const [command, ...args] = exec(all(final, "CMD")[0]);
    expect(command).toBe("node");
    service = spawn(process.execPath, args, {
      cwd: join(image, "final"),
      env: { ...environment, HOST: "127.0.0.1", PORT: "0", DATA_DIR: join(image, "data") },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    for await (const chunk of service.stdout ?? []) {
      output += String(chunk);
      if (output.includes('"msg":"ready"')) break;
    }
    port = /listening at http:\/\/[\d.]+:(\d+)/.exec(output)?.[1] ?? "";
  });

  afterAll(async () => {
    if (service.kill()) await once(service, "exit");
    rmSync(image, { recursive: true, force: true });
  });

  test("holds the service, which answers", async () => {
    const post = (path: string, body: object): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ expression: "x^2", inputs: { x: 3 }, ...body }),
      });
    expect(await (await post("/v1/gradients", { return: ["gradients"] })).json()).toEqual({ gradients: { x: 6 } });
    expect(await (await post("/v1/picture", {})).text()).toMatch(/^<svg/);
    expect(await (await post("/v1/explain", {})).json()).toMatchObject({ gradients: [{ name: "x", gradient: 6 }] });
    expect((await fetch(`http://127.0.0.1:${port}/docs/`)).status).toBe(200);
  });

  test("holds the page as it was built, and all that it loads", async () => {
    const origin = `http://127.0.0.1:${port}`;
    const page = await fetch(origin, { headers: { accept: "text/html" } });
    expect(page.headers.get("content-type")).toMatch(/^text\/html/);
    const loaded = Array.from((await page.text()).matchAll(/(?:src|href)="(\.?\/?[^":]+)"/g), ([, path]) => path);
    expect(loaded.length).toBeGreaterThan(0);
    for (const path of loaded) expect([path, (await fetch(new URL(path, origin))).status]).toEqual([path, 200]);
  });

  test("holds nothing but what runs", () => {
    for (const path of ["test", "load", "README.md", "node_modules/vitest", "package-lock.json"]) {
      expect([path, existsSync(join(image, "final", path))]).toEqual([path, false]);
    }
  });

  test("can be built: npm's scripts find the files that they name", () => {
    const scripts: Readonly<Record<string, string>> = about.scripts;
    // Those that npm runs of itself are made of others.
    const named = `${scripts.prepare} ${scripts.start}`
      .split(" ")
      .flatMap((word) => (scripts[word] ?? word).split(" "))
      .filter((word) => existsSync(join(root, word)));
    expect(named).toEqual(expect.arrayContaining(["src/kernels/wasm/build.ts", "src/doors/page/build.ts", "src/main.ts"]));
    for (const path of named) expect([path, existsSync(join(image, "app", path))]).toEqual([path, true]);
  });

  test("tells whether it is healthy", async () => {
    const [, ...args] = exec(all(final, "HEALTHCHECK")[0]);
    const check = (at: string) => promisify(execFile)(process.execPath, args, { env: { PORT: at } });
    await expect(check(port)).resolves.toBeDefined();
    await expect(check("1")).rejects.toMatchObject({ code: 1 });
  });
});
