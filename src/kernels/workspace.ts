import { bytesPerElement, type Data, type DType } from "../tensor/dtype.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import type { Tensor, TensorType } from "../tensor/tensor.ts";
import { type Build, compiled } from "./modules.ts";

/**
 * The SIMD kernels by name. Addresses are bytes from the start of the memory. The last two arguments of a kernel that threads may share
 * are which share of the work to do, and of how many.
 */
export type Kernels = Readonly<Record<string, (...args: readonly number[]) => number>>;

const pageBytes = 65_536;
/** Most pages that 32-bit addresses reach. */
const mostPages = 65_536;

/** Memory for what the kernels of one thread pack, in bytes. */
export const scratchBytes = 4 * 2 ** 20;
/** Threads that may work on one memory. */
export const mostThreads = 16;

/** The kernels' own tables come first, then each thread's scratch, then tensors. */
const tableBytes = 2 ** 20;
export const heapStart = tableBytes + mostThreads * scratchBytes;

/** Other threads that work on the same memory. */
export interface Crew {
  /** Runs the shares of a kernel's work on several threads, this one among them, and returns when all of them are done. */
  run(kernel: string, args: readonly number[], nanoseconds: number): void;
}

/** Work that takes one thread less than this, in nanoseconds, is not worth sharing. */
const leastShared = 20_000;

/** The memory of one thread on which its SIMD kernels work. It is shared memory: it grows in place, and other threads can help. */
export class Workspace {
  readonly build: Build;
  readonly module: WebAssembly.Module;
  readonly memory = new WebAssembly.Memory({ initial: heapStart / pageBytes, maximum: mostPages, shared: true });
  readonly kernels: Kernels;
  /** Null while this thread works alone. */
  crew: Crew | null = null;
  /** A memory that grows gets a new buffer over the same bytes, and what was made on the old one stays good. */
  readonly #buffers = new WeakSet<ArrayBufferLike>();

  constructor() {
    this.build = supportedBuild();
    this.module = compiled(this.build);
    this.kernels = instantiate(this.module, this.memory, 0);
  }

  /** Makes sure that the memory reaches up to the address `end`; throws RangeError when it cannot. */
  grow(end: number): void {
    const missing = end - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / pageBytes));
  }

  /** A tensor over the memory at an address, which is a multiple of 16: it holds whatever lies there. Throws RangeError. */
  tensorAt(address: number, { dtype, shape }: TensorType): Tensor {
    this.grow(address + sizeOf(shape) * bytesPerElement[dtype]);
    const { buffer } = this.memory;
    this.#buffers.add(buffer);
    return { dtype, shape, data: viewOf(buffer, address, dtype, shape) };
  }

  /**
   * Runs a kernel that takes a share of its work and the number of shares as its last two arguments. `nanoseconds` is a rough estimate of
   * what one thread needs; the results are the same for any number of threads.
   */
  run(kernel: string, nanoseconds: number, ...args: readonly number[]): void {
    if (this.crew !== null && nanoseconds >= leastShared) this.crew.run(kernel, args, nanoseconds);
    else this.kernels[kernel](...args, 0, 1);
  }

  /** Whether a tensor lies in this memory. */
  holds({ data }: Pick<Tensor, "data">): boolean {
    return this.#buffers.has(data.buffer);
  }
}

let current: Workspace | undefined;

/** This thread's workspace, made when it is first asked for. */
export const workspace = (): Workspace => (current ??= new Workspace());

/** This thread's workspace when all of the tensors lie in it; null sends the caller to its own loops. */
export function workspaceOf(...tensors: readonly (Pick<Tensor, "data"> | null)[]): Workspace | null {
  if (current === undefined) return null;
  for (const tensor of tensors) if (tensor !== null && !current.holds(tensor)) return null;
  return current;
}

/** Where a tensor of the workspace lies; 0 stands for none. */
export const addressOf = (tensor: Tensor | null): number => tensor?.data.byteOffset ?? 0;

/** The kernels of a compiled module over a memory, for one of the threads that work on it. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory, thread: number): Kernels {
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as Kernels;
  kernels.setScratch(tableBytes + thread * scratchBytes);
  return kernels;
}

/** The fused build where the processor fuses (every server since 2013), so that all of them compute the same bits. */
function supportedBuild(): Build {
  const memory = new WebAssembly.Memory({ initial: tableBytes / pageBytes, maximum: mostPages, shared: true });
  return instantiate(compiled("madd"), memory, 0).fuses() ? "madd" : "mul-add";
}

/** The elements of a tensor that lies in a buffer from the byte `offset` on. */
export function viewOf(buffer: ArrayBufferLike, offset: number, dtype: DType, shape: Shape): Data {
  const size = sizeOf(shape);
  switch (dtype) {
    case "float64":
    case "int64":
      return new Float64Array(buffer, offset, size);
    case "float32":
      return new Float32Array(buffer, offset, size);
    case "int32":
      return new Int32Array(buffer, offset, size);
    case "bool":
      return new Uint8Array(buffer, offset, size);
  }
}
