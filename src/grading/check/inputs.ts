import type { WriteTensor } from "../../tasks/result.ts";
import type { Compiler } from "../../program/compiler.ts";
import { record } from "../../tasks/outline.ts";
import { isFloating } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { CheckRequest, Drawn } from "./request.ts";
import { pointerTo, problemAt } from "../../problems/problems.ts";
import type { ProgramSource } from "../../program/source.ts";
import { openDeclarations } from "./draw.ts";
import type { Subject } from "./subject.ts";

/** What the request leaves to chance: what it says so of, and what a graph declares with all sizes. */
export function inputsToDraw(request: CheckRequest, source: ProgramSource, compiler: Compiler): Readonly<Record<string, Drawn>> {
  const isGiven = (name: string): boolean => Object.hasOwn(request.inputs, name) || Object.hasOwn(request.generate, name);
  const twice = Object.keys(request.generate).find((name) => Object.hasOwn(request.inputs, name));
  if (twice !== undefined) {
    throw problemAt("invalid_request", pointerTo("generate", twice), `${twice} is given under inputs, so it cannot be drawn as well`);
  }
  return { ...openDeclarations(declarationsOf(source, compiler), isGiven), ...request.generate };
}

/** Where the request asks for an input to be drawn. */
export const placeOfDrawn =
  ({ generate }: CheckRequest, { kind }: ProgramSource) =>
  (name: string): string => {
    if (Object.hasOwn(generate, name)) return pointerTo("generate", name);
    return kind === "graph" ? pointerTo("graph", "inputs", name) : pointerTo(kind);
  };

/** Those that the program turned out to take as whole numbers, with that element type. */
export function wholeInputs({ program }: Subject, wanted: Readonly<Record<string, Drawn>>): Record<string, Drawn> {
  const whole = program.inputs.filter(({ name, value }) => {
    return Object.hasOwn(wanted, name) && wanted[name].dtype === undefined && !isFloating(value.dtype) && value.known === null;
  });
  return record(whole.map(({ name, value }) => [name, { ...wanted[name], dtype: value.dtype }] as const));
}

function declarationsOf(source: ProgramSource, compiler: Compiler): Parameters<typeof openDeclarations>[0] {
  if (source.kind === "graph") return source.source.inputs ?? {};
  if (source.kind !== "graph_id") return {};
  const registered = compiler.registered(source.source, "/graph_id");
  return "graph" in registered ? (registered.graph.inputs ?? {}) : {};
}

/** What was drawn, as it is told. */
export const drawnInputs = <Written>(
  subject: Subject,
  feeds: readonly Tensor[],
  wanted: Readonly<Record<string, Drawn>>,
  write: WriteTensor<Written>,
): Record<string, Written> =>
  record(subject.program.inputs.flatMap(({ name }, at) => (Object.hasOwn(wanted, name) ? [[name, write(feeds[at])] as const] : [])));
