import { rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { hash } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import type { Client } from "../../src/clients/client.ts";
import { RegisteredGraphs } from "../../src/jobs/registered-graphs.ts";
import { graphPath, Registry } from "../../src/program/registry.ts";
import { temporaryFolder } from "./backends.ts";

const folder = temporaryFolder();
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test.each([
  [1, 3, 1],
  [2, 3, 2],
  [3, 9, 3],
  [20, 20, 20],
  // Room is made for some at a time.
  [20, 21, 18],
])("of a share of %i graphs, %i were registered: the %i that were used last are kept", async (graphs, registered, kept) => {
  const place = join(folder, `${graphs}-${registered}`);
  const client: Client = { name: "ana", role: "user", limits: { graphs } };
  const registry = new Registry(place);
  registry.serve(client.name);
  const lookedAfter = new RegisteredGraphs(place);
  const ids: string[] = [];
  for (let at = 0; at < registered; at++) {
    const text = JSON.stringify({ graph: { at } });
    const id = `sha256:${hash("sha256", text)}`;
    registry.write(id, text);
    utimesSync(graphPath(place, client.name, id), at + 1, at + 1);
    await lookedAfter.added(client, { id, bytes: text.length, isNew: true });
    ids.push(id);
  }
  expect(ids.filter((id) => registry.has(id))).toEqual(ids.slice(-kept));
});
