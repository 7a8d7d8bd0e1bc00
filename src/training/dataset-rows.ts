import type { GivenInputs } from "../program/draft.ts";
import { nearest } from "../problems/nearest.ts";
import { problemAt } from "../problems/problems.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Assignment } from "./assignment.ts";
import { givenOf } from "./data.ts";
import { namesDataset } from "./data-source.ts";
import { namesIn } from "./datasets/metadata.ts";
import { chargedFile } from "./files.ts";
import { decodeSafetensors } from "./safetensors.ts";

/** Some rows of a dataset as inputs of a trained program, and how many there are. */
export interface PredictedRows {
  readonly given: GivenInputs;
  readonly rows: number;
  readonly of: number;
  /** What the columns of a tensor are called, by the input that it is fed to. */
  readonly columns: readonly (readonly [string, readonly string[]])[];
}

/** Rows of the tensors that the program was fed with when it was trained. Throws Problem. */
export function rowsFrom(path: string, { spec, given }: Assignment, first: number, most: number): PredictedRows {
  const { tensors, metadata } = decodeSafetensors(chargedFile(path));
  const { columns = {} } = namesIn(metadata, tensors);
  const chosen = spec.program.kind === "network" ? [["input", inputOf(tensors)] as const] : knownOf(tensors, { spec, given });
  const of = chosen[0]?.[1].shape[0] ?? 0;
  if (first >= of) throw problemAt("invalid_request", "/first_row", `The dataset has ${of} rows: the last one is ${of - 1}`);
  const rows = Math.min(most, of - first);
  const cut = ({ dtype, shape, data }: Tensor): Tensor => {
    const size = sizeOf(shape.slice(1));
    return { dtype, shape: [rows, ...shape.slice(1)], data: data.slice(first * size, (first + rows) * size) };
  };
  return {
    given: {
      tensors: new Map(chosen.map(([name, tensor]) => [name, givenOf(cut(tensor), false)])),
      pointers: new Map(chosen.map(([name]) => [name, "/dataset"])),
    },
    rows,
    of,
    columns: chosen.flatMap(([name, tensor]) => {
      const [from] = [...tensors].find(([, each]) => each === tensor) ?? [name];
      return Object.hasOwn(columns, from) ? [[name, columns[from]] as const] : [];
    }),
  };
}

/** What a network is fed with: the tensor of that name, or the only one. */
function inputOf(tensors: ReadonlyMap<string, Tensor>): Tensor {
  const input = tensors.get("input") ?? (tensors.size === 1 ? [...tensors.values()][0] : undefined);
  if (input !== undefined) return input;
  const names = [...tensors.keys()];
  throw problemAt("missing_input", "/dataset", `The dataset has no tensor input, but ${names.join(", ")}`, nearest("input", names)[0]);
}

function knownOf(tensors: ReadonlyMap<string, Tensor>, { spec, given }: Assignment): (readonly [string, Tensor])[] {
  const fed = new Set([...given.data.tensors.keys(), ...Object.keys(spec.data)]);
  // A job that was fed with a whole dataset was fed with all that is called as its tensors are.
  const known = namesDataset(spec.data) ? [...tensors] : [...tensors].filter(([name]) => fed.has(name));
  if (known.length > 0) return known;
  throw problemAt(
    "missing_input",
    "/dataset",
    `The dataset has ${[...tensors.keys()].join(", ")}, and the job was fed with ${[...fed].join(", ")}`,
  );
}
