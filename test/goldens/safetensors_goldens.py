"""Writes safetensors files with the format's own library: what Adjoint writes must have the same bytes, and what it reads the same numbers.

pip install numpy==2.3.5 safetensors==0.7.0
"""
from pathlib import Path

import numpy as np
from safetensors import serialize
from safetensors.numpy import save

here = Path(__file__).parent
own = {
    "0.weight": np.array([[0.5, -0.25, 1 / 3], [1e300, 5e-324, -0.0]]),
    "0.bias": np.array([np.nan, np.inf]),
    "10": np.array([2**53, -(2**53), 0, -1], dtype=np.int64),
    "2": np.array(7, dtype=np.int64),
    "权重": np.arange(6, dtype=np.float32).reshape(3, 2, 1) / 7,
    "😀": np.array([1.5], dtype=np.float32),
    "\ufb01 \"quoted\\\n": np.array([-1.5], dtype=np.float32),
    "index": np.array([-(2**31), 2**31 - 1], dtype=np.int32),
    "mask": np.array([True, False, True]),
    "nothing": np.zeros((0, 3)),
}
(here / "safetensors.safetensors").write_bytes(save(own, {"note": "θ \"quoted\""}))

wide = {
    "F16": np.array([1.5, 6e-8, 65504, -np.inf], dtype=np.float16),
    "I16": np.array([-32768, 32767], dtype=np.int16),
    "I8": np.array([-128, 127], dtype=np.int8),
    "U8": np.array([0, 255], dtype=np.uint8),
    "U16": np.array([0, 65535], dtype=np.uint16),
    "U32": np.array([0, 2**32 - 1], dtype=np.uint32),
    "U64": np.array([0, 2**53], dtype=np.uint64),
}
parts = {name: {"dtype": str(a.dtype), "shape": a.shape, "data": a.tobytes()} for name, a in wide.items()}
# 1, -2.5 and the greatest: the upper halves of their float32.
bf16 = np.array([1, -2.5, 3.3895313892515355e38], dtype=np.float32).view(np.uint16)[1::2]
parts["BF16"] = {"dtype": "bfloat16", "shape": (3,), "data": bf16.tobytes()}
(here / "safetensors-widened.safetensors").write_bytes(serialize(parts))
