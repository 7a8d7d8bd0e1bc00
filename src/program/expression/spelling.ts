/** Characters that are printed for a sign, and the sign. */
export const spelled: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "-": "−–—﹣－",
    "+": "＋﹢",
    "*": "×·⋅∙•∗＊✕✖",
    "/": "÷∕⁄／",
    "^": "＾",
    "%": "％",
    "=": "＝",
    "<": "＜",
    ">": "＞",
    "<=": "≤⩽",
    ">=": "≥⩾",
    "!=": "≠",
    "'": "’ᵀ",
    "(": "（",
    ")": "）",
    "[": "［",
    "]": "］",
    ",": "，",
    "|": "∣｜",
    "√": "√",
    "∛": "∛",
  }).flatMap(([sign, printed]) => Array.from(printed, (character) => [character, sign] as const)),
);

/** What to write in place of something that is not read. */
export interface Advice {
  readonly advice: string;
  /** What means the same, where one text does. */
  readonly suggestion?: string;
}

const write = (suggestion: string): Advice => ({ advice: `write ${suggestion}`, suggestion });

const latex: Advice = { advice: "a formula is written as in Python, such as x^2 / 2 for a LaTeX fraction" };

const characters: ReadonlyMap<string, Advice> = new Map([
  ["ⁿ", write("^n")],
  ["ˣ", write("^x")],
  ["ʸ", write("^y")],
  ["ᵏ", write("^k")],
  ["½", write("(1/2)")],
  ["¼", write("(1/4)")],
  ["¾", write("(3/4)")],
  ["′", { advice: "' transposes, and the derivative of a formula is what /v1/gradients answers" }],
  ["″", { advice: "the derivatives of a formula are what /v1/derivatives answers" }],
  ["&", { advice: "both are asked for with and(a, b)" }],
  ["∧", { advice: "both are asked for with and(a, b)" }],
  ["∨", { advice: "one of two is asked for with or(a, b)" }],
  ["~", { advice: "the opposite is written not(a)" }],
  ["¬", { advice: "the opposite is written not(a)" }],
  ["?", { advice: "a choice is written where(condition, a, b)" }],
  ["‖", { advice: "the norm is written norm(x)" }],
  ["⌊", { advice: "the floor is written floor(x)" }],
  ["⌈", { advice: "the ceiling is written ceil(x)" }],
  ["{", { advice: "terms are grouped with ( and ), lists stand in [ and ]" }],
  ["$", latex],
  ["\\", latex],
  ["°", { advice: "angles are in radians: deg2rad(x) makes them of degrees" }],
  ["∑", { advice: "a sum over all elements is written sum(x)" }],
  ["∏", { advice: "a product over all elements is written prod(x)" }],
  ["∫", { advice: "there are no integrals" }],
  ["∂", { advice: "the derivative of a formula is what /v1/gradients answers" }],
  ["∇", { advice: "the gradient of a formula is what /v1/gradients answers" }],
  ["≈", { advice: "numbers are compared with == < <= > >=" }],
  ["±", { advice: "write the two formulas, with + and with -" }],
]);

/** What to write in place of a character that means something elsewhere, by whether an operand stands before it. */
export function notRead(character: string, behindOperand: boolean): Advice | undefined {
  if (character !== "!") return characters.get(character);
  return { advice: behindOperand ? "the factorial of x is written exp(lgamma(x + 1))" : "the opposite is written not(a)" };
}
