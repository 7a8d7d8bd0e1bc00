/** 1 - β^t, what an average that started from zero has seen of its weights by step t: without the difference of nearly equal numbers. */
export const seenBy = (t: number, beta: number): number => -Math.expm1(t * Math.log1p(beta - 1));
