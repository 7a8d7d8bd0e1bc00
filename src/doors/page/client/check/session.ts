import { batch, effect, signal } from "@preact/signals";
import type { GradedItem, Verdict } from "../../../../grading/grade/response.ts";
import type { ExplainResponse } from "../../../../render/explain/response.ts";
import { examples } from "../formula/examples.ts";
import { namesIn } from "../formula/names.ts";
import { parametersOf, stateWith } from "../formula/state.ts";
import type { TensorJson } from "../formula/tensors.ts";
import { call, text } from "../shell/api.ts";
import { inspected } from "../shell/inspected.ts";
import { latest } from "../shell/latest.ts";
import { MissingInputs, ServiceProblem } from "../shell/problem.ts";
import { remember, route } from "../shell/route.ts";
import { language, shade } from "../shell/settings.ts";
import { claimsIn, tensorsIn } from "./claims.ts";
import { edgeMark } from "./findings.ts";
import { hashOf } from "../shell/address.ts";

/** What somebody hands in, as it is written. */
export interface HandedIn {
  readonly expression: string;
  readonly inputs: string;
  readonly claims: string;
}

/** Who comes first sees what is said of a path that was forgotten. */
const first: HandedIn = { expression: examples.colah.expression, inputs: "a = 2\nb = 1", claims: "a = 2\nb = 3" };

export const handedIn = signal<HandedIn>(fromAddress() ?? first);

export interface CheckedWork {
  readonly of: HandedIn;
  readonly verdict: Verdict;
  readonly explanation: ExplainResponse;
  readonly svg: string;
  readonly marked: ReadonlySet<string>;
}

export const checked = signal<CheckedWork | null>(null);
export const fault = signal<unknown>(null);
/** The step that is looked at. */
export const looked = signal<string | null>(null);

function fromAddress(): HandedIn | null {
  const { tab, parameters } = route.peek();
  const [expression, inputs, claims] = ["f", "x", "g"].map((name) => parameters.get(name));
  return tab === "check" && typeof expression === "string" ? { expression, inputs: inputs ?? "", claims: claims ?? "" } : null;
}

export function hand(part: Partial<HandedIn>): void {
  handedIn.value = { ...handedIn.peek(), ...part };
}

/** The program and its inputs, for requests and for the Formula tab. */
function taskOf({ expression, inputs }: HandedIn): { readonly expression: string; readonly inputs: Readonly<Record<string, TensorJson>> } {
  return { expression, inputs: Object.fromEntries(tensorsIn(inputs)) };
}

export function submissionOf({ expression, claims }: HandedIn): object {
  const names = new Set(namesIn(expression));
  return claimsIn(claims, (name) => names.has(name));
}

export const gradeRequestOf = (work: HandedIn): object => ({ ...taskOf(work), submission: submissionOf(work) });

/** The same formula in the Formula tab, at a step. */
export function lessonOf(work: HandedIn, step: string | null): string {
  const { expression, inputs } = taskOf(work);
  return hashOf({ tab: "formula", parameters: parametersOf({ ...stateWith(expression, inputs), step }) });
}

const judge = latest(async (work: HandedIn): Promise<void> => {
  const task = taskOf(work);
  try {
    const { problem, missing } = await inspected(work.expression, new Map(Object.entries(task.inputs)));
    if (problem !== null) throw new ServiceProblem(problem.status, problem);
    if (missing.length > 0) throw new MissingInputs(missing);
    // The verdict first: what it refuses, the others would refuse as well.
    const verdict = await call<Verdict>("/v1/grade", { body: { ...gradeRequestOf(work), language: language.peek() } });
    const [explanation, svg] = await Promise.all([
      call<ExplainResponse>("/v1/explain", { body: { ...task, language: language.peek() } }),
      text("/v1/picture", { body: { ...task, theme: shade.peek(), format: "svg" }, headers: { accept: "image/svg+xml" } }),
    ]);
    batch(() => {
      checked.value = { of: work, verdict, explanation, svg, marked: marksOf(verdict) };
      fault.value = null;
      looked.value = null;
    });
  } catch (error) {
    fault.value = error;
  }
});

/** Judges what is written now. */
export function check(): void {
  remember("check", new URLSearchParams({ f: handedIn.peek().expression, x: handedIn.peek().inputs, g: handedIn.peek().claims }));
  judge(handedIn.peek());
}

export const isWrong = ({ passed }: Pick<GradedItem, "passed">): boolean => !passed;

/** Names whose values or gradients are wrong, and edges that mistakes are about. */
function marksOf({ items, diagnosis }: Verdict): ReadonlySet<string> {
  const wrong = items
    .filter(isWrong)
    .flatMap(({ kind, name, to, input }) => (kind === "edge" ? [edgeMark(to ?? "", input ?? 0)] : (name ?? [])));
  return new Set([...wrong, ...diagnosis.flatMap(({ edges }) => edges.map(({ to, input }) => edgeMark(to, input)))]);
}

/** Judges again in another language or theme, and what a link brings. */
export function followCheck(): () => void {
  const stops = [
    effect(() => {
      void [language.value, shade.value];
      check();
    }),
    effect(() => {
      if (route.value.tab !== "check") return;
      const linked = fromAddress();
      if (linked === null || JSON.stringify(linked) === JSON.stringify(handedIn.peek())) return;
      handedIn.value = linked;
      check();
    }),
  ];
  return () => stops.forEach((stop) => stop());
}
