import type { Encoding } from "../request/values.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Outline } from "./outline.ts";

/** The tensors of one run as they are told. They are valid until the next run of the same program. */
export interface Findings {
  readonly outline: Outline;
  /** In the order of the outline's values. */
  readonly tensors: readonly Tensor[];
  /** Members that not every run has, told after the others. */
  readonly further: Readonly<Record<string, unknown>>;
}

/** Writes a tensor into a document, in whichever form a door has for one. */
export type WriteTensor<Written> = (tensor: Tensor) => Written;

/** What a task answers, with tensors as they are: a door writes it in its own form. */
export type TaskContent =
  | { readonly kind: "findings"; readonly findings: Findings; readonly encoding: Encoding }
  /** One after the other: each is told before the next is run. */
  | { readonly kind: "points"; readonly points: Iterable<Findings>; readonly encoding: Encoding }
  | { readonly kind: "document"; readonly compose: <Written>(write: WriteTensor<Written>) => object; readonly encoding: Encoding }
  /** A text whose form is what was asked for. */
  | { readonly kind: "text"; readonly text: string; readonly mediaType: string }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "nothing" };

/** What a task answers: its content for the client, and facts for whoever asked on the client's behalf; null where there are none. */
export interface TaskResult<Facts = unknown> {
  readonly content: TaskContent;
  readonly facts: Facts;
}

/** A document of a task that tells nothing beside it. */
export const documentOf = (document: object): TaskContent => ({ kind: "document", compose: () => document, encoding: "list" });
