import { describe, expect, test } from "vitest";
import { compileFormula, formulaDraft, written } from "../programs.ts";

describe("each elementary operation is a node", () => {
  test.each<[text: string, nodes: string[]]>([
    ["1/(1+exp(-x))", ["neg_1 = Neg(x)", "exp_1 = Exp(neg_1)", "add_1 = Add(1, exp_1)", "div_1 = Div(1, add_1)"]],
    ["sigmoid(x)", ["sigmoid_1 = Sigmoid(x)"]],
    ["z = (x + y)^2", ["add_1 = Add(x, y)", "z = Pow(add_1, 2)"]],
    ["t = x + y; z = t * t", ["t = Add(x, y)", "z = Mul(t, t)"]],
    ["y = x", ["y = Identity(x)"]],
    [
      "h = tanh(x @ w' + b)\nmean(h, axis=1)",
      [
        "transpose_1 = Transpose(w)",
        "mat_mul_1 = MatMul(x, transpose_1)",
        "add_1 = Add(mat_mul_1, b)",
        "h = Tanh(add_1)",
        'reduce_mean_1 = ReduceMean(h, [1]) {"keepdims":false}',
      ],
    ],
    ["θ * 权重", ["mul_1 = Mul(θ, 权重)"]],
  ])("%s", (text, nodes) => {
    expect(written(formulaDraft(text))).toEqual(nodes);
  });
});

describe("precedence, as in Python and mathematics", () => {
  /** A formula with parentheses around every operation. */
  const grouped = (text: string): string => {
    const draft = formulaDraft(text);
    const texts = new Map<string, string>();
    for (const { names, op, inputs } of draft.nodes) {
      const operands = inputs.map((operand) => (typeof operand === "string" ? (texts.get(operand) ?? operand) : String(operand?.data[0])));
      texts.set(names[0] ?? "", `${op}(${operands.join(" ")})`);
    }
    return texts.get(draft.outputs[0]) ?? draft.outputs[0];
  };

  test.each([
    ["a + b * c", "Add(a Mul(b c))"],
    ["a * b + c", "Add(Mul(a b) c)"],
    ["a - b - c", "Sub(Sub(a b) c)"],
    ["a / b / c", "Div(Div(a b) c)"],
    ["a / b * c", "Mul(Div(a b) c)"],
    ["a @ b * c", "Mul(MatMul(a b) c)"],
    ["a ^ b ^ c", "Pow(a Pow(b c))"],
    ["a ** b ** c", "Pow(a Pow(b c))"],
    ["a * b ^ c", "Mul(a Pow(b c))"],
    ["-a ^ b", "Neg(Pow(a b))"],
    ["a ^ -b", "Pow(a Neg(b))"],
    ["a ^ -b ^ c", "Pow(a Neg(Pow(b c)))"],
    ["a ^ -b * c", "Mul(Pow(a Neg(b)) c)"],
    ["-a * b", "Mul(Neg(a) b)"],
    ["a * -b", "Mul(a Neg(b))"],
    ["a - -b", "Sub(a Neg(b))"],
    ["--a", "Neg(Neg(a))"],
    ["+a", "a"],
    ["-a'", "Neg(Transpose(a))"],
    ["a'^b", "Pow(Transpose(a) b)"],
    ["a''", "Transpose(Transpose(a))"],
    ["(a+b)'", "Transpose(Add(a b))"],
    ["a + b < c * d", "Less(Add(a b) Mul(c d))"],
    ["a == b", "Equal(a b)"],
    ["(a < b) == c", "Equal(Less(a b) c)"],
    ["((a))", "a"],
    ["-3", "constant_1"],
    ["a * -3", "Mul(a -3)"],
    ["-3 ^ 2", "Neg(Pow(3 2))"],
    ["2 ^ -1", "Pow(2 -1)"],
    ["- -3 + a", "Add(3 a)"],
    ["a*(b+c)", "Mul(a Add(b c))"],
  ])("%s is %s", (text, tree) => {
    expect(grouped(text)).toBe(tree);
  });
});

describe("literals", () => {
  test.each([
    ["1", 1],
    ["1.", 1],
    [".5", 0.5],
    ["1e-3", 1e-3],
    ["1.5E+3", 1500],
    ["-2.5", -2.5],
    ["pi", Math.PI],
    ["π", Math.PI],
    ["e", Math.E],
    ["-pi", -Math.PI],
    ["true", 1],
  ])("%s", (text, number) => {
    const { constants, outputs } = formulaDraft(text);
    expect(constants).toMatchObject([{ name: outputs[0], tensor: { shape: [], data: { 0: number } } }]);
  });

  test("lists are tensors", () => {
    expect(written(formulaDraft("x + [[1, -2.5], [pi, e]]"))).toEqual([`add_1 = Add(x, [2×2][1 -2.5 ${Math.PI} ${Math.E}])`]);
    expect(formulaDraft("[]").constants[0].tensor.shape).toEqual([0]);
  });

  test("e and pi are inputs when the request gives them, and values when the formula assigns them", () => {
    expect(written(formulaDraft("e^x"))).toEqual([`pow_1 = Pow(${Math.E}, x)`]);
    expect(written(formulaDraft("e^x", ["e", "x"]))).toEqual(["pow_1 = Pow(e, x)"]);
    expect(formulaDraft("e^x", ["e"]).inputs.map(({ name }) => name)).toEqual(["e", "x"]);
    expect(written(formulaDraft("e = x + 1; e * pi"))).toEqual(["e = Add(x, 1)", `mul_1 = Mul(e, ${Math.PI})`]);
  });
});

describe("calls", () => {
  test.each<[text: string, nodes: string[]]>([
    ["softmax(x, axis=1)", ['softmax_1 = Softmax(x) {"axis":1}']],
    ["leaky_relu(x, alpha=0.1)", ['leaky_relu_1 = LeakyRelu(x) {"alpha":0.1}']],
    ["reduce_log_sum_exp(x)", ["reduce_log_sum_exp_1 = ReduceLogSumExp(x)"]],
    ["matmul(a, b)", ["mat_mul_1 = MatMul(a, b)"]],
    ["MatMul(a, b)", ["mat_mul_1 = MatMul(a, b)"]],
    ["ln(x)", ["log_1 = Log(x)"]],
    ["reshape(x, [2, 3])", ["reshape_1 = Reshape(x, [2 3])"]],
    ["reshape(x, shape=-1)", ["reshape_1 = Reshape(x, [-1])"]],
    ["reshape(data=x, shape=s)", ["reshape_1 = Reshape(x, s)"]],
    ["clip(x, max=3)", ["clip_1 = Clip(x, _, 3)"]],
    ["cumsum(x, 0)", ["cum_sum_1 = CumSum(x, 0)"]],
    ["max(a, b)", ["max_1 = Max(a, b)"]],
    ["max(a)", ['reduce_max_1 = ReduceMax(a) {"keepdims":false}']],
    ["max(a, axis=0)", ['reduce_max_1 = ReduceMax(a, [0]) {"keepdims":false}']],
    ["max([a, b, c])", ["stack_1 = Stack(a, b, c)", 'reduce_max_1 = ReduceMax(stack_1) {"keepdims":false}']],
    ["sum(x)", ['reduce_sum_1 = ReduceSum(x) {"keepdims":false}']],
    ["sum(x, keepdims=true)", ['reduce_sum_1 = ReduceSum(x) {"keepdims":true}']],
    ["reduce_sum(x)", ["reduce_sum_1 = ReduceSum(x)"]],
    ["argmax(x, axis=1)", ['arg_max_1 = ArgMax(x) {"axis":1,"keepdims":false}']],
    ["arg_max(x, axis=1)", ['arg_max_1 = ArgMax(x) {"axis":1}']],
    ["concat([a, b], axis=0)", ['concat_1 = Concat(a, b) {"axis":0}']],
    ["concat(a, [1, 2], axis=0)", ['concat_1 = Concat(a, [1 2]) {"axis":0}']],
    ["pad(x, [1, 1], mode='edge')", ['pad_1 = Pad(x, [1 1]) {"mode":"edge"}']],
    ['pad(x, [1, 1], mode="edge")', ['pad_1 = Pad(x, [1 1]) {"mode":"edge"}']],
    ["transpose(x, perm=[1, 0])", ['transpose_1 = Transpose(x) {"perm":[1,0]}']],
    ["einsum(a, b, equation='ij,jk->ik')", ['einsum_1 = Einsum(a, b) {"equation":"ij,jk->ik"}']],
    ["where(x > 0, x, -x)", ["greater_1 = Greater(x, 0)", "neg_1 = Neg(x)", "where_1 = Where(greater_1, x, neg_1)"]],
  ])("%s", (text, nodes) => {
    expect(written(formulaDraft(text))).toEqual(nodes);
  });

  test("several results", () => {
    const draft = formulaDraft("values, indices = topk(x, 3)");
    expect(written(draft)).toEqual(["values, indices = TopK(x, [3])"]);
    expect(draft.outputs).toEqual(["values", "indices"]);
    expect(written(formulaDraft("v, _ = topk(x, 3); v * v"))).toEqual(["v, _ = TopK(x, [3])", "mul_1 = Mul(v, v)"]);
    expect(written(formulaDraft("_, i = topk(x, 3)"))).toEqual(["_, i = TopK(x, [3])"]);
    expect(written(formulaDraft("topk(x, 3) + 1"))).toEqual(["topk_1 = TopK(x, [3])", "add_1 = Add(topk_1, 1)"]);
    expect(compileFormula("a, b, c = split(x, axis=0)", { x: [1, 2, 3] }).outputs.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  });
});

describe("statements", () => {
  test("end with a semicolon or a line, but not inside brackets", () => {
    const text = "# a neuron\n\n s = w * x   # weighted\n + 0;; y = sum([\n  s,\n  b ] # both\n)\\\n * 2\n;\n";
    expect(() => formulaDraft(text)).not.toThrow();
    expect(written(formulaDraft("y = sum([\n a, # one\n b\n]) \\\n * 2;"))).toEqual([
      "stack_1 = Stack(a, b)",
      'reduce_sum_1 = ReduceSum(stack_1) {"keepdims":false}',
      "y = Mul(reduce_sum_1, 2)",
    ]);
    expect(written(formulaDraft("a = x\r\nb = a * 2\r\n"))).toEqual(["a = Identity(x)", "b = Mul(a, 2)"]);
  });

  test("the last assignment of a name keeps it", () => {
    const draft = formulaDraft("c = a + b; c += c + 1; c *= 2; c");
    expect(written(draft)).toEqual(["c_1 = Add(a, b)", "add_1 = Add(c_1, 1)", "c_2 = Add(c_1, add_1)", "c = Mul(c_2, 2)"]);
    expect(draft.outputs).toEqual(["c"]);
  });

  test("every sign assigns together with an operation", () => {
    const draft = formulaDraft("y = x; y += a; y -= b; y *= c; y /= d; y @= f; y ^= g; y **= h");
    expect(draft.nodes.map(({ op }) => op)).toEqual(["Identity", "Add", "Sub", "Mul", "Div", "MatMul", "Pow", "Pow"]);
  });

  test("numbers that are assigned are constants", () => {
    const draft = formulaDraft("k = 2; b = [1, 2]; k = k * x; k + b");
    expect(draft.constants.map(({ name }) => name)).toEqual(["k_1", "b"]);
    expect(written(draft)).toEqual(["k = Mul(k_1, x)", "add_1 = Add(k, b)"]);
  });

  test("names are given in the order of computation, past those that are taken", () => {
    expect(written(formulaDraft("-x^2 + 2^-x"))).toEqual([
      "pow_1 = Pow(x, 2)",
      "neg_1 = Neg(pow_1)",
      "neg_2 = Neg(x)",
      "pow_2 = Pow(2, neg_2)",
      "add_1 = Add(neg_1, pow_2)",
    ]);
    expect(written(formulaDraft("add_1 + 1 + 2; add_3 = 2"))).toEqual(["add_2 = Add(add_1, 1)", "add_4 = Add(add_2, 2)"]);
    expect(written(formulaDraft("c = x + 1; c_1 = x + 2; c = c_1 * c"))).toEqual([
      "c_2 = Add(x, 1)",
      "c_1 = Add(x, 2)",
      "c = Mul(c_1, c_2)",
    ]);
  });

  test("the last statement is the output", () => {
    expect(formulaDraft("x + 1; y = x * 2").outputs).toEqual(["y"]);
    expect(formulaDraft("y = x * 2; x + 1").outputs).toEqual(["add_1"]);
    expect(formulaDraft("x").outputs).toEqual(["x"]);
    expect(formulaDraft("y = x + 1; y").outputs).toEqual(["y"]);
  });

  test("inputs come in the order in which they are read", () => {
    expect(formulaDraft("t = b * a; c + t + a").inputs.map(({ name }) => name)).toEqual(["b", "a", "c"]);
  });

  test("the micrograd readme's expression", () => {
    const text = `c = a + b
      d = a * b + b**3
      c += c + 1
      c += 1 + c + (-a)
      d += d * 2 + relu(b + a)
      d += 3 * d + relu(b - a)
      e = c - d
      f = e**2
      g = f / 2.0
      g += 10.0 / f`;
    const { values, outputs } = compileFormula(text, { a: -4, b: 2 });
    expect(outputs.map(({ name }) => name)).toEqual(["g"]);
    expect(values.map(({ name }) => name)).toEqual(expect.arrayContaining(["c_1", "c_2", "c", "d_1", "d_2", "d", "e", "f", "g_1", "g"]));
  });
});
