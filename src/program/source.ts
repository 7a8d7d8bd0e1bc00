import { z } from "zod";
import { GraphSource } from "./graph/source.ts";
import { NetworkSource } from "./network/source.ts";

export const graphIdPattern = /^sha256:[0-9a-f]{64}$/;

export const GraphId = z
  .string()
  .regex(graphIdPattern, "A graph id is sha256: and 64 hexadecimal digits")
  .meta({
    description: "The id of a registered graph: the digest of its canonical form",
    examples: [`sha256:${"9f86d081884c7d65".repeat(4)}`],
  });

/** The ways to write a program for what is not registered yet. */
export const sourceMembers = {
  graph: GraphSource.optional().meta({ description: "A graph of nodes" }),
  expression: z
    .string()
    .optional()
    .meta({
      description:
        "A formula. Statements are separated by semicolons or newlines, and the last one is the output. + - * / ^ ** @ ', comparisons, parentheses, lists, pi, e, and every operator by its snake_case name, with positional and named arguments",
      examples: ["z = (x + y)^2", "1/(1+exp(-x))", "h = tanh(x @ w + b); mean(h, axis=1)"],
    }),
  network: NetworkSource.optional().meta({ description: "A sequence of layers in the terms of torch.nn" }),
};

export const programMembers = {
  ...sourceMembers,
  graph_id: GraphId.optional(),
};

/** A request's program, by the member that holds it. */
export type ProgramSource =
  | { readonly kind: "graph"; readonly source: GraphSource }
  | { readonly kind: "expression"; readonly source: string }
  | { readonly kind: "network"; readonly source: NetworkSource }
  | { readonly kind: "graph_id"; readonly source: string };

type Holder = {
  readonly graph?: GraphSource | undefined;
  readonly expression?: string | undefined;
  readonly network?: NetworkSource | undefined;
  readonly graph_id?: string | undefined;
};

/** The one program of a request that has been validated. */
export function programOf({ graph, expression, network, graph_id }: Holder): ProgramSource {
  if (graph !== undefined) return { kind: "graph", source: graph };
  if (expression !== undefined) return { kind: "expression", source: expression };
  if (network !== undefined) return { kind: "network", source: network };
  if (graph_id !== undefined) return { kind: "graph_id", source: graph_id };
  throw new Error("a validated request has a program");
}

/** A check for requests that hold one program under one of `names`. */
export function exactlyOne(names: readonly string[]): (request: object, context: z.RefinementCtx) => void {
  const choice = `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  return (request, context) => {
    const present = names.filter((name) => (request as Readonly<Record<string, unknown>>)[name] !== undefined);
    if (present.length === 1) return;
    const found = present.length === 0 ? "there is none" : `there are ${present.join(" and ")}`;
    context.addIssue({ code: "custom", message: `A request has exactly one of ${choice}, and here ${found}` });
  };
}

/** The same rule for the contract. */
export const oneOfRequired = (names: readonly string[]): { required: string[] }[] => names.map((name) => ({ required: [name] }));
