"""Random NPY and NPZ files with one byte changed, and what they hold, a JSON object a line for compare.ts.

    python arrays.py SEED COUNT > cases.jsonl

An NPZ has checksums: it may be read as the arrays that were written, or not at all. An NPY has none: what NumPy reads in the changed file is
what may be read. Integers that float64 does not hold may not be read.
"""

import base64
import io
import json
import random
import sys
import warnings

import numpy as np

warnings.simplefilter("ignore")
TYPES = ["<f8", ">f8", "<f4", ">f4", "<f2", "<i8", ">i8", "<u8", "<i4", "<u4", "<i2", ">u2", "|i1", "|u1", "|b1"]


def array(rng: random.Random, rows: int) -> np.ndarray:
    shape = (rows, *(rng.randint(1, 4) for _ in range(rng.randint(0, 2))))
    dtype = np.dtype(rng.choice(TYPES))
    values = np.array([rng.gauss(0, 50) for _ in range(int(np.prod(shape)))]).reshape(shape)
    if dtype.kind == "u":
        values = np.abs(values)
    if dtype.kind == "i" and dtype.itemsize == 8 and rng.random() < 0.1:
        values = values * 2.0**50
    found = values.astype(dtype)
    return np.asfortranarray(found) if rng.random() < 0.3 else found


def told(values) -> dict | None:
    """An array as float64, or None where that does not hold it or it is none of numbers."""
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "fiub" or values.ndim == 0 or values.size == 0:
        return None
    if values.dtype.kind in "iu" and any(abs(int(value)) > 2**53 for value in values.flat):
        return None
    return {"shape": list(values.shape), "data": base64.b64encode(np.ascontiguousarray(values, dtype="<f8").tobytes()).decode()}


def changed(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(min(len(data), 140)) if rng.random() < 0.5 else rng.randrange(len(data))
    byte = data[at] ^ (1 << rng.randrange(8)) if rng.random() < 0.5 else rng.randrange(256)
    return data[:at] + bytes([byte]) + data[at + 1 :]


def main() -> None:
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    rng = random.Random(seed)
    for _ in range(count):
        out = io.BytesIO()
        rows = rng.randint(1, 6)
        if rng.random() < 0.4:
            format, original = "npy", {"data": array(rng, rows)}
            np.lib.format.write_array(out, original["data"], version=rng.choice([(1, 0), (1, 0), (2, 0), (3, 0)]))
        else:
            format, original = "npz", {rng.choice(["x", "y", "θ", "a b"]) + str(at): array(rng, rows) for at in range(rng.randint(1, 4))}
            rng.choice([np.savez, np.savez_compressed])(out, **original)
        data = out.getvalue() if rng.random() < 0.02 else changed(out.getvalue(), rng)
        arrays = original
        if format == "npy":
            try:
                arrays = {"data": np.load(io.BytesIO(data), allow_pickle=False)}
            except Exception:
                pass
        print(json.dumps({
            "file": base64.b64encode(data).decode(),
            "format": format,
            "options": {},
            "tensors": {name: told(values) for name, values in arrays.items()},
        }))  # fmt: skip


main()
