import { bytesPerElement } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/shape.ts";
import * as codes from "./assembly/codes.ts";
import type { Chain } from "./chain-source.ts";
import { type Schedule, scheduleOf } from "./chain-schedule.ts";
import { accessOf, blocksOf, nameOf, type Space, spaceOf } from "./chain-space.ts";
import {
  type EncodedInstruction,
  writeChainBlock,
  writeEncodedInstruction,
  writeEncodedOperand,
  writeEncodedOutput,
} from "./generated/blocks.ts";
import { instructions } from "./instructions.ts";
import { argumentAddress, argumentBytes } from "../workspace.ts";

/** A chain's block for the kernel: words, among them places for addresses. That of the flags is the first. */
export interface ChainProgram {
  readonly words: Int32Array;
  /** Where each input's address goes; -1 for one that no step reads. */
  readonly inputPlaces: readonly number[];
  readonly outputPlaces: readonly number[];
  /** What one thread needs for it, roughly. */
  readonly nanoseconds: number;
}

/** What a block touches should stay in the first cache; one longer than a page gains nothing. */
const cacheBytes = 24_576;
const leastBlockBytes = 512;
const mostBlockBytes = 4096;

/** See `compileChain`. The constants lie last. */
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
  const words: number[] = [];
  const memory = { address: argumentAddress, words };
  writeChainBlock(memory, {
    flags: 0,
    outerAxes: outer.length,
    rows: sizeOf(outer),
    columns: sizes[sizes.length - 1],
    blockRows: blocks.rows,
    blockColumns: blocks.columns,
    operands: operands.length,
    registers: schedule.registers,
    outputs: outputs.length,
    instructions: code.length,
    registerBytes,
  });
  words.push(...outer);

  const inputPlaces = chain.inputs.map(() => -1);
  const constants = new Map<number, number>();
  for (const operand of operands) {
    const { source, isBool } = operand;
    const [step, ...strides] = operand.strides.toReversed();
    const place = words.length;
    writeEncodedOperand(memory, { at: 0, access: accessOf(operand, sizes, blocks), isBool: Number(isBool), step }, place);
    words.push(...strides);
    if ("input" in source) inputPlaces[source.input] = place;
    else constants.set(place, source.number);
  }
  const outputPlaces = outputs.map((step, output) => {
    const place = words.length;
    writeEncodedOutput(memory, { at: 0, isRegister: Number(schedule.places[step] === ~output) }, place);
    return place;
  });
  for (const instruction of code) writeEncodedInstruction(memory, instruction, words.length);
  for (const [place, number] of constants) {
    words[place] = argumentAddress + words.length * 4;
    words.push(...new Int32Array((dtype === "float64" ? Float64Array : Float32Array).of(number).buffer));
  }
  if (words.length * 4 > argumentBytes) throw new RangeError(`A chain of ${steps.length} steps is too long`);
  const each = steps.reduce((sum, { instruction }) => sum + instructions[instruction].nanoseconds, 0);
  return { words: Int32Array.from(words), inputPlaces, outputPlaces, nanoseconds: (sizeOf(sizes) * each * elementBytes) / 4 };
}

/** The steps as instructions on slots: the operands come first, then the registers, then the outputs. */
function encodeSteps(chain: Chain, { operands }: Space, { places, registers }: Schedule): readonly EncodedInstruction[] {
  const { steps, outputs, watched } = chain;
  const slotOf = (step: number): number => operands.length + (places[step] < 0 ? registers + ~places[step] : places[step]);
  const slots = new Map<string, number>(operands.map(({ source }, slot) => [nameOf(source), slot]));
  const code: EncodedInstruction[] = [];
  const take = (which: number, target: number, step: number): void => {
    code.push({ code: which, target, a: slotOf(step), b: 0, c: 0 });
  };
  const isNumber = (step: number): boolean => instructions[steps[step].instruction].result === "number";
  steps.forEach(({ instruction, operands: read }, at) => {
    const [a, b = 0, c = 0] = read.map((operand) => ("step" in operand ? slotOf(operand.step) : (slots.get(nameOf(operand)) ?? 0)));
    const zero = instruction === "max" ? read.findIndex((operand) => "number" in operand && Object.is(operand.number, 0)) : -1;
    if (zero >= 0) code.push({ code: codes.relu, target: slotOf(at), a: zero === 0 ? b : a, b: 0, c: 0 });
    else code.push({ code: instructions[instruction].code, target: slotOf(at), a, b, c });
    if (!isNumber(at)) return outputs.forEach((step, output) => step === at && take(codes.storeBool, output, at));
    watched.forEach((step, flag) => step === at && take(codes.check, flag, at));
  });
  outputs.forEach((step, output) => {
    if (isNumber(step) && places[step] !== ~output) take(codes.store, output, step);
  });
  return code;
}
