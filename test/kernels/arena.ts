import { type Build, compiled } from "../../src/kernels/modules.ts";
import { instantiate, type Kernels, type Workspace, workspace } from "../../src/kernels/workspace.ts";
import { bytesPerElement, type DType } from "../../src/tensor/dtype.ts";
import { type Shape, sizeOf } from "../../src/tensor/shape.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { heapStart } from "../../src/kernels/workspace.ts";

const both: Partial<Record<Build, Kernels>> = {};

/** This thread's workspace with the kernels of a build, each of which runs in so many shares, one after another and the last one first. */
export function workspaceWith(build: Build, parts: number): Workspace {
  const space = workspace();
  const kernels = (both[build] ??= instantiate(compiled(build), space.memory, 0));
  const shared =
    (kernel: string) =>
    (...args: readonly number[]): number => {
      for (let part = parts - 1; part >= 0; part--) kernels[kernel](...args.slice(0, -2), part, parts);
      return 0;
    };
  Object.assign(space, { kernels: Object.fromEntries(Object.keys(kernels).map((kernel) => [kernel, shared(kernel)])) });
  return space;
}

/** Lays tensors side by side in the memory of this thread's workspace, each with a guard of bytes after it. */
export class Arena {
  readonly #guards: Uint8Array[] = [];
  #end = heapStart;

  /** A tensor over fresh memory, which starts `skew` elements after a multiple of 16 bytes. */
  tensor(dtype: DType, shape: Shape, numbers?: ArrayLike<number>, skew = 0): Tensor {
    const space = workspace();
    const start = this.#end + skew * bytesPerElement[dtype];
    const bytes = sizeOf(shape) * bytesPerElement[dtype];
    this.#end = Math.ceil((start + bytes + 16) / 16) * 16;
    space.grow(this.#end);
    const tensor = space.tensorAt(start, { dtype, shape });
    if (numbers !== undefined) tensor.data.set(numbers);
    const guard = new Uint8Array(space.memory.buffer, start + bytes, this.#end - start - bytes);
    guard.fill(0xa5);
    this.#guards.push(guard);
    return tensor;
  }

  /** Whether nothing was written past the end of any tensor. */
  isIntact(): boolean {
    return this.#guards.every((guard) => guard.every((byte) => byte === 0xa5));
  }
}
