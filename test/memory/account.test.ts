import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { Account, type OutOfMemoryBudget } from "../../src/memory/account.ts";
import { Ledger } from "../../src/memory/ledger.ts";

const mb = 2 ** 20;

function open({ total = 100, share = 4, heap = 1000, wait = 0 } = {}) {
  const ledger = Ledger.of(total * mb, 2);
  const told = { tidied: 0 };
  const tidy = (): void => void told.tidied++;
  return {
    ledger,
    told,
    account: new Account({
      ledger,
      place: 1,
      share: share * mb,
      heapBytes: heap * mb,
      patience: { ms: wait, most: 1, evenHolding: false },
      tidy,
    }),
  };
}

function refusalOf(work: () => void): Pick<OutOfMemoryBudget, "bytes" | "total" | "isForEver"> | null {
  try {
    work();
    return null;
  } catch (error) {
    const { bytes, total, isForEver } = error as OutOfMemoryBudget;
    return { bytes: bytes / mb, total: total / mb, isForEver };
  }
}

test("a thread's own share is never counted, whatever others hold", () => {
  const { ledger, account } = open();
  ledger.take(0, 100 * mb);
  account.within(() => {
    for (let amount = 0; amount < 4; amount++) account.charge(mb);
    expect(ledger.usedBy(1)).toBe(0);
    expect(refusalOf(() => account.charge(1))).toMatchObject({ isForEver: false });
  });
});

test("what a task charged is given back with its end, whichever way it ends, and with a part of it what the part charged", () => {
  const { ledger, account } = open();
  const fault = new Error("a fault");
  expect(() =>
    account.within(() => {
      account.charge(10 * mb);
      account.within(() => account.charge(20 * mb));
      account.charge(5 * mb);
      throw fault;
    }),
  ).toThrow(fault);
  expect([ledger.used, account.charged]).toEqual([0, 0]);
});

test("what a part of a task has given back counts until it is collected, at the latest when there is nothing else", () => {
  const { ledger, told, account } = open();
  account.within(() => {
    account.within(() => account.charge(20 * mb));
    expect(ledger.usedBy(1)).toBe(16 * mb);
    account.charge(20 * mb);
    expect(ledger.usedBy(1)).toBe(16 * mb);
    account.charge(40 * mb);
    account.discharge(10 * mb);
    account.charge(50 * mb);
    expect(told.tidied).toBe(0);
  });
  expect([ledger.used, told.tidied]).toEqual([0, 1]);
});

test("a task that takes from its thread alone is not tidied up after", () => {
  const { told, account } = open();
  for (let task = 0; task < 100; task++) account.within(() => account.charge(3 * mb));
  expect(told.tidied).toBe(0);
});

test("what is held stays until it is released", () => {
  const { ledger, account } = open();
  account.within(() => account.hold(50 * mb));
  expect(ledger.usedBy(1)).toBe(46 * mb);
  account.release(50 * mb);
  expect(ledger.used).toBe(0);
});

test("a refusal says how much is needed and there is, and whether there ever will be; it takes nothing", () => {
  const { ledger, account } = open();
  ledger.take(0, 50 * mb);
  account.within(() => {
    account.charge(20 * mb);
    expect(refusalOf(() => account.charge(50 * mb))).toEqual({ bytes: 70, total: 104, isForEver: false });
    expect(refusalOf(() => account.charge(85 * mb))).toEqual({ bytes: 105, total: 104, isForEver: true });
    expect(refusalOf(() => account.charge(Number.POSITIVE_INFINITY))).toMatchObject({ isForEver: true });
    expect([account.charged, ledger.refused]).toEqual([20 * mb, 3]);
    account.charge(30 * mb);
  });
});

test("JavaScript objects have the limit of the thread's heap, too", () => {
  const { account } = open({ heap: 10 });
  account.within(() => {
    account.charge(30 * mb);
    account.chargeHeap(6 * mb);
    expect(refusalOf(() => account.chargeHeap(5 * mb))).toEqual({ bytes: 11, total: 10, isForEver: true });
    account.dischargeHeap(2 * mb);
    account.chargeHeap(6 * mb);
  });
  account.within(() => account.chargeHeap(10 * mb));
});

test("whoever holds nothing waits for what others give back, unless it is not wanted any more", async () => {
  const { ledger, account } = open({ wait: 20_000 });
  ledger.take(0, 100 * mb);
  const other = new Worker(
    `const { workerData } = require("node:worker_threads");
     import(workerData.module).then(({ Ledger }) => setTimeout(() => new Ledger(workerData.words).give(0, ${60 * mb}), 50));`,
    { eval: true, workerData: { module: new URL("../../src/memory/ledger.ts", import.meta.url).href, words: ledger.words } },
  );
  account.within(() => {
    account.charge(50 * mb);
    expect(refusalOf(() => account.charge(60 * mb))).toMatchObject({ isForEver: true });
    expect(refusalOf(() => account.charge(50 * mb))).toMatchObject({ isForEver: false });
  });
  account.within(
    () => expect(refusalOf(() => account.charge(70 * mb))).toMatchObject({ isForEver: false }),
    () => false,
  );
  await other.terminate();
});
