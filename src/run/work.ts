/** Floating-point operations of all plans that have run on this thread, by their estimates. */
export const work = { operations: 0 };
