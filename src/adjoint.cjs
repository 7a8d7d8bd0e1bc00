#!/usr/bin/env node
"use strict";

// Runs the command with a Node that can read its sources: the one that started it or, when that is too old, the one that came with the
// dependencies. Written for old versions, therefore.

const { spawnSync } = require("child_process");
const { join } = require("path");

const least = 24;

if (parseInt(process.versions.node, 10) >= least) {
  start();
} else {
  const { status, signal, error } = spawnSync(ownNode(), [__filename].concat(process.argv.slice(2)), { stdio: "inherit" });
  if (error) throw error;
  if (signal) process.kill(process.pid, signal);
  process.exitCode = status;
}

async function start() {
  const { run } = require("./doors/command/bundled.cjs").bundled() || (await fromSources());
  process.exitCode = await run(process.argv.slice(2), { input: process.stdin, output: process.stdout });
}

function fromSources() {
  // Compiled sources are kept beside the system's temporary files, which makes the next start twice as fast.
  require("module").enableCompileCache();
  return import("./doors/command/command.ts");
}

function ownNode() {
  try {
    return require.resolve("node/bin/node", { paths: [join(__dirname, "..")] });
  } catch {
    console.error(
      `Adjoint needs Node.js ${least} or newer, and this is ${process.version}: run npm ci without omitting the dev dependencies, which brings one, or install Node.js ${least}.`,
    );
    process.exit(2);
  }
}
