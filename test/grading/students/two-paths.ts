import type { Student } from "./student.ts";

/** e = (a + b) (b + 1) on single numbers. */
type Inputs = { a: number; b: number };

export const twoPaths: Student<Inputs> = {
  title: "two paths into b",
  request: { expression: "c = a + b; d = b + 1; e = c * d" },
  probe: { items: { outputs: ["e"], gradients: ["a", "b", "c", "d"] } },
  parameters: ["a", "b"],
  planted: [
    { slip: "only c", mistake: "missing_fanout_sum", places: ["b"] },
    { slip: "only d", mistake: "missing_fanout_sum", places: ["b"] },
    { slip: "sign of a", mistake: "wrong_sign", places: ["a"] },
    { slip: "sign of c", mistake: "wrong_sign", places: ["c"] },
    { slip: "swapped", mistake: "swapped_operands", places: ["e"] },
    { slip: "double c", mistake: "scale_factor", places: ["c"] },
  ],
  work({ a, b }, slips = []) {
    const has = (slip: string): boolean => slips.includes(slip);
    const [c, d] = [a + b, b + 1];
    const dd = has("swapped") ? d : c;
    let dc = has("swapped") ? c : d;
    if (has("sign of c")) dc = -dc;
    if (has("double c")) dc *= 2;
    const da = has("sign of a") ? -dc : dc;
    const db = (has("only d") ? 0 : dc) + (has("only c") ? 0 : dd);
    return { outputs: { e: c * d }, gradients: { a: da, b: db, c: dc, d: dd } };
  },
};
