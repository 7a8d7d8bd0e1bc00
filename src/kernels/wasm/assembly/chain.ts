// Chains of elementwise instructions, whose programs ../chain-compile.ts writes: each block of the space passes through all of them before
// the next one comes, in registers that stay in the first cache.

import { scratch } from "./base.ts";
import { holdsNonfinite, loadRows, offsetOf, storeMasks } from "./chain-memory.ts";
import * as codes from "./codes.ts";
import { execute } from "./point.ts";

export function chain_float32(program: usize, part: i32, parts: i32): void {
  chain<f32>(program, part, parts);
}

export function chain_float64(program: usize, part: i32, parts: i32): void {
  chain<f64>(program, part, parts);
}

// The running program.
let outerAxes: i32 = 0;
let rows: i32 = 0;
let columns: i32 = 0;
let blockRows: i32 = 0;
let blockColumns: i32 = 0;
let operands: i32 = 0;
let registers: i32 = 0;
let outputs: i32 = 0;
let instructions: i32 = 0;
let registerBytes: usize = 0;
let flags: usize = 0;
let outerSizes: usize = 0;
let operandTable: usize = 0;
let outputTable: usize = 0;
let code: usize = 0;

/** The address of every slot: operands, registers, outputs. */
let places: usize = 0;
/** Which row each operand's register holds, where one may serve several blocks. */
let held: usize = 0;
/** Every slot has a register of its own here. */
let registerStart: usize = 0;

// The block at hand.
let row: i32 = 0;
let column: i32 = 0;
let rowCount: i32 = 0;
let columnCount: i32 = 0;
let bytes: usize = 0;
/** A block that ends within a vector works on copies: whole vectors would reach into what lies behind it. */
let isWhole: bool = false;

function chain<T extends number>(program: usize, part: i32, parts: i32): void {
  read(program);
  if (rows === 0 || columns === 0) return;
  const blocksAcross = (columns + blockColumns - 1) / blockColumns;
  const blocks: i64 = <i64>((rows + blockRows - 1) / blockRows) * blocksAcross;
  const end = <i32>((blocks * (part + 1)) / parts);
  for (let block = <i32>((blocks * part) / parts); block < end; block++) {
    row = (block / blocksAcross) * blockRows;
    column = (block % blocksAcross) * blockColumns;
    rowCount = min(blockRows, rows - row);
    columnCount = min(blockColumns, columns - column);
    bytes = <usize>(rowCount * columnCount) * sizeof<T>();
    isWhole = (bytes & 15) === 0;
    for (let operand = 0; operand < operands; operand++) place(operand, reach<T>(operand));
    for (let output = 0; output < outputs; output++) placeOutput<T>(output);
    for (let at = 0; at < instructions; at++) step<T>(code + <usize>(at * codes.instructionWords) * 4);
    if (!isWhole) storeOutputs<T>();
  }
}

function read(program: usize): void {
  outerAxes = load<i32>(program);
  rows = load<i32>(program, 4);
  columns = load<i32>(program, 8);
  blockRows = load<i32>(program, 12);
  blockColumns = load<i32>(program, 16);
  operands = load<i32>(program, 20);
  registers = load<i32>(program, 24);
  outputs = load<i32>(program, 28);
  instructions = load<i32>(program, 32);
  registerBytes = load<usize>(program, 36);
  flags = load<usize>(program, 40);
  outerSizes = program + codes.headerWords * 4;
  operandTable = outerSizes + <usize>outerAxes * 4;
  outputTable = operandTable + <usize>(operands * (codes.operandWords + 1 + outerAxes)) * 4;
  code = outputTable + <usize>(outputs * codes.outputWords) * 4;

  const slots = operands + registers + outputs;
  places = scratch;
  held = places + <usize>slots * 4;
  registerStart = (held + <usize>operands * 4 + 63) & ~63;
  for (let slot = 0; slot < slots; slot++) place(slot, registerOf(slot));
  memory.fill(held, 0xff, <usize>operands * 4);
}

// @inline
function registerOf(slot: i32): usize {
  return registerStart + <usize>slot * registerBytes;
}

// @inline
function place(slot: i32, address: usize): void {
  store<usize>(places + <usize>slot * 4, address);
}

// @inline
function placeOf(instruction: usize, operand: usize): usize {
  return load<usize>(places + load<usize>(instruction + 4 + operand * 4) * 4);
}

/** Where the block's part of an operand lies: in memory, or in a register, into which it is copied unless it is there already. */
function reach<T extends number>(slot: i32): usize {
  const operand = operandTable + <usize>(slot * (codes.operandWords + 1 + outerAxes)) * 4;
  const access = load<i32>(operand);
  const register = registerOf(slot);
  if (access === codes.direct || access === codes.directRow) {
    const offset = access === codes.direct ? <usize>row * columns : offsetOf(operand, outerAxes, outerSizes, row);
    const from = load<usize>(operand, 8) + (offset + column) * sizeof<T>();
    if (isWhole) return from;
    memory.copy(register, from, bytes);
  } else if (access === codes.loaded) {
    loadRows<T>(operand, outerAxes, outerSizes, row, rowCount, column, columnCount, register);
  } else {
    const wanted = access === codes.once ? 0 : row;
    if (load<i32>(held + <usize>slot * 4) !== wanted) {
      store<i32>(held + <usize>slot * 4, wanted);
      loadRows<T>(operand, outerAxes, outerSizes, wanted, blockRows, 0, blockColumns, register);
    }
  }
  return register;
}

/** Lets an output serve as a register, where it does, while the block is made of whole vectors. */
function placeOutput<T extends number>(output: i32): void {
  const slot = operands + registers + output;
  place(slot, isWhole ? memoryOf(output, sizeof<T>()) : registerOf(slot));
}

/** Where the block's part of an output lies. */
// @inline
function memoryOf(output: i32, elementBytes: usize): usize {
  return load<usize>(outputTable + <usize>(output * codes.outputWords) * 4) + (<usize>row * columns + column) * elementBytes;
}

function step<T extends number>(instruction: usize): void {
  const which = load<i32>(instruction);
  const target = load<i32>(instruction, 4);
  const a = placeOf(instruction, 1);
  if (which === codes.store) memory.copy(memoryOf(target, sizeof<T>()), a, bytes);
  else if (which === codes.storeBool) storeMasks<T>(a, memoryOf(target, 1), rowCount * columnCount);
  else if (which === codes.check) {
    if (holdsNonfinite<T>(a, rowCount * columnCount)) store<i32>(flags + <usize>target * 4, 1);
  } else execute<T>(which, placeOf(instruction, 0), a, placeOf(instruction, 2), placeOf(instruction, 3), (bytes + 15) & ~15);
}

function storeOutputs<T extends number>(): void {
  for (let output = 0; output < outputs; output++) {
    const isRegister = load<i32>(outputTable + <usize>(output * codes.outputWords) * 4, 4) !== 0;
    if (isRegister) memory.copy(memoryOf(output, sizeof<T>()), registerOf(operands + registers + output), bytes);
  }
}
