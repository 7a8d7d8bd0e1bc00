import { nearest } from "../../problems/nearest.ts";
import { Problem } from "../../problems/problems.ts";
import type { Language } from "../language.ts";

/** Why there is nothing to compare of what was submitted. */
export interface Flaw {
  readonly verdict: "unreadable" | "unknown_name" | "missing";
  readonly message: Readonly<Record<Language, string>>;
  /** What was probably meant. */
  readonly suggestion?: string | undefined;
}

/** A verdict lists so many of them at the most. */
export const mostFlaws = 20;

const longest = 200;
/** Whatever somebody calls a thing, in a sentence or an answer. */
export const clipped = (text: string): string => (text.length <= longest ? text : `${text.slice(0, longest)}…`).toWellFormed();

const both = (en: string, zh: string): Flaw["message"] => ({ en, zh });

export const nothing: Flaw = {
  verdict: "missing",
  message: both("Nothing was submitted: null stands in its place", "没有提交任何内容：此处为 null"),
};

export const claimsNothing: Flaw = {
  verdict: "missing",
  message: both(
    "The submission claims nothing: it has outputs, nodes, gradients or edges, with something in them",
    "提交为空：应含有 outputs、nodes、gradients 或 edges，并在其中填写内容",
  ),
};

export const notExpected = (expected: string, found: string): Flaw => ({
  verdict: "unreadable",
  message: both(`Expected ${expected}, found ${found}`, `无法读取：应为 ${expected}，却是 ${found}`),
});

export const notJson = (error: Problem): Flaw => ({
  verdict: "unreadable",
  message: both(`The text is no JSON that can be read: ${error.detail}`, `文本不是可读取的 JSON：${error.detail}`),
});

export function unknownMember(name: string, members: readonly string[]): Flaw {
  const [suggestion] = nearest(name, members, 1);
  const [shown, list] = [JSON.stringify(clipped(name)), members.join(", ")];
  return {
    verdict: "unknown_name",
    message: both(`There is no member ${shown}; there are ${list}`, `没有成员 ${shown}；可用的有 ${list}`),
    suggestion,
  };
}

/** What a tensor's reader says of one, with the place inside it. */
export function notTensor({ detail, errors }: Problem): Flaw {
  const pointer = errors[0]?.pointer ?? "";
  const place = /^(?:\/\d+)+$/.test(pointer) ? `[${pointer.slice(1).replaceAll("/", ", ")}]` : pointer;
  return {
    verdict: "unreadable",
    message:
      place === ""
        ? both(detail, `无法读取：${detail}`)
        : both(`At ${clipped(place)}: ${detail}`, `${clipped(place)} 处无法读取：${detail}`),
  };
}

export const booleans: Flaw = {
  verdict: "unreadable",
  message: both("Expected numbers, found booleans", "应为数值，却是布尔值"),
};

export const claimedTwice: Flaw = {
  verdict: "unreadable",
  message: both("This item is claimed twice: the first claim is the one that is judged", "同一项提交了两次：只评判第一次"),
};

/** What the program says of a name that it does not have. */
export function notInProgram({ detail, errors }: Problem): Flaw {
  const suggestion = errors[0]?.suggestion;
  const [, what, name] = /^The program has no (value|output) named (.*?)(?:; did you mean .*)?$/s.exec(detail) ?? [];
  const inChinese =
    name === undefined
      ? detail
      : `程序中没有名为 ${name} 的${what === "output" ? "输出" : "值"}${suggestion === undefined ? "" : `；是不是想写 ${suggestion}？`}`;
  return { verdict: "unknown_name", message: both(clipped(detail), clipped(inChinese)), suggestion };
}

/** A gradient that is called other than what it is the gradient of. */
export const namedAfter = (name: string, value: string): Flaw => ({
  verdict: "unknown_name",
  message: both(
    `The program has no value named ${clipped(name)}; the gradient of ${clipped(value)} stands under the name ${clipped(value)}`,
    `程序中没有名为 ${clipped(name)} 的值；${clipped(value)} 的梯度应以 ${clipped(value)} 为名`,
  ),
  suggestion: value,
});

export const tooManyFlaws = (count: number): Flaw => ({
  verdict: "unreadable",
  message: both(`${count} further claims cannot be judged either`, `另有 ${count} 项同样无法评判`),
});

export const pointsWithoutPoints: Flaw = {
  verdict: "unreadable",
  message: both(
    "The task has no points, so the claims stand in the submission itself and not in points",
    "题目没有 points，因此应直接填写在提交中，而不是 points 里",
  ),
};

export const claimsBesidePoints: Flaw = {
  verdict: "unreadable",
  message: both(
    "The task has several points, so the claims stand in points, one entry for each",
    "题目有多个点，应填写在 points 中，每点一项",
  ),
};

export const otherPoints = (wanted: number, found: number): Flaw => ({
  verdict: found < wanted ? "missing" : "unreadable",
  message: both(`The task has ${wanted} points, and the submission has ${found}`, `题目有 ${wanted} 个点，提交有 ${found} 个`),
});
