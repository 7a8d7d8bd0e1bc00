import type { Value } from "../../ir/graph.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { Shape } from "../../tensor/shape.ts";
import type { LayerSource } from "./schemas/layers.ts";
import type { LossSource } from "./schemas/losses.ts";
import type { ProblemCode } from "../../problems/problems.ts";
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

/** A layer as the network sees it, its own argument types forgotten. */
export interface Layer<Type extends string = string> extends LayerRules<LayerSource> {
  readonly type: Type;
}

interface SchemaOf<Source> {
  readonly shape: { readonly type: { readonly value: string } };
  readonly _zod: { readonly output: Source };
}

/**
 * The rules of one layer, typed by the schema of its arguments. The types are forgotten in the result, since the network looks layers up
 * by name, which is why the one cast stands here.
 */
export function defineLayer<Source extends LayerSource>(schema: SchemaOf<Source>, rules: LayerRules<Source>): Layer<Source["type"]> {
  return Object.freeze({ ...rules, type: schema.shape.type.value }) as unknown as Layer<Source["type"]>;
}

/** What a loss's rules may use while they build. */
export interface LossBuilding {
  /** The tensor that the client gave as an argument, such as "weight"; null when it is left out. */
  readonly tensor: (argument: string) => Value | null;
}

interface LossRules<A> {
  /** What the numbers of the target are, by the shapes of output and target; throws LayerFault when the target's does not fit. */
  readonly target: (output: Shape, target: Shape, args: A) => "floats" | Counted;
  readonly build: (output: Value, target: Value, args: A, building: LossBuilding) => Value;
}

/** A loss as the network sees it. */
export interface Loss<Type extends string = string> extends LossRules<LossSource> {
  readonly type: Type;
}

/** The rules of one loss, as `defineLayer` does it. */
export function defineLoss<Source extends LossSource>(schema: SchemaOf<Source>, rules: LossRules<Source>): Loss<Source["type"]> {
  return Object.freeze({ ...rules, type: schema.shape.type.value }) as unknown as Loss<Source["type"]>;
}
