import type { Merge } from "../define.ts";

// How a summary of some rows and one of others become that of all.

export const added: Merge = (some, others) => some + others;
export const multiplied: Merge = (some, others) => some * others;

/** What is the same on both sides stays as it is, to the last digit. */
export const averaged: Merge = (some, others, share) => (some === others ? some : some * (1 - share) + others * share);

export const logarithmsAdded: Merge = (some, others) => {
  const greatest = Math.max(some, others);
  return Number.isFinite(greatest) ? greatest + Math.log1p(Math.exp(Math.min(some, others) - greatest)) : some + others;
};
