import { bytesPerElement, type Data, type DType } from "../tensor/dtype.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import type { Tensor, TensorType } from "../tensor/tensor.ts";
import type { BlockMemory } from "./wasm/generated/blocks.ts";
import { type Build, compiled } from "./wasm/modules.ts";

/**
 * The SIMD kernels by name. Each takes the address of its argument block, in bytes from the start of the memory, and which share of the work
 * to do, of how many.
 */
export type Kernels = Readonly<Record<string, (block: number, share: number, shares: number) => number>>;

const pageBytes = 65_536;
/** Most pages that 32-bit addresses reach. */
const mostPages = 65_536;

/** Memory for what the kernels of one thread pack, in bytes. */
export const scratchBytes = 4 * 2 ** 20;
/** Threads that may work on one memory. */
export const mostThreads = 16;

/** The kernels' own tables come first, with the argument block of the running kernel at their end; then each thread's scratch, then tensors. */
const tableBytes = 2 ** 20;
/** Most that an argument block may need: that of a chain holds its program. */
export const argumentBytes = 2 ** 17;
export const argumentAddress = tableBytes - argumentBytes;
export const heapStart = tableBytes + mostThreads * scratchBytes;

const regionAlignment = 64;
/** A memory that has grown beyond this many bytes is not kept when the work that needed it is done. */
const largestKept = 512 * 2 ** 20;

/** Memory of a workspace that is set aside. */
export interface Region {
  readonly space: Workspace;
  readonly address: number;
  readonly release: () => void;
}

/** Other threads that work on the same memory. */
export interface Crew {
  /** Runs the shares of a kernel's work on several threads, this one among them, and returns when all of them are done. */
  run(kernel: string, block: number, nanoseconds: number): void;
  /** Lets the others go: the memory is given up. */
  dismiss(): void;
}

/** Work that takes one thread less than this, in nanoseconds, is not worth sharing. */
const leastShared = 20_000;

/** The memory of one thread on which its SIMD kernels work. It is shared memory: it grows in place, and other threads can help. */
export class Workspace {
  readonly build: Build;
  readonly module: WebAssembly.Module;
  readonly memory = new WebAssembly.Memory({ initial: heapStart / pageBytes, maximum: mostPages, shared: true });
  readonly kernels: Kernels;
  /** Where the argument block of the running kernel stands. */
  readonly block: BlockMemory = {
    address: argumentAddress,
    words: new Int32Array(this.memory.buffer, argumentAddress, argumentBytes / 4),
    doubles: new Float64Array(this.memory.buffer, argumentAddress, argumentBytes / 8),
  };
  /** Null while this thread works alone. */
  crew: Crew | null = null;
  /** Whose numbers lie in the memory that is lent. */
  owner: object | null = null;
  readonly #held: { readonly start: number; readonly end: number }[] = [];
  /** A memory that grows gets a new buffer over the same bytes, and what was made on the old one stays good. */
  readonly #buffers = new WeakSet<ArrayBufferLike>();

  /** Another build than the processor supports best is for comparison. */
  constructor(build = supportedBuild()) {
    this.build = build;
    this.module = compiled(this.build);
    this.kernels = instantiate(this.module, this.memory, 0);
  }

  /**
   * Lends the memory above all that is held, until something else is lent or held: its address. Throws RangeError when there is less than
   * that many bytes.
   */
  borrow(bytes: number): number {
    const address = this.#held.at(-1)?.end ?? heapStart;
    this.grow(address + bytes);
    return address;
  }

  /** Sets memory aside until it is released. Throws RangeError when there is none. */
  hold(bytes: number): Region {
    const size = Math.ceil(bytes / regionAlignment) * regionAlignment;
    let start = heapStart;
    const at = this.#held.findIndex((region) => {
      const fits = region.start - start >= size;
      if (!fits) start = region.end;
      return fits;
    });
    this.grow(start + size);
    const region = { start, end: start + size };
    this.#held.splice(at < 0 ? this.#held.length : at, 0, region);
    this.owner = null;
    return { space: this, address: start, release: () => void this.#held.splice(this.#held.indexOf(region), 1) };
  }

  /** Gives up a memory that has grown large, once nothing is held in it. */
  retireIfLarge(): void {
    if (this.memory.buffer.byteLength > largestKept && this.#held.length === 0) this.abandon();
  }

  /** Gives up this memory: what comes next on this thread gets a new one. */
  abandon(): void {
    if (current === this) current = undefined;
    this.crew?.dismiss();
    this.crew = null;
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
   * Runs a kernel that threads may share. `nanoseconds` is a rough estimate of what one thread needs; the results are the same for any
   * number of threads. The name should be a constant: one that is put together is looked up anew each time.
   */
  run(kernel: string, nanoseconds: number, block: number): void {
    if (this.crew !== null && nanoseconds >= leastShared) this.crew.run(kernel, block, nanoseconds);
    else this.kernels[kernel](block, 0, 1);
  }

  /** Whether a tensor lies in this memory. */
  holds({ data }: Pick<Tensor, "data">): boolean {
    return this.#buffers.has(data.buffer);
  }
}

let current: Workspace | undefined;

let made: (space: Workspace) => void = () => undefined;

/** Makes this thread's workspace anew with the kernels of a build. */
export function useBuild(build: Build): void {
  current = new Workspace(build);
}

/** Calls back with each workspace that this thread makes from now on. */
export function onWorkspace(callback: (space: Workspace) => void): void {
  made = callback;
}

/** This thread's workspace, made when it is first asked for. */
export function workspace(): Workspace {
  if (current === undefined) {
    current = new Workspace();
    made(current);
  }
  return current;
}

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
  const kernels = exportsOf(module, memory);
  kernels.setScratch(tableBytes + thread * scratchBytes);
  return kernels;
}

const exportsOf = (module: WebAssembly.Module, memory: WebAssembly.Memory): Exports =>
  new WebAssembly.Instance(module, { env: { memory } }).exports as Exports;

/** The kernels, and what is neither shared nor told anything. */
type Exports = Kernels & { readonly setScratch: (address: number) => void; readonly fuses: () => number };

/** The fused build where the processor fuses (every server since 2013), so that all of them compute the same bits. */
export function supportedBuild(): Build {
  const memory = new WebAssembly.Memory({ initial: tableBytes / pageBytes, maximum: mostPages, shared: true });
  return exportsOf(compiled("madd"), memory).fuses() ? "madd" : "mul-add";
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
