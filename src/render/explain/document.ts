import type { Term } from "../../formula/term.ts";
import type { Prose } from "./prose.ts";
import type { Told } from "./told.ts";
import type { Voice } from "./voices/voice.ts";

/** A part of an explanation as people read it. */
export type ToldBlock =
  | { readonly kind: "heading"; readonly text: Prose }
  | { readonly kind: "paragraph"; readonly text: Prose }
  /** A formula on a line of its own. */
  | { readonly kind: "display"; readonly formula: Term }
  /** Steps in their order, each with what belongs to it. */
  | { readonly kind: "steps"; readonly items: readonly ToldItem[] };

export interface ToldItem {
  /** By which links find it; null where nothing leads. */
  readonly id: string | null;
  readonly text: Prose;
  readonly details: readonly Prose[];
}

/** An explanation as it is read from the beginning to the end. */
export function blocksOf(told: Told, { headings }: Voice): ToldBlock[] {
  const section = (title: string, ...blocks: readonly ToldBlock[]): ToldBlock[] =>
    blocks.length === 0 ? [] : [{ kind: "heading", text: [title] }, ...blocks];
  const paragraph = (text: Prose): ToldBlock => ({ kind: "paragraph", text });
  const steps = (items: readonly ToldItem[]): ToldBlock[] => (items.length === 0 ? [] : [{ kind: "steps", items }]);
  const { submission } = told;
  return [
    paragraph(told.summary),
    ...(told.nonfinite === null ? [] : [paragraph(told.nonfinite.sentence)]),
    ...(submission === null
      ? []
      : section(
          headings.submission,
          paragraph(submission.sentence),
          ...steps(submission.items.map(({ sentence }) => ({ id: null, text: sentence, details: [] }))),
        )),
    ...section(headings.forward, ...steps(told.forward.map(({ id, sentence }) => ({ id, text: sentence, details: [] })))),
    ...section(
      headings.backward,
      ...steps(told.backward.map(({ id, lead, edges }) => ({ id, text: lead, details: edges.map(({ sentence }) => sentence) }))),
    ),
    ...section(
      headings.gradients,
      ...told.gradients.flatMap(({ equation, remark }): ToldBlock[] => [{ kind: "display", formula: equation }, paragraph(remark)]),
    ),
    ...section(headings.functions, ...told.recognised.map(({ sentence }) => paragraph(sentence))),
    ...section(headings.notes, ...told.notes.map(paragraph)),
  ];
}
