import { expect, vi } from "vitest";
import { builds, compiled } from "../../src/kernels/modules.ts";
import { heapStart, instantiate, workspace } from "../../src/kernels/workspace.ts";
import { bytesPerElement } from "../../src/tensor/dtype.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import type { Tensor, TensorType } from "../../src/tensor/tensor.ts";

/** A place for tensors in this thread's workspace. */
export class Stage {
  #end = heapStart;

  /** A tensor of NaNs and zeros, which whatever fills it must overwrite. */
  empty({ dtype, shape }: TensorType): Tensor {
    const tensor = workspace().tensorAt(this.#end, { dtype, shape });
    this.#end += Math.ceil((sizeOf(shape) * bytesPerElement[dtype]) / 16) * 16;
    tensor.data.fill(Number.NaN);
    return tensor;
  }

  /** A copy in the workspace. */
  copy(tensor: Tensor): Tensor {
    const copy = this.empty(tensor);
    copy.data.set(tensor.data);
    return copy;
  }
}

/**
 * Runs `compute` with the kernels of each build, their work done in 1, 2, 3 and 5 shares, and expects the same bits for any number of
 * shares. A kernel must have run at all unless the loops may have done it. `compute` gives tensors of its own, which no later run overwrites. Returns those of each build.
 */
export function everyWay(compute: () => readonly Tensor[], mayFallBack = false): Tensor[][] {
  const space = workspace();
  return builds.map((build) => {
    const kernels = instantiate(compiled(build), space.memory, 0);
    const results = [1, 2, 3, 5].map((parts) => {
      const run = vi.spyOn(space, "run").mockImplementation((kernel, _nanoseconds, ...args) => {
        for (let part = 0; part < parts; part++) kernels[kernel](...args, part, parts);
      });
      try {
        const tensors = compute();
        if (!mayFallBack) expect(run, "the kernel did not run").toHaveBeenCalled();
        return tensors.map((tensor) => ({ ...tensor, data: tensor.data.slice() }));
      } finally {
        run.mockRestore();
      }
    });
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
