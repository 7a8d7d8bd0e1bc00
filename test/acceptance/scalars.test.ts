import { describe, expect, test } from "vitest";
import { close, gradients, type Answer } from "./service.ts";

/** The textbook's graphs of scalars: every number of forward and backward, through the service. */

const expression = (text: string, inputs: Record<string, unknown>, more: Record<string, unknown> = {}): Promise<Answer> =>
  gradients({ expression: text, inputs, ...more });

const node = (answer: Answer, name: string): Answer["nodes"][number] => {
  const found = answer.nodes.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no node ${name} among ${answer.nodes.map((candidate) => candidate.name).join(", ")}`);
  return found;
};

const edgesOut = (answer: Answer, from: string): unknown[] =>
  answer.edges.filter((edge) => edge.from === from).map((edge) => edge.gradient);

describe("single nodes with an upstream gradient of 1.3", () => {
  test("addition hands it on", async () => {
    const answer = await expression("z = x + y", { x: 10, y: 5 }, { cotangent: 1.3 });
    close(answer.outputs, { z: 15 });
    close(answer.gradients, { x: 1.3, y: 1.3 });
  });

  test("multiplication swaps the operands", async () => {
    const answer = await expression("z = x * y", { x: 10, y: 5 }, { cotangent: 1.3 });
    close(answer.outputs, { z: 50 });
    close(answer.gradients, { x: 6.5, y: 13 });
  });
});

describe("shopping", () => {
  test("two apples and their tax", async () => {
    const answer = await expression("apple_price = apple * apple_num; price = apple_price * tax", { apple: 100, apple_num: 2, tax: 1.1 });
    expect(node(answer, "apple_price").value).toBe(200);
    expect(answer.outputs.price).toBe(220.00000000000003);
    close(node(answer, "price").gradient, 1);
    close(node(answer, "apple_price").gradient, 1.1);
    close(answer.gradients, { apple: 2.2, apple_num: 110, tax: 200 });
  });

  test("apples and oranges", async () => {
    const answer = await expression(
      `apple_price = apple * apple_num
       orange_price = orange * orange_num
       all_price = apple_price + orange_price
       price = all_price * tax`,
      { apple: 100, apple_num: 2, orange: 150, orange_num: 3, tax: 1.1 },
    );
    close(
      ["apple_price", "orange_price", "all_price", "price"].map((name) => node(answer, name).value),
      [200, 450, 650, 715.0000000000001],
    );
    close(
      ["price", "all_price", "apple_price", "orange_price"].map((name) => node(answer, name).gradient),
      [1, 1.1, 1.1, 1.1],
    );
    close(answer.gradients, { apple: 2.2, apple_num: 110, orange: 3.3000000000000003, orange_num: 165, tax: 650 });
  });
});

test("z = (x + y)² taken apart", async () => {
  const answer = await expression("t = x + y; z = t^2", { x: 1, y: 2 });
  close(node(answer, "t").value, 3);
  close(node(answer, "t").gradient, 6);
  close(answer.outputs, { z: 9 });
  close(answer.gradients, { x: 6, y: 6 });
});

describe("the sigmoid from elementary operations", () => {
  test("1/(1+exp(-x)) is Neg, Exp, Add, Div", async () => {
    const answer = await expression("1/(1+exp(-x))", { x: 1 });
    const computed = answer.nodes.filter(({ name }) => name !== "x");
    expect(computed.map(({ op }) => op)).toEqual(["Neg", "Exp", "Add", "Div"]);
    close(
      computed.map(({ value }) => value),
      [-1, 0.36787944117144233, 1.3678794411714423, 0.7310585786300049],
    );
    // From the output backwards, along the path that leads to x.
    const path = ["Add", "Exp", "Neg"].map((op) => computed.find((candidate) => candidate.op === op)?.name ?? "");
    close(node(answer, computed[3].name).gradient, 1);
    close(
      [...path.flatMap((name) => edgesOut(answer, name)), ...edgesOut(answer, "x")],
      [-0.534446645388523, -0.534446645388523, -0.19661193324148188, 0.19661193324148188],
    );
    close(answer.gradients, { x: 0.19661193324148188 });
  });

  test("the sources' form, as a graph: × (-1), exp, + 1, 1/·", async () => {
    const answer = await gradients({
      graph: {
        nodes: [
          { name: "negative", op: "Mul", inputs: ["x", -1] },
          { name: "exponential", op: "Exp", inputs: ["negative"] },
          { name: "plus", op: "Add", inputs: ["exponential", 1] },
          { name: "y", op: "Reciprocal", inputs: ["plus"] },
        ],
        outputs: ["y"],
      },
      inputs: { x: 1 },
    });
    close(answer.outputs, { y: 0.7310585786300049 });
    close(
      ["y", "plus", "exponential", "negative", "x"].map((name) => node(answer, name).gradient),
      [1, -0.534446645388523, -0.534446645388523, -0.19661193324148188, 0.19661193324148188],
    );
  });

  test("at several points", async () => {
    const answer = await expression("sigmoid(x)", { x: [-1, 1, 2] }, { cotangent: [1, 1, 1] });
    close(Object.values(answer.outputs)[0], [0.2689414213699951, 0.7310585786300049, 0.8807970779778823]);
    close(answer.gradients, { x: [0.19661193324148185, 0.19661193324148185, 0.1049935854035065] });
  });
});

test("(x + y)·z", async () => {
  const answer = await expression("q = x + y; f = q * z", { x: -2, y: 5, z: -4 });
  close(node(answer, "q").value, 3);
  close(answer.outputs, { f: -12 });
  close(answer.gradients, { x: -4, y: -4, z: 3 });
});

test("a neuron of two inputs", async () => {
  const answer = await expression("dot = w0*x0 + w1*x1 + w2; f = 1/(1+exp(-dot))", { w0: 2, w1: -3, w2: -3, x0: -1, x1: -2 });
  close(node(answer, "dot").value, 1);
  close(answer.outputs, { f: 0.7310585786300049 });
  const s = 0.19661193324148188;
  close(answer.gradients, { w0: -s, x0: 2 * s, w1: -2 * s, x1: -3 * s, w2: s });
});

test("e = (a + b)(b + 1): two edges leave b, carrying 2 and 3", async () => {
  const answer = await expression("c = a + b; d = b + 1; e = c * d", { a: 2, b: 1 });
  close(answer.outputs, { e: 6 });
  close(answer.gradients, { a: 2, b: 5 });
  close(
    ["c", "d"].map((name) => node(answer, name).value),
    [3, 2],
  );
  expect(edgesOut(answer, "b")).toEqual([2, 3]);
  const inOneLine = await expression("e = (a+b)*(b+1)", { a: 2, b: 1 });
  close(inOneLine.gradients, { a: 2, b: 5 });
  expect(edgesOut(inOneLine, "b")).toEqual([2, 3]);
});

test("micrograd's expression, reassignments and all", async () => {
  const answer = await expression(
    `c = a + b
     d = a * b + b**3
     c += c + 1
     c += 1 + c + (-a)
     d += d * 2 + relu(b + a)
     d += 3 * d + relu(b - a)
     e = c - d
     f = e**2
     g = f / 2.0
     g += 10.0 / f`,
    { a: -4, b: 2 },
  );
  close(answer.outputs, { g: 24.704081632653061 });
  close(answer.gradients, { a: 138.83381924198251, b: 645.57725947521866 });
});

test("the gradient of x0² + x1²", async () => {
  for (const [x, expected] of [
    [
      [3, 4],
      [6, 8],
    ],
    [
      [0, 2],
      [0, 4],
    ],
    [
      [3, 0],
      [6, 0],
    ],
  ]) {
    const answer = await expression("sum(x^2)", { x });
    close(answer.gradients, { x: expected });
  }
});

test("descent on x0² + x1² from [-3, 4], rate 0.1, 100 steps", async () => {
  let x = [-3, 4];
  for (let step = 0; step < 100; step++) {
    const answer = await expression("sum(x^2)", { x }, { return: ["gradients"] });
    const slope = answer.gradients.x as number[];
    x = x.map((number, at) => number - 0.1 * slope[at]);
  }
  close(x, [-6.111107928998789e-10, 8.148143905314271e-10], 1e-9);
});
