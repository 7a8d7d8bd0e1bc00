import { expect, test } from "vitest";
import { ProblemDocument } from "../../src/problems/document.ts";
import { pointerTo, problemAt } from "../../src/problems/problems.ts";

test("a pointer escapes what has a meaning in it", () => {
  expect(pointerTo("graph", "nodes", 3)).toBe("/graph/nodes/3");
  expect(pointerTo("a/b~c", "")).toBe("/a~1b~0c/");
  expect(pointerTo()).toBe("");
});

test("a problem's document fits its schema", () => {
  const document = problemAt("unknown_operator", "/graph/nodes/0/op", "There is no operator Sofmax", "Softmax").toDocument();
  expect(ProblemDocument.parse(document)).toEqual(document);
  expect(document).toMatchObject({ type: "/problems/unknown_operator", status: 422 });
});
