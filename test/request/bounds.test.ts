import { describe, expect, test } from "vitest";
import { z } from "zod";
import { EvaluateRequest, GradientsRequest, GraphsRequest } from "../../src/compute/requests.ts";
import { CheckRequest } from "../../src/grading/check/request.ts";
import { GradeRequest } from "../../src/grading/grade/request.ts";
import { ProbeRequest } from "../../src/grading/probe/request.ts";
import { boundOfNames, bounds, requireBounds } from "../../src/request/bounds.ts";
import { defaultLimits } from "../../src/request/limits.ts";
import { JobRequest } from "../../src/training/request.ts";
import { JobGradientsRequest, PredictRequest } from "../../src/training/run-requests.ts";
import { problemOf } from "../support/problems.ts";

const limits = { ...defaultLimits, nodes: 2, points: 1 };
const three = [{}, {}, {}];

describe("a member that exceeds its bound is refused in", () => {
  const run = ["inputs", "parameters", "graph/nodes", "graph/inputs", "graph/constants", "graph/outputs", "network/layers"];

  test.each<[name: string, schema: z.ZodType, members: readonly string[]]>([
    ["EvaluateRequest", EvaluateRequest, run],
    ["GradientsRequest", GradientsRequest, [...run, "wrt", "points"]],
    ["GraphsRequest", GraphsRequest, run.slice(2)],
    ["CheckRequest", CheckRequest, [...run, "wrt", "gradients", "generate"]],
    ["GradeRequest", GradeRequest, [...run, "points"]],
    ["ProbeRequest", ProbeRequest, [...run, "generate"]],
    ["JobRequest", JobRequest, run],
    ["PredictRequest", PredictRequest, ["inputs"]],
    ["JobGradientsRequest", JobGradientsRequest, ["inputs", "wrt", "points"]],
  ])("%s", (_, schema, members) => {
    for (const member of members) {
      const request = member.split("/").reduceRight<object>((inner, name) => ({ [name]: inner }), three);
      const { code, errors } = problemOf(() => requireBounds(schema, request, limits));
      expect(errors, member).toMatchObject([{ pointer: `/${member}` }]);
      expect(code, member).toBe(/nodes|layers/.test(member) ? "too_many_nodes" : "invalid_request");
    }
  });
});

test("a bound holds for what stands inside, and for as many as the service takes", () => {
  const Inner = z.strictObject({ many: z.record(z.string(), z.int()).optional().register(bounds, boundOfNames).meta({ title: "Many" }) });
  const schema = z.strictObject({ inner: Inner.optional().meta({ title: "Inner" }) });
  const of = (many: unknown) => () => requireBounds(schema, { inner: { many } }, limits);
  expect(problemOf(of({ a: 1, b: 2, c: 3 })).detail).toBe("There are 3 members, and at most 2 are taken");
  for (const fitting of [{ a: 1, b: 2 }, undefined, null, "many"]) expect(of(fitting)).not.toThrow();
});
