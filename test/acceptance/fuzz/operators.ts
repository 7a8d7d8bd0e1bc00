import fc from "fast-check";
import { catalogue } from "../../../src/ops/catalogue.ts";
import type { Operator, Probe } from "../../../src/ops/define.ts";
import { type DType, dtypes, isFloating } from "../../../src/tensor/dtype.ts";
import { type Shape, sizeOf } from "../../../src/tensor/shape.ts";
import { tensorsOf } from "../../ops/cases.ts";
import { type Attempt, asked, type Json } from "./attempt.ts";
import { extreme, mostly, stranger } from "./numbers.ts";
import { fitting } from "./schema.ts";
import { type Meant, shapes, written, writtenAs } from "./tensors.ts";

/** Every operator of the catalogue alone in a graph: at its probes, and a step or two away from them. */

type Formal = Meant | null;

interface Applied {
  readonly inputs: readonly Formal[];
  readonly attributes: Json;
}

const probeOf = (op: Operator): fc.Arbitrary<Probe> => fc.constantFrom(...op.probes);

function atProbe(op: Operator): fc.Arbitrary<Applied> {
  return fc.tuple(probeOf(op), fc.nat({ max: 20 }), fc.boolean()).map(([probe, seed, single]) => ({
    inputs: tensorsOf(op, probe, single ? "float32" : "float64", `${op.type} ${seed}`).map(
      (tensor): Formal => tensor && { dtype: tensor.dtype, shape: tensor.shape, numbers: [...tensor.data] },
    ),
    attributes: probe.attributes ?? {},
  }));
}

type Change = (applied: Applied) => Applied;

const onInput = (which: number, change: (formal: Meant) => Formal): Change => {
  return ({ inputs, attributes }) => ({
    attributes,
    inputs: inputs.map((formal, at) => (formal !== null && at === which % inputs.length ? change(formal) : formal)),
  });
};

/** The same numbers over and over, as many as the shape takes. */
export const reshaped = ({ dtype, numbers }: Meant, shape: Shape): Meant => ({
  dtype,
  shape,
  numbers: Array.from({ length: Math.min(sizeOf(shape), 4096) }, (_, at) => numbers[at % numbers.length] ?? 1),
});

const retyped = ({ shape, numbers }: Meant, dtype: DType): Meant => {
  const number = (x: number): number => (dtype === "bool" ? Number(x > 0) : Number.isFinite(x) ? Math.round(x) : 0);
  return { dtype, shape, numbers: isFloating(dtype) ? numbers : numbers.map(number) };
};

const whole = fc.oneof(fc.integer({ min: -4, max: 5 }), fc.constantFrom(-1, 0, 2 ** 31 - 1, -(2 ** 31), 2 ** 40, -(2 ** 53) + 1, 1e6));

const input = fc.nat({ max: 7 });
const inputChange: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(input, fc.nat({ max: 5 }), fc.nat({ max: 4 })).map(([which, axis, size]) => onInput(which, resized(axis, size))),
  },
  { weight: 2, arbitrary: fc.tuple(input, shapes).map(([which, shape]) => onInput(which, (formal) => reshaped(formal, shape))) },
  {
    weight: 2,
    arbitrary: fc.tuple(input, fc.constantFrom(...dtypes)).map(([which, dtype]) => onInput(which, (formal) => retyped(formal, dtype))),
  },
  { weight: 3, arbitrary: fc.tuple(input, fc.nat({ max: 9 }), whole).map(([which, at, number]) => onInput(which, numbered(at, number))) },
  { weight: 1, arbitrary: input.map((which) => onInput(which, () => null)) },
  { weight: 1, arbitrary: fc.constant<Change>(({ inputs, attributes }) => ({ attributes, inputs: inputs.slice(0, -1) })) },
  { weight: 1, arbitrary: fc.constant<Change>(({ inputs, attributes }) => ({ attributes, inputs: [...inputs, ...inputs.slice(-1)] })) },
);

const resized =
  (axis: number, size: number) =>
  (formal: Meant): Meant =>
    formal.shape.length === 0 ? formal : reshaped(formal, formal.shape.with(axis % formal.shape.length, size));

const numbered =
  (at: number, number: number) =>
  (formal: Meant): Meant =>
    formal.numbers.length === 0 ||
    isFloating(formal.dtype) ||
    formal.dtype === "bool" ||
    (formal.dtype === "int32" && number !== (number | 0))
      ? formal
      : { ...formal, numbers: formal.numbers.with(at % formal.numbers.length, number) };

const attributeNames = [...new Set(catalogue.flatMap((op) => Object.keys(op.defaults)))];

/** Numbers for attributes that are lists of them, whatever the schema allows. */
const wild = fc.oneof(extreme, stranger, whole, fc.array(fc.oneof(whole, fc.constantFrom(1e15, 1e9, 65_536)), { maxLength: 6 }));

function attributeChange(op: Operator): fc.Arbitrary<Change> {
  const fits = fitting(op.attributes, { whole, optional: 35 }) as fc.Arbitrary<Json>;
  const names = Object.keys((op.attributes as { shape?: object }).shape ?? {});
  const own = names.length === 0 ? fc.constantFrom(...attributeNames) : fc.constantFrom(...names, ...names, "alpah");
  return fc.oneof(
    {
      weight: 5,
      arbitrary: fits.map((more): Change => ({ inputs, attributes }) => ({ inputs, attributes: { ...attributes, ...more } })),
    },
    {
      weight: 2,
      arbitrary: fits.map((instead): Change => ({ inputs }) => ({ inputs, attributes: instead })),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(own, wild).map(([name, value]): Change => ({ inputs, attributes }) => ({
        inputs,
        attributes: { ...attributes, [name]: value },
      })),
    },
  );
}

const operand = (formal: Formal, at: number): fc.Arbitrary<{ readonly operand: unknown; readonly given: Json }> => {
  if (formal === null) return fc.constant({ operand: null, given: {} });
  const typed = written(formal).map((json) => (Array.isArray(json) || typeof json !== "object" ? writtenAs(formal, "flat") : json));
  return fc.oneof(
    { weight: 3, arbitrary: mostly(typed, written(formal), 5).map((json) => ({ operand: `i${at}`, given: { [`i${at}`]: json } })) },
    { weight: 1, arbitrary: typed.map((json) => ({ operand: json, given: {} })) },
  );
};

function body(op: Operator, { inputs, attributes }: Applied): fc.Arbitrary<Json> {
  const outputs = mostly(
    fc.constant(["o0"]),
    fc.array(fc.constantFrom("o0", "o1", "o2", null), { minLength: 1, maxLength: op.outputs.length + 1 }),
    6,
  );
  const isSummed = mostly(fc.constant(true), fc.constant(false), 4);
  return fc.tuple(fc.tuple(...inputs.map(operand)), outputs, isSummed).map(([operands, names, summed]) => {
    const node = { outputs: names, op: op.type, inputs: operands.map((each) => each.operand), attributes };
    const sum = { name: "sum", op: "ReduceSum", inputs: [names.find((name) => name !== null) ?? "o0"], attributes: { keepdims: false } };
    return {
      graph: { nodes: summed ? [node, sum] : [node] },
      inputs: Object.assign({}, ...operands.map(({ given }) => given)) as Json,
    };
  });
}

/** An operator with so many changes to one of its probes. */
const changed = (op: Operator, least: number, most: number): fc.Arbitrary<Json> =>
  fc
    .tuple(atProbe(op), fc.array(fc.oneof(inputChange, attributeChange(op)), { minLength: least, maxLength: most }))
    .chain(([applied, changes]) =>
      body(
        op,
        changes.reduce((now, change) => change(now), applied),
      ),
    );

const question = fc.constantFrom({ of: "o0" }, { of: "o0", cotangent: 1 }, { wrt: ["i0"] }, { wrt: ["i1", "i0"] });

export const operatorAttempts: fc.Arbitrary<Attempt> = fc
  .constantFrom(...catalogue)
  .chain((op) => asked(fc.oneof(changed(op, 0, 0), changed(op, 1, 1), changed(op, 2, 3)), mostly(fc.constant({}), question, 5)));
