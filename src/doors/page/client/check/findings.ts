import type { ExplainResponse } from "../../../../render/explain/response.ts";
import type { ItemPlace } from "../../../../grading/grade/response.ts";

type Way = Pick<ExplainResponse, "forward" | "backward" | "objective">;

/** The step at which an item comes about; null where there is none, such as for a name that the formula does not have. */
export function stepOf({ kind, name, to }: Pick<ItemPlace, "kind" | "name" | "to">, { forward, backward, objective }: Way): string | null {
  if (kind === "edge") return idOf(backward.find((step) => step.kind === "backward" && step.node === to));
  if (kind !== "gradient") return idOf(forward.find((step) => step.node === name));
  const sum = backward.find((step) => step.kind === "sum" && step.node === name);
  const last = backward.findLast(({ edges }) => edges?.some(({ from }) => from === name));
  const seed = backward.find((step) => step.kind === "seed" && name === objective);
  return idOf(sum ?? last ?? seed);
}

const idOf = (step: { readonly id: string } | undefined): string | null => step?.id ?? null;

/** What a submission claims, by the kinds and names of its items. */
export function claimedIn(submission: object): ReadonlyMap<string, unknown> {
  const kinds = { outputs: "output", nodes: "node", gradients: "gradient" } as const;
  const found = Object.entries(submission).flatMap(([section, claims]: [string, unknown]) => {
    const kind = section in kinds ? kinds[section as keyof typeof kinds] : null;
    if (kind === null || typeof claims !== "object" || claims === null) return [];
    return Object.entries(claims).map(([name, value]: [string, unknown]): [string, unknown] => [`${kind} ${name}`, value]);
  });
  return new Map(found);
}

/** What the picture calls an edge that is marked. */
export const edgeMark = (to: string, input: number): string => `${input} ${to}`;
