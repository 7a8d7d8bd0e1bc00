import { account } from "../../../memory/account.ts";
import { formatShape, sameShape, type Shape } from "../../../tensor/shape.ts";
import { parseJson } from "../../../request/json.ts";
import { nearest } from "../../../problems/nearest.ts";
import { Problem } from "../../../problems/problems.ts";
import { decodeTensor, type GivenTensor } from "../../../request/tensor.ts";
import type { TensorSource } from "../../safetensors.ts";
import { Budget, Growing } from "../growing.ts";
import { type TextLine, linesOf } from "../lines.ts";
import { Abandoned, type Allowance, fault, type ParsedDataset } from "../parsed.ts";
import { type FileFormat, textOf } from "./define.ts";

/** A member of the lines, as the first of them shows it. */
interface Member {
  readonly name: string;
  readonly shape: Shape;
  readonly isBool: boolean;
  readonly numbers: Growing;
}

/** So many rows go by before asking whether anybody still waits. */
const rowsPerQuestion = 1024;

/**
 * Reads JSON lines: an object each, in which every member is a number, a boolean or nested lists of them, of one shape in all lines.
 * Throws invalid_dataset with line and member.
 */
function parseJsonLines(path: string, { maxBytes, cancelled }: Allowance): ParsedDataset {
  const budget = new Budget(maxBytes);
  let members: readonly Member[] | null = null;
  let rows = 0;
  for (const line of linesOf(path)) {
    const before: readonly Member[] | null = members;
    members = account().within((): readonly Member[] => {
      const row = rowOf(line);
      const own: readonly Member[] =
        before ?? Object.entries(row).map(([name, json]) => memberOf(name, tensorIn(line, name, json), budget));
      requireMembers(line, row, own);
      for (const member of own) take(member, tensorIn(line, member.name, row[member.name]), line);
      return own;
    });
    budget.charge();
    if (++rows % rowsPerQuestion === 0 && cancelled()) throw new Abandoned();
  }
  if (members === null) throw fault("Line 1", "the file is empty");
  return { tensors: members.map((member) => sourceOf(member, rows)) };
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

const placeOf = (line: TextLine, name: string): string => `Line ${line.number}, ${JSON.stringify(name)}`;

function tensorIn(line: TextLine, name: string, json: unknown): GivenTensor {
  if (typeof json === "object" && !Array.isArray(json)) {
    const advice =
      json === null ? 'null is not a number; a missing number is written "NaN"' : "expected a number or lists of them, found an object";
    throw fault(placeOf(line, name), advice);
  }
  try {
    return decodeTensor(json, "");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const pointer = error.errors[0]?.pointer ?? "";
    throw fault(`${placeOf(line, name)}${pointer === "" ? "" : `, at ${pointer}`}`, lowerFirst(error.detail));
  }
}

const lowerFirst = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1);

function memberOf(name: string, { shape, kind }: GivenTensor, budget: Budget): Member {
  const isBool = kind === "bool";
  return { name, shape, isBool, numbers: new Growing(isBool ? "bool" : "float64", budget) };
}

function requireMembers({ number }: TextLine, row: Readonly<Record<string, unknown>>, members: readonly Member[]): void {
  const names = new Set(members.map(({ name }) => name));
  const missing = members.find(({ name }) => !Object.hasOwn(row, name))?.name;
  if (missing !== undefined) throw fault(`Line ${number}`, `the member ${JSON.stringify(missing)} is missing, which the first line has`);
  if (Object.keys(row).length === names.size) return;
  const unknown = Object.keys(row).find((name) => !names.has(name)) ?? "";
  const [meant] = nearest(unknown, [...names], 1);
  throw fault(
    `Line ${number}`,
    `the first line has no member ${JSON.stringify(unknown)}${meant === undefined ? "" : `; did you mean ${JSON.stringify(meant)}?`}`,
  );
}

function take({ name, shape, isBool, numbers }: Member, { shape: found, kind, data }: GivenTensor, line: TextLine): void {
  if (!sameShape(shape, found)) {
    throw fault(placeOf(line, name), `the shape is ${formatShape(found)}, and in the first line it is ${formatShape(shape)}`);
  }
  if ((kind === "bool") !== isBool && data.length > 0) {
    throw fault(
      placeOf(line, name),
      `expected ${isBool ? "booleans" : "numbers"} as in the first line, found ${isBool ? "numbers" : "booleans"}`,
    );
  }
  for (const number of data) numbers.push(number);
}

const sourceOf = ({ name, shape, isBool, numbers }: Member, rows: number): TensorSource => ({
  name,
  dtype: isBool ? "bool" : "float64",
  shape: [rows, ...shape],
  parts: () => numbers.parts(),
});

export const jsonLines = {
  name: "jsonl",
  title: "JSON lines (an object each, with numbers or nested lists)",
  begins: (start) => {
    const text = textOf(start);
    if (text.startsWith("[")) throw fault("Line 1", "this is one JSON list; write JSON lines, one object a line, or CSV");
    return text.startsWith("{");
  },
  hasColumns: false,
  parse: (path, _options, allowance) => parseJsonLines(path, allowance),
} as const satisfies FileFormat;
