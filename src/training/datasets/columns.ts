import { z } from "zod";
import { account } from "../../memory/account.ts";
import { Name } from "../../request/values.ts";
import { nearest } from "../../problems/nearest.ts";
import { problemAt } from "../../problems/problems.ts";

const Column = z.union([z.int(), z.string()]).meta({
  description:
    'A column by its header name or its place from 0 (-1 is the last one), or a range of columns "a:b" with its end left out, as in Python',
  examples: ["age", 64, "0:64"],
});

/** One column, or several in the order in which they are given. */
export const ColumnSelection = z.union([Column, z.array(Column).min(1)]).meta({
  id: "ColumnSelection",
  description: "One column, which gives one number a row, or a range or list of columns, which gives a row of them",
  examples: ["0:64", ["height", "width"], 64],
});
export type ColumnSelection = z.output<typeof ColumnSelection>;

export const ColumnRole = z
  .union([
    ColumnSelection,
    z.strictObject({
      columns: ColumnSelection,
      as: z
        .enum(["float64", "class"])
        .default("float64")
        .meta({
          description:
            "float64: numbers. class: int64 class numbers; whole numbers stay as they are, texts are numbered from 0 in sorted order. One column as class gives one number a row, however it is written",
          examples: ["class"],
        }),
    }),
  ])
  .meta({ id: "ColumnRole", description: "What a tensor is made of", examples: ["0:64", { columns: 64, as: "class" }] });
export type ColumnRole = z.output<typeof ColumnRole>;

/** Which columns of a CSV make which tensors. */
export const ColumnRoles = z
  .record(Name, ColumnRole)
  .refine((roles) => Object.keys(roles).length > 0, "There is no tensor here")
  .meta({
    id: "ColumnRoles",
    description: "Columns by the tensor that they make",
    examples: [{ input: "0:64", target: { columns: 64, as: "class" } }],
  });
export type ColumnRoles = z.output<typeof ColumnRoles>;

/** The columns of a table: how many, and what they are called where they have names. */
export interface Columns {
  readonly count: number;
  readonly names: readonly string[] | null;
}

/** Columns by their places, in the order in which they were asked for. */
export interface Selected {
  readonly places: readonly number[];
  /** Whether one column was asked for by itself, which gives one number a row and not a row of one. */
  readonly isSingle: boolean;
}

/** What a place takes while lists of them grow, in bytes. */
const placeBytes = 32;

const range = /^\s*(-?\d+)?\s*:\s*(-?\d+)?\s*$/;

/** The columns that a selection means. A header's name goes before a range that is spelled like it. Throws invalid_request at the pointer. */
export function selectColumns(selection: ColumnSelection, columns: Columns, pointer: string): Selected {
  if (Array.isArray(selection)) {
    return { places: selection.flatMap((column, at) => placesOf(column, columns, `${pointer}/${at}`)), isSingle: false };
  }
  const isRange = typeof selection === "string" && range.test(selection) && columns.names?.includes(selection) !== true;
  return { places: placesOf(selection, columns, pointer), isSingle: !isRange };
}

function placesOf(column: number | string, columns: Columns, pointer: string): readonly number[] {
  if (typeof column === "number") return [placeOf(column, columns, pointer)];
  const named = columns.names?.indexOf(column) ?? -1;
  if (named >= 0) {
    if (columns.names?.includes(column, named + 1) !== true) return [named];
    const places = columns.names.flatMap((name, at) => (name === column ? [at] : []));
    throw problemAt(
      "invalid_request",
      pointer,
      `Columns ${places.join(", ")} are all called ${JSON.stringify(column)}: give the place of the one that is meant`,
    );
  }
  const bounds = range.exec(column);
  if (bounds === null) throw unknownName(column, columns, pointer);
  const { count } = columns;
  const bound = (text: string | undefined, fallback: number): number => {
    const at = text === undefined ? fallback : Number(text);
    return at < 0 ? at + count : at;
  };
  const from = bound(bounds[1], 0);
  const to = bound(bounds[2], count);
  if (from < 0 || to > count || from >= to) {
    throw problemAt(
      "invalid_request",
      pointer,
      `The range ${column} has no columns, or not all of them: there are ${count}, from 0 to ${count - 1}`,
    );
  }
  // A few letters name a million columns, and may be repeated.
  account().chargeHeap(placeBytes * (to - from));
  return Array.from({ length: to - from }, (_, at) => from + at);
}

function placeOf(index: number, { count }: Columns, pointer: string): number {
  const place = index < 0 ? index + count : index;
  if (place >= 0 && place < count) return place;
  throw problemAt("invalid_request", pointer, `There is no column ${index}: there are ${count}, from 0 to ${count - 1}`);
}

/** So many names are listed. */
const mostListed = 20;

function unknownName(name: string, { names, count }: Columns, pointer: string): Error {
  if (names === null) {
    const detail = `There is no column ${JSON.stringify(name)}, because the columns have no names: give places from 0 to ${count - 1}, or header=true`;
    return problemAt("invalid_request", pointer, detail);
  }
  const [meant] = nearest(name, names, 1);
  const listed = names.length > mostListed ? "" : `; there are ${names.map((each) => JSON.stringify(each)).join(", ")}`;
  const detail = `There is no column ${JSON.stringify(name)}${meant === undefined ? listed : `; did you mean ${JSON.stringify(meant)}?`}`;
  return problemAt("invalid_request", pointer, detail, meant);
}

/** A tensor to be made of columns. */
export interface PlannedTensor extends Selected {
  readonly name: string;
  readonly isClass: boolean;
}

/** What the roles ask for; with none, all columns make the tensor `data`. */
export function planTensors(roles: Readonly<Record<string, ColumnRole>> | null, columns: Columns): PlannedTensor[] {
  if (roles === null) {
    return [{ name: "data", places: Array.from({ length: columns.count }, (_, at) => at), isSingle: false, isClass: false }];
  }
  return Object.entries(roles).map(([name, role]) => {
    const isPlain = typeof role !== "object" || Array.isArray(role);
    const pointer = `/columns/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const selected = selectColumns(isPlain ? role : role.columns, columns, isPlain ? pointer : `${pointer}/columns`);
    const isClass = !isPlain && role.as === "class";
    // A class is a number without an axis of its own.
    return { name, ...selected, isClass, isSingle: selected.isSingle || (isClass && selected.places.length === 1) };
  });
}
