import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

/** What the service is made of: the bill of materials, and what the gate makes of a registry's word on it. */

const root = fileURLToPath(new URL("..", import.meta.url));
const run = promisify(execFile);

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version: string } & { readonly [Kind in "dev" | "devOptional" | "optional" | "peer"]?: boolean }>
  >;
}
interface Bill {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: { readonly type: string; readonly purl: string } };
  readonly components: readonly {
    readonly name: string;
    readonly version: string;
    readonly purl: string;
    readonly properties: readonly object[];
  }[];
}

const { packages } = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8")) as Lock;
const installed = Object.entries(packages)
  .filter(([path]) => path !== "")
  .map(([path, facts]) => ({ ...facts, name: path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length) }));

const mark = { name: "cdx:npm:package:development", value: "true" };

test("npm run sbom names every package, and marks those that the service is only built and tested with", { timeout: 120_000 }, async () => {
  const { stdout } = await run("npm", ["run", "--silent", "sbom"], { cwd: root, maxBuffer: 2 ** 25 });
  const bill = JSON.parse(stdout) as Bill;
  expect(bill).toMatchObject({ bomFormat: "CycloneDX", metadata: { component: { type: "application" } } });
  const runs = installed.filter(({ dev, devOptional, optional, peer }) =>
    [dev, devOptional, optional, peer].every((each) => each !== true),
  );
  expect(runs.length).toBeGreaterThan(100);
  for (const { name, version } of runs) {
    const found = bill.components.find((each) => each.name === name && each.version === version);
    expect([name, version, found?.purl && decodeURIComponent(found.purl)]).toEqual([name, version, `pkg:npm/${name}@${version}`]);
    expect(found?.properties).not.toContainEqual(mark);
  }
  for (const tool of ["vitest", "oxlint", "typescript"]) {
    expect(bill.components.find(({ name }) => name === tool)?.properties).toContainEqual(mark);
  }
});

/** What .ci/audit says and answers where the registry answers so to the question for holes. */
async function audit(status: number, advisories: object): Promise<{ code: number; said: string }> {
  const server = createServer((request, response) => {
    const isQuestion = request.method === "POST" && request.url?.includes("advisories") === true;
    request.resume();
    response.writeHead(isQuestion ? status : 404, { "content-type": "application/json" }).end(JSON.stringify(isQuestion ? advisories : {}));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const env = { ...process.env, npm_config_registry: `http://127.0.0.1:${port}/`, npm_config_fetch_retries: "0" };
  try {
    return await run(".ci/audit", { cwd: root, env }).then(
      ({ stdout }) => ({ code: 0, said: stdout }),
      ({ code, stdout }: { code: number; stdout: string }) => ({ code, said: stdout }),
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe("the gate goes on", { timeout: 120_000 }, () => {
  test("where nothing is known", async () => {
    expect(await audit(200, {})).toEqual({ code: 0, said: "npm audit: nothing is known of what the service runs on\n" });
  });

  test("where the registry cannot be asked, and says so", async () => {
    const { code, said } = await audit(405, {});
    expect(code).toBe(0);
    expect(said).toMatch(/^npm audit: the registry could not be asked \(405 /);
  });

  test("but not over a hole, however small", async () => {
    const hole = {
      id: 1,
      url: "https://example.org/1",
      title: "A hole",
      severity: "low",
      vulnerable_versions: "*",
      cwe: [],
      cvss: { score: 1 },
    };
    const { code, said } = await audit(200, { fastify: [hole] });
    expect(said).toContain("npm audit: fastify is vulnerable (low)\n");
    expect(code).toBe(1);
  });
});
