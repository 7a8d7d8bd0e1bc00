import { batch, computed, effect, signal } from "@preact/signals";
import type { ExplainResponse } from "../../../../render/explain/response.ts";
import { call, text } from "../shell/api.ts";
import { latest } from "../shell/latest.ts";
import { missingInputs, ServiceProblem, unexpectedInputs } from "../shell/problem.ts";
import { remember, route } from "../shell/route.ts";
import { language, shade } from "../shell/settings.ts";
import { examples } from "./examples.ts";
import { likelyInputs } from "./names.ts";
import { firstValue, type FormulaState, parametersOf, stateOf, stateWith } from "./state.ts";
import { isTensor, shapeOf, type TensorJson } from "./tensors.ts";

/** The Formula tab while the page is open: what was asked for, and what came of it last. */
const first = stateWith(examples.colah.expression, examples.colah.inputs);
export const state = signal<FormulaState>(stateOf(route.peek().parameters) ?? first);

/** What the service made of a formula. */
export interface FormulaAnswer {
  readonly state: FormulaState;
  /** The inputs that the formula has, in its order. */
  readonly inputs: ReadonlyMap<string, TensorJson>;
  readonly cotangent: TensorJson | null;
  readonly explanation: ExplainResponse;
  readonly svg: string;
}

export const shown = signal<FormulaAnswer | null>(null);
/** Why what is shown is not of what was asked for last; null where it is. */
export const trouble = signal<unknown>(null);

export const steps = computed(() =>
  shown.value === null ? [] : [...shown.value.explanation.forward, ...shown.value.explanation.backward],
);

/** The place of the step that is shown; null where all is. */
export const at = computed(() => {
  const { step } = state.value;
  const place = steps.value.findIndex(({ id }) => id === step);
  return place < 0 ? null : place;
});

/** The input whose chain is shown: the one that was chosen, or that with the longest way back to it. */
export const chosen = computed(() => {
  const gradients = shown.value?.explanation.gradients ?? [];
  const asked = gradients.find(({ name }) => name === state.value.chosen);
  return (
    asked ??
    gradients.reduce<(typeof gradients)[number] | null>(
      (best, each) => (best === null || each.steps.length > best.steps.length ? each : best),
      null,
    )
  );
});

export function change(part: Partial<FormulaState>): void {
  state.value = { ...state.peek(), ...part };
}

export function setInput(name: string, tensor: TensorJson): void {
  change({ inputs: new Map([...state.peek().inputs, [name, tensor]]) });
}

export function goTo(place: number | null): void {
  change({ step: place === null ? null : (steps.peek()[place]?.id ?? null) });
}

/** The members of a request that name the program and its inputs. */
export const programOf = ({ state: { expression }, inputs, cotangent }: Pick<FormulaAnswer, "state" | "inputs" | "cotangent">) => ({
  expression,
  inputs: Object.fromEntries(inputs),
  ...(cotangent !== null && { cotangent }),
});

export const pictureOptionsOf = ({ options }: FormulaState, theme: "auto" | "light" | "dark") => ({
  digits: options.digits,
  direction: options.direction,
  show: ["values", "gradients", ...options.show],
  thickness: options.thickness,
  theme,
});

/** So often a request is put right by what the service says of it. */
const patience = 8;
/** Which inputs a formula turned out to have, and what has to flow into its result. */
let known: { readonly expression: string; readonly names: readonly string[]; readonly cotangent: TensorJson | null } | null = null;

/**
 * Asks for the picture and its explanation. Which inputs a formula has, the service knows: it says which are missing and which are too
 * many, and whether something must flow into the result.
 */
async function answer(asked: FormulaState): Promise<void> {
  const before = known?.expression === asked.expression ? known : null;
  let names = before?.names ?? likelyInputs(asked.expression);
  let cotangent = before === null || before.cotangent === null ? null : fitting(asked.cotangent, before.cotangent);
  for (let attempt = 0; ; attempt++) {
    const inputs = new Map(names.map((name, place) => [name, asked.inputs.get(name) ?? firstValue(name, place, asked.expression)]));
    const program = programOf({ state: asked, inputs, cotangent });
    try {
      const [explanation, svg] = await Promise.all([
        call<ExplainResponse>("/v1/explain", { body: { ...program, language: language.peek(), digits: asked.options.digits } }),
        text("/v1/picture", {
          body: { ...program, ...pictureOptionsOf(asked, shade.peek()), format: "svg" },
          headers: { accept: "image/svg+xml" },
        }),
      ]);
      known = { expression: asked.expression, names, cotangent };
      batch(() => {
        shown.value = { state: asked, inputs, cotangent, explanation, svg };
        trouble.value = null;
      });
      return;
    } catch (error) {
      const problem = error instanceof ServiceProblem && attempt < patience ? error.document : null;
      if (problem?.code === "missing_input") {
        const missing = missingInputs(problem);
        names = [...names.filter((name) => !missing.includes(name)), ...missing];
      } else if (problem?.code === "unexpected_input") {
        const extra = unexpectedInputs(problem);
        names = names.filter((name) => !extra.includes(name));
      } else if (problem?.code === "objective_not_scalar" && cotangent === null) {
        const found = await resultOf(program).catch(() => null);
        if (found === null) return void (trouble.value = error);
        cotangent = fitting(asked.cotangent, onesLike(found));
      } else if (cotangent !== null && problem?.errors[0]?.pointer.startsWith("/cotangent") === true) {
        // The result has another shape than before.
        cotangent = null;
      } else return void (trouble.value = error);
    }
  }
}

/** The result that is not one number. */
async function resultOf(program: object): Promise<TensorJson | null> {
  const { cotangent: _, ...forward } = { cotangent: null, ...program };
  const { outputs } = await call<{ outputs: Record<string, unknown> }>("/v1/evaluate", { body: forward });
  const [result] = Object.values(outputs);
  return isTensor(result) ? result : null;
}

/** What was given to flow in, if it has the right shape. */
const fitting = (given: TensorJson | null, usual: TensorJson): TensorJson =>
  given !== null && String(shapeOf(given)) === String(shapeOf(usual)) ? given : usual;

const onesLike = (tensor: TensorJson): TensorJson => (Array.isArray(tensor) ? tensor.map(onesLike) : 1);

const ask = latest(answer);

/** So long, in milliseconds, a formula is let be written before it is drawn. */
const pauseMs = 250;
let pause: ReturnType<typeof setTimeout> | undefined;

/** Keeps the address as the tab is, the tab as the address is, and the picture as both are. */
export function followFormula(): () => void {
  const stops = [
    effect(() => remember("formula", parametersOf(state.value))),
    effect(() => {
      const { tab, parameters } = route.value;
      if (tab !== "formula") return;
      const linked = stateOf(parameters);
      if (linked !== null && parametersOf(linked).toString() !== parametersOf(state.peek()).toString()) state.value = linked;
    }),
    effect(() => {
      const { expression, inputs, cotangent, options } = state.value;
      // What is said and drawn depends on these, too.
      void [language.value, shade.value];
      const question = JSON.stringify([expression, [...inputs], cotangent, options, language.value, shade.value]);
      if (question === lastQuestion) return;
      lastQuestion = question;
      clearTimeout(pause);
      if (expression.trim() === "") return;
      const isWritten = shown.peek() !== null && shown.peek()?.state.expression !== expression;
      if (isWritten) pause = setTimeout(() => ask(state.peek()), pauseMs);
      else ask(state.peek());
    }),
  ];
  return () => stops.forEach((stop) => stop());
}
let lastQuestion = "";
