import { isTensor, type TensorJson } from "./tensors.ts";

/** All that the Formula tab shows, so that a link holds it. */
export interface FormulaState {
  readonly expression: string;
  /** By name; also of inputs that the formula had before, for the case that they come back. */
  readonly inputs: ReadonlyMap<string, TensorJson>;
  /** What flows back into a result that is not one number. */
  readonly cotangent: TensorJson | null;
  /** The input whose chain is shown; null: the one that says most. */
  readonly chosen: string | null;
  /** The step that is shown; null where all is. */
  readonly step: string | null;
  readonly options: PictureOptions;
}

export interface PictureOptions {
  readonly digits: number;
  readonly direction: "LR" | "TB";
  readonly show: readonly PictureDetail[];
  /** Lines as thick as the gradient is large. */
  readonly thickness: boolean;
}

export const pictureDetails = ["locals", "formulas"] as const;
export type PictureDetail = (typeof pictureDetails)[number];

export const usualOptions: PictureOptions = { digits: 4, direction: "LR", show: [], thickness: false };

export const stateWith = (expression: string, inputs: Readonly<Record<string, TensorJson>>): FormulaState => ({
  expression,
  inputs: new Map(Object.entries(inputs)),
  cotangent: null,
  chosen: null,
  step: null,
  options: usualOptions,
});

/** The greatest formula that is put into a link, in characters. */
const longest = 20_000;

export function parametersOf({ expression, inputs, cotangent, chosen, step, options }: FormulaState): URLSearchParams {
  const { digits, direction, show, thickness } = options;
  const parameters = new URLSearchParams({ f: expression.slice(0, longest) });
  if (inputs.size > 0) parameters.set("x", JSON.stringify(Object.fromEntries(inputs)));
  if (cotangent !== null) parameters.set("into", JSON.stringify(cotangent));
  if (chosen !== null) parameters.set("by", chosen);
  if (step !== null) parameters.set("step", step);
  if (digits !== usualOptions.digits) parameters.set("digits", String(digits));
  if (direction !== usualOptions.direction) parameters.set("direction", direction);
  if (show.length > 0) parameters.set("show", show.join(","));
  if (thickness) parameters.set("thickness", "1");
  return parameters;
}

/** What a link holds, as far as it can be read; null where it holds no formula. */
export function stateOf(parameters: URLSearchParams): FormulaState | null {
  const expression = parameters.get("f");
  if (expression === null) return null;
  const given = jsonIn(parameters.get("x"));
  const inputs = typeof given === "object" && given !== null && !Array.isArray(given) ? Object.entries(given) : [];
  const cotangent = jsonIn(parameters.get("into"));
  const digits = Number(parameters.get("digits") ?? usualOptions.digits);
  const shown = parameters.get("show")?.split(",") ?? [];
  return {
    expression,
    inputs: new Map(inputs.filter((entry): entry is [string, TensorJson] => isTensor(entry[1]))),
    cotangent: isTensor(cotangent) ? cotangent : null,
    chosen: parameters.get("by"),
    step: parameters.get("step"),
    options: {
      digits: Number.isInteger(digits) && digits >= 1 && digits <= 17 ? digits : usualOptions.digits,
      direction: parameters.get("direction") === "TB" ? "TB" : "LR",
      show: pictureDetails.filter((detail) => shown.includes(detail)),
      thickness: parameters.get("thickness") === "1",
    },
  };
}

function jsonIn(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Values for inputs of which nothing is known yet: small, and told apart in the picture. */
const starts = [2, 1, 3, -1, 0.5, -2, 1.5, 4];

/** What an input has: what it had before, but no number where the formula now multiplies a matrix; else a first value. */
export function valueFor(name: string, place: number, { inputs, expression }: Pick<FormulaState, "inputs" | "expression">): TensorJson {
  const before = inputs.get(name);
  const first = firstValue(name, place, expression);
  return before === undefined || (typeof before === "number" && typeof first !== "number") ? first : before;
}

/** A first value for an input: a matrix where the formula multiplies it as one, else a number. */
export function firstValue(name: string, place: number, expression: string): TensorJson {
  const quoted = name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const asMatrix = new RegExp(`(?<![\\p{L}\\p{N}_])${quoted}\\s*(?:'|@)|@\\s*${quoted}(?![\\p{L}\\p{N}_])`, "u");
  if (!asMatrix.test(expression)) return starts[place % starts.length] ?? 1;
  const first = place % starts.length;
  return [0, 2].map((row) => [0, 1].map((column) => starts[(first + row + column) % starts.length] ?? 1));
}
