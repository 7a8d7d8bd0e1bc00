// Chains of elementwise instructions, whose programs ../chain-compile.ts writes: each block of the space passes through all of them before
// the next one comes, in registers that stay in the first cache.

import { scratch } from "./base.ts";
import { ChainBlock, EncodedInstruction, EncodedOperand, EncodedOutput } from "./blocks.ts";
import { holdsNonfinite, loadRows, offsetOf, storeMasks } from "./chain-memory.ts";
import * as codes from "./codes.ts";
import { execute } from "./point.ts";

export function chain_float32(program: ChainBlock, part: i32, parts: i32): void {
  chain<f32>(program, part, parts);
}

export function chain_float64(program: ChainBlock, part: i32, parts: i32): void {
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
let operandBytes: usize = 0;
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

function chain<T extends number>(program: ChainBlock, part: i32, parts: i32): void {
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
    for (let at = 0; at < instructions; at++) step<T>(changetype<EncodedInstruction>(code + <usize>at * offsetof<EncodedInstruction>()));
    if (!isWhole) storeOutputs<T>();
  }
}

function read(program: ChainBlock): void {
  outerAxes = program.outerAxes;
  rows = program.rows;
  columns = program.columns;
  blockRows = program.blockRows;
  blockColumns = program.blockColumns;
  operands = program.operands;
  registers = program.registers;
  outputs = program.outputs;
  instructions = program.instructions;
  registerBytes = program.registerBytes;
  flags = program.flags;
  outerSizes = changetype<usize>(program) + offsetof<ChainBlock>();
  operandTable = outerSizes + <usize>outerAxes * 4;
  operandBytes = offsetof<EncodedOperand>() + <usize>outerAxes * 4;
  outputTable = operandTable + <usize>operands * operandBytes;
  code = outputTable + <usize>outputs * offsetof<EncodedOutput>();

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
function placeOf(slot: i32): usize {
  return load<usize>(places + <usize>slot * 4);
}

// @inline
function outputAt(output: i32): EncodedOutput {
  return changetype<EncodedOutput>(outputTable + <usize>output * offsetof<EncodedOutput>());
}

/** Where the block's part of an operand lies: in memory, or in a register, into which it is copied unless it is there already. */
function reach<T extends number>(slot: i32): usize {
  const operand = changetype<EncodedOperand>(operandTable + <usize>slot * operandBytes);
  const access = operand.access;
  const register = registerOf(slot);
  if (access === codes.direct || access === codes.directRow) {
    const offset = access === codes.direct ? <usize>row * columns : offsetOf(operand, outerAxes, outerSizes, row);
    const from = operand.at + (offset + column) * sizeof<T>();
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
  return outputAt(output).at + (<usize>row * columns + column) * elementBytes;
}

function step<T extends number>(it: EncodedInstruction): void {
  const which = it.code;
  const target = it.target;
  const a = placeOf(it.a);
  if (which === codes.store) memory.copy(memoryOf(target, sizeof<T>()), a, bytes);
  else if (which === codes.storeBool) storeMasks<T>(a, memoryOf(target, 1), rowCount * columnCount);
  else if (which === codes.check) {
    if (holdsNonfinite<T>(a, rowCount * columnCount)) store<i32>(flags + <usize>target * 4, 1);
  } else execute<T>(which, placeOf(target), a, placeOf(it.b), placeOf(it.c), (bytes + 15) & ~15);
}

function storeOutputs<T extends number>(): void {
  for (let output = 0; output < outputs; output++) {
    const isRegister = outputAt(output).isRegister !== 0;
    if (isRegister) memory.copy(memoryOf(output, sizeof<T>()), registerOf(operands + registers + output), bytes);
  }
}
