"use strict";

// The command as one file, and what V8 has made of it: bundle.ts and prepare.cjs write them.

const { readFileSync, statSync } = require("fs");
const { join } = require("path");
const { Script } = require("vm");

const root = join(__dirname, "../../..");
const generated = join(__dirname, "generated");

const read = (name) => readFileSync(join(generated, name), "utf8");
const sources = () => JSON.parse(read("sources.json")).map((path) => join(root, path));

/** The sizes and times of all sources, which tell in a millisecond or two that none has changed. */
function stamps() {
  const facts = sources().map((path) => statSync(path));
  return facts.map(({ size, mtimeMs }) => `${size} ${Math.floor(mtimeMs / 1000)}`).join();
}

/** And their content: a copy of a checkout need not keep its times. */
function digest() {
  const hash = require("crypto").createHash("sha256");
  for (const path of sources()) hash.update(readFileSync(path));
  return hash.digest("hex");
}

/** The bundle, not run yet. A cache of another V8 is passed over. */
function script(cachedData) {
  const code = `(function (exports, require, __filename) {${read("command.cjs")}\n})`;
  return new Script(code, { filename: join(generated, "command.cjs"), cachedData });
}

/** What the bundle exports. */
function exportsOf(compiled) {
  const exported = {};
  compiled.runInThisContext()(exported, require, join(generated, "command.cjs"));
  return exported;
}

/** The command; null where there is no bundle, or where the sources are not those that it was made of. */
function bundled() {
  try {
    if (read("stamps") !== stamps() && read("digest") !== digest()) return null;
  } catch {
    return null;
  }
  return exportsOf(script(readFileSync(join(generated, "command.cache"))));
}

module.exports = { bundled, digest, exportsOf, generated, script, stamps };
