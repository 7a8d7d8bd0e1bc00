import { describe, expect, test } from "vitest";
import { graphOf } from "../../src/ir/graph.ts";
import { catalogue } from "../../src/ops/catalogue.ts";
import { has, type Operator } from "../../src/ops/define.ts";
import { isFloating } from "../../src/tensor/dtype.ts";
import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import { interpret } from "../support/interpret.ts";
import "../support/close.ts";
import { type Case, caseFor, elementsOf, specAt, tensorsOf } from "./cases.ts";
import { objectiveOf, runGradients } from "./derivatives.ts";
import { binary, lists, reductions, unary } from "./limits.ts";
import { vector } from "../support/values.ts";

const { NaN: nan, POSITIVE_INFINITY: inf, MAX_VALUE: huge } = Number;
const run = ({ outputs, feeds }: Case): Tensor[] => interpret(graphOf([...feeds.keys()], outputs), feeds);
const operator = (type: string): Operator | undefined => catalogue.find((op) => op.type === type);

const near = { relative: 1e-14, absolute: 1e-300 };

const present = <Row>(table: Readonly<Record<string, Row>>): (readonly [string, Operator, Row])[] =>
  Object.entries(table).flatMap(([type, row]) => {
    const op = operator(type);
    return op === undefined ? [] : [[type, op, row] as const];
  });

describe("functions of one number", () => {
  const inputs = vector([nan, inf, -inf, 1e300, -1e300, -0]);

  test.each(present(unary))("%s", (_, op, expected) => {
    expect(run(caseFor(op, [inputs]))[0]).toBeNear(vector(expected), near);
  });

  test("all of them stand in the table", () => {
    const functions = catalogue.filter((op) => has(op, "elementwise") && op.inputs.length === 1 && !op.inputs[0].variadic);
    const others = functions.filter(({ type, types }) => !(type in unary) && Object.values(types).some((list) => list.some(isFloating)));
    expect(others.map(({ type }) => type)).toEqual(["Cast"]);
  });
});

describe("functions of two numbers", () => {
  test.each(present(binary))("%s", (_, op, rows) => {
    const [a, b, expected] = [0, 1, 2].map((column) => vector(rows.map((row) => row[column])));
    expect(run(caseFor(op, [a, b]))[0]).toBeNear(expected, near);
  });

  test("all of them stand in the table", () => {
    const functions = catalogue.filter(({ traits, inputs, types }) => {
      const operands = inputs[0]?.variadic === true || (inputs.length === 2 && !inputs[1].optional && !inputs[1].static);
      return traits?.includes("elementwise") === true && operands && types[inputs[0].type].some(isFloating);
    });
    expect(functions.map(({ type }) => type).filter((type) => !(type in binary))).toEqual([]);
  });
});

describe("reductions", () => {
  test.each(present(reductions))("%s", (_, op, expected) => {
    const found = lists.map((list) => run(caseFor(op, [vector(list)], { attributes: { keepdims: false } }))[0].data[0]);
    expect(vector(found)).toBeNear(vector(expected), near);
  });

  test("all of them stand in the table", () => {
    const named = catalogue.filter(({ type }) => type.startsWith("Reduce")).map(({ type }) => type);
    expect(named.filter((type) => !(type in reductions))).toEqual([]);
  });
});

describe("along axes and windows", () => {
  const cases: readonly (readonly [type: string, inputs: readonly Tensor[], attributes: object, expected: readonly number[]])[] = [
    ["Softmax", [vector([-inf, 0])], {}, [0, 1]],
    ["Softmax", [vector([huge, -huge, 0])], {}, [1, 0, 0]],
    ["Softmax", [vector([inf, 0])], {}, [1, 0]],
    ["Softmax", [vector([inf, 0, inf])], {}, [0.5, 0, 0.5]],
    ["Softmax", [vector([-inf, -inf])], {}, [nan, nan]],
    ["Softmax", [vector([nan, 0])], {}, [nan, nan]],
    ["LogSoftmax", [vector([-inf, 0])], {}, [-inf, 0]],
    ["LogSoftmax", [vector([1e4, 0])], {}, [0, -1e4]],
    ["LogSoftmax", [vector([inf, 0])], {}, [0, -inf]],
    ["Sort", [vector([2, nan, -inf, inf, 1])], {}, [-inf, 1, 2, inf, nan]],
    ["Sort", [vector([2, nan, -inf, inf, 1])], { descending: true }, [nan, inf, 2, 1, -inf]],
    ["CumProd", [vector([2, 0, nan])], {}, [2, 0, nan]],
    ["CumProd", [vector([1e200, 1e-200, 1e200, 1e200])], {}, [1e200, 1, 1e200, inf]],
    ["ReduceVariance", [vector([1e9, 1e9 + 1, 1e9 + 2])], { keepdims: false }, [1]],
    ["ReduceStandardDeviation", [vector([1e200, -1e200])], { keepdims: false }, [Math.SQRT2 * 1e200]],
    ["ReduceStandardDeviation", [vector([5])], { keepdims: false }, [nan]],
    ["CumSum", [vector([1, nan, 2]), tensorOf("int64", [], [0])], {}, [1, nan, nan]],
    ["CumSum", [vector([1, inf, -inf]), tensorOf("int64", [], [0])], { exclusive: true }, [0, 1, inf]],
    ["Clip", [vector([nan, inf, -inf]), tensorOf("float64", [], [-1]), tensorOf("float64", [], [1])], {}, [nan, 1, -1]],
    ["Where", [tensorOf("bool", [2], [1, 0]), vector([1, nan]), vector([nan, 2])], {}, [1, 2]],
    ["MatMul", [tensorOf("float64", [1, 2], [0, 1]), tensorOf("float64", [2, 1], [inf, 1])], {}, [nan]],
    ["MaxPool", [tensorOf("float64", [1, 1, 4], [1, nan, -inf, -inf])], { kernel_shape: [2], strides: [2] }, [nan, -inf]],
    ["AveragePool", [tensorOf("float64", [1, 1, 4], [1, nan, inf, 1])], { kernel_shape: [2], strides: [2] }, [nan, inf]],
    ["Conv", [tensorOf("float64", [1, 1, 4], [nan, 1, 2, inf]), tensorOf("float64", [1, 1, 2], [1, 1])], {}, [nan, 3, inf]],
  ];

  test.each(cases)("%s, case %#", (type, inputs, attributes, expected) => {
    const op = operator(type);
    if (op === undefined) return;
    const [found] = run(caseFor(op, inputs, { attributes: { ...attributes } }));
    expect(vector(Array.from(found.data))).toBeNear(vector(expected), near);
  });
});

describe("float32 and integers", () => {
  test.each([
    ["Add", "float32", 3e38, 3e38, inf],
    ["Mul", "float32", 1e-30, 1e-30, 0],
    ["Exp", "float32", 100, null, inf],
    ["Add", "int32", 2 ** 31 - 1, 1, -(2 ** 31)],
    ["Sub", "int32", -(2 ** 31), 1, 2 ** 31 - 1],
    ["Mul", "int32", 123_456_789, 987_654_321, Math.imul(123_456_789, 987_654_321)],
    ["Neg", "int32", -(2 ** 31), null, -(2 ** 31)],
    ["Div", "int32", 7, 0, 0],
    ["Div", "int64", -7, 2, -3],
    ["Mod", "int64", -7, 0, 0],
    ["Pow", "int32", 2, -1, 0],
    ["Pow", "int64", -8, 0.5, 0],
  ] as const)("%s in %s of %d and %d", (type, dtype, a, b, expected) => {
    const op = operator(type) as Operator;
    const second = b === 0.5 ? "float64" : dtype;
    const inputs = [tensorOf(dtype, [], [a]), ...(b === null ? [] : [tensorOf(second, [], [b])])];
    expect(run(caseFor(op, inputs))[0]).toBeNear(tensorOf(dtype, [], [expected]));
  });
});

test.each([
  ["int64", [0, 2 ** 63 - 1024, -(2 ** 63), 2 ** 63 - 1024, -3]],
  ["int32", [0, 2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 1, -3]],
  ["bool", [1, 1, 1, 1, 1]],
] as const)("Cast to %s saturates and has no NaN", (to, expected) => {
  const op = operator("Cast") as Operator;
  const [found] = run(caseFor(op, [vector([nan, inf, -inf, 1e300, -3.9])], { attributes: { to } }));
  expect(found).toBeNear(tensorOf(to, [5], expected));
});

// To refuse numbers is what Probability is for.
describe.each(catalogue.filter(({ type }) => type !== "Probability").map((op) => [op.type, op] as const))("%s", (_, op) => {
  const poisons = [nan, inf, -inf, -0, huge, -huge, 1e-320];

  test("no number raises an exception, forward or backward", () => {
    for (const element of elementsOf(op).filter(isFloating)) {
      for (const probe of op.probes) {
        for (const poison of poisons) {
          const tensors = tensorsOf(op, probe, element);
          tensors.forEach((tensor, at) => {
            if (tensor === null || !isFloating(tensor.dtype) || specAt(op, at).static) return;
            for (let i = 0; i < tensor.data.length; i += 2) tensor.data[i] = poison;
          });
          const made = caseFor(op, tensors, probe);
          expect(() => run(made)).not.toThrow();
          expect(() => runGradients(objectiveOf(made))).not.toThrow();
        }
      }
    }
  });
});
