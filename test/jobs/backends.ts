import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import type { Storage } from "../../src/jobs/contract.ts";
import { type StorageOptions, openStorage } from "../../src/jobs/storage.ts";

/** Somewhere to keep things, empty at first, that outlives a Storage: closing one and opening another finds what was kept. */
export interface Place {
  open(options?: Partial<StorageOptions>): Promise<Storage>;
  /** Errors that storages here have told in the background. */
  readonly errors: unknown[];
  remove(): Promise<void>;
}

/** One kind of storage. */
export interface Backend {
  readonly name: string;
  /** Whether one process at a time has it for its own. */
  readonly isExclusive: boolean;
  place(): Promise<Place>;
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "adjoint-jobs-"));
}

export const embedded: Backend = {
  name: "SQLite and files",
  isExclusive: true,
  place: async () => {
    const dataDir = temporaryFolder();
    const errors: unknown[] = [];
    return {
      errors,
      open: (options) => openStorage({ dataDir, onError: (error) => errors.push(error), ...options }),
      remove: async () => rmSync(dataDir, { recursive: true, force: true }),
    };
  },
};

/** Every kind of storage that can be had here. */
const backends: readonly Backend[] = [embedded];

/** What a test is given: a storage, and how to have another at the same place. */
export interface Given {
  readonly storage: Storage;
  readonly place: Place;
  /** Opens another storage at the same place: beside the first where several may be there, in its stead where not. */
  reopen(options?: Partial<StorageOptions>): Promise<Storage>;
}

/** Describes what every storage does. All tests of one call share a place, and it must end without errors in the background. */
export function everyStorage(about: string, body: (given: Given, backend: Backend) => void, options: Partial<StorageOptions> = {}): void {
  describe.each(backends)(`$name: ${about}`, (backend) => {
    const opened: Storage[] = [];
    let place: Place;
    const closeAll = () => Promise.all(opened.splice(0).map((each) => each[Symbol.asyncDispose]()));
    const reopen = async (others: Partial<StorageOptions> = {}): Promise<Storage> => {
      if (backend.isExclusive) await closeAll();
      opened.push(await place.open({ ...options, ...others }));
      return opened[opened.length - 1];
    };
    beforeAll(async () => {
      place = await backend.place();
      await reopen();
    });
    afterAll(async () => {
      await closeAll();
      await place.remove();
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
    body(given, backend);
  });
}
