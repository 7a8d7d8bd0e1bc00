import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { eventLoop, Ledger } from "../../src/memory/ledger.ts";

const page = 4096;

test("is taken up to its total, by all places together", () => {
  const ledger = Ledger.of(10 * page, 3);
  expect(ledger.total).toBe(10 * page);
  expect(ledger.take(1, 6 * page)).toBe(true);
  expect(ledger.take(2, 4 * page + 1)).toBe(false);
  expect(ledger.take(2, 4 * page)).toBe(true);
  expect([ledger.used, ledger.usedBy(1), ledger.usedBy(2)]).toEqual([10 * page, 6 * page, 4 * page]);
  expect(ledger.take(eventLoop, 1)).toBe(false);
  ledger.give(1, page);
  expect(ledger.take(eventLoop, 1)).toBe(true);
  expect(ledger.usedBy(eventLoop)).toBe(page);
});

test("more than there is, however much, is refused and leaves nothing behind", () => {
  const ledger = Ledger.of(10 * page, 1);
  for (const bytes of [11 * page, 2 ** 43, 2 ** 53, Number.POSITIVE_INFINITY]) expect(ledger.take(0, bytes)).toBe(false);
  expect(ledger.used).toBe(0);
});

test("what a thread held is another's once it is moved, and nobody's once the thread has ended", () => {
  const ledger = Ledger.of(10 * page, 2);
  ledger.take(1, 5 * page);
  ledger.move(1, eventLoop, 2 * page - 1);
  expect([ledger.usedBy(eventLoop), ledger.usedBy(1)]).toEqual([2 * page, 3 * page]);
  ledger.clear(1);
  expect(ledger.used).toBe(2 * page);
});

test("places of one room have no more than the room, and others the rest", () => {
  const ledger = Ledger.of(10 * page, 4);
  const room = { first: 2, end: 4, bytes: 6 * page };
  expect([ledger.take(2, 4 * page, room), ledger.take(3, 3 * page, room), ledger.take(3, 2 * page, room)]).toEqual([true, false, true]);
  expect(ledger.take(1, 4 * page)).toBe(true);
});

test("threads that take at the same time never have more than the total", async () => {
  const threads = 3;
  const ledger = Ledger.of(100 * page, threads);
  const script = `
    const { workerData } = require("node:worker_threads");
    import(workerData.module).then(({ Ledger }) => {
      const ledger = new Ledger(workerData.words);
      let most = 0, had = 0;
      for (let turn = 0; turn < 20000; turn++) {
        if (!ledger.take(workerData.place, ${40 * page})) continue;
        had++;
        // Two of three fit: what a third is about to give back may be seen, too.
        if (Atomics.add(workerData.held, 0, 1) >= 2) most++;
        Atomics.sub(workerData.held, 0, 1);
        ledger.give(workerData.place, ${40 * page});
      }
      require("node:worker_threads").parentPort.postMessage({ most, had });
    });`;
  const held = new Int32Array(new SharedArrayBuffer(4));
  const module = new URL("../../src/memory/ledger.ts", import.meta.url).href;
  const found = await Promise.all(
    Array.from({ length: threads }, (_, place) => {
      const thread = new Worker(script, { eval: true, workerData: { module, words: ledger.words, place, held } });
      return new Promise<{ most: number; had: number }>((resolve, reject) => thread.on("message", resolve).on("error", reject));
    }),
  );
  expect(found.map(({ most }) => most)).toEqual([0, 0, 0]);
  expect(Math.min(...found.map(({ had }) => had))).toBeGreaterThan(0);
  expect(ledger.used).toBe(0);
});
