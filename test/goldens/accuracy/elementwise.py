#!/usr/bin/env python3
"""Makes elementwise.json.gz with mpmath (1.3; faster where gmpy2 is installed): every floating elementwise operator over all magnitudes."""
import sys

from exact import Column, derivative, ends, extremes, inf, mp, nan, numbers, real, single, write

types = ("float64", "float32")
cases = []


def graph(op, attributes, names):
    """Names that begin with b are conditions."""
    return {"graph": {"nodes": [{"name": "y", "op": op, "inputs": names, "attributes": attributes}]}}


def function(op, f, slopes=None, at={}, attributes={}, domain=lambda x: True, program=None):
    """
    An operator of one number. `slopes` is its derivative where differences do not say it, at kinks. `at` has value and derivative at ±0 and
    ±∞ where they are not those of f near 0 (with the sign of an odd function) and far out. Outside `domain` no derivative is asked for.
    """
    for dtype in types:
        rows = [(x,) for x in numbers(dtype) + ends if domain(x)]
        values, gradient = Column(), Column()
        for (x,) in rows:
            value, slope = limits(f, slopes, at, x) if x in (0, inf, -inf) else (real(f(mp.mpf(x))), (slopes or (lambda t: derivative(f, t)))(mp.mpf(x)))
            values.add(value)
            gradient.add(slope)
        add(op, program or graph(op, attributes, ["x"]), dtype, ["x"], rows, values, {"x": gradient}, attributes)


def limits(f, slopes, at, x):
    key = str(x)
    if key in at: return at[key]
    if x == 0:
        value = real(f(mp.mpf(0)))
        return (x if value == 0 else value), (slopes or (lambda t: derivative(f, t)))(mp.mpf(0))
    far = mp.mpf(10) ** 400 * (1 if x > 0 else -1)
    return real(f(far)), (slopes or (lambda t: derivative(f, t)))(far)


def operation(op, f, slopes, names=("a", "b"), at=None, attributes={}, rows=None, program=None):
    """An operator of several numbers, with its derivative by each. `at` has value and derivatives where it answers at all."""
    for dtype in types:
        taken = rows(dtype)
        values, gradients = Column(), [Column() for _ in names]
        for row in taken:
            found = at and at(*row)
            if found is None or found is False:
                exact = [mp.mpf(x) for x in row]
                found = (real(f(*exact)), *(real(slope(*exact)) for slope in slopes))
            for column, number in zip([values, *gradients], found): column.add(number)
        add(op, program or graph(op, attributes, list(names)), dtype, list(names), taken, values, dict(zip(names, gradients)), attributes)


def add(op, program, dtype, names, rows, values, gradients, attributes):
    from exact import encode
    label = op + "".join(f", {k} {v}" for k, v in attributes.items())
    print(label, dtype, len(rows), file=sys.stderr)
    inputs = {key: encode(column, "d") for key, column in zip(names, zip(*rows))}
    cases.append({"name": label, "operator": op, "bounds": None, "program": program, "dtype": dtype, "shape": [len(rows)], "inputs": inputs,
                  "values": values.json(), "gradients": {key: column.json() for key, column in gradients.items()}})


one, half, two = mp.mpf(1), mp.mpf(1) / 2, mp.mpf(2)
e = mp.exp


# Rounds to a zero that has a sign.
tiny = mp.mpf(10) ** -3000


def constant(number): return lambda *_: mp.mpf(number)


def signed(f):
    """A zero has the sign of the operand."""
    return lambda x: f(x) or mp.sign(x) * tiny


# Piecewise linear: exact but for one rounding.
function("Neg", lambda x: -x, at={"0.0": (-0.0, -1), "-0.0": (0.0, -1)})
function("Abs", abs, mp.sign, at={"0.0": (0.0, 0), "-0.0": (0.0, 0)})
function("Sign", mp.sign, constant(0))
function("Identity", lambda x: x, constant(1))
function("Ceil", signed(mp.ceil), constant(0), at={"inf": (inf, 0), "-inf": (-inf, 0)})
function("Floor", signed(mp.floor), constant(0), at={"inf": (inf, 0), "-inf": (-inf, 0)})
function("Round", signed(mp.nint), constant(0), at={"inf": (inf, 0), "-inf": (-inf, 0)})
function("Trunc", signed(lambda x: mp.sign(x) * mp.floor(abs(x))), constant(0), at={"inf": (inf, 0), "-inf": (-inf, 0)})
function("Relu", lambda x: max(x, mp.mpf(0)), lambda x: int(x > 0), at={"0.0": (0.0, 0), "-0.0": (0.0, 0)})
function("ThresholdedRelu", lambda x: x if x > 1 else mp.mpf(0), lambda x: int(x > 1), at={"0.0": (0.0, 0), "-0.0": (0.0, 0)})
function("Shrink", lambda x: x if abs(x) > half else mp.mpf(0), lambda x: int(abs(x) > half), at={"0.0": (0.0, 0), "-0.0": (0.0, 0)})
function("LeakyRelu", lambda x: x if x > 0 else x / 4, lambda x: one if x > 0 else one / 4, attributes={"alpha": 0.25})
function("HardSigmoid", lambda x: min(one, max(mp.mpf(0), x / 4 + half)), lambda x: one / 4 if abs(x) < 2 else 0, attributes={"alpha": 0.25})
function("HardSwish", lambda x: x * min(one, max(mp.mpf(0), x / 6 + half)), lambda x: mp.mpf(0) if x <= -3 else one if x >= 3 else x / 3 + half, at={"-inf": (0.0, 0)})

# Exponential functions and their inverses.
sigmoid = lambda x: 1 / (1 + e(-x)) if x > 0 else e(x) / (1 + e(x))
softplus = lambda x: mp.log1p(e(-abs(x))) + max(x, mp.mpf(0))
sech2 = lambda x: 4 * e(-2 * abs(x)) / (1 + e(-2 * abs(x))) ** 2
function("Exp", e)
function("Log", mp.log, lambda x: 1 / x, at={"0.0": (-inf, inf), "-0.0": (-inf, -inf), "inf": (inf, 0)}, domain=lambda x: x >= 0)
function("Sqrt", mp.sqrt, lambda x: 1 / (2 * mp.sqrt(x)) if x >= 0 else nan, at={"0.0": (0.0, inf), "-0.0": (-0.0, -inf), "inf": (inf, 0), "-inf": (nan, nan)})
function("Reciprocal", lambda x: 1 / x, lambda x: -1 / x**2, at={"0.0": (inf, -inf), "-0.0": (-inf, -inf)})
function("Sigmoid", sigmoid, lambda x: sigmoid(x) * sigmoid(-x))
function("Tanh", mp.tanh, sech2)
function("Softplus", softplus, sigmoid)
function("XLogX", lambda x: x * mp.log(x) if x else x, lambda x: mp.log(x) + 1, at={"0.0": (0.0, -inf), "-0.0": (0.0, -inf), "inf": (inf, inf)}, domain=lambda x: x >= 0)
function("LogSigmoid", lambda x: -softplus(-x), lambda x: sigmoid(-x), at={"inf": (-0.0, 0)})
positive = {"0.0": (-inf, inf), "-0.0": (-inf, -inf), "inf": (inf, 0)}
function("Log2", lambda x: mp.log(x) / mp.log(2), lambda x: 1 / (x * mp.log(2)), at=positive, domain=lambda x: x >= 0)
function("Log10", lambda x: mp.log(x) / mp.log(10), lambda x: 1 / (x * mp.log(10)), at=positive, domain=lambda x: x >= 0)
function("Logit", lambda x: mp.log(x) - mp.log(1 - x), lambda x: 1 / (x * (1 - x)), at={"0.0": (-inf, inf), "-0.0": (-inf, -inf)}, domain=lambda x: 0 <= x < 1)
cube = lambda x: mp.sign(x) * abs(x) ** (one / 3)
function("Cbrt", cube, lambda x: 1 / (3 * cube(x) ** 2) if x else inf, at={"inf": (inf, 0), "-inf": (-inf, 0)})
function("Softsign", lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2)
function("Sech", lambda x: 2 * e(-abs(x)) / (1 + e(-2 * abs(x))), lambda x: -2 * e(-abs(x)) / (1 + e(-2 * abs(x))) * mp.tanh(x))
function("Log1p", mp.log1p, lambda x: 1 / (1 + x) if x > -1 else inf, at={"inf": (inf, 0)}, domain=lambda x: x >= -1)
function("Expm1", mp.expm1, e)
function("Sinh", mp.sinh, mp.cosh)
function("Cosh", mp.cosh, mp.sinh)
function("Asinh", mp.asinh, lambda x: 1 / mp.sqrt(1 + x * x), at={"inf": (inf, 0), "-inf": (-inf, 0)})
function("Acosh", mp.acosh, lambda x: 1 / mp.sqrt(x * x - 1) if x > 1 else inf if x == 1 else nan, at={"0.0": (nan, nan), "-0.0": (nan, nan), "inf": (inf, 0), "-inf": (nan, nan)})
atanh = lambda x: mp.atanh(x) if abs(x) < 1 else mp.mpf(x) * inf if abs(x) == 1 else nan
function("Atanh", atanh, lambda x: 1 / (1 - x * x) if abs(x) < 1 else inf, domain=lambda x: abs(x) <= 1)
smooth = lambda x: 2 / mp.sqrt(mp.pi) * e(-x * x)
errors = lambda x: mp.erf(x) if abs(x) < 40 else mp.sign(x) * (1 - mp.mpf(10) ** -300)
function("Erf", errors, smooth)
function("Erfc", lambda x: mp.erfc(x) if x < 60 else tiny, lambda x: -smooth(x), at={"-inf": (2, 0)})
function("Gaussian", lambda x: e(-x * x), lambda x: -2 * x * e(-x * x))
bell = lambda x: e(-x * x / 2) / mp.sqrt(2 * mp.pi) if abs(x) < 1000 else tiny
upper = lambda x: mp.erfc(-x / mp.sqrt(2)) / 2 if abs(x) < 60 else one if x > 0 else bell(x) / -x
function("Gelu", lambda x: x * upper(x), lambda x: upper(x) + (x * e(-x * x / 2) / mp.sqrt(2 * mp.pi) if abs(x) < 1000 else 0), at={"-inf": (-0.0, 0)})
inner = lambda x: 2 * mp.sqrt(2 / mp.pi) * (x + mp.mpf("0.044715") * x**3)
bent = lambda x: sigmoid(inner(x)) if abs(x) < 1e5 else one if x > 0 else tiny
function("Gelu", lambda x: x * bent(x), lambda x: bent(x) + (x * bent(x) * bent(-x) if abs(x) < 1e5 else 0) * 2 * mp.sqrt(2 / mp.pi) * (1 + 3 * mp.mpf("0.044715") * x * x),
         at={"-inf": (-0.0, 0)}, attributes={"approximate": "tanh"})
function("Swish", lambda x: x * sigmoid(x), lambda x: sigmoid(x) * (1 + x * sigmoid(-x)), at={"-inf": (-0.0, 0)})
function("Swish", lambda x: x * sigmoid(1.5 * x), lambda x: sigmoid(1.5 * x) * (1 + 1.5 * x * sigmoid(-1.5 * x)), at={"-inf": (-0.0, 0)}, attributes={"alpha": 1.5})
# tanh(ln(1 + eˣ)) is n / (n + 2) with n = eˣ (eˣ + 2).
grown = lambda x: e(x) * (e(x) + 2)
mish_slope = lambda x: grown(x) / (grown(x) + 2) + x * 4 * e(x) * (e(x) + 1) / (grown(x) + 2) ** 2
function("Mish", lambda x: x * grown(x) / (grown(x) + 2), mish_slope, at={"-inf": (-0.0, 0)})
# Their slopes, and the slopes of those.
flat = {"-inf": (-0.0, 0), "inf": (1, 0)}
function("GeluSlope", lambda x: upper(x) + x * bell(x), lambda x: bell(x) * (2 - x * x), at=flat)
moving = lambda x: 2 * mp.sqrt(2 / mp.pi) * (1 + 3 * mp.mpf("0.044715") * x * x)
gate = lambda x: bent(x) * bent(-x) if abs(x) < 1e5 else tiny
bending = lambda x: 12 * mp.sqrt(2 / mp.pi) * mp.mpf("0.044715") * x
function("GeluSlope", lambda x: bent(x) + x * gate(x) * moving(x),
         lambda x: gate(x) * (2 * moving(x) + x * bending(x) - x * moving(x) ** 2 * mp.tanh(inner(x) / 2)), at=flat, attributes={"approximate": "tanh"})
function("SwishSlope", lambda x: sigmoid(x) * (1 + x * sigmoid(-x)), lambda x: sigmoid(x) * sigmoid(-x) * (2 - x * mp.tanh(x / 2)), at=flat)
thick = lambda x: 4 * e(-2 * softplus(x)) / (1 + e(-2 * softplus(x))) ** 2
function("MishSlope", mish_slope, lambda x: thick(x) * sigmoid(x) * (2 + x * (sigmoid(-x) - 2 * mp.tanh(softplus(x)) * sigmoid(x))), at=flat)
below = lambda f: (lambda x: f(x) if x <= 0 else x)
function("Elu", below(mp.expm1), lambda x: e(min(x, mp.mpf(0))))
function("Celu", below(lambda x: 2 * mp.expm1(x / 2)), lambda x: e(min(x, mp.mpf(0)) / 2), attributes={"alpha": 2})
alpha, gamma = mp.mpf(1.67326319217681884765625), mp.mpf(1.05070102214813232421875)
function("Selu", lambda x: gamma * (x if x > 0 else alpha * mp.expm1(x)), lambda x: gamma if x > 0 else gamma * alpha * e(x))



# The gamma function's logarithm and its derivatives, of positive numbers.
def shorter(f):
    def run(x):
        with mp.workdps(60): return f(x)
    return run


def gammas(op, f, slope, at, **more):
    function(op, shorter(f), shorter(slope), domain=lambda x: x == inf or 1e-300 < x < 1e250, at={"inf": at}, **more)


gammas("LogGamma", mp.loggamma, mp.digamma, (inf, inf))
gammas("Digamma", mp.digamma, lambda x: mp.polygamma(1, x), (inf, 0))
gammas("Polygamma", lambda x: mp.polygamma(1, x), lambda x: mp.polygamma(2, x), (0, 0))

# Trigonometry.
none = {"inf": (nan, nan), "-inf": (nan, nan)}
function("Sin", mp.sin, mp.cos, at=none)
function("Cos", mp.cos, lambda x: -mp.sin(x), at=none)
function("Tan", mp.tan, lambda x: 1 / mp.cos(x) ** 2, at=none)
function("Sec", lambda x: 1 / mp.cos(x), lambda x: mp.sin(x) / mp.cos(x) ** 2, at=none)
poles = {**none, "0.0": (inf, -inf), "-0.0": (-inf, -inf)}
function("Csc", lambda x: 1 / mp.sin(x), lambda x: -mp.cos(x) / mp.sin(x) ** 2, at=poles)
function("Cot", lambda x: 1 / mp.tan(x), lambda x: -1 / mp.sin(x) ** 2, at=poles)
pole = {"0.0": (inf, -inf), "-0.0": (-inf, -inf)}
csch = lambda x: 2 * mp.sign(x) * e(-abs(x)) / -mp.expm1(-2 * abs(x))
function("Csch", csch, lambda x: -csch(x) / mp.tanh(x), at=pole)
function("Coth", lambda x: 1 / mp.tanh(x), lambda x: -csch(x) ** 2, at=pole)
within = lambda f: (lambda x: f(x) if abs(x) < 1 else inf if abs(x) == 1 else nan)
root = lambda x: 1 / mp.sqrt(1 - x * x)
function("Asin", mp.asin, within(root), at=none)
function("Acos", mp.acos, lambda x: -within(root)(x), at=none)
function("Atan", mp.atan, lambda x: 1 / (1 + x * x))

# Two numbers: every pair of some sizes and both signs, and neighbours of 1.


def pairs(dtype):
    least, normal, greatest, bits = extremes[dtype]
    sizes = [least, 5 * least, normal, normal**0.5 * 1.7, 1e-6, 0.013, 0.37, 1 - 2.0**-bits, 1, 1 + 2.0**-8, 1.7, 2, 3, 7.3, 40, 1013, 3.3e7, greatest**0.5 * 1.3, greatest / 2, greatest]
    sizes = [single(x) if dtype == "float32" else x for x in sizes]
    return [(a, b) for x in sizes for y in sizes for a in (x, -x) for b in (y, -y)]


def few(dtype):
    return pairs(dtype)[::3]


operation("Add", lambda a, b: a + b, [constant(1)] * 2, rows=few, at=lambda a, b: (0.0, 1, 1) if a == -b else None)
operation("Sub", lambda a, b: a - b, [constant(1), constant(-1)], rows=few, at=lambda a, b: (0.0, 1, -1) if a == b else None)
operation("Mul", lambda a, b: a * b, [lambda a, b: b, lambda a, b: a], rows=few)
operation("MulNoNan", lambda a, b: a * b, [lambda a, b: b, lambda a, b: a], rows=few)
operation("Div", lambda a, b: a / b, [lambda a, b: 1 / b, lambda a, b: -a / b**2], rows=pairs)
operation("Hypot", mp.hypot, [lambda a, b: a / mp.hypot(a, b), lambda a, b: b / mp.hypot(a, b)], rows=pairs)
operation("Atan2", mp.atan2, [lambda a, b: b / (a * a + b * b), lambda a, b: -a / (a * a + b * b)], rows=pairs)
operation("LogAddExp", lambda a, b: max(a, b) + mp.log1p(e(-abs(a - b))), [lambda a, b: sigmoid(a - b), lambda a, b: sigmoid(b - a)], rows=pairs)
half_if_tied = lambda wins: (lambda a, b: half if a == b else mp.mpf(int(wins(a, b))))
operation("Max", lambda a, b: max(a, b), [half_if_tied(lambda a, b: a > b), half_if_tied(lambda a, b: b > a)], rows=few)
operation("Min", lambda a, b: min(a, b), [half_if_tied(lambda a, b: a < b), half_if_tied(lambda a, b: b < a)], rows=few)
operation("Sum", lambda a, b: a + b, [constant(1)] * 2, rows=few, at=lambda a, b: (0.0, 1, 1) if a == -b else None)
operation("Mean", lambda a, b: (a + b) / 2, [constant(half)] * 2, rows=few, at=lambda a, b: (0.0, half, half) if a == -b else None)
operation("PRelu", lambda a, b: a if a > 0 else a * b, [lambda a, b: one if a > 0 else b, lambda a, b: min(a, mp.mpf(0))], rows=few)


def powers(dtype):
    """Beside the pairs, exponents that bring the base close to where the type ends, and small whole ones."""
    import math, random
    draw = random.Random(5)
    least, normal, greatest, bits = extremes[dtype]
    cut = single if dtype == "float32" else float
    bases = [least, normal, 1e-30, 0.003, 0.5, 0.9, 1 - 2.0**-bits, 1 + 2.0**-(bits // 2), 1.1, 2, 2.5, 10, 1e5, 1e30, greatest]
    found = [(cut(x), cut(math.log(size) / math.log(cut(x)))) for x in bases for size in (least, normal, 1e-9, 0.5, 3, 1e20, greatest) for _ in (0,)]
    whole = [(side * cut(x), float(n)) for x in bases for side in (1, -1) for n in (-3, -2, -1, 1, 2, 3, 4, 7)]
    rooted = [(cut(draw.uniform(0.1, 10)), cut(draw.uniform(-20, 20))) for _ in range(60)] + [(cut(x), y) for x in bases for y in (0.5, -0.5, 1.5)]
    return [(x, y) for x, y in found + whole + rooted if y and math.isfinite(y) and abs(y) < 1e6 and x < inf]


operation("Pow", lambda a, b: a**b, [lambda a, b: b * a ** (b - 1), lambda a, b: a**b * mp.log(a) if a > 0 else mp.mpf("nan")], names=("a", "b"), rows=powers)

# A choice, and bounds.
smaller = {"graph": {"nodes": [{"name": "c", "op": "Less", "inputs": ["a", "b"]}, {"name": "y", "op": "Where", "inputs": ["c", "a", "b"]}], "outputs": ["y"]}}
operation("Where", min, [lambda a, b: int(a < b), lambda a, b: int(a >= b)], rows=few, program=smaller)
bounded = {"graph": {"constants": {"lo": -1, "hi": 2}, "nodes": [{"name": "y", "op": "Clip", "inputs": ["x", "lo", "hi"]}]}}
function("Clip", lambda x: max(-one, min(two, x)), lambda x: int(-1 <= x <= 2), program=bounded)

# Remainders: of exact quotients, the derivative by the divisor is the whole quotient.


def divisions(dtype):
    return [(a, b) for a, b in pairs(dtype) if abs(a / b) < 2.0 ** extremes[dtype][3]]


operation("Mod", lambda a, b: a - b * mp.floor(a / b), [constant(1), lambda a, b: -mp.floor(a / b)], rows=divisions,
          at=lambda a, b: (float("-0.0") if b < 0 else 0.0, 1, -mp.floor(mp.mpf(a) / b)) if mp.mpf(a) / b == mp.floor(mp.mpf(a) / b) else None)

write("elementwise", cases)
