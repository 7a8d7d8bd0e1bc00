import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "vite";

/**
 * Makes the page of its sources: modules with the digest of their content in their names, and beside each what it is compressed, so that
 * nothing is left to do when it is asked for. What is written is not committed: `npm ci` runs this.
 */
const root = fileURLToPath(new URL("client", import.meta.url));
const built = fileURLToPath(new URL("build", import.meta.url));

await build({
  root,
  configFile: false,
  // The page is found wherever the service is put, below a path of a proxy, too.
  base: "./",
  publicDir: false,
  logLevel: "warn",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: { outDir: built, emptyOutDir: true, target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
});

/** Less than this is sent in one packet anyway. */
const worthwhile = 1_000;
for (const entry of readdirSync(built, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = `${entry.parentPath}/${entry.name}`;
  const content = readFileSync(path);
  if (content.length < worthwhile) continue;
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }));
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
}
