import { z } from "zod";
import type { Value } from "../../ir/graph.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { Shape } from "../../tensor/shape.ts";
import { Name, TensorInput } from "../../request/values.ts";
import type { ProblemCode } from "../../problems/catalogue.ts";
import type { Counted } from "../program.ts";
import type { Initialiser } from "./initialisers.ts";

/** A layer refuses its arguments or its input. The network says which layer it is and where it stands. */
export class LayerFault extends Error {
  override readonly name = "LayerFault";
  readonly code: ProblemCode;
  /** The argument at fault; undefined when it is the layer as a whole. */
  readonly argument: string | undefined;

  constructor(code: ProblemCode, message: string, argument?: string) {
    super(message);
    this.code = code;
    this.argument = argument;
  }
}

/** A tensor that belongs to a layer, under its name in the layer's state_dict. */
export interface ParameterSpec {
  readonly name: string;
  /** Buffers are fed like parameters, but nothing learns them. */
  readonly role: "parameter" | "buffer";
  /** undefined for a size that follows from the input, when the input is not known. */
  readonly shape: readonly (number | undefined)[];
  readonly initial: Initialiser;
}

export const parameter = (name: string, shape: ParameterSpec["shape"], initial: Initialiser): ParameterSpec => ({
  name,
  role: "parameter",
  shape,
  initial,
});

/** Large enough to matter, so it is asked for only within the limit of elements: `numbers` runs after the check. */
export type MakeConstant = (dtype: DType, shape: Shape, numbers: () => ArrayLike<number>) => Value;

/** What a layer's rules may use while they build. */
export interface Building {
  /** A parameter or buffer of the layer by its own name, such as "weight". */
  readonly parameter: (name: string) => Value;
  readonly training: boolean;
  /** A seed for something random; another one at each call. */
  readonly seed: () => number;
  readonly constant: MakeConstant;
  /** Where the network is being trained, the number of the update, counted from 1; else null. */
  readonly step: Value | null;
  /** Says what replaces a buffer of the layer after a step of training. */
  readonly replace: (buffer: string, value: Value) => void;
}

/** Numbers of dimensions that an input may have, and how they read. */
export interface Layout {
  readonly ranks: readonly number[];
  /** Such as "[batch, channels, length] or [channels, length]". */
  readonly means: string;
}

interface LayerRules<A> {
  /** What the numbers of the input are; floats unless told. */
  readonly takes?: "floats" | "indices" | "anything";
  /** How many rows indices count. */
  readonly rows?: (args: A) => number;
  /** Any number of dimensions unless told. */
  readonly layout?: Layout;
  /** The argument that the input's shape tells, and the axis whose size it is; negative ones count from the end. */
  readonly inferred?: { readonly argument: keyof A & string; readonly axis: number };
  /** In the order of the state_dict. */
  readonly parameters?: (args: A) => readonly ParameterSpec[];
  /** Further members of the state_dict, which may be given and change nothing. */
  readonly unused?: (args: A) => readonly string[];
  readonly build: (x: Value, args: A, building: Building) => Value;
}

/** Arguments when they are checked, by what they are described with. */
export type Arguments<Shape extends z.core.$ZodLooseShape> = z.output<z.ZodObject<Shape>>;

/** All about a class of torch.nn. Names, defaults and meanings of its arguments are those that they have there. */
interface Definition<Shape extends z.core.$ZodLooseShape> {
  readonly type: string;
  readonly description: string;
  readonly arguments: Shape;
  /** Of arguments; those that must be given are among them. */
  readonly example?: Readonly<Record<string, unknown>>;
}

/** The checked arguments of a layer or a loss, whichever it is. */
export interface LossSource {
  readonly type: string;
  readonly [argument: string]: unknown;
}
export interface LayerSource extends LossSource {
  readonly name?: string | undefined;
}

/** What a request may say of a layer or a loss. */
export interface SourceSchema<Source> extends z.ZodType<Source> {
  readonly shape: Readonly<Record<string, z.ZodType>>;
}

/** A layer as the network sees it, its own argument types forgotten. */
export interface Layer extends LayerRules<LayerSource> {
  readonly type: string;
  readonly schema: SourceSchema<LayerSource>;
}

/** Parameters are named `<layer>.<parameter>`, so a dot would make two names of one. */
const LayerName = Name.regex(/^[^.]*$/, "A layer's name may not contain a dot: its parameters are named after it, with a dot between")
  .optional()
  .meta({
    description: "Name of the layer, in place of its position; its parameters are named after it, such as `fc1.weight`",
    examples: ["fc1"],
  });

/**
 * One layer, its rules typed by its arguments. The types are forgotten in the result, since the network looks layers up by name, which is
 * why the one cast stands here.
 */
export function defineLayer<Shape extends z.core.$ZodLooseShape>(definition: Definition<Shape> & LayerRules<Arguments<Shape>>): Layer {
  return Object.freeze({ ...definition, schema: schemaOf("layer", definition, { name: LayerName }) }) as unknown as Layer;
}

function schemaOf<Shape extends z.core.$ZodLooseShape>(
  what: "layer" | "loss",
  { type, description, arguments: own, example }: Definition<Shape>,
  shared: z.core.$ZodLooseShape = {},
) {
  return z
    .strictObject({ type: z.literal(type).meta({ description: `The ${what}'s type`, examples: [type] }), ...shared, ...own })
    .meta({ title: type, description, examples: [{ type, ...example }] });
}

/** What a loss's rules may use while they build. */
export interface LossBuilding {
  /** The tensor that the client gave as an argument, such as "weight"; null when it is left out. */
  readonly tensor: (argument: string) => Value | null;
}

interface LossRules<A> {
  /** What the numbers of the target are, by the shapes of output and target; throws LayerFault when the target's does not fit. */
  readonly target: (output: Shape, target: Shape, args: A) => "floats" | Counted;
  /**
   * What an output of the target's shape holds to be true: the class of the largest score, or each element that is greater than this
   * number. Left out where an output decides nothing.
   */
  readonly decides?: "largest" | number;
  readonly build: (output: Value, target: Value, args: A, building: LossBuilding) => Value;
}

/** A loss as the network sees it. */
export interface Loss extends LossRules<LossSource> {
  readonly type: string;
  readonly schema: SourceSchema<LossSource>;
  /** The arguments that are tensors. */
  readonly tensors: readonly string[];
}

/** One loss, as `defineLayer` does it. */
export function defineLoss<Shape extends z.core.$ZodLooseShape>(definition: Definition<Shape> & LossRules<Arguments<Shape>>): Loss {
  const isTensor = (argument: unknown): boolean => argument instanceof z.ZodOptional && argument.unwrap() === TensorInput;
  const tensors = Object.keys(definition.arguments).filter((name) => isTensor(definition.arguments[name]));
  return Object.freeze({ ...definition, tensors, schema: schemaOf("loss", definition) }) as unknown as Loss;
}
