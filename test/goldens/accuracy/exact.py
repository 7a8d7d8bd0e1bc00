"""What the accuracy goldens are made with: grids of numbers, derivatives to many digits by mpmath, and the file that the tests read.

A case is a program of the service, its inputs at many points, and what its values and derivatives are there: each as the nearest double and
what rounding to that double lost, in 1/254 of a unit in its last place.
"""
import base64
import gzip
import json
import math
import random
import struct
from pathlib import Path

import mpmath as mp

mp.mp.dps = 900
inf, nan = math.inf, math.nan
step = mp.mpf(2) ** -170


def single(x):
    """The nearest number of float32."""
    try:
        return struct.unpack("<f", struct.pack("<f", x))[0]
    except OverflowError:
        return math.copysign(inf, x)


# Subnormal to largest, in each type: least, least normal, greatest, bits of the significand.
extremes = {"float64": (5e-324, 2.0**-1022, (2 - 2.0**-52) * 2.0**1023, 52), "float32": (2.0**-149, 2.0**-126, (2 - 2.0**-23) * 2.0**127, 23)}

# Where exponentials, their tails and their sums with 1 begin, end or vanish, in either type.
turns = [5, 5.5, 6, 7, 8, 9.0109138, 10, 11.5, 13, 14, 15, 16.5, 17, 17.5, 18.4, 19, 20, 22, 25, 28, 30, 33, 36, 36.8, 37.5, 38.2, 40, 43.7, 47, 50, 60,
         80, 86, 87.3, 88, 88.72, 89.4, 95, 100, 103, 103.9, 105, 150, 300, 350, 355, 372, 374, 400, 600, 700, 708, 709.5, 709.78, 710.4, 720, 740, 744, 745.1, 746, 750]


def numbers(dtype, count=36, seed=1):
    """Both signs of every magnitude: evenly over the exponents, densely from a thousandth to a hundred, close to 1, and at the ends."""
    draw = random.Random(seed)
    least, normal, greatest, bits = extremes[dtype]
    lowest, highest = math.log2(least), math.log2(greatest)
    sizes = [2 ** (lowest + (highest - lowest) * (k + draw.random()) / count) for k in range(count)]
    sizes += [10 ** draw.uniform(-3, 2) for _ in range(2 * count)]
    sizes += [t * (1 + 1e-3 * draw.random()) for t in turns]
    sizes += [1 + side * 2.0**-k for k in (1, 2, 4, 8, 12, 16, 20, 22, 23, 30, 40, 51, 52) for side in (-1, 1)]
    sizes += [least, 3 * least, normal, normal - least, normal * 1.5, greatest, greatest / 2, 1, 2, 3, math.pi, math.pi / 2]
    rounded = sorted({single(x) if dtype == "float32" else x for x in sizes} - {0.0})
    return [-x for x in reversed(rounded) if x < inf] + [x for x in rounded if x < inf]


ends = [-inf, -0.0, 0.0, inf]


def real(value):
    """NaN where a function has no real value."""
    return mp.mpf("nan") if isinstance(value, mp.mpc) and value.imag != 0 else mp.re(value)


def derivative(f, x):
    """By a central difference in hundreds of digits, over a step far below the size of x and of 1."""
    h = step * (min(abs(x), 1) or 1)
    return (real(f(x + h)) - real(f(x - h))) / (2 * h)


class Column:
    """Exact results, as they are written."""

    def __init__(self):
        self.rounded, self.lost = [], []

    def add(self, exact):
        if isinstance(exact, float) or mp.isnan(exact) or mp.isinf(exact):
            self.rounded.append(float(exact))
            self.lost.append(0)
            return
        rounded = float(mp.mpf(exact)) if abs(exact) < mp.mpf(2) ** 1024 - mp.mpf(2) ** 970 else math.copysign(inf, exact)
        self.rounded.append(rounded)
        unit = math.ulp(rounded)
        self.lost.append(0 if math.isinf(rounded) else max(-127, min(127, round(float((exact - mp.mpf(rounded)) / unit * 254)))))

    def json(self):
        return {"rounded": encode(self.rounded, "d"), "lost": encode(self.lost, "b")}


def encode(numbers, kind):
    return base64.b64encode(struct.pack(f"<{len(numbers)}{kind}", *numbers)).decode()


def write(name, cases):
    path = Path(__file__).parent / f"{name}.json.gz"
    path.write_bytes(gzip.compress(json.dumps(cases).encode(), mtime=0))
    print(path.name, len(cases), "cases,", path.stat().st_size, "bytes")
