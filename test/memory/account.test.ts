import { expect, test } from "vitest";
import { Account, type OutOfMemoryBudget } from "../../src/memory/account.ts";
import { Ledger } from "../../src/memory/ledger.ts";

const mb = 2 ** 20;

function open({ total = 100, share = 4, heap = 1000 } = {}) {
  const ledger = Ledger.of(total * mb, 2);
  return { ledger, account: new Account({ ledger, place: 1, share: share * mb, heapBytes: heap * mb }) };
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
      expect(ledger.usedBy(1)).toBe(6 * mb);
      account.chargeHeap(30 * mb);
      account.dischargeHeap(10 * mb);
      expect(ledger.usedBy(1)).toBe(26 * mb);
      throw fault;
    }),
  ).toThrow(fault);
  expect([ledger.used, account.charged]).toEqual([0, 0]);
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
