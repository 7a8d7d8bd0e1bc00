import { z } from "zod";
import { misspelt } from "../../problems/nearest.ts";
import type { Layer, LayerSource, Loss, LossSource, SourceSchema } from "./define.ts";
import { layers, layersByType } from "./layers.ts";
import { losses, lossesByType, lossOf } from "./losses.ts";
import { bounds } from "../../request/bounds.ts";
import { decodeTensor } from "../../request/tensor.ts";
import { check } from "../../request/validate.ts";
import type { ProblemCode } from "../../problems/catalogue.ts";
import { Problem, type ProblemPlace, pointerTo } from "../../problems/problems.ts";

/**
 * The contract of each type's arguments. The body's own check asks for a type only: `readNetwork` gives better answers than a union does.
 * Written where it is read, since that takes longer than to answer a request.
 */
function contractsOf(types: readonly (Layer | Loss)[]): () => readonly object[] {
  let written: readonly object[] | undefined;
  const write = ({ schema }: Layer | Loss): object => {
    // What they refer to by name is defined once, by the whole.
    const { $schema: _, $defs: _shared, ...contract } = z.toJSONSchema(schema, { io: "input" });
    return contract;
  };
  return () => (written ??= types.map(write));
}

const layerContracts = contractsOf(layers);
const lossContracts = contractsOf(losses);

const typed = z.looseObject({ type: z.string().meta({ description: "The name of a class of torch.nn", examples: ["Linear"] }) });

export const NetworkSource = z
  .strictObject({
    layers: z
      .array(
        typed.meta({
          description: "A layer, by the name of its class in torch.nn, with that class's arguments",
          get oneOf() {
            return layerContracts();
          },
        }),
      )
      .min(1)
      .register(bounds, { limit: "nodes", what: "layers", code: "too_many_nodes" })
      .meta({
        description:
          "The layers in order, with the names, arguments and defaults of torch.nn. Sizes of the input (`in_features`, `in_channels`, …) may be left out",
        examples: [[{ type: "Linear", in_features: 1, out_features: 100 }, { type: "Sigmoid" }, { type: "Linear", out_features: 1 }]],
      }),
    loss: typed.optional().meta({
      description:
        "A loss of torch.nn between the output and the input `target`; the network then has the output `loss`, which is the default objective",
      get oneOf() {
        return lossContracts();
      },
      examples: [{ type: "MSELoss" }],
    }),
    training: z
      .boolean()
      .optional()
      .meta({ description: "How batch normalisation and dropout behave. By default true with a loss and false without", examples: [true] }),
  })
  .meta({ id: "Network", description: "A sequence of layers, and a loss" });
/** A network as a request's body is checked to hold it: the arguments of its layers are as the client wrote them. */
export type NetworkSource = z.output<typeof NetworkSource>;

/** A network whose every argument is checked, with defaults filled in. */
export interface Network {
  readonly layers: readonly LayerSource[];
  readonly loss: LossSource | null;
  readonly training: boolean;
}

/** So many faults are reported at once, at the least. */
const enoughPlaces = 20;

/** Checks every layer and the loss against its type; throws unknown_layer or invalid_layer with the places at fault. */
export function readNetwork(source: NetworkSource, pointer = "/network"): Network {
  const unknown: ProblemPlace[] = [];
  const invalid: ProblemPlace[] = [];
  const read = <Source>(json: LossSource, types: ReadonlyMap<string, { readonly schema: SourceSchema<Source> }>, at: string): Source[] => {
    const schema = types.get(json.type)?.schema;
    if (schema === undefined) {
      unknown.push(unknownType(json.type, types, `${at}/type`));
      return [];
    }
    const result = check(schema, json, at);
    if (result.success) return [result.data];
    invalid.push(...result.places.map((place) => explained(place, schema, json, at)));
    return [];
  };
  const found = { layers: [] as LayerSource[], loss: null as LossSource | null };
  for (const [index, layer] of source.layers.entries()) {
    found.layers.push(...read(layer, layersByType, `${pointer}/layers/${index}`));
    if (unknown.length + invalid.length >= enoughPlaces) break;
  }
  if (source.loss !== undefined) found.loss = read(source.loss, lossesByType, `${pointer}/loss`)[0] ?? null;
  if (unknown.length > 0) throw refusal("unknown_layer", [...unknown, ...invalid]);
  if (invalid.length > 0) throw refusal("invalid_layer", invalid);
  if (found.loss !== null) checkTensors(found.loss, `${pointer}/loss`);
  return { ...found, training: source.training ?? found.loss !== null };
}

/** A network is registered before anything is run, so what cannot be read is refused here; throws invalid_tensor. */
function checkTensors(loss: LossSource, at: string): void {
  for (const name of lossOf(loss).tensors) {
    if (loss[name] !== undefined && loss[name] !== null) decodeTensor(loss[name], at + pointerTo(name));
  }
}

/** The detail of the whole is that of its first place. */
const refusal = (code: ProblemCode, places: readonly ProblemPlace[]): Problem => new Problem(code, places[0].detail, places);

function unknownType(type: string, own: ReadonlyMap<string, unknown>, pointer: string): ProblemPlace {
  const isLoss = own === lossesByType;
  const other = isLoss ? layersByType : lossesByType;
  if (other.has(type)) {
    const detail = isLoss ? `${type} is a layer and not a loss` : `${type} is a loss: it stands under loss, beside the layers`;
    return { pointer, detail };
  }
  const suggestions = own.has(`${type}Loss`) ? [`${type}Loss`] : misspelt(type, own.keys());
  const meant = suggestions.length === 0 ? "" : `; did you mean ${suggestions.join(" or ")}?`;
  return { pointer, detail: `There is no ${isLoss ? "loss" : "layer"} ${quoted(type)}${meant}`, suggestion: suggestions[0] };
}

/** What is missing is said in the words of its description. */
function explained(place: ProblemPlace, { shape }: SourceSchema<unknown>, json: LossSource, at: string): ProblemPlace {
  for (const [name, argument] of Object.entries(shape)) {
    if (place.pointer === at + pointerTo(name) && json[name] === undefined) {
      return { ...place, detail: `${json.type} needs ${name}: ${argument.meta()?.description}` };
    }
  }
  return place;
}

const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
