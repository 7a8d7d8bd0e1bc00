import { account } from "../../../memory/account.ts";
import type { Data } from "../../../tensor/dtype.ts";
import { formatShape, sameShape, type Shape } from "../../../tensor/shape.ts";
import { quoteTokens } from "../../../request/json-tokens.ts";
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
      const tensors = names.map(([, name]) => tensorIn(line, name, row[name]));
      const own = before ?? tensors.map((tensor, at) => memberOf(names[at], tensor, budget));
      for (const [at, member] of own.entries()) requireAlike(member, tensors[at], line);
      let cells = 0;
      for (const [at, tensor] of tensors.entries()) {
        const missingHere = missingIn(tensor);
        if (missingHere > 0 && missing === "refuse") throw fault(placeOf(line, names[at][1]), missingNumber("null"));
        cells += missingHere;
      }
      if (cells > 0 && missing === "drop") dropped++;
      else {
        for (const [at, { numbers }] of own.entries()) {
          const { data } = tensors[at];
          for (let place = 0; place < data.length; place++) numbers.push(data[place]);
        }
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

function missingIn({ data, kind }: GivenTensor): number {
  if (kind !== "real") return 0;
  let count = 0;
  for (let at = 0; at < data.length; at++) if (Number.isNaN(data[at])) count++;
  return count;
}

function rowOf(line: TextLine): Readonly<Record<string, unknown>> {
  let json: unknown;
  try {
    json = parseJson(line.text);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const detail = /^Line 1, (column \d+): (.*)$/s.exec(error.detail);
    throw detail === null ? fault(`Line ${line.number}`, error.detail) : fault(`Line ${line.number}, ${detail[1]}`, detail[2]);
  }
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as Readonly<Record<string, unknown>>;
  throw fault(`Line ${line.number}`, `each line is an object, such as {"input": [1, 2], "target": 3}`);
}

/** What a second look at a line takes, roughly, in bytes for each of its characters. */
const lookBytes = 8;

/** Refuses a member with a number that float64 does not hold, which is seen only while it is parsed. All texts in it stand for numbers that are not finite. */
function requireHeld({ text, number }: TextLine, name: string): void {
  account().chargeHeap(lookBytes * text.length);
  const row = JSON.parse(quoteTokens(text) ?? text, written) as Readonly<Record<string, unknown>>;
  const [at, source] = unheldIn(row[name], "") ?? [];
  if (at === undefined || source === undefined) return;
  throw fault(`${placeOf({ text, number }, name)}${at === "" ? "" : `, at ${at}`}`, notANumber(source));
}

/** What a value becomes while JSON is parsed: a number that float64 does not hold stays the text that was written. */
function written(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== "number" || source === undefined) return value;
  return Number.isFinite(value) && isHeld(source, value) ? value : source;
}

function unheldIn(json: unknown, pointer: string): readonly [pointer: string, number: string] | null {
  if (typeof json === "string") return /\d/.test(json) ? [pointer, json] : null;
  if (!Array.isArray(json)) return null;
  for (const [at, each] of json.entries()) {
    const found = unheldIn(each, `${pointer}/${at}`);
    if (found !== null) return found;
  }
  return null;
}

/** The value with texts that mean missing numbers in place of nulls. */
function withoutNulls(json: unknown): unknown {
  return json === null ? "NaN" : Array.isArray(json) ? json.map(withoutNulls) : json;
}

const placeOf = (line: TextLine, name: string): string => `Line ${line.number}, ${JSON.stringify(name)}`;

function tensorIn(line: TextLine, name: string, json: unknown): GivenTensor {
  const hasNull = json === null || (typeof json === "object" && line.text.includes("null"));
  const given = decoded(line, name, hasNull ? withoutNulls(json) : json);
  if (given.kind === "real" && hasLarge(given.data)) requireHeld(line, name);
  return given;
}

/** Whether there is a number that may not be the one that was written. */
function hasLarge(data: Data): boolean {
  for (let at = 0; at < data.length; at++) if (Math.abs(data[at]) >= 2 ** 53) return true;
  return false;
}

function decoded(line: TextLine, name: string, json: unknown): GivenTensor {
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
