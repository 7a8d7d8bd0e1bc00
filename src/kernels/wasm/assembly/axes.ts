/** A walk over axes: two words for each, its size and its stride, the innermost first. */

/** How many places a walk visits. */
export function placesOf(axes: usize, count: i32): i32 {
  let places = 1;
  for (let axis = 0; axis < count; axis++) places *= load<i32>(axes + ((<usize>axis) << 3));
  return places;
}

/** The offset of a place of a walk, in elements. */
export function offsetAt(axes: usize, count: i32, place: i32): usize {
  let offset: usize = 0;
  for (let axis = 0; axis < count; axis++) {
    const stride = load<usize>(axes + ((<usize>axis) << 3), 4);
    if (axis === count - 1) return offset + <usize>place * stride;
    const size = load<i32>(axes + ((<usize>axis) << 3));
    offset += <usize>(place % size) * stride;
    place /= size;
  }
  return offset;
}
