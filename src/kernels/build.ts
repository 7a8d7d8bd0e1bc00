import { mkdirSync } from "node:fs";
import asc from "assemblyscript/asc";
import { builds, wasmOf } from "./modules.ts";

/**
 * Compiles the kernels in assembly/ to WebAssembly, once with fused multiplication and addition and once without. What it writes is not
 * committed: `npm ci` runs this.
 */
const source = new URL("./assembly/index.ts", import.meta.url).pathname;

mkdirSync(new URL("./generated/", import.meta.url), { recursive: true });
for (const build of builds) {
  const options = [source, "--outFile", wasmOf(build).pathname, "-O3", "--converge", "--runtime", "stub", "--noAssert"];
  options.push("--enable", "simd", "--enable", "threads", "--importMemory", "--sharedMemory");
  options.push("--initialMemory", "1", "--maximumMemory", "65536");
  if (build === "madd") options.push("--enable", "relaxed-simd");
  const { error } = await asc.main(options, { stdout: process.stdout, stderr: process.stderr });
  if (error !== null) process.exit(1);
}
