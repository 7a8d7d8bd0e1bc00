import { exchanges } from "../../compute/examples.ts";

/** Requests to /v1/probe and the answers that the service gives to them, for the contract. A test asks the service. */
export const probeExamples = exchanges({
  scalars: {
    summary: "Numbers for a formula of single numbers",
    request: { expression: "e = (a+b)*(b+1)" },
    answer: {
      inputs: { a: -0.6728769888525825, b: -0.3338154739258527 },
      away_from_kinks: true,
      told_apart: [
        { mistake: "wrong_sign", name: "add_1" },
        { mistake: "wrong_sign", name: "b" },
        { mistake: "missing_fanout_sum", name: "b" },
        { mistake: "swapped_operands", name: "e" },
        { mistake: "wrong_sign", name: "a" },
      ],
      indistinguishable: [
        [
          { mistake: "wrong_sign", name: "b" },
          { mistake: "wrong_sign", name: "add_2" },
        ],
      ],
      unseen: [],
    },
  },
});
