import { account } from "../memory/account.ts";
import { collectGarbage } from "../memory/garbage.ts";
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
/** Memory of a workspace that is set aside. */
export interface Region {
  readonly space: Workspace;
  readonly address: number;
  readonly release: () => void;
}

/** Other threads that work on the same memory. */
export interface Crew {
  /** Runs the shares of a kernel's work on several threads, this one among them, and returns when all of them are done. */
  run(space: Workspace, kernel: string, block: number, nanoseconds: number): void;
  /** Has the others forget the memory: it is given up. Returns when they have. */
  letGo(): void;
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
  /** Bytes that this memory has grown by: they stand in the thread's account. */
  #grown = 0;

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

  /** Bytes that the memory has grown by since it was made. */
  get grown(): number {
    return this.#grown;
  }

  /**
   * Gives up this memory: what comes next on this thread gets a new one. Its bytes are free when the garbage has been collected on this
   * thread: see `tidyWorkspace`.
   */
  abandon(): void {
    if (current !== this) return;
    current = undefined;
    forgotten += this.#grown;
    this.crew?.letGo();
    this.crew = null;
  }

  /**
   * Makes sure that the memory reaches up to the address `end`; throws OutOfMemoryBudget when the process has no more, RangeError when that
   * cannot be reached.
   */
  grow(end: number): void {
    const missing = end - this.memory.buffer.byteLength;
    if (missing <= 0) return;
    const pages = Math.ceil(missing / pageBytes);
    account().hold(pages * pageBytes);
    try {
      this.memory.grow(pages);
    } catch (error) {
      account().release(pages * pageBytes);
      throw error;
    }
    this.#grown += pages * pageBytes;
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
    if (this.crew !== null && nanoseconds >= leastShared) this.crew.run(this, kernel, block, nanoseconds);
    else this.kernels[kernel](block, 0, 1);
  }

  /** Whether a tensor lies in this memory. */
  holds({ data }: Pick<Tensor, "data">): boolean {
    return this.#buffers.has(data.buffer);
  }
}

let current: Workspace | undefined;
/** Bytes of memories that were given up and are not known to be free yet. */
let forgotten = 0;

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

/**
 * Frees what work on this thread has left behind once all of it is over: garbage, and the thread's memory where it has grown beyond `most`
 * bytes.
 */
export function tidyWorkspace(most: number): void {
  abandonBeyond(most);
  collectGarbage();
  account().release(forgotten);
  forgotten = 0;
}

/** Apart, since whatever a function has had in its hands stays on the stack until it returns, and is not garbage as long. */
function abandonBeyond(most: number): void {
  if (current !== undefined && current.grown > most) current.abandon();
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
