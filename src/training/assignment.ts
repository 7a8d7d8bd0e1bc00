import type { GivenInputs } from "../program/draft.ts";
import type { Data, DType } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { OptimizerSource } from "./optimizers/catalogue.ts";
import type { JobRequest } from "./request.ts";
import type { ProgramSource } from "../program/source.ts";
import type { GivenTensor, NumberKind } from "../request/tensor.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

/** Where a request holds tensors; those of data may lie in datasets instead. */
export const places = ["parameters", "inputs", "data", "validation"] as const;
export type TensorPlace = (typeof places)[number];

type Apart = "graph" | "expression" | "network" | "graph_id" | "parameters" | "inputs" | "webhook" | "tags" | "pause_after";

/** A job's request apart from its tensors: what is told, with defaults filled in. */
export interface JobSpec extends Omit<JobRequest, Apart> {
  readonly program: ProgramSource;
  /** Where another job stood that this one goes on from. */
  readonly continues?: { readonly job_id: string; readonly step: number };
}

/** The optimizer with the weight decay that the request may have put beside it. */
export function optimizerSourceOf({ optimizer, weight_decay }: JobSpec): OptimizerSource {
  return weight_decay !== undefined && "weight_decay" in optimizer ? { ...optimizer, weight_decay } : optimizer;
}

/** All that a job is told, as it is kept. The tensors of each place are as they were given. */
export interface Assignment {
  readonly spec: JobSpec;
  readonly given: Readonly<Record<TensorPlace, GivenInputs>>;
}

/** What safetensors do not say of a given tensor. */
interface Form {
  readonly dtype: DType | null;
  readonly kind: NumberKind;
  readonly layout: GivenTensor["layout"];
}

/** An assignment as one file: the tensors, and beside them the rest. The same assignment has the same bytes. */
export function encodeAssignment({ spec, given }: Assignment): Uint8Array<ArrayBuffer> {
  const tensors = new Map<string, Tensor>();
  const kept: Record<string, Form> = {};
  for (const place of places) {
    for (const [name, { shape, dtype, kind, layout, data }] of given[place].tensors) {
      tensors.set(`${place}/${name}`, { dtype: storageOf(data), shape, data });
      kept[`${place}/${name}`] = { dtype, kind, layout };
    }
  }
  return encodeSafetensors(tensors, { spec: JSON.stringify(spec), given: JSON.stringify(kept) });
}

/** Reads what `encodeAssignment` wrote. */
export function decodeAssignment(bytes: Uint8Array): Assignment {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const kept = JSON.parse(metadata.given) as Readonly<Record<string, Form>>;
  const placed = (place: TensorPlace): GivenInputs => {
    const own = [...tensors].filter(([path]) => path.startsWith(`${place}/`));
    const given = own.map(([path, { shape, data }]) => [path.slice(place.length + 1), { shape, data, ...kept[path] }] as const);
    return { tensors: new Map(given), pointers: new Map() };
  };
  return {
    spec: JSON.parse(metadata.spec) as JobSpec,
    given: { parameters: placed("parameters"), inputs: placed("inputs"), data: placed("data"), validation: placed("validation") },
  };
}

function storageOf(data: Data): DType {
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Float32Array) return "float32";
  return data instanceof Int32Array ? "int32" : "bool";
}
