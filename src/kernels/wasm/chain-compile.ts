import { bytesPerElement } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/shape.ts";
import * as codes from "./assembly/codes.ts";
import type { Chain } from "./chain-source.ts";
import { type Schedule, scheduleOf } from "./chain-schedule.ts";
import { accessOf, blocksOf, nameOf, type Space, spaceOf } from "./chain-space.ts";
import { instructions } from "./instructions.ts";
import { argumentAddress, argumentBytes } from "../workspace.ts";

/** A chain's program for the kernel: words, among them places for addresses. */
export interface ChainProgram {
  readonly words: Int32Array;
  /** Where each input's address goes; -1 for one that no step reads. */
  readonly inputPlaces: readonly number[];
  readonly outputPlaces: readonly number[];
  readonly flagsPlace: number;
  /** What one thread needs for it, roughly. */
  readonly nanoseconds: number;
}

/** What a block touches should stay in the first cache; one longer than a page gains nothing. */
const cacheBytes = 24_576;
const leastBlockBytes = 512;
const mostBlockBytes = 4096;

/** See `compileChain`. The words are the header, the sizes of the outer axes, operands, outputs, instructions and constants. */
export function compileProgram(chain: Chain): ChainProgram {
  const { dtype, outputs, steps } = chain;
  const elementBytes = bytesPerElement[dtype];
  const space = spaceOf(chain);
  const { sizes, operands } = space;
  const schedule = scheduleOf(chain);
  const streams = schedule.registers + operands.length + outputs.length;
  const blockBytes = Math.min(Math.max(cacheBytes / streams, leastBlockBytes), mostBlockBytes);
  const lanes = 16 / elementBytes;
  const blocks = blocksOf(sizes, Math.floor(blockBytes / 16) * lanes, lanes);
  const code = encodeSteps(chain, space, schedule);

  const outer = sizes.slice(0, -1).toReversed();
  // A vector more, since whole vectors are written.
  const registerBytes = Math.ceil((blocks.rows * blocks.columns * elementBytes + 16) / 64) * 64;
  const words: number[] = [outer.length, sizeOf(outer), sizes[sizes.length - 1], blocks.rows, blocks.columns];
  words.push(operands.length, schedule.registers, outputs.length, code.length, registerBytes);
  const flagsPlace = words.push(0) - 1;
  words.push(...outer);

  const inputPlaces = chain.inputs.map(() => -1);
  const constants = new Map<number, number>();
  for (const operand of operands) {
    words.push(accessOf(operand, sizes, blocks), Number(operand.isBool));
    const place = words.push(0) - 1;
    if ("input" in operand.source) inputPlaces[operand.source.input] = place;
    else constants.set(place, operand.source.number);
    words.push(...operand.strides.toReversed());
  }
  const outputPlaces = outputs.map((step, output) => {
    const isRegister = schedule.places[step] === ~output;
    return words.push(0, Number(isRegister)) - codes.outputWords;
  });
  for (const instruction of code) words.push(...instruction);
  for (const [place, number] of constants) {
    words[place] = argumentAddress + words.length * 4;
    words.push(...new Int32Array((dtype === "float64" ? Float64Array : Float32Array).of(number).buffer));
  }
  if (words.length * 4 > argumentBytes) throw new RangeError(`A chain of ${steps.length} steps is too long`);
  const each = steps.reduce((sum, { instruction }) => sum + instructions[instruction].nanoseconds, 0);
  return { words: Int32Array.from(words), inputPlaces, outputPlaces, flagsPlace, nanoseconds: (sizeOf(sizes) * each * elementBytes) / 4 };
}

/** The steps as instructions on slots: the operands come first, then the registers, then the outputs. */
function encodeSteps(chain: Chain, { operands }: Space, { places, registers }: Schedule): number[][] {
  const { steps, outputs, watched } = chain;
  const slotOf = (step: number): number => operands.length + (places[step] < 0 ? registers + ~places[step] : places[step]);
  const slots = new Map<string, number>(operands.map(({ source }, slot) => [nameOf(source), slot]));
  const code: number[][] = [];
  const isNumber = (step: number): boolean => instructions[steps[step].instruction].result === "number";
  steps.forEach(({ instruction, operands: read }, at) => {
    const [a, b = 0, c = 0] = read.map((operand) => ("step" in operand ? slotOf(operand.step) : (slots.get(nameOf(operand)) ?? 0)));
    const zero = instruction === "max" ? read.findIndex((operand) => "number" in operand && Object.is(operand.number, 0)) : -1;
    if (zero >= 0) code.push([codes.relu, slotOf(at), zero === 0 ? b : a, 0, 0]);
    else code.push([instructions[instruction].code, slotOf(at), a, b, c]);
    watched.forEach((step, flag) => step === at && isNumber(at) && code.push([codes.check, flag, slotOf(at), 0, 0]));
    outputs.forEach((step, output) => step === at && !isNumber(at) && code.push([codes.storeBool, output, slotOf(at), 0, 0]));
  });
  outputs.forEach((step, output) => {
    if (isNumber(step) && places[step] !== ~output) code.push([codes.store, output, slotOf(step), 0, 0]);
  });
  return code;
}
