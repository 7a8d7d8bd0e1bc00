import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | undefined;

/**
 * Frees what nothing on this thread refers to any more, now: what an engine does not see the size of, such as memory shared by threads, it
 * collects when it likes, which may be never.
 */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    const gc = runInNewContext("gc") as (options: object) => void;
    collect = () => gc({ type: "major", execution: "sync", flavor: "last-resort" });
  }
  collect();
}

/** Frees the memory of bytes that nobody looks at any more: they are none afterwards. */
export function freeAtOnce({ buffer, byteLength }: Uint8Array): void {
  // A part of a buffer may have neighbours.
  if (buffer instanceof ArrayBuffer && !buffer.detached && buffer.byteLength === byteLength) buffer.transfer(0);
}
