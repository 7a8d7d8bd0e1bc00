// A walk over axes, the innermost first.

import { WalkAxis } from "./blocks.ts";

/** Bytes of a walk. */
// @inline
export function walkBytes(count: i32): usize {
  return <usize>count * offsetof<WalkAxis>();
}

// @inline
function axisAt(axes: usize, axis: i32): WalkAxis {
  return changetype<WalkAxis>(axes + walkBytes(axis));
}

/** How many places a walk visits. */
export function placesOf(axes: usize, count: i32): i32 {
  let places = 1;
  for (let axis = 0; axis < count; axis++) places *= axisAt(axes, axis).size;
  return places;
}

/** The offset of a place of a walk, in elements. */
export function offsetAt(axes: usize, count: i32, place: i32): usize {
  let offset: usize = 0;
  for (let axis = 0; axis < count; axis++) {
    const it = axisAt(axes, axis);
    const stride = <usize>it.stride;
    if (axis === count - 1) return offset + <usize>place * stride;
    offset += <usize>(place % it.size) * stride;
    place /= it.size;
  }
  return offset;
}
