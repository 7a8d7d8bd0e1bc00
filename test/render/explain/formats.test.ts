import { describe, expect, test } from "vitest";
import { explained, toldAs } from "./explained.ts";

const request = { expression: "e = (a+b)*(b+1)", inputs: { a: 2, b: 1 } };

describe("a page", () => {
  const page = toldAs(request, { format: "html", language: "zh" });

  test("says its language, and needs and runs nothing", () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="zh-CN">/);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(/i);
    expect(page).toContain("<math");
    expect(page).toContain('id="sum/b"');
    expect(page).toContain("color-scheme:light dark");
  });

  test("closes what it opens", () => {
    const open: string[] = [];
    for (const [, isEnd, tag, isWhole] of page.matchAll(/<(\/?)([a-z0-9]+)(?:"[^"]*"|[^<>"])*?(\/?)>/g)) {
      if (["meta", "mspace"].includes(tag) || isWhole === "/") continue;
      if (isEnd === "") open.push(tag);
      else expect(open.pop()).toBe(tag);
    }
    expect(open).toEqual([]);
  });
});

test("Markdown has a section each, and formulas between dollar signs", () => {
  const text = toldAs(request, { format: "markdown" });
  expect(text).toMatch(/^# The gradient of \$e\$, step by step\n/);
  for (const title of ["Forward", "Backward", "The gradients"]) expect(text).toContain(`\n## ${title}\n`);
  expect(text.split("$").length % 2).toBe(1);
  expect(text).toContain("2 + 3 = 5");
});

test("Markdown has only LaTeX that GitHub and MathJax show, and that Markdown itself leaves alone", () => {
  const text = toldAs(
    { expression: "é = softmax(x) @ w; where(é > 0, é, -é)", inputs: { x: [1, -2], w: [1, 1] }, cotangent: -0.5 },
    { format: "markdown" },
  );
  expect(text).not.toMatch(/\\operatorname|\\char|\\\\/);
  expect(text).toContain(String.raw`\mathop{\mathrm{softmax}}(x)`);
  expect(text).toContain(String.raw`\text{é}`);
  expect(text).toContain(String.raw`\cr`);
  const indexed = toldAs({ expression: "y = arcsinh(x)^2", inputs: { x: 1 } }, { format: "markdown" });
  expect(indexed).not.toContain("operatorname");
});

test("the request's own format is stronger than the one that is accepted", () => {
  expect(toldAs({ ...request, format: "markdown" }, { format: "html" })).toMatch(/^# /);
});

describe("hostile names", () => {
  const names = [
    "<script>alert(1)</script>",
    '"]; digraph',
    "\u202egnp.exe",
    "😀",
    "$x$ `code` **b** | _i_",
    "a".repeat(256),
    "\\end{document}",
    "</math>",
  ];
  const inputs = Object.fromEntries(names.map((name, at) => [name, at + 1]));
  const nodes = names.slice(1).map((name, at) => ({ name: `n${at}<b>`, op: "Mul", inputs: [at === 0 ? names[0] : `n${at - 1}<b>`, name] }));
  const hostile = { graph: { nodes, outputs: [nodes.at(-1)?.name] }, inputs };

  test("stand in a page as they are, and are nothing but text", () => {
    const page = toldAs(hostile, { format: "html" });
    expect(page).not.toMatch(/<script|<b>|<\/math><\/math>/);
    expect(page).not.toContain("\u202e");
    expect(page).toContain("alert(1)");
  });

  test("open no tag in Markdown", () => {
    const text = toldAs(hostile, { format: "markdown" });
    expect(text).not.toMatch(/(?<!\\)<[a-z/]/i);
  });

  test("are what they were in JSON", () => {
    expect(
      explained(hostile)
        .gradients.map(({ name }) => name)
        .toSorted(),
    ).toEqual(names.toSorted());
  });
});

test("of many steps so many are told as were asked for, and how many there are besides", () => {
  const nodes = Array.from({ length: 3000 }, (_, at) => ({ name: `n${at}`, op: "Add", inputs: [at === 0 ? "x" : `n${at - 1}`, "y"] }));
  const { forward, backward, omitted, notes, gradients } = explained({
    graph: { nodes, outputs: ["n2999"] },
    inputs: { x: 1, y: 2 },
    steps: 10,
  });
  expect([forward.length, backward.length]).toEqual([10, 11]);
  expect(omitted).toEqual({ forward: 2990, backward: 2991, gradients: 0 });
  expect(notes.join()).toContain("2990 steps forward");
  expect(gradients.map(({ gradient }) => gradient)).toEqual([1, 3000]);
});
