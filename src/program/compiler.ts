import { compileDraft } from "./compile.ts";
import type { Draft, GivenInputs } from "./draft.ts";
import { restricted } from "./graph/restrict.ts";
import { draftOfExpression } from "./expression/parse.ts";
import { draftOfGraph, inRegistered } from "./graph/json.ts";
import { compileNetwork } from "./network/compile.ts";
import type { Program } from "./program.ts";
import type { Value } from "../ir/graph.ts";
import type { DType } from "../tensor/dtype.ts";
import type { GraphSource } from "./graph/source.ts";
import type { Limits } from "../request/limits.ts";
import type { NetworkSource } from "./network/source.ts";
import { type Problem, problemAt } from "../problems/problems.ts";
import type { ProgramSource } from "./source.ts";
import type { Registry } from "./registry.ts";

/** A registered program as it is kept: its canonical form. */
export type Registered = { readonly graph: GraphSource } | { readonly network: NetworkSource };

export interface CompileOptions {
  /** Of everything that is random. */
  readonly seed: number;
  /** Where the program is being trained: what is fed with the number of the update, counted from 1. */
  readonly step?: Value | undefined;
  /** The element type of a network whose tensors have none. */
  readonly float?: DType | undefined;
  /** Of a graph or an expression: the values that are wanted in place of its outputs. What they do not need is left out. */
  readonly outputs?: readonly string[] | undefined;
}

/** A program that has been read. */
type Read = { readonly draft: Draft } | { readonly network: NetworkSource; readonly places?: { readonly locate: () => string } };

/** Turns a request's program, in whichever way it is written, into typed values. */
export class Compiler {
  readonly #registry: Registry;
  readonly #limits: Limits;

  constructor(registry: Registry, limits: Limits) {
    this.#registry = registry;
    this.#limits = limits;
  }

  /** Throws Problem with the place of the fault in the request. */
  compile(program: ProgramSource, given: GivenInputs, options: CompileOptions): Program {
    const read = this.#read(program, given);
    if ("draft" in read) return this.#fromDraft(read.draft, given, options);
    const { seed, step, float } = options;
    return compileNetwork(read.network, given, { seed, limits: this.#limits, ...read.places, step, float });
  }

  /** A program as the client wrote it, before it is compiled; null for a network, which has no draft. Throws Problem. */
  draftOf(program: ProgramSource, given: GivenInputs): Draft | null {
    const read = this.#read(program, given);
    return "draft" in read ? read.draft : null;
  }

  #read(program: ProgramSource, given: GivenInputs): Read {
    const limits = this.#limits;
    switch (program.kind) {
      case "graph":
        return { draft: draftOfGraph(program.source, limits) };
      case "expression":
        return { draft: draftOfExpression(program.source, given.tensors, limits) };
      case "network":
        return { network: program.source };
      case "graph_id": {
        const registered = this.registered(program.source, "/graph_id");
        if ("graph" in registered) return { draft: draftOfGraph(registered.graph, limits, inRegistered) };
        return { network: registered.network, places: { locate: () => "/graph_id" } };
      }
    }
  }

  /** Throws unknown_graph for the id of a graph that whoever is served has not registered. */
  requireKnown({ kind, source }: ProgramSource): void {
    if (kind === "graph_id" && !this.#registry.has(source)) throw unknownGraph(source, "/graph_id");
  }

  /** Throws unknown_graph; `pointer` is where the request holds the id. */
  registered(id: string, pointer: string): Registered {
    const text = this.#registry.read(id);
    if (text === null) throw unknownGraph(id, pointer);
    // Written by this service alone, from a program that it had checked.
    return JSON.parse(text) as Registered;
  }

  #fromDraft(draft: Draft, given: GivenInputs, { outputs, ...random }: CompileOptions): Program {
    if (outputs === undefined) return compileDraft(draft, given, this.#limits, random);
    const own = restricted(draft, outputs);
    const idle = new Set(draft.inputs.map(({ name }) => name)).difference(new Set(own.inputs.map(({ name }) => name)));
    const tensors = new Map([...given.tensors].filter(([name]) => !idle.has(name)));
    return compileDraft(own, { ...given, tensors }, this.#limits, random);
  }
}

export const unknownGraph = (id: string, pointer: string): Problem =>
  problemAt("unknown_graph", pointer, `No graph is registered as ${id}`);
