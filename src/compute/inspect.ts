import { z } from "zod";
import { compileDraft, checkDraft } from "../program/compile.ts";
import type { Draft, GivenInputs } from "../program/draft.ts";
import { givenIn } from "../program/feeds.ts";
import type { NamedValue, Program } from "../program/program.ts";
import { exactlyOne, oneOfRequired, programMembers, programOf } from "../program/source.ts";
import { ProblemDocument } from "../problems/document.ts";
import { Problem } from "../problems/problems.ts";
import { defineTask, json, noParameters } from "../tasks/define.ts";
import { documentOf } from "../tasks/result.ts";
import { runMembers } from "./requests.ts";
import { ValueDescription } from "./responses.ts";

const programNames = Object.keys(programMembers);

export const InspectRequest = z
  .strictObject({ ...programMembers, inputs: runMembers.inputs, parameters: runMembers.parameters })
  .superRefine(exactlyOne(programNames))
  .meta({
    id: "InspectRequest",
    description: "A program, with tensors for as many of its inputs as there are yet",
    oneOf: oneOfRequired(programNames),
    examples: [{ expression: "y = W @ x + b", inputs: { x: [1, 2] } }],
  });

export const InspectResponse = z
  .object({
    inputs: z.array(ValueDescription).meta({
      description: "The inputs that the program has, in its order, with the types that they have here; empty where it cannot be read",
    }),
    outputs: z.array(ValueDescription).meta({ description: "Its outputs; their types are known when those of all inputs are" }),
    missing: z.array(z.string()).meta({ description: "The inputs that have no tensor yet", examples: [["W", "b"]] }),
    problem: ProblemDocument.nullable().meta({
      description: "What is wrong with the program, or with what is given to it, as far as that can be seen yet; null when nothing is",
    }),
  })
  .meta({ id: "InspectResponse", description: "What a program takes and gives, and what is wrong with it" });
export type InspectResponse = z.output<typeof InspectResponse>;

/** POST /v1/inspect: looks at a program while it is being written. What is wrong with it is an answer here, and no refusal. */
export const inspect = defineTask({
  name: "inspect",
  parameters: noParameters,
  body: json(InspectRequest),
  operation: {
    operationId: "inspect",
    tag: "compute",
    summary: "Look at a program without running it",
    description:
      "Tells which inputs a program has, which of them still need a tensor, and which types its inputs and outputs have. A program that cannot be read, or whose shapes do not fit, is answered with the problem that the other endpoints would refuse it with. Nothing is run and nothing is kept.",
    request: "A program, with tensors for as many of its inputs as there are yet",
    answer: { description: "What the program takes and gives", schema: InspectResponse },
    examples: async () => (await import("./examples.ts")).inspectExamples,
    post: { path: "/v1/inspect", parameters: () => ({}) },
  },
  prepare:
    ({ limits, compiler }) =>
    (request) => {
      const seen: { draft: Draft | null; program: Program | null; given: GivenInputs | null } = { draft: null, program: null, given: null };
      const problem = problemOf(() => {
        const source = programOf(request);
        const given = givenIn(request, limits);
        seen.given = given;
        const draft = compiler.draftOf(source, given);
        seen.draft = draft;
        if (draft === null) seen.program = compiler.compile(source, given, { seed: 0 });
        else if (missingOf(draft, given).length === 0) seen.program = compileDraft(draft, given, limits);
        else checkDraft(draft, limits);
      });
      return { content: documentOf(answerOf(seen.draft, seen.program, seen.given, problem)), facts: null };
    },
});

/** What an attempt is refused with; null when it is not. */
function problemOf(attempt: () => void): Problem | null {
  try {
    attempt();
    return null;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

const missingOf = ({ inputs }: Draft, { tensors }: GivenInputs): string[] =>
  inputs.map(({ name }) => name).filter((name) => !tensors.has(name));

function answerOf(draft: Draft | null, program: Program | null, given: GivenInputs | null, problem: Problem | null): InspectResponse {
  const typed = ({ name, value: { shape, dtype } }: NamedValue): InspectResponse["inputs"][number] => ({ name, shape: [...shape], dtype });
  const open = (name: string): InspectResponse["inputs"][number] => ({ name, shape: null, dtype: null });
  // A network without its data is nothing to find fault with.
  const lacking =
    draft === null && problem?.code === "missing_input" ? problem.errors.map(({ pointer }) => pointer.replace("/inputs/", "")) : null;
  return {
    inputs:
      program?.inputs.filter(({ role }) => role === "input").map(typed) ??
      draft?.inputs.map(({ name, shape, dtype }) => ({ name, shape: shape === null ? null : [...shape], dtype })) ??
      lacking?.map(open) ??
      [],
    outputs: program?.outputs.map(typed) ?? draft?.outputs.map(open) ?? [],
    missing: lacking ?? (draft === null || given === null ? [] : missingOf(draft, given)),
    problem: lacking === null && problem !== null ? problem.toDocument() : null,
  };
}
