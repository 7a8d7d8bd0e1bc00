import { watch } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { KeysFault } from "./keys-file.ts";
import type { Keys, Reloaded } from "./keys.ts";

interface Told {
  readonly onReloaded: (reloaded: Reloaded) => void;
  /** The new file cannot be used, and what was read before goes on counting. */
  readonly onFault: (fault: KeysFault) => void;
  /** Milliseconds that a file is left alone after a change: editors write in several steps. */
  readonly settleMs?: number;
}

/** Reads the file of keys anew whenever it changes, or the process is sent SIGHUP. */
export function watchKeys(keys: Pick<Keys, "reload">, file: string, { onReloaded, onFault, settleMs = 200 }: Told): Disposable {
  const reload = (): void => {
    try {
      const reloaded = keys.reload();
      if (reloaded.isChanged || isAsked) onReloaded(reloaded);
    } catch (error) {
      if (!(error instanceof KeysFault)) throw error;
      onFault(error);
    }
    isAsked = false;
  };
  let isAsked = false;
  let settling: NodeJS.Timeout | undefined;
  // The folder and not the file, in whose place another one may be put. Kubernetes puts a new folder in place of the link ..data.
  const watcher = watch(dirname(resolve(file)), (_event, name) => {
    if (name !== basename(file) && name !== "..data") return;
    clearTimeout(settling);
    settling = setTimeout(reload, settleMs);
  });
  watcher.on("error", () => {});
  const onSignal = (): void => {
    isAsked = true;
    reload();
  };
  process.on("SIGHUP", onSignal);
  return {
    [Symbol.dispose]: () => {
      clearTimeout(settling);
      watcher.close();
      process.off("SIGHUP", onSignal);
    },
  };
}
