import { PGlite } from "@electric-sql/pglite";
import { PGliteDialect } from "kysely";
import { fromPglite } from "pg-boss";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import type { Storage } from "../../src/jobs/contract.ts";
import { openCluster } from "../../src/jobs/cluster.ts";
import { type StorageOptions, complete } from "../../src/jobs/storage-settings.ts";
import { openStorage } from "../../src/jobs/storage.ts";
import { PostgresServer, postgresPrograms } from "../support/postgres.ts";

/** Somewhere to keep things, empty at first, that outlives a Storage: closing one and opening another finds what was kept. */
export interface Place {
  open(options?: Partial<StorageOptions>): Promise<Storage>;
  readonly folder: string;
  /** Runs a statement in the database, where that keeps the content; null where files do. */
  readonly execute: ((statement: string) => Promise<unknown>) | null;
  /** Errors that storages here have told in the background. */
  readonly errors: unknown[];
  remove(): Promise<void>;
}

/** One kind of storage. */
interface Backend {
  readonly name: string;
  /** Whether one process at a time has it for its own. */
  readonly isExclusive: boolean;
  start(): Promise<{ place(): Promise<Place> } & AsyncDisposable>;
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "adjoint-jobs-"));
}

/** A place with a folder, which each of its storages is opened with. */
function placeWith(
  open: (options: StorageOptions) => Promise<Storage>,
  execute: Place["execute"] = null,
  alsoRemove: () => Promise<void> = async () => {},
): Place {
  const dataDir = temporaryFolder();
  const errors: unknown[] = [];
  return {
    folder: dataDir,
    execute,
    errors,
    open: (options) => open({ dataDir, onError: (error) => errors.push(error), ...options }),
    remove: async () => {
      await alsoRemove();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

const embedded: Backend = {
  name: "SQLite and files",
  isExclusive: true,
  start: async () => ({ place: async () => placeWith(openStorage), [Symbol.asyncDispose]: async () => {} }),
};

const postgres: Backend = {
  name: "PostgreSQL",
  isExclusive: false,
  start: async () => {
    const server = await PostgresServer.start();
    return {
      place: async () => {
        const databaseUrl = await server.createDatabase();
        return placeWith(
          (options) => openStorage({ ...options, databaseUrl }),
          (statement) => server.execute(databaseUrl, statement),
        );
      },
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
};

/** PostgreSQL within this process, which its storages share: closing one of them leaves it open. */
class SharedPglite extends PGlite {
  override async close(): Promise<void> {}

  end(): Promise<void> {
    return super.close();
  }
}

const pglite: Backend = {
  name: "PGlite",
  isExclusive: false,
  start: async () => ({
    place: async () => {
      const database = new SharedPglite({ parsers: { 20: Number } });
      const server = { dialect: new PGliteDialect({ pglite: database }), boss: { backend: "pglite" as const, db: fromPglite(database) } };
      return placeWith(
        (options) => openCluster(complete(options), () => server),
        (statement) => database.exec(statement),
        () => database.end(),
      );
    },
    [Symbol.asyncDispose]: async () => {},
  }),
};

/** Every kind of storage that can be had here. */
const backends: readonly Backend[] = postgresPrograms === null ? [embedded, pglite] : [embedded, postgres, pglite];
/** PGlite stands in where PostgreSQL is not installed. Where it is, a few tests show that it would. */
const usualBackends: readonly Backend[] = backends.slice(0, 2);
if (postgresPrograms === null) process.stderr.write("PostgreSQL is not installed here: the tests of the cluster run on PGlite only.\n");

/** What a test is given: a storage, and how to have another at the same place. */
export interface Given {
  readonly storage: Storage;
  readonly place: Place;
  /** Opens another storage at the same place: beside the first where several may be there, in its stead where not. */
  reopen(options?: Partial<StorageOptions>): Promise<Storage>;
}

/** Describes what every storage does. All tests of one call share a place, and it must end without errors in the background. */
export function everyStorage(
  about: string,
  body: (given: Given) => void,
  { evenStandIns = false, ...options }: Partial<StorageOptions> & { evenStandIns?: boolean } = {},
): void {
  describe.each(evenStandIns ? backends : usualBackends)(`$name: ${about}`, (backend) => {
    const opened: Storage[] = [];
    let place: Place;
    const closeAll = () => Promise.all(opened.splice(0).map((each) => each[Symbol.asyncDispose]()));
    const reopen = async (others: Partial<StorageOptions> = {}): Promise<Storage> => {
      if (backend.isExclusive) await closeAll();
      opened.push(await place.open({ ...options, ...others }));
      return opened[opened.length - 1];
    };
    let started: Awaited<ReturnType<Backend["start"]>>;
    beforeAll(async () => {
      started = await backend.start();
      place = await started.place();
      await reopen();
    });
    afterAll(async () => {
      await closeAll();
      await place.remove();
      await started[Symbol.asyncDispose]();
      expect(place.errors).toEqual([]);
    });
    const given: Given = {
      get storage() {
        return opened[opened.length - 1];
      },
      get place() {
        return place;
      },
      reopen,
    };
    body(given);
  });
}
