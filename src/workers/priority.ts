import { setPriority } from "node:os";

/** What works in the background gives way to what somebody waits for. */
const background = 10;

/** Makes this thread give way to the others of its process and of the machine. Only Linux has priorities of single threads. */
export function giveWay(): void {
  if (process.platform === "linux") setPriority(background);
}
