import { sameShape, sizeOf } from "../../tensor/shape.ts";
import { encodeTensor } from "../../request/encode.ts";
import type { GradedItem } from "./response.ts";
import { type ToleranceChoice, toleranceOf } from "../tolerance.ts";
import type { GivenTensor } from "../../request/tensor.ts";
import { type Tensor } from "../../tensor/tensor.ts";
import { compare, type Comparison, isFinite, normRatio, type Numbers } from "../compare.ts";
import { jsonNumber } from "../json-number.ts";
import type { ItemName } from "../items.ts";

type Verdict = GradedItem["verdict"];

/** An item of a submission with the judgement on it. */
export interface Judged {
  readonly name: ItemName;
  readonly point: number | null;
  readonly verdict: Verdict;
  /** How much of the item is right, from 0 to 1. */
  readonly share: number;
  readonly comparison: Comparison | null;
  readonly expected: Tensor;
  /** null when it is missing. */
  readonly submitted: GivenTensor | null;
}

export const hasPassed = ({ verdict }: Pick<Judged, "verdict">): boolean => verdict === "correct" || verdict === "follows";

/** Judges a tensor by what it should be and, where that is known, by what follows from what was submitted before it. */
export function judge(
  submitted: GivenTensor,
  expected: Tensor,
  follows: Numbers | null,
  choice: ToleranceChoice,
): Omit<Judged, "name" | "point"> {
  if (!sameShape(submitted.shape, expected.shape)) return { verdict: "shape_mismatch", share: 0, comparison: null, expected, submitted };
  const tolerance = toleranceOf(choice, submitted.dtype === "float32" ? "float32" : expected.dtype);
  const comparison = compare(submitted, expected, tolerance);
  if (comparison.passed) return { verdict: "correct", share: 1, comparison, expected, submitted };
  if (follows !== null && compare(submitted, follows, tolerance).passed)
    return { verdict: "follows", share: 1, comparison, expected, submitted };
  const verdict = isFinite(expected) && !isFinite(submitted) ? "not_finite" : "wrong";
  return { verdict, share: 1 - comparison.wrong / expected.data.length, comparison, expected, submitted };
}

export const missing = (expected: Tensor): Omit<Judged, "name" | "point"> => ({
  verdict: "missing",
  share: 0,
  comparison: null,
  expected,
  submitted: null,
});

/** Tensors of up to this many elements are shown whole where they are wrong. */
const mostShown = 64;

/** The judgement as an answer has it. */
export function gradedItem(judged: Judged, points: number, maxPoints: number): GradedItem {
  const { name, point, verdict, comparison, expected, submitted } = judged;
  const item: GradedItem = {
    ...name,
    ...(point === null ? {} : { point }),
    passed: hasPassed(judged),
    verdict,
    points,
    max_points: maxPoints,
  };
  if (comparison !== null && submitted !== null) item.residual = jsonNumber(normRatio(submitted.data, expected.data));
  if (verdict === "correct") return item;
  if (verdict === "shape_mismatch" && submitted !== null) {
    item.expected_shape = [...expected.shape];
    item.submitted_shape = [...submitted.shape];
  }
  if (sizeOf(expected.shape) <= mostShown) item.expected = encodeTensor(expected, "list");
  if (submitted !== null && submitted.data.length <= mostShown) item.submitted = encodeTensor(asTensor(submitted), "list");
  if (comparison === null) return item;
  item.wrong_elements = comparison.wrong;
  item.worst = comparison.worst.map(({ index, expected: right, submitted: found }) => {
    const off = Number.isFinite(found) && Number.isFinite(right) ? Math.abs(found - right) : Infinity;
    return {
      index: [...index],
      expected: jsonNumber(right),
      submitted: jsonNumber(found),
      absolute_error: jsonNumber(off),
      relative_error: jsonNumber(Number.isFinite(off) ? off / Math.max(Math.abs(found), Math.abs(right)) : off),
    };
  });
  return item;
}

const asTensor = ({ shape, kind, dtype, data }: GivenTensor): Tensor => ({
  dtype: kind === "bool" ? "bool" : (dtype ?? "float64"),
  shape,
  data,
});
