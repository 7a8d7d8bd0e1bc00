import { constant, currentId, input, type Value } from "../../ir/graph.ts";
import { uniform } from "../../kernels/random.ts";
import { bytesPerElement, type DType, isFloating } from "../../tensor/dtype.ts";
import { formatShape, sameShape, type Shape, sizeOf } from "../../tensor/shape.ts";
import { type Tensor, tensorOf, type TensorType } from "../../tensor/tensor.ts";
import type { Limits } from "../../request/limits.ts";
import { settle } from "../../request/settle.ts";
import { decodeTensor } from "../../request/tensor.ts";
import type { GivenInputs } from "../draft.ts";
import { pointerOf } from "../given.ts";
import type { NamedValue, ProgramInput } from "../program.ts";
import {
  type Building,
  type Layer,
  LayerFault,
  type LayerSource,
  type LossSource,
  type MakeConstant,
  type ParameterSpec,
} from "./define.ts";
import { problemAt } from "../../problems/problems.ts";
import { layerStage, type NetworkPointer, lossStage, type Stage, within } from "./faults.ts";
import { initialTensor } from "./initialisers.ts";
import { layerOf } from "./layers.ts";
import { lossOf } from "./losses.ts";
import { Naming } from "./naming.ts";
import type { Placed } from "./placement.ts";

export interface Surroundings {
  /** null when only shapes are asked for. */
  readonly given: GivenInputs | null;
  /** The element type of parameters. */
  readonly dtype: DType;
  readonly seed: number;
  readonly limits: Limits;
  readonly locate: NetworkPointer;
  /** See `Building.step`. */
  readonly step?: Value | null | undefined;
}

interface Declared {
  readonly name: string;
  readonly value: Value;
  readonly spec: ParameterSpec;
}

/** Streams of random numbers: parameters take those from 1 up by their place, and layers with something random those from here by theirs. */
const layerStreams = 2 ** 32;

/** A network in the making: layers are applied one after another, then the loss. */
export class Assembly {
  readonly naming = new Naming();
  readonly constants: NamedValue[] = [];
  /** Names that belong to parameters of layers but are not fed. */
  readonly unused = new Set<string>();
  /** What replaces buffers after a step of training. */
  readonly replacements = new Map<Value, Value>();
  readonly #around: Surroundings;
  readonly #declared: Declared[] = [];
  #bytes = 0;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Applies a layer to a value. */
  layer({ source, index, prefix, name }: Placed, x: Value, training: boolean): Value {
    const { locate, seed, step = null } = this.#around;
    const stage = layerStage(source, index, locate);
    const rules = layerOf(source);
    let draws = 0;
    return within(stage, x.shape, () => {
      const args = completed(rules, source, x);
      const own = this.#declare(prefix, rules, args, stage);
      const since = currentId();
      const building: Building = {
        parameter: (suffix) => own.get(suffix) ?? neverDeclared(suffix),
        training,
        seed: () => Math.floor(uniform(seed, layerStreams + index, draws++) * 2 ** 32),
        constant: this.#constant,
        step,
        replace: (buffer, value) => void this.replacements.set(own.get(buffer) ?? neverDeclared(buffer), value),
      };
      return this.#stage({ stage: prefix, name, title: source.type, pointer: stage.pointer() }, since, rules.build(x, args, building));
    });
  }

  /** Applies the loss to the network's output and its target. */
  loss(source: LossSource, output: Value, target: Value): Value {
    const stage = lossStage(source, this.#around.locate);
    return within(stage, null, () => {
      const since = currentId();
      const tensor = (argument: string): Value | null => this.#lossTensor(source, argument, output.dtype, stage.pointer(argument));
      const built = lossOf(source).build(output, target, source, { tensor });
      return this.#stage({ stage: "loss", name: "loss", title: source.type, pointer: stage.pointer() }, since, built);
    });
  }

  /** Parameters and buffers in the order of the state_dict, each with its start where the request gives none. */
  parameters(): ProgramInput[] {
    const { given, seed } = this.#around;
    const isGiven = this.#declared.map(({ name }) => given?.tensors.has(name) ?? false);
    return this.#declared.map((declared, place) => programInput(declared, isGiven[place] ? null : { seed, stream: 1 + place }));
  }

  /** The parameters' names and shapes, without their numbers. */
  declared(): { name: string; role: ParameterSpec["role"]; shape: Shape }[] {
    return this.#declared.map(({ name, value, spec }) => ({ name, role: spec.role, shape: value.shape }));
  }

  #stage(names: Parameters<Naming["stage"]>[0], since: number, built: Value): Value {
    const { limits } = this.#around;
    const { value } = this.naming.stage(names, since, built);
    if (value.shape.length > limits.rank) {
      const detail = `The result here has ${value.shape.length} axes, and at most ${limits.rank} are possible`;
      throw problemAt("tensor_too_large", names.pointer, detail);
    }
    if (this.naming.nodes.length <= limits.nodes) return value;
    throw problemAt("too_many_nodes", names.pointer, `The network has more than ${limits.nodes} nodes up to here`);
  }

  #declare(prefix: string, rules: Layer, args: LayerSource, stage: Stage): ReadonlyMap<string, Value> {
    const own = new Map<string, Value>();
    for (const name of rules.unused?.(args) ?? []) this.unused.add(`${prefix}.${name}`);
    for (const spec of rules.parameters?.(args) ?? []) {
      const name = `${prefix}.${spec.name}`;
      const shape = spec.shape.map((size) => size ?? neverDeclared(spec.name));
      this.#require(name, shape, stage);
      const value = input({ dtype: this.#around.dtype, shape });
      this.naming.reserve(name);
      this.#declared.push({ name, value, spec });
      own.set(spec.name, value);
    }
    return own;
  }

  /** Refuses a parameter that is too large before anything of its size is made, and a given one of another shape. */
  #require(name: string, shape: Shape, { title, pointer }: Stage): void {
    const { given, limits, dtype } = this.#around;
    const size = sizeOf(shape);
    if (size > limits.elements) {
      const detail = `${title}: its parameter ${name} of shape ${formatShape(shape)} has more than ${limits.elements} elements`;
      throw problemAt("tensor_too_large", pointer(), detail);
    }
    this.#bytes += size * bytesPerElement[dtype];
    if (this.#bytes > limits.bytes) {
      throw problemAt("memory_limit", pointer(), `The parameters up to ${name} take more than ${limits.bytes} bytes`);
    }
    const tensor = given?.tensors.get(name);
    if (given === null || tensor === undefined || sameShape(tensor.shape, shape)) return;
    const detail = `The parameter ${name} of ${title} has the shape ${formatShape(shape)}, but the tensor given has ${formatShape(tensor.shape)}`;
    throw problemAt("shape_mismatch", pointerOf(given, name), detail);
  }

  readonly #constant: MakeConstant = (dtype, shape, numbers) => {
    const { limits } = this.#around;
    if (sizeOf(shape) <= limits.elements) return constant(tensorOf(dtype, shape, numbers()));
    throw new LayerFault("tensor_too_large", `it needs a tensor of shape ${formatShape(shape)}, more than ${limits.elements} elements`);
  };

  #lossTensor(source: LossSource, argument: string, dtype: DType, pointer: string): Value | null {
    const json = source[argument];
    if (json === undefined || json === null) return null;
    const value = constant(settle(decodeTensor(json, pointer, this.#around.limits), dtype, pointer));
    const name = `loss.${argument}`;
    this.naming.reserve(name);
    this.constants.push({ name, value });
    return value;
  }
}

/** The arguments with the one filled in that the input's shape tells. */
function completed({ takes, layout, inferred }: Layer, source: LayerSource, { dtype, shape }: TensorType): LayerSource {
  if (takes === "indices" && isFloating(dtype)) {
    throw new LayerFault("type_mismatch", `it looks rows up by whole numbers, but its input is ${dtype}`);
  }
  if (layout !== undefined && !layout.ranks.includes(shape.length)) {
    throw new LayerFault("shape_mismatch", `it takes an input of ${layout.means}`);
  }
  if (inferred === undefined) return source;
  const { argument, axis } = inferred;
  const size = shape.at(axis);
  if (size === undefined) throw new LayerFault("shape_mismatch", `no dimension of its input can be its ${argument}`);
  const stated = source[argument];
  if (stated === undefined) return { ...source, [argument]: size };
  if (stated === size) return source;
  throw new LayerFault("shape_mismatch", `its ${argument} is ${stated as number}, but its input has ${size}`, argument);
}

/** A start is drawn when it is first fed, after everything has been checked against the limits, and keeps nothing of the request alive. */
function programInput({ name, value, spec }: Declared, start: { readonly seed: number; readonly stream: number } | null): ProgramInput {
  let drawn: Tensor | null = null;
  return {
    name,
    value,
    role: spec.role,
    get initial() {
      return start === null ? null : (drawn ??= initialTensor(value.dtype, value.shape, spec.initial, start.seed, start.stream));
    },
  };
}

function neverDeclared(name: string): never {
  throw new Error(`the layer has no parameter ${name}, or not its shape`);
}
