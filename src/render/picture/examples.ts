import type { Exchange } from "../../tasks/define.ts";

/** How every picture begins. */
const beginning = `<svg xmlns="http://www.w3.org/2000/svg" class="adjoint-picture lr" width="262" height="122" viewBox="0 0 262 122" role="img" …>…</svg>`;

/** Requests for pictures, for the contract. What they answer is for the eye: here it is left out. */
export const pictureExamples: Readonly<Record<string, Exchange>> = Object.freeze({
  square: {
    summary: "(x + y)² taken apart",
    request: { expression: "t = x + y; z = t^2", inputs: { x: 1, y: 2 } },
    answer: beginning,
  },
  fanOut: {
    summary: "A value that is used twice: 2 + 3 = 5 flow back to b",
    request: {
      expression: "c = a + b; d = b + 1; e = c * d",
      inputs: { a: 2, b: 1 },
      show: ["values", "gradients", "locals"],
      theme: "light",
    },
    answer: beginning,
  },
});
