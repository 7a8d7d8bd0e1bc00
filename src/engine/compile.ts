import { compileDraft } from "../graph/compile.ts";
import type { GivenInputs } from "../graph/draft.ts";
import { draftOfGraph } from "../graph/graph-json.ts";
import type { Program } from "../graph/program.ts";
import type { Limits } from "../wire/limits.ts";
import type { ProgramSource } from "../wire/program-source.ts";
import type { Registry } from "./registry.ts";

/** Turns a request's program, in whichever way it is written, into typed values. */
export class Compiler {
  readonly #registry: Registry;
  readonly #limits: Limits;

  constructor(registry: Registry, limits: Limits) {
    this.#registry = registry;
    this.#limits = limits;
  }

  compile({ kind, source }: ProgramSource, given: GivenInputs, seed: number): Program {
    switch (kind) {
      case "graph":
        return compileDraft(draftOfGraph(source, this.#limits), given, this.#limits);
    }
    throw new Error("");
  }
}
