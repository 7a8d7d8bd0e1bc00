import { existsSync, readFileSync } from "node:fs";

/** The kernels are compiled twice: with fused multiplication and addition, and without, for processors that cannot fuse. */
export const builds = ["madd", "mul-add"] as const;

export type Build = (typeof builds)[number];

export const wasmOf = (build: Build): URL => new URL(`./generated/${build}.wasm`, import.meta.url);

/** A compiled module of the kernels. Throws when they have not been built. */
export function compiled(build: Build): WebAssembly.Module {
  const url = wasmOf(build);
  if (!existsSync(url)) throw new Error("The kernels are not built: run npm run build:kernels, as npm ci does");
  return new WebAssembly.Module(readFileSync(url));
}
