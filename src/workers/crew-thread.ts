import { receiveMessageOnPort, workerData } from "node:worker_threads";
import { type Kernels, instantiate } from "../kernels/workspace.ts";
import { collectGarbage } from "../memory/garbage.ts";
import type { CrewMember } from "./crew-host.ts";
import { giveWay } from "./priority.ts";
import { awaitChange, BLOCK, type CrewMemory, KERNEL, mailOf, nothing, PENDING, READY, SHARES, sheetOn, ticketOf } from "./crew-link.ts";

/** A member of a crew: does its share of each order, for as long as the thread lives. */
const { sheet, mail, member, isBackground } = workerData as CrewMember;
if (isBackground) giveWay();
const words = sheetOn(sheet);
let kernels: Kernels | null = null;
let names: readonly string[] = [];

// An order that came before this thread was up still waits for it.
let ticket = 0;
Atomics.add(words, READY, 1);
for (;;) {
  ticket = awaitChange(words, ticketOf(member), ticket);
  if (Atomics.exchange(words, mailOf(member), 0) !== 0) {
    readMail();
    if (kernels === null) collectGarbage();
  }
  obey();
  if (Atomics.sub(words, PENDING, 1) === 1) Atomics.notify(words, PENDING);
}

/** Takes up the memory that came, or lets go of the one there was. Nothing of either stays behind on the stack. */
function readMail(): void {
  for (let letter = receiveMessageOnPort(mail); letter !== undefined; letter = receiveMessageOnPort(mail)) {
    const found = letter.message as CrewMemory | null;
    kernels = found && instantiate(found.module, found.memory, member);
  }
  names = Object.keys(kernels ?? {});
}

function obey(): void {
  if (words[KERNEL] !== nothing) kernels?.[names[words[KERNEL]]](words[BLOCK], member, words[SHARES]);
}
