import { describe, expect, test } from "vitest";
import { input } from "../../src/ir/graph.ts";
import { plan } from "../../src/plan/plan.ts";
import { validate } from "../../src/request/validate.ts";
import { Session } from "../../src/run/session.ts";
import { copyOf, scalar, type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import { clipped, GradientClipping } from "../../src/training/clipping.ts";
import args from "../goldens/optimizer_arguments.json" with { type: "json" };
import "../support/close.ts";
import { problemOf } from "../support/problems.ts";

const vector = (numbers: readonly number[]): Tensor => tensorOf("float64", [numbers.length], numbers);

describe("clipping", () => {
  const shapes = [[2, 3], [4], []];
  const gradients = args.gradients.map((numbers, at) => tensorOf("float64", shapes[at], [numbers].flat(2)));

  function bounded(bounds: object, given: readonly Tensor[]) {
    const values = given.map((tensor) => input(tensor));
    const result = clipped(values, GradientClipping.parse(bounds));
    using session = new Session(plan(values, [...result.gradients, ...(result.norm === null ? [] : [result.norm])]));
    const wanted = session.run(given).wanted.map(copyOf);
    return { clipped: wanted.slice(0, given.length), norm: wanted.at(given.length) };
  }

  test.each(args.clipping.map((each) => [JSON.stringify(each.clipping), each] as const))("%s as in PyTorch", (_, golden) => {
    const found = bounded(golden.clipping, gradients);
    golden.clipped.forEach((numbers, at) =>
      expect(found.clipped[at]).toBeNear(tensorOf("float64", shapes[at], [numbers].flat(2)), { relative: 1e-14 }),
    );
    if (golden.norm === null) expect(found.norm).toBeUndefined();
    else expect(found.norm).toBeNear(scalar(golden.norm), { relative: 1e-14 });
  });

  test("gradients of different dtypes keep theirs", () => {
    const given = [tensorOf("float32", [2], [3, 0]), tensorOf("float64", [1], [4])];
    const found = bounded({ norm: 1 }, given);
    expect(found.norm).toBeNear(scalar(5), { relative: 1e-15 });
    expect(found.clipped.map(({ dtype }) => dtype)).toEqual(["float32", "float64"]);
    expect(found.clipped[0]).toBeNear(vector([0.6, 0]), { relative: 1e-6 });
    expect(found.clipped[1]).toBeNear(vector([0.8]), { relative: 1e-6 });
  });

  test("zeros stay, and what is not a number is not hidden", () => {
    const zeros = tensorOf("float64", [2], [0, 0]);
    expect(bounded({ norm: 1 }, [zeros]).clipped[0]).toBeNear(zeros);
    expect(bounded({ norm: 1 }, [tensorOf("float64", [2], [Number.NaN, 1])]).clipped[0]).toBeNear(vector([Number.NaN, Number.NaN]));
  });

  test("no gradients have no norm", () => {
    expect(clipped([], { norm: 1 })).toEqual({ gradients: [], norm: null });
  });
});

test.each([{}, { norm: 0 }, { value: -1 }, { norms: 1 }])("bounds that are refused: %j", (bounds) => {
  expect(problemOf(() => validate(GradientClipping, bounds)).code).toBe("invalid_request");
});
