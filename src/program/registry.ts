import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Registered programs as files named by their ids, so that every thread and process that shares the folder sees the same ones. */
export class Registry {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The text kept under an id of the form sha256:…; null when there is none. */
  read(id: string): string | null {
    const path = this.#path(id);
    return existsSync(path) ? readFileSync(path, "utf8") : null;
  }

  /** Whether there is a text under an id. */
  has(id: string): boolean {
    return existsSync(this.#path(id));
  }

  /** Keeps a text under its id. Writing beside and renaming leaves no half-written file behind, whatever happens. */
  write(id: string, text: string): void {
    const path = this.#path(id);
    if (existsSync(path)) return;
    mkdirSync(this.#folder, { recursive: true });
    const draft = `${path}.${process.pid}.${performance.now()}`;
    writeFileSync(draft, text, { flush: true });
    renameSync(draft, path);
  }

  #path(id: string): string {
    return join(this.#folder, `${id.slice(id.indexOf(":") + 1)}.json`);
  }
}
