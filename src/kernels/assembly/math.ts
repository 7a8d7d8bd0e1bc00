// @ts-ignore: decorator
@inline
export function exp<T>(x: v128): v128 { return x; }
// @ts-ignore: decorator
@inline
export function log<T>(x: v128): v128 { return x; }
// @ts-ignore: decorator
@inline
export function log1p<T>(x: v128): v128 { return x; }
// @ts-ignore: decorator
@inline
export function expm1<T>(x: v128): v128 { return x; }
// @ts-ignore: decorator
@inline
export function tanh<T>(x: v128): v128 { return x; }
// @ts-ignore: decorator
@inline
export function sigmoid<T>(x: v128): v128 { return x; }
// @ts-ignore: decorator
@inline
export function softplus<T>(x: v128): v128 { return x; }
// @ts-ignore: decorator
@inline
export function erf<T>(x: v128): v128 { return x; }
// @ts-ignore: decorator
@inline
export function pow<T>(x: v128, y: v128): v128 { return x; }
