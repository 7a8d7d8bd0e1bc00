"""Writes small NPY, NPZ and IDX files, and what they hold as JSON, which Adjoint must read from them.

pip install numpy==2.3.5
"""
import json
import struct
from pathlib import Path

import numpy as np

here = Path(__file__).parent / "datasets"
expected = {}


def keep(name, array):
    flat = [str(float(x)).replace("nan", "NaN").replace("inf", "Infinity") if not np.isfinite(x) else float(x) for x in array.astype(np.float64).ravel()]
    expected[name] = {"shape": array.shape, "data": flat}


codes = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]
for code in codes:
    for order in "<>":
        kind = np.dtype(order + code)
        low, high = (-1.5, 65504) if code[0] == "f" else (np.iinfo(kind).min, np.iinfo(kind).max)
        if code in ("i8", "u8"):
            low, high = -(2**53) if code == "i8" else 0, 2**53
        array = np.array([[0, 1, low], [high, 2, 3]], dtype=kind)
        name = f"{'little' if order == '<' else 'big'}-{code}.npy"
        np.save(here / name, array)
        keep(name, array)

nonfinite = np.array([np.nan, np.inf, -np.inf, -0.0])
np.save(here / "nonfinite.npy", nonfinite)
keep("nonfinite.npy", nonfinite)

cube = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
for name, array in {"fortran.npy": np.asfortranarray(cube), "bool.npy": cube > 11, "vector.npy": cube.ravel()}.items():
    np.save(here / name, array)
    keep(name, array)
for version in [(2, 0), (3, 0)]:
    name = f"version-{version[0]}.npy"
    with open(here / name, "wb") as file:
        np.lib.format.write_array(file, np.asfortranarray(cube[0]), version=version)
    keep(name, cube[0])

np.save(here / "pickled.npy", np.array([{"a": 1}, None], dtype=object))
np.save(here / "fields.npy", np.zeros(2, dtype=[("x", "f8"), ("y", "i4")]))
np.save(here / "complex.npy", np.array([1j, 2]))
np.save(here / "wide-integer.npy", np.array([1, 2**53 + 1]))

arrays = {"input": cube / 7, "target": np.array([3, 1]), "θ": np.zeros((2, 1), dtype=np.int8)}
np.savez(here / "stored.npz", **arrays)
np.savez_compressed(here / "deflated.npz", **arrays)
np.savez_compressed(here / "bomb.npz", zeros=np.zeros((1000, 1000)))
for name, array in arrays.items():
    keep(f"npz/{name}", array)

idx = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}
for code, number in idx.items():
    array = np.array([[[1, 2], [3, 4], [5, 6]], [[7, 8], [9, 10], [100, 127]]], dtype=">" + code)
    header = struct.pack(">BBBB", 0, 0, number, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    (here / f"{code}.idx").write_bytes(header + array.tobytes())
    keep(f"{code}.idx", array)

(here / "expected.json").write_text(json.dumps(expected))
