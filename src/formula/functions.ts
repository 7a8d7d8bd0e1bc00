/** How a function is written and what it is of numbers. */
export interface FunctionNotation {
  /** Its name in LaTeX; an \operatorname unless told. */
  readonly latex?: string;
  /** What stands on both sides of its operand, in LaTeX and as text. */
  readonly around?: {
    readonly latex: readonly [string, string];
    readonly text: readonly [string, string];
    /** Grows with what is inside. */
    readonly grows?: boolean;
  };
  /** Stands before its operand without parentheses, as Σ does. */
  readonly prefix?: boolean;
  /** Powers are written behind the name: tanh² x. */
  readonly powersOfName?: boolean;
  readonly value?: (...operands: number[]) => number;
  /** The same where it has an index. */
  readonly indexed?: (index: number, x: number) => number;
  /** Of which numbers it is defined; of all unless told. */
  readonly partial?: boolean;
  /** Its values are greater than 0. */
  readonly positive?: boolean;
}

const named = (name: string, value: (...operands: number[]) => number): FunctionNotation => ({
  latex: `\\${name}`,
  value,
  powersOfName: true,
});

const fence = (open: string, close: string, latex: readonly [string, string], value: (x: number) => number): FunctionNotation => ({
  around: { latex, text: [open, close], grows: true },
  value,
});

const big = (latex: string): FunctionNotation => ({ latex, prefix: true });

/** Functions that have a notation of their own, or whose values are needed. Any other is its name before its operands. */
export const functions: Readonly<Record<string, FunctionNotation>> = {
  ln: { latex: "\\ln", value: Math.log, partial: true },
  log: { latex: "\\log", indexed: (base, x) => Math.log(x) / Math.log(base), partial: true },
  sqrt: { around: { latex: ["\\sqrt{", "}"], text: ["√(", ")"] }, value: Math.sqrt, partial: true },
  cbrt: { around: { latex: ["\\sqrt[3]{", "}"], text: ["∛(", ")"] }, value: Math.cbrt },
  abs: fence("|", "|", ["\\lvert ", "\\rvert"], Math.abs),
  floor: fence("⌊", "⌋", ["\\lfloor ", "\\rfloor"], Math.floor),
  ceil: fence("⌈", "⌉", ["\\lceil ", "\\rceil"], Math.ceil),
  norm: { around: { latex: ["\\lVert ", "\\rVert"], text: ["‖", "‖"], grows: true } },
  sin: named("sin", Math.sin),
  cos: named("cos", Math.cos),
  tan: { ...named("tan", Math.tan), partial: true },
  sec: { ...named("sec", (x) => 1 / Math.cos(x)), partial: true },
  csc: { ...named("csc", (x) => 1 / Math.sin(x)), partial: true },
  cot: { ...named("cot", (x) => 1 / Math.tan(x)), partial: true },
  sinh: named("sinh", Math.sinh),
  cosh: { ...named("cosh", Math.cosh), positive: true },
  tanh: named("tanh", Math.tanh),
  coth: { ...named("coth", (x) => 1 / Math.tanh(x)), partial: true },
  sech: { ...named("sech", (x) => 1 / Math.cosh(x)), latex: "\\operatorname{sech}", positive: true },
  csch: { ...named("csch", (x) => 1 / Math.sinh(x)), latex: "\\operatorname{csch}", partial: true },
  arcsin: { latex: "\\arcsin", value: Math.asin, partial: true },
  arccos: { latex: "\\arccos", value: Math.acos, partial: true },
  arctan: { latex: "\\arctan", value: Math.atan },
  arsinh: { value: Math.asinh },
  arcosh: { value: Math.acosh, partial: true },
  artanh: { value: Math.atanh, partial: true },
  atan2: { value: Math.atan2 },
  sign: { value: Math.sign },
  trunc: { value: Math.trunc },
  σ: { latex: "\\sigma", value: (x) => 1 / (1 + Math.exp(-x)), positive: true },
  max: { latex: "\\max", value: Math.max },
  min: { latex: "\\min", value: Math.min },
  Γ: { latex: "\\Gamma", partial: true },
  ψ: { latex: "\\psi", partial: true },
  // A partial derivative, and below it what else is held fixed.
  held: { around: { latex: [".", "\\vert"], text: ["", "|"], grows: true } },
  sequence: { around: { latex: ["", ""], text: ["", ""] } },
  list: { around: { latex: ["[", "]"], text: ["[", "]"], grows: true } },
  "¬": { ...big("\\lnot"), value: (truth) => Number(truth === 0) },
  Σ: big("\\sum"),
  Π: big("\\prod"),
};

/** Looked up by its own name only: a client's function may be called `constructor`. */
export const notationOf = (name: string): FunctionNotation => (Object.hasOwn(functions, name) ? functions[name] : {});
