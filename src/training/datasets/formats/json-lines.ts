import { account } from "../../../memory/account.ts";
import { formatShape, sameShape, type Shape } from "../../../tensor/shape.ts";
import { parseJson } from "../../../request/json.ts";
import { nearest } from "../../../problems/nearest.ts";
import { Problem } from "../../../problems/problems.ts";
import { decodeTensor, type GivenTensor } from "../../../request/tensor.ts";
import type { TensorSource } from "../../safetensors.ts";
import { isHeld, notANumber } from "../cell-number.ts";
import { chosen } from "../chosen-arrays.ts";
import { Budget, Growing } from "../growing.ts";
import { type TextLine, linesOf } from "../lines.ts";
import { missingNumber } from "../missing.ts";
import { Abandoned, type Allowance, fault, type ParsedDataset } from "../parsed.ts";
import type { Reading } from "../reading.ts";
import { type FileFormat, type ReadOptions, textOf } from "./define.ts";

/** A member of the lines, as the first of them shows it. */
interface Member {
  /** The tensor that it makes. */
  readonly tensor: string;
  readonly name: string;
  readonly shape: Shape;
  readonly isBool: boolean;
  readonly numbers: Growing;
}

/** So many rows go by before asking whether anybody still waits. */
const rowsPerQuestion = 1024;

/**
 * Reads JSON lines: an object each, in which every member is a number, a boolean or nested lists of them, of one shape in all lines. A null is
 * a missing number. Throws invalid_dataset with line and member.
 */
function parseJsonLines(path: string, { arrays, missing = "keep" }: ReadOptions, { maxBytes, cancelled }: Allowance): ParsedDataset {
  const budget = new Budget(maxBytes);
  const met = { cells: 0, rows: 0 };
  let members: readonly Member[] | null = null;
  let rows = 0;
  let dropped = 0;
  for (const line of linesOf(path)) {
    const before: readonly Member[] | null = members;
    members = account().within((): readonly Member[] => {
      const row = rowOf(line);
      const names = before?.map(({ tensor, name }) => [tensor, name] as const) ?? chosen(arrays, Object.keys(row));
      requireMembers(line, row, names, arrays === undefined);
      const isPlain = !line.text.includes("null") && !mayBeUnheld.test(line.text);
      const tensors = names.map(([, name]) => tensorIn(line, name, row[name], isPlain));
      const own = before ?? tensors.map((tensor, at) => memberOf(names[at], tensor, budget));
      for (const [at, member] of own.entries()) requireAlike(member, tensors[at], line);
      const holes = tensors.map(missingIn);
      const cells = holes.reduce((sum, count) => sum + count, 0);
      if (cells > 0 && missing === "refuse")
        throw fault(placeOf(line, names[holes.findIndex((count) => count > 0)][1]), missingNumber("null"));
      if (cells > 0 && missing === "drop") dropped++;
      else {
        for (const [at, { numbers }] of own.entries()) for (const number of tensors[at].data) numbers.push(number);
        rows++;
        met.cells += cells;
        met.rows += cells > 0 ? 1 : 0;
      }
      return own;
    });
    budget.charge();
    if ((rows + dropped) % rowsPerQuestion === 0 && cancelled()) throw new Abandoned();
  }
  if (members === null) throw fault("Line 1", "the file is empty");
  if (rows === 0) throw fault("The file", `all of its ${dropped} rows have missing values, and would be left out`);
  const reading: Reading = { ...(met.cells > 0 && { missing: met }), ...(dropped > 0 && { dropped_rows: dropped }) };
  return {
    tensors: members.map((member) => sourceOf(member, rows)),
    ...(Object.keys(reading).length > 0 && { reading }),
  };
}

function missingIn({ data }: GivenTensor): number {
  let count = 0;
  for (const number of data) if (Number.isNaN(number)) count++;
  return count;
}

function rowOf(line: TextLine): Readonly<Record<string, unknown>> {
  let json: unknown;
  try {
    json = parseJson(line.text);
    if (mayBeUnheld.test(line.text)) json = JSON.parse(line.text, held);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const detail = /^Line 1, (column \d+): (.*)$/s.exec(error.detail);
    throw detail === null ? fault(`Line ${line.number}`, error.detail) : fault(`Line ${line.number}, ${detail[1]}`, detail[2]);
  }
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as Readonly<Record<string, unknown>>;
  throw fault(`Line ${line.number}`, `each line is an object, such as {"input": [1, 2], "target": 3}`);
}

/** A number of JSON that float64 does not hold. */
class UnheldNumber {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

/** What all texts of such numbers have. */
const mayBeUnheld = /\d{16}|[eE]\+?\d{3}/;

/** What a value becomes while JSON is parsed: what float64 does not hold stays what was written. */
function held(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== "number" || source === undefined) return value;
  return Number.isFinite(value) && isHeld(source, value) ? value : new UnheldNumber(source);
}

/** The value with texts that mean missing numbers in place of nulls. Throws where there is a number that is not held. */
function withoutNulls(json: unknown, refuse: (number: string) => Error): unknown {
  if (json === null) return "NaN";
  if (json instanceof UnheldNumber) throw refuse(json.source);
  return Array.isArray(json) ? json.map((each: unknown) => withoutNulls(each, refuse)) : json;
}

const placeOf = (line: TextLine, name: string): string => `Line ${line.number}, ${JSON.stringify(name)}`;

/** `isPlain` says that the line has neither nulls nor numbers that are not held. */
function tensorIn(line: TextLine, name: string, given: unknown, isPlain: boolean): GivenTensor {
  const json = isPlain ? given : withoutNulls(given, (number) => fault(placeOf(line, name), notANumber(number)));
  if (typeof json === "object" && !Array.isArray(json))
    throw fault(placeOf(line, name), "expected a number or lists of them, found an object");
  try {
    return decodeTensor(json, "");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const pointer = error.errors[0]?.pointer ?? "";
    throw fault(`${placeOf(line, name)}${pointer === "" ? "" : `, at ${pointer}`}`, lowerFirst(error.detail));
  }
}

const lowerFirst = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1);

function memberOf([tensor, name]: readonly [string, string], { shape, kind }: GivenTensor, budget: Budget): Member {
  const isBool = kind === "bool";
  return { tensor, name, shape, isBool, numbers: new Growing(isBool ? "bool" : "float64", budget) };
}

function requireMembers(
  { number }: TextLine,
  row: Readonly<Record<string, unknown>>,
  wanted: readonly (readonly [string, string])[],
  areAll: boolean,
): void {
  const names = new Set(wanted.map(([, name]) => name));
  const missing = [...names].find((name) => !Object.hasOwn(row, name));
  if (missing !== undefined) throw fault(`Line ${number}`, `the member ${JSON.stringify(missing)} is missing, which the first line has`);
  if (!areAll || Object.keys(row).length === names.size) return;
  const unknown = Object.keys(row).find((name) => !names.has(name)) ?? "";
  const [meant] = nearest(unknown, [...names], 1);
  throw fault(
    `Line ${number}`,
    `the first line has no member ${JSON.stringify(unknown)}${meant === undefined ? "" : `; did you mean ${JSON.stringify(meant)}?`}`,
  );
}

function requireAlike({ name, shape, isBool }: Member, { shape: found, kind, data }: GivenTensor, line: TextLine): void {
  if (!sameShape(shape, found)) {
    throw fault(placeOf(line, name), `the shape is ${formatShape(found)}, and in the first line it is ${formatShape(shape)}`);
  }
  if ((kind === "bool") !== isBool && data.length > 0) {
    throw fault(
      placeOf(line, name),
      `expected ${isBool ? "booleans" : "numbers"} as in the first line, found ${isBool ? "numbers" : "booleans"}`,
    );
  }
}

const sourceOf = ({ tensor, shape, isBool, numbers }: Member, rows: number): TensorSource => ({
  name: tensor,
  dtype: isBool ? "bool" : "float64",
  shape: [rows, ...shape],
  parts: () => numbers.parts(),
});

export const jsonLines = {
  name: "jsonl",
  title: "JSON lines (an object each, with numbers or nested lists)",
  begins: (start) => textOf(start).startsWith("{"),
  options: ["arrays", "missing"],
  parse: parseJsonLines,
} as const satisfies FileFormat;
