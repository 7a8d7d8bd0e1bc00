import { expect, test } from "vitest";
import { leastFor, shares, suffices, threadsFor } from "../../src/memory/shares.ts";
import { defaultLimits } from "../../src/request/limits.ts";

const mb = 2 ** 20;
const sizes = [512, 1024, 4096, 65_536];
const cores = [1, 2, 8, 64];
const machines = sizes.flatMap((megabytes) => cores.map((count) => [megabytes, count] as const));

test.each(machines)("%d MB and %d cores: what is given away is there", (megabytes, count) => {
  const threads = threadsFor(megabytes * mb, count);
  const given = shares(megabytes * mb, threads);
  expect(suffices(given)).toBe(true);
  expect(threads.workers).toBeGreaterThanOrEqual(2);
  const own = (threads.workers + threads.trainers) * given.threadBytes;
  expect(given.ledgerBytes + own).toBeLessThan(0.9 * megabytes * mb);
  expect(given.keptBytes).toBeLessThan(given.threadBytes);
  expect(given.limits.bytes).toBeLessThanOrEqual(given.ledgerBytes);
  expect(given.limits.bodyBytes + given.limits.answerBytes).toBeLessThanOrEqual(given.ledgerBytes);
  expect(given.heapBytes).toBeLessThan(given.heap.maxOldGenerationSizeMb * mb);
});

test("more memory never means less of anything", () => {
  const limits = sizes.map((megabytes) => Object.entries(shares(megabytes * mb, threadsFor(megabytes * mb, 2)).limits));
  for (const [at, [name]] of limits[0].entries()) {
    const growing = limits.map((entries) => entries[at][1]);
    expect([name, growing]).toEqual([name, growing.toSorted((a, b) => a - b)]);
  }
});

test("where there is plenty the limits are what they are without a budget", () => {
  const { limits } = shares(65_536 * mb, threadsFor(65_536 * mb, 8));
  const { bytes, elements, bodyBytes, answerBytes } = defaultLimits;
  expect(limits).toEqual({ bytes, elements, bodyBytes, answerBytes, pendingBytes: 2 ** 30, datasetBytes: 2 ** 30 });
});

test("cores decide how many threads there are, and memory where it is short", () => {
  expect(threadsFor(65_536 * mb, 8)).toEqual({ workers: 8, trainers: 4, crew: 8 });
  expect(threadsFor(512 * mb, 2)).toEqual({ workers: 2, trainers: 1, crew: 2 });
  const many = threadsFor(2048 * mb, 64);
  expect(many.workers).toBeLessThan(16);
  expect(many.trainers).toBeGreaterThan(0);
});

test("too little is known to be too little, and how much would do", () => {
  const threads = threadsFor(256 * mb, 2);
  expect(suffices(shares(256 * mb, threads))).toBe(false);
  const least = leastFor(threads);
  expect(least).toBeLessThan(512 * mb);
  expect(suffices(shares(least, threads))).toBe(true);
});
