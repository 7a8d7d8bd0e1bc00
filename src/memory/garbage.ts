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
