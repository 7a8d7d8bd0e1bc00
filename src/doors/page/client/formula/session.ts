import { batch, computed, effect, signal } from "@preact/signals";
import type { ExplainResponse } from "../../../../render/explain/response.ts";
import { call, text } from "../shell/api.ts";
import { latest } from "../shell/latest.ts";
import { faultsOf, ServiceProblem } from "../shell/problem.ts";
import { inspected } from "../shell/inspected.ts";
import { remember, route } from "../shell/route.ts";
import { language, shade } from "../shell/settings.ts";
import { examples } from "./examples.ts";
import { likelyInputs } from "./names.ts";
import { type FormulaState, parametersOf, stateOf, stateWith, valueFor } from "./state.ts";
import { shapeOf, type TensorJson } from "./tensors.ts";

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

export const isEmpty = computed(() => state.value.expression.trim() === "");

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

/** What a formula turned out to need, for inputs of these shapes. */
interface Needs {
  readonly of: string;
  readonly names: readonly string[];
  /** Null where the result is one number. */
  readonly cotangent: TensorJson | null;
}
let needs: Needs | null = null;

const givenFor = (names: readonly string[], asked: FormulaState): ReadonlyMap<string, TensorJson> =>
  new Map(names.map((name, place) => [name, valueFor(name, place, asked)]));

/** Asks for the picture and its explanation, once it is known what the formula needs. */
async function answer(asked: FormulaState): Promise<void> {
  try {
    const { names, cotangent: usual } = await needsOf(asked);
    const inputs = givenFor(names, asked);
    const cotangent = usual === null ? null : fitting(asked.cotangent, usual);
    const program = programOf({ state: asked, inputs, cotangent });
    const [explanation, svg] = await Promise.all([
      call<ExplainResponse>("/v1/explain", { body: { ...program, language: language.peek(), digits: asked.options.digits } }),
      text("/v1/picture", {
        body: { ...program, ...pictureOptionsOf(asked, shade.peek()), format: "svg" },
        headers: { accept: "image/svg+xml" },
      }),
    ]);
    batch(() => {
      shown.value = { state: asked, inputs, cotangent, explanation, svg };
      trouble.value = null;
    });
  } catch (error) {
    trouble.value = error;
  }
}

/** Which inputs a formula has, and whether something must flow into its result. What is wrong with it is thrown as if it were refused. */
async function needsOf(asked: FormulaState): Promise<Needs> {
  const of = JSON.stringify([asked.expression, [...asked.inputs].map(([name, tensor]) => [name, shapeOf(tensor)])]);
  if (needs?.of === of) return needs;
  let names = likelyInputs(asked.expression);
  for (let attempt = 0; ; attempt++) {
    const found = await inspected(asked.expression, givenFor(names, asked));
    const own = found.inputs.map(({ name }) => name);
    // The names were guessed: the service knows them.
    const wereRight = attempt > 2 || (own.length === names.length && own.every((name) => names.includes(name)));
    if (found.problem !== null && (wereRight || own.length === 0)) {
      // What stands in a wrong place, as in `sin x`, was perhaps taken for an input.
      const { problem } = faultsOf(found.problem.errors).length === 0 ? found : await inspected(asked.expression, new Map());
      const told = problem ?? found.problem;
      throw new ServiceProblem(told.status, told);
    }
    if (wereRight) {
      const shape = found.outputs.at(-1)?.shape ?? [];
      needs = { of, names: own, cotangent: shape.length === 0 ? null : ones(shape.map((size) => size ?? 1)) };
      return needs;
    }
    names = own;
  }
}

const ones = ([size, ...others]: readonly number[]): TensorJson =>
  size === undefined ? 1 : Array.from({ length: size }, () => ones(others));

/** What was given to flow in, if it has the right shape. */
const fitting = (given: TensorJson | null, usual: TensorJson): TensorJson =>
  given !== null && String(shapeOf(given)) === String(shapeOf(usual)) ? given : usual;

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
      if (isEmpty.peek()) {
        trouble.value = null;
        return;
      }
      const isWritten = shown.peek() !== null && shown.peek()?.state.expression !== expression;
      if (isWritten) pause = setTimeout(() => ask(state.peek()), pauseMs);
      else ask(state.peek());
    }),
  ];
  return () => stops.forEach((stop) => stop());
}
let lastQuestion = "";
