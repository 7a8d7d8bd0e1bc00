import { describe, expect, test } from "vitest";
import { explained, gradientsOf } from "./explained.ts";

const x = { x: 0.7 };
const pair = { y: [1, -2, 0.5], t: [0.5, 1, -1] };

describe("functions that are spelled out are known, and their closed derivatives are the gradients", () => {
  test.each<[expression: string, name: string, inputs: Record<string, number>, by: string]>([
    ["1/(1+exp(-x))", "sigmoid", x, "x"],
    ["exp(x)/(1+exp(x))", "sigmoid", x, "x"],
    ["(1+exp(x*(-1)))^(-1)", "sigmoid", x, "x"],
    ["reciprocal(exp(-1*x)+1)", "sigmoid", x, "x"],
    ["0.5*(1+tanh(x/2))", "sigmoid", x, "x"],
    ["1/(1+exp(x))", "mirrored sigmoid", x, "x"],
    ["(exp(x)-exp(-x))/(exp(x)+exp(-x))", "tanh", x, "x"],
    ["2*sigmoid(2*x)-1", "tanh", x, "x"],
    ["(exp(2*x)-1)/(exp(2*x)+1)", "tanh", x, "x"],
    ["log(1+exp(x))", "softplus", x, "x"],
    ["x*sigmoid(x)", "SiLU", x, "x"],
    ["x/(1+exp(-x))", "SiLU", x, "x"],
    ["max(x, 0)", "ReLU", x, "x"],
    ["where(x > 0, x, 0)", "ReLU", x, "x"],
    ["0.5*x*(1+erf(x/sqrt(2)))", "GELU", x, "x"],
    ["0.5*x*(1+tanh(sqrt(2/pi)*(x+0.044715*x^3)))", "GELU", x, "x"],
    ["log(x/(1-x))", "logit", x, "x"],
    ["-(t*log(p)+(1-t)*log(1-p))", "binary cross-entropy", { p: 0.3, t: 1 }, "p"],
    ["log(1+exp(-y*s))", "logistic loss", { s: 0.4, y: -1 }, "s"],
    ["log(1+exp(s)) - t*s", "logistic loss", { s: 0.4, t: 1 }, "s"],
    ["(y-t)^2/2", "squared error", { y: 3, t: 1 }, "y"],
    ["sqrt(x^2+y^2)", "norm", { x: 3, y: 4 }, "x"],
  ])("%s is the %s", (expression, name, inputs, by) => {
    const { recognised } = explained({ expression, inputs, digits: 15 });
    expect(recognised.map((each) => each.name)).toEqual([name]);
    const told = recognised[0].derivative.text.split(" = ").at(-1)?.replaceAll("−", "-") ?? "";
    expect(Number(told)).toBeCloseTo(gradientsOf({ expression, inputs })[by], 12);
  });

  test.each<[expression: string, name: string, inputs: object, derivative: string]>([
    ["e = exp(x - max(x)); p = e/sum(e); sum(p*w)", "softmax", { x: [1, 2, 3], w: [1, 0, 2] }, "p ⊙ (∂f/∂p − Σ ∂f/∂p ⊙ p)"],
    ["mean((y-t)^2)", "squared error", pair, "2·(y − t)/3"],
    ["sum((y-t)^2)/2", "squared error", pair, "y − t"],
    ["sqrt(sum(y^2))", "norm", { y: [3, 4] }, "y/f"],
    ["-sum(t*log(exp(s)/sum(exp(s))))", "softmax with cross-entropy", { s: [1, 2, 3], t: [0, 1, 0] }, "softmax(s) ⊙ Σ t − t"],
  ])("%s is the %s", (expression, name, inputs, derivative) => {
    const { recognised } = explained({ expression, inputs });
    expect(recognised.map((each) => each.name)).toContain(name);
    expect(recognised.at(-1)?.derivative.text).toContain(derivative);
  });
});

test.each([
  "1/(1+2*exp(-x))",
  "1/(1-exp(-x))",
  "1/(1+exp(-x)+0.0001)",
  "log(2+exp(x))",
  "x/(1+exp(-1.702*x))",
  "(exp(x)-exp(-x))/(exp(x)+2*exp(-x))",
  "max(x, 0.001)",
  "sqrt(x^2 + 0.01)",
  "sigmoid(x)",
  "tanh(x)",
  "x^2",
])("%s is no function in disguise", (expression) => {
  expect(explained({ expression, inputs: x }).recognised).toEqual([]);
});
