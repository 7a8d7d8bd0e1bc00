import { expect, vi } from "vitest";
import { type Build, builds, compiled } from "../../src/kernels/wasm/modules.ts";
import { heapStart, instantiate, type Kernels, workspace } from "../../src/kernels/workspace.ts";
import { bytesPerElement } from "../../src/tensor/dtype.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import type { Tensor, TensorType } from "../../src/tensor/tensor.ts";

const guard = 0xa5;

/** A place for tensors in this thread's workspace, each with some bytes after it that nothing may touch. */
export class Stage {
  readonly #guards: Uint8Array[] = [];
  #end = heapStart;

  /** A tensor of NaNs and zeros, which whatever fills it must overwrite. It starts `skew` elements after a multiple of 16 bytes. */
  empty({ dtype, shape }: TensorType, skew = 0): Tensor {
    const start = this.#end + skew * bytesPerElement[dtype];
    const end = start + sizeOf(shape) * bytesPerElement[dtype];
    this.#end = Math.ceil(end / 16 + 1) * 16;
    workspace().grow(this.#end);
    const tensor = workspace().tensorAt(start, { dtype, shape });
    tensor.data.fill(Number.NaN);
    this.#guards.push(new Uint8Array(tensor.data.buffer, end, this.#end - end).fill(guard));
    return tensor;
  }

  /** A copy in the workspace. */
  copy(tensor: Tensor, skew = 0): Tensor {
    const copy = this.empty(tensor, skew);
    copy.data.set(tensor.data);
    return copy;
  }

  /** Whether nothing was written past the end of any tensor. */
  isIntact(): boolean {
    return this.#guards.every((bytes) => bytes.every((byte) => byte === guard));
  }
}

const instances: Partial<Record<Build, Kernels>> = {};

/** Runs `compute` with the kernels of a build, their work done in so many shares. A kernel must have run at all unless the loops may have done it. */
export function inShares<Result>(build: Build, parts: number, compute: () => Result, mayFallBack = false): Result {
  const space = workspace();
  const kernels = (instances[build] ??= instantiate(compiled(build), space.memory, 0));
  const run = vi.spyOn(space, "run").mockImplementation((kernel, _nanoseconds, ...args) => {
    for (let part = 0; part < parts; part++) kernels[kernel](...args, part, parts);
  });
  try {
    const result = compute();
    if (!mayFallBack) expect(run, "the kernel did not run").toHaveBeenCalled();
    return result;
  } finally {
    run.mockRestore();
  }
}

/**
 * Runs `compute` with the kernels of each build, their work done in 1, 2, 3 and 5 shares, and expects the same bits for any number of
 * shares. `compute` gives tensors of its own, which no later run overwrites. Returns those of each build.
 */
export function everyWay(compute: () => readonly Tensor[], mayFallBack = false): Tensor[][] {
  const copies = (): Tensor[] => compute().map((tensor) => ({ ...tensor, data: tensor.data.slice() }));
  return builds.map((build) => {
    const results = [1, 2, 3, 5].map((parts) => inShares(build, parts, copies, mayFallBack));
    for (const shared of results.slice(1)) {
      shared.forEach((tensor, at) =>
        expect(bytesOf(tensor).equals(bytesOf(results[0][at])), `${build}: the same bits in shares`).toBe(true),
      );
    }
    return results[0];
  });
}

/** The bytes of a tensor's numbers, in which 0 differs from -0; all NaNs are one. */
export const bytesOf = ({ data }: Tensor): Buffer => {
  const one = data.map((number) => (Number.isNaN(number) ? Number.NaN : number));
  return Buffer.from(one.buffer, one.byteOffset, one.byteLength);
};
