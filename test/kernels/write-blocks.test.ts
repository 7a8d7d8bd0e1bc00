import { expect, test } from "vitest";
import { writeGemmBlock, writeWalkAxis } from "../../src/kernels/wasm/generated/blocks.ts";
import { blockWriters } from "../../src/kernels/wasm/write-blocks.ts";

const memory = (address: number) => {
  const buffer = new ArrayBuffer(256);
  return { address, words: new Int32Array(buffer), doubles: new Float64Array(buffer) };
};

const placed = (at: number) => ({ at, row: at + 1, column: at + 2, next: at + 3 });

test("a block's members lie in the order of their declaration, and those it points to behind it", () => {
  const block = memory(1000);
  const [left, right, out, addend] = [10, 20, 30, 40].map(placed);
  expect(writeGemmBlock(block, { alpha: 0.5, beta: -2, way: 1, batch: 2, m: 3, n: 4, k: 5, left, right, out, addend })).toBe(1000);
  expect([...block.doubles.subarray(0, 2)]).toEqual([0.5, -2]);
  expect([...block.words.subarray(4, 13)]).toEqual([1, 2, 3, 4, 5, 1052, 1068, 1084, 1100]);
  expect([...block.words.subarray(13, 29)]).toEqual([10, 11, 12, 13, 20, 21, 22, 23, 30, 31, 32, 33, 40, 41, 42, 43]);
});

test("an address beyond 2 GiB is the word that the kernels read", () => {
  const { words } = memory(0);
  expect(writeWalkAxis({ words }, { size: 7, stride: 0xfffffff0 }, 3)).toBe(5);
  expect(new Uint32Array(words.buffer)[4]).toBe(0xfffffff0);
});

test("what a block cannot hold is refused when the kernels are built", () => {
  const declared = (members: string): string => `@unmanaged\nexport class OddBlock {\n${members}\n}\n`;
  expect(() => blockWriters(declared("  flag: bool;"))).toThrow("A block cannot hold flag: bool here");
  expect(() => blockWriters(declared("  first: i32;\n  second: f64;"))).toThrow("A block cannot hold second: f64 here");
  expect(blockWriters(declared("  first: i32;\n  second: usize;"))).toContain("words[1] = it.second;");
});
