// The SIMD kernels: AssemblyScript, compiled by ../build.ts. Every kernel's last two arguments say which share of its work it does, of how
// many: a share's results do not depend on the number of shares, so the bits are the same for any number of threads.
// Functions below `// @inline` are written out where they are called.

export { fuses, setScratch } from "./base.ts";
export { chain_float32, chain_float64 } from "./chain.ts";
export { conv_float32, conv_float64 } from "./conv.ts";
export { conv_weights_float32, conv_weights_float64 } from "./conv-weights.ts";
export { finite_float32, finite_float64 } from "./finite.ts";
export { gemm_float32, gemm_float64 } from "./gemm.ts";
export { reduce_float32, reduce_float64 } from "./reduce.ts";
export { softmax_float32, softmax_float64 } from "./softmax.ts";
export { copy_1, copy_4, copy_8 } from "./copy.ts";
export {
  average_pool_float32,
  average_pool_float64,
  average_pool_gradient_float32,
  average_pool_gradient_float64,
} from "./pool-average.ts";
export { max_pool_float32, max_pool_float64 } from "./pool-max.ts";
export { first_outside_plane, max_pool_gradient_float32, max_pool_gradient_float64 } from "./pool-max-gradient.ts";
