import { formatShape, sameShape, type Shape, sizeOf } from "../../tensor/shape.ts";
import { encodeTensor } from "../../request/encode.ts";
import type { GradedItem, ItemPlace } from "./response.ts";
import { type ToleranceChoice, toleranceOf } from "../tolerance.ts";
import type { GivenTensor } from "../../request/tensor.ts";
import { type Tensor } from "../../tensor/tensor.ts";
import { compare, type Comparison, isFinite, normRatio, type Numbers } from "../compare.ts";
import { jsonNumber } from "../json-number.ts";
import type { ItemName } from "../items.ts";
import type { Language } from "../language.ts";
import { isSameRow } from "../shapes.ts";
import type { Flaw } from "./flaws.ts";

type Verdict = Exclude<GradedItem["verdict"], "unreadable" | "unknown_name">;

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
  /** The shape in which it came, where it was taken for another. */
  readonly cameAs: Shape | null;
}

/** What was submitted and cannot be compared with anything. */
export interface Unjudged {
  readonly place: ItemPlace;
  /** The key of the item that it is about; null where there is no such item. */
  readonly key: string | null;
  readonly fault: Flaw;
}

export const isJudged = <J extends Judged>(entry: J | Unjudged): entry is J => !("fault" in entry);

export const hasPassed = ({ verdict }: Pick<Judged, "verdict">): boolean => verdict === "correct" || verdict === "follows";

type Judgement = Pick<Judged, "verdict" | "share" | "comparison" | "expected" | "submitted">;

/** Judges a tensor by what it should be and, where that is known, by what follows from what was submitted before it. */
export function judge(submitted: GivenTensor, expected: Tensor, follows: Numbers | null, choice: ToleranceChoice): Judgement {
  if (!sameShape(submitted.shape, expected.shape)) return { verdict: "shape_mismatch", share: 0, comparison: null, expected, submitted };
  const tolerance = toleranceOf(choice, submitted.dtype === "float32" ? "float32" : expected.dtype);
  const comparison = compare(submitted, expected, tolerance);
  if (comparison.passed) return { verdict: "correct", share: 1, comparison, expected, submitted };
  if (follows !== null && compare(submitted, follows, tolerance).passed)
    return { verdict: "follows", share: 1, comparison, expected, submitted };
  const verdict = isFinite(expected) && !isFinite(submitted) ? "not_finite" : "wrong";
  return { verdict, share: 1 - comparison.wrong / expected.data.length, comparison, expected, submitted };
}

export const missing = (expected: Tensor): Judgement => ({
  verdict: "missing",
  share: 0,
  comparison: null,
  expected,
  submitted: null,
});

/** Tensors of up to this many elements are shown whole where they are wrong. */
const mostShown = 64;

/** The judgement as an answer has it. */
export function gradedItem(judged: Judged, points: number, maxPoints: number, language: Language): GradedItem {
  const { name, point, verdict, comparison, expected, submitted, cameAs } = judged;
  const item: GradedItem = {
    ...name,
    ...(point === null ? {} : { point }),
    passed: hasPassed(judged),
    verdict,
    points,
    max_points: maxPoints,
  };
  const message = messageOf(judged, language);
  if (message !== null) item.message = message;
  if (comparison !== null && submitted !== null) item.residual = jsonNumber(normRatio(submitted.data, expected.data));
  if (cameAs !== null || (verdict === "shape_mismatch" && submitted !== null)) {
    item.expected_shape = [...expected.shape];
    item.submitted_shape = [...(cameAs ?? submitted?.shape ?? [])];
  }
  if (verdict === "correct") return item;
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

/** What was submitted and cannot be compared, as an answer has it. */
export const ungradedItem = ({ place, fault }: Unjudged, maxPoints: number, language: Language): GradedItem => ({
  ...place,
  passed: false,
  verdict: fault.verdict,
  points: 0,
  max_points: maxPoints,
  message: fault.message[language],
  ...(fault.suggestion === undefined ? {} : { suggestion: fault.suggestion }),
});

function messageOf({ name, verdict, expected, submitted, cameAs }: Judged, language: Language): string | null {
  const en = language === "en";
  if (verdict === "missing") {
    const what = name.kind === "edge" ? name.to : name.name;
    return en ? `Nothing was submitted for ${what}` : `没有提交 ${what}`;
  }
  const wanted = formatShape(expected.shape);
  if (verdict === "shape_mismatch" && submitted !== null) {
    const found = formatShape(submitted.shape);
    const said = en ? `The shape is ${found} and should be ${wanted}` : `形状是 ${found}，应为 ${wanted}`;
    if (!isSameRow(submitted.shape, expected.shape)) return said;
    return en
      ? `${said}; "shapes": "lenient" in the request takes one for the other`
      : `${said}；请求中写 "shapes": "lenient" 可视二者相同`;
  }
  if (verdict === "wrong" && !isFinite(expected)) {
    return en
      ? "The right numbers are not all finite here: only NaN is right where NaN is expected, and an infinity where that infinity is"
      : "正确的数值并非全部有限：应为 NaN 处只有 NaN 正确，应为无穷大处只有同号无穷大正确";
  }
  if (cameAs === null) return null;
  return en ? `The shape ${formatShape(cameAs)} was taken for ${wanted}` : `形状 ${formatShape(cameAs)} 视为 ${wanted}`;
}

const asTensor = ({ shape, kind, dtype, data }: GivenTensor): Tensor => ({
  dtype: kind === "bool" ? "bool" : (dtype ?? "float64"),
  shape,
  data,
});
