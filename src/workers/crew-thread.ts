import { workerData } from "node:worker_threads";
import { instantiate } from "../kernels/workspace.ts";
import { giveWay } from "./priority.ts";
import { awaitChange, BLOCK, type CrewLink, KERNEL, PENDING, READY, SHARES, sheetOn, ticketOf } from "./crew-link.ts";

/** A member of a crew: does its share of each order, for as long as the thread lives. */
const { link, member, isBackground } = workerData as {
  readonly link: CrewLink;
  readonly member: number;
  readonly isBackground: boolean;
};
if (isBackground) giveWay();
const kernels = instantiate(link.module, link.memory, member);
const names = Object.keys(kernels);
const words = sheetOn(link.sheet);

// An order that came before this thread was up still waits for it.
let ticket = 0;
Atomics.add(words, READY, 1);
for (;;) {
  ticket = awaitChange(words, ticketOf(member), ticket);
  kernels[names[words[KERNEL]]](words[BLOCK], member, words[SHARES]);
  if (Atomics.sub(words, PENDING, 1) === 1) Atomics.notify(words, PENDING);
}
