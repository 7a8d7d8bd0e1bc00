import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import asc from "assemblyscript/asc";
import { builds, wasmOf } from "./modules.ts";
import { blockWriters } from "./write-blocks.ts";

/**
 * Compiles the kernels in assembly/ to WebAssembly, once with fused multiplication and addition and once without, and writes the functions
 * that fill their argument blocks. What it writes is not committed: `npm ci` runs this.
 */
const source = new URL("./assembly/index.ts", import.meta.url).pathname;

/**
 * The sources are TypeScript to every other tool, which knows no decorators of functions: they stand in comments, `// @inline`. The compiler
 * reads them as what they are, and modules by their names alone.
 */
const readFile = (name: string, directory: string): string | null => {
  const path = resolve(directory, name);
  if (!existsSync(path)) return null;
  const text = readFileSync(path, "utf8");
  return text.replaceAll(/^( *)\/\/ (@inline)$/gm, "$1$2").replaceAll(/( from "\.\/[^"]+)\.ts"/g, '$1"');
};

mkdirSync(new URL("./generated/", import.meta.url), { recursive: true });
const declarations = readFileSync(new URL("./assembly/blocks.ts", import.meta.url), "utf8");
writeFileSync(new URL("./generated/blocks.ts", import.meta.url), blockWriters(declarations));
for (const build of builds) {
  const options = [source, "--outFile", wasmOf(build).pathname, "-O3", "--converge", "--runtime", "stub", "--noAssert"];
  options.push("--enable", "simd", "--enable", "threads", "--importMemory", "--sharedMemory");
  options.push("--initialMemory", "1", "--maximumMemory", "65536");
  if (build === "madd") options.push("--enable", "relaxed-simd");
  const { error } = await asc.main(options, { stdout: process.stdout, stderr: process.stderr, readFile });
  if (error !== null) process.exit(1);
}
