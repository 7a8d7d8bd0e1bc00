import { describe, expect, test } from "vitest";
import { catalogue, findOperator } from "../../src/ops/catalogue.ts";
import type { Operator } from "../../src/ops/define.ts";
import { elementsOf, tensorsOf } from "../ops/cases.ts";
import { operatorNamed } from "../support/operator.ts";
import { Random } from "../support/random.ts";
import type { Oracle, OracleCase } from "./cases.ts";
import { attributeSchemas, choicesOf, describeCase, disagreement, runOracle, runOwn } from "./compare.ts";
import { notJudged, table } from "./table.ts";

const caseAt = (op: Operator, oracle: Oracle, element: Oracle["elements"][number], at: number): OracleCase =>
  oracle.make(new Random(`${op.type} ${element} ${at}`), element, at);

const casesOf = (op: Operator, oracle: Oracle): OracleCase[] =>
  oracle.elements.flatMap((element, nth) => {
    const count = oracle.cases ?? 24;
    return Array.from({ length: nth === 0 ? count : Math.ceil(count / 2) }, (_, at) => caseAt(op, oracle, element, at));
  });

const judged = catalogue.flatMap((op) => (op.type in table ? [[op.type, op, table[op.type]] as const] : []));

describe.each(judged)("%s", (_, op, oracle) => {
  const cases = casesOf(op, oracle);

  test(`agrees with ONNX Runtime in ${cases.length} cases`, async () => {
    const wrong: string[] = [];
    for (const made of cases) {
      const problem = await judge(op, oracle, made);
      if (problem !== null) wrong.push(`${describeCase(op, made)}: ${problem}`);
    }
    expect(wrong.length, [...wrong.slice(0, 4), ""].join("\n")).toBe(0);
  });

  test("the cases cover its attributes and optional inputs", () => {
    for (const [name, schema] of Object.entries(attributeSchemas(op))) {
      const told = cases.map(({ attributes }) => attributes?.[name]);
      expect(told.includes(undefined) || !(name in op.defaults), `${name} is left out`).toBe(true);
      const values = new Set(told.filter((value) => value !== undefined).map((value) => JSON.stringify(value)));
      expect(values.size, `values of ${name}`).toBeGreaterThanOrEqual(oracle.fixed?.includes(name) ? 1 : choicesOf(schema));
    }
    op.inputs.forEach(({ name, optional }, at) => {
      if (oracle.unknown?.includes(name)) return;
      const present = cases.map(({ inputs }) => (inputs[at] ?? null) !== null);
      expect(present.includes(true), `${name} is given`).toBe(true);
      if (optional) expect(present.includes(false), `${name} is left out`).toBe(true);
    });
  });

  const others = elementsOf(op).filter((element) => ![...oracle.elements, ...(oracle.incomparable ?? [])].includes(element));
  if (others.length > 0)
    test("the oracle lacks the other element types", async () => {
      for (const element of others) await expect(runOracle(op, caseAt(op, oracle, element, 0)), element).rejects.toThrow();
    });
});

async function judge(op: Operator, oracle: Oracle, made: OracleCase): Promise<string | null> {
  try {
    return disagreement(runOwn(op, made), await runOracle(op, made), oracle);
  } catch (error) {
    return String(error);
  }
}

describe("the list", () => {
  test("every operator is judged, or has a reason", () => {
    expect(catalogue.map(({ type }) => type).filter((type) => !(type in table) && !(type in notJudged))).toEqual([]);
    expect(Object.keys(table).filter((type) => type in notJudged)).toEqual([]);
  });

  test("no name in it is unknown", () => {
    expect([...Object.keys(table), ...Object.keys(notJudged)].filter((type) => findOperator(type) === undefined)).toEqual([]);
  });

  test.each(Object.entries(notJudged))("%s still cannot be judged: %s", async (type) => {
    const op = operatorNamed(type);
    const [probe] = op.probes;
    await expect(runOracle(op, { inputs: tensorsOf(op, probe, "float32"), attributes: probe.attributes })).rejects.toThrow();
  });
});

describe("the judge", () => {
  const op = operatorNamed("Softmax");
  const oracle = table.Softmax;
  const made = caseAt(op, oracle, "float32", 1);

  test("catches a number that is off by a hundred-thousandth", async () => {
    const [own] = runOwn(op, made);
    expect(disagreement([own], await runOracle(op, made), oracle)).toBeNull();
    own.data[0] *= 1 + 1e-5;
    expect(disagreement([own], await runOracle(op, made), oracle)).toMatch(/1 of \d+ elements differ/);
  });

  test("catches NaN, another type, another shape and a missing output", async () => {
    const theirs = await runOracle(op, made);
    const [own] = runOwn(op, made);
    const { dtype, shape } = own;
    expect(disagreement([{ dtype, shape, data: own.data.map(() => Number.NaN) }], theirs, oracle)).toMatch(/elements differ/);
    expect(disagreement([{ ...own, dtype: "float64" }], theirs, oracle)).toMatch(/float64 instead of float32/);
    expect(disagreement([{ ...own, shape: [...shape, 1] }], theirs, oracle)).toMatch(/shape/);
    expect(disagreement([], theirs, oracle)).toMatch(/0 outputs/);
  });

  test("catches another meaning of an attribute", async () => {
    const [first, second] = [{ axis: 0 }, { axis: 1 }].map((attributes) => ({
      inputs: [new Random(1).tensor("float32", [3, 3])],
      attributes,
    }));
    expect(disagreement(runOwn(op, first), await runOracle(op, second), oracle)).toMatch(/elements differ/);
  });
});
