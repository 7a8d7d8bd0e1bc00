/** Where the share `part` of `count` things begins, in whole groups of `group`. */
export function shareOf(count: i32, group: i32, part: i32, parts: i32): i32 {
  const groups = (count + group - 1) / group;
  return min(count, <i32>((<i64>groups * part) / parts) * group);
}
