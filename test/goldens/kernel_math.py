#!/usr/bin/env python3
"""Makes kernel_math.json with mpmath (1.3), and prints the coefficients that stand in src/kernels/wasm/assembly/math-*.ts, highest power first."""
import base64
import json
import math
import random
import struct
from pathlib import Path

import mpmath as mp

mp.mp.dps = 60


def fit(f, start, end, degree):
    """The polynomial through f at Chebyshev points of an interval, its coefficients rounded to doubles, and by how much it is off."""
    start, end = mp.mpf(start), mp.mpf(end)
    points = [(start + end) / 2 + (end - start) / 2 * mp.cos(mp.pi * (2 * k + 1) / (2 * degree + 2)) for k in range(degree + 1)]
    powers = mp.matrix([[x**j for j in range(degree, -1, -1)] for x in points])
    found = [float(c) for c in mp.lu_solve(powers, mp.matrix([f(x) for x in points]))]
    grid = [start + (end - start) * k / 997 for k in range(998)]
    return found, max(abs(mp.polyval(found, x) - f(x)) for x in grid)


def exponential(r):
    return (mp.expm1(r) - r) / r**2 if abs(r) > 1e-15 else mp.mpf(1) / 2 + r / 6


def logarithm(z):
    s = mp.sqrt(z)
    return 2 * (mp.atanh(s) - s) / s**3 if z > 1e-20 else mp.mpf(2) / 3 + 2 * z / 5


def logarithm_tail(z):
    return (logarithm(z) - mp.mpf(2) / 3) / z if z > 1e-15 else mp.mpf(2) / 5 + 2 * z / 7


def error_near(z):
    x = mp.sqrt(z)
    return mp.erf(x) / x - 1 if z > 1e-25 else 2 / mp.sqrt(mp.pi) * (1 - z / 3) - 1


def error_far(t):
    x = 3 * (1 + t) / (1 - t)
    return mp.erfc(x) * mp.exp(x * x)


def print_coefficients():
    half = mp.log(2) / 2 * mp.mpf("1.001")
    most = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2 * mp.mpf("1.001")
    for name, f, start, end, degrees in [
        ("(exp(r) - 1 - r) / r²", exponential, -half, half, (9, 5)),
        ("(log(1 + f) - 2s) / s³ in s²", logarithm, 0, most, (6, 3)),
        ("the same less 2/3, over s²", logarithm_tail, 0, most, (7,)),
        ("erf(x) / x - 1 in x²", error_near, 0, 1, (12, 6)),
        ("erfc(x) exp(x²) in (x - 3) / (x + 3), to 6", error_far, -0.5, mp.mpf(1) / 3, (17,)),
        ("the same, to 4", error_far, -0.5, mp.mpf(1) / 7, (6,)),
    ]:
        for degree in degrees:
            coefficients, off = fit(f, start, end, degree)
            print(name, "degree", degree, "off by", mp.nstr(off, 3))
            print("  ", ", ".join(map(repr, coefficients)))


uniform = random.uniform
either = lambda: random.choice((-1, 1))
wide = lambda start, end: math.exp(uniform(math.log(start), math.log(end)))

functions = {
    "exp": (mp.exp, [lambda: uniform(-1, 1), lambda: uniform(-20, 20), lambda: uniform(-746, 710), lambda: either() * wide(1e-18, 1), lambda: uniform(-745, -708)]),
    "expm1": (mp.expm1, [lambda: uniform(-1.2, 1.2), lambda: uniform(-45, 45), lambda: uniform(-60, 710), lambda: either() * wide(1e-310, 1)]),
    "log": (mp.log, [lambda: uniform(0.5, 2), lambda: 1 + either() * wide(1e-15, 0.3), lambda: wide(1e-320, 1e308), lambda: uniform(1e-9, 100)]),
    "log1p": (mp.log1p, [lambda: uniform(-0.5, 1), lambda: uniform(-1, 0), lambda: either() * wide(1e-310, 0.9), lambda: wide(1e-3, 1e308)]),
    "tanh": (mp.tanh, [lambda: uniform(-1, 1), lambda: uniform(-20, 20), lambda: either() * wide(1e-310, 1), lambda: uniform(-3, 3)]),
    "sigmoid": (lambda x: 1 / (1 + mp.exp(-x)), [lambda: uniform(-1, 1), lambda: uniform(-40, 40), lambda: uniform(-746, 40), lambda: uniform(-5, 5)]),
    "softplus": (lambda x: mp.log1p(mp.exp(x)), [lambda: uniform(-1, 1), lambda: uniform(-40, 40), lambda: uniform(-746, 40), lambda: uniform(-5, 5)]),
    "erf": (mp.erf, [lambda: uniform(-1, 1), lambda: uniform(-6.5, 6.5), lambda: either() * wide(1e-310, 1), lambda: uniform(-2, 2)]),
}


def power_operands():
    kind = random.randrange(4)
    if kind == 0: return uniform(0.5, 2), uniform(-1000, 1000)
    if kind == 1: return uniform(1e-9, 10), uniform(-5, 5)
    x = wide(1e-320, 1e308) if kind == 2 else 1 + either() * wide(1e-12, 0.1)
    return x, uniform(-745, 709.7) / math.log(x)


def write_goldens(count):
    """Operands, results rounded to doubles, and what the rounding lost, as little-endian doubles in base64."""
    random.seed(7)
    goldens = {}
    for name, (f, draws) in functions.items():
        operands = [(random.choice(draws)(),) for _ in range(count)]
        goldens[name] = rows(f, operands)
    goldens["pow"] = rows(mp.power, [power_operands() for _ in range(count)])
    path = Path(__file__).parent / "kernel_math.json"
    path.write_text(json.dumps(goldens, indent=1) + "\n")


def rows(f, operands):
    results = [f(*map(mp.mpf, each)) for each in operands]
    rounded = [float(y) for y in results]
    lost = [0.0 if math.isinf(y) else float(exact - mp.mpf(y)) for exact, y in zip(results, rounded)]
    return {"operands": [encode(column) for column in zip(*operands)], "results": encode(rounded), "lost": encode(lost)}


def encode(numbers):
    return base64.b64encode(struct.pack(f"<{len(numbers)}d", *numbers)).decode()


print_coefficients()
write_goldens(400)
