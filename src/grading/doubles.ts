import { account } from "../memory/account.ts";

/** So many zeros, whose memory is charged before it is taken. */
export function doubles(size: number): Float64Array<ArrayBuffer> {
  account().charge(size * Float64Array.BYTES_PER_ELEMENT);
  return new Float64Array(size);
}

/** Numbers, each by its place. */
export function doublesOf(size: number, at: (place: number) => number): Float64Array<ArrayBuffer> {
  const numbers = doubles(size);
  for (let place = 0; place < size; place++) numbers[place] = at(place);
  return numbers;
}

/** The same numbers in memory of their own. */
export function copied(numbers: ArrayLike<number>): Float64Array<ArrayBuffer> {
  const copy = doubles(numbers.length);
  copy.set(numbers);
  return copy;
}
