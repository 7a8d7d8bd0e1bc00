#!/usr/bin/env python3
"""Makes composites.json.gz with mpmath (1.3; faster where gmpy2 is installed): reductions, normalisations, products of matrices, losses.

Derivatives are differences in so many digits that none of them shows. Where a result is a sum of terms that may cancel, `terms` says what the
magnitudes of its terms add up to, and errors count in units of that; rows in which they add up to more than there are numbers are left out.
"""
import math
import random
import sys

from exact import Column, encode, extremes, inf, mp, nan, single, step, write

mp.mp.dps = 1400
cases = []
stated = {"value": 16, "gradient": 16}


def cut(dtype, x):
    return single(x) if dtype == "float32" else float(x)


def vectors(dtype, size, seed=3):
    """Rows of one magnitude from the least to the greatest, of mixed ones, with zeros, close to each other, and of everyday size."""
    draw = random.Random(seed)
    least, normal, greatest, bits = extremes[dtype]
    sign = lambda: draw.choice((-1, 1))
    low, high = math.log2(normal), math.log2(greatest) - 4
    exponents = [low + (high - low) * k / 16 for k in range(17)]
    rows = [[sign() * draw.uniform(1, 2) * 2.0**e for _ in range(size)] for e in exponents]
    rows += [[sign() * 2.0 ** draw.uniform(low, high) for _ in range(size)] for _ in range(6)]
    rows += [[sign() * draw.uniform(1, 9) * least * 2.0 ** draw.randrange(4) for _ in range(size)] for _ in range(2)]
    rows += [[draw.uniform(-reach, reach) for _ in range(size)] for reach in (1, 3, 3, 20, 100, 800) for _ in range(2)]
    rows += [[base * (1 + k * draw.randrange(-5, 6) * 2.0**-bits) for _ in range(size)] for base in (1, 1e6, 3e-20) for k in (1, 64)]
    rows += [[0.0] * (size - 1) + [2.5], [7.5] + [0.0] * (size - 1), [-(2.0 ** (high / 2 + 2))] + [1.5] * (size - 1)]
    return [[cut(dtype, x) for x in row] for row in rows]


def drawn(*shapes, keep=lambda values: True, change=lambda x: x, seed=3):
    """Rows of several inputs, all from one vector."""
    def rows(dtype):
        found = []
        for vector in vectors(dtype, sum(shapes), seed):
            given, at = [], 0
            for size in shapes:
                given.append([cut(dtype, change(x)) for x in vector[at:at + size]])
                at += size
            if keep([x for values in given for x in values]): found.append(given)
        return found
    return rows


def zeros(values): return all(x == 0 for x in values)


def case(name, program, shapes, f, rows, operator=None, cotangent=None, terms=None, fixed={}, bounds=None, limits=lambda dtype: []):
    """
    `f` takes a list of numbers for each input and gives those of the output. `terms` is "absolute" for sums of products, which are the same
    over magnitudes, or gives magnitudes for the values and for each gradient. `limits` are rows with their values and gradients.
    """
    names = list(shapes)
    for dtype in ("float64", "float32"):
        taken = [row for row in rows(dtype) if terms != "absolute" or held(dtype, f(*[[abs(mp.mpf(x)) for x in given] for given in row]))]
        ends = limits(dtype)
        values, gradients = Column(), [Column() for _ in names]
        of_values, of_gradients = Column(), [Column() for _ in names]
        flat = [k for row in (cotangent if isinstance(cotangent, list) else [1]) for k in (flatten(row))]
        for row in taken:
            exact = [[mp.mpf(x) for x in given] for given in row]
            found, slopes = f(*exact), pulled(f, exact, flat)
            for x in found: values.add(x)
            for column, slope in zip(gradients, slopes):
                for x in slope: column.add(x)
            if terms is None: continue
            if terms == "absolute":
                positive = [[abs(x) for x in given] for given in exact]
                scales = f(*positive), pulled(f, positive, [abs(k) for k in flat])
            else: scales = terms(exact, flat)
            for x in scales[0]: of_values.add(bounded(dtype, x))
            for column, scale in zip(of_gradients, scales[1]):
                for x in scale: column.add(bounded(dtype, x))
        for row, found, slopes in ends:
            for x in found:
                values.add(x)
                of_values.add(0)
            for column, scale, slope in zip(gradients, of_gradients, slopes):
                for x in slope:
                    column.add(x)
                    scale.add(0)
        given = {key: encode([x for row in [*taken, *(end[0] for end in ends)] for x in row[at]], "d") for at, key in enumerate(names)}
        told = lambda column, scale: column.json() | ({} if terms is None else {"terms": encode(scale.rounded, "d")})
        print(name, dtype, len(taken), file=sys.stderr)
        cases.append({"name": name, "operator": operator, "bounds": bounds, "program": program, "dtype": dtype, "shape": [], "shapes": shapes,
                      "points": len(taken) + len(ends), "inputs": given, "fixed": fixed, "values": told(values, of_values),
                      "gradients": {key: told(*columns) for key, *columns in zip(names, gradients, of_gradients)},
                      **({} if cotangent is None else {"cotangent": cotangent})})


def flatten(x): return [k for row in x for k in flatten(row)] if isinstance(x, list) else [mp.mpf(x)]


def held(dtype, values): return all(x <= extremes[dtype][2] for x in values)


def bounded(dtype, x): return min(mp.mpf(x), mp.mpf(extremes[dtype][2]))


def pulled(f, given, cotangent):
    """The derivative of the output times the cotangent by every number, over a step far below all of them."""
    h = step * min([abs(x) for values in given for x in values if x] + [mp.mpf(1)])
    total = lambda at, k, by: mp.fsum(c * y for c, y in zip(cotangent, f(*[[x + by if (i, j) == (at, k) else x for j, x in enumerate(v)] for i, v in enumerate(given)])))
    return [[(total(at, k, h) - total(at, k, -h)) / (2 * h) for k in range(len(values))] for at, values in enumerate(given)]


def graph(op, names, attributes={}, constants={}):
    return {"graph": {"constants": constants, "nodes": [{"name": "y", "op": op, "inputs": names, "attributes": attributes}]}}


def reduction(op, f, attributes={}, rows=drawn(4), **more):
    label = op + "".join(f", {k} {v}" for k, v in attributes.items())
    case(label, graph(op, ["x"], {"keepdims": False, **attributes}), {"x": [4]}, lambda x: [f(x)], rows, operator=op, **more)


e = mp.exp
total = mp.fsum
mean = lambda x: total(x) / len(x)
squares = lambda x: total(t * t for t in x)
product = lambda x: mp.fprod(x)


def centred(x):
    m = mean(x)
    return [t - m for t in x]


def softmax(x):
    shares = [e(t - max(x)) for t in x]
    return [t / total(shares) for t in shares]


def known(x):
    """Shares times 1 and the distance from the greatest number, which is rounded before its exponential is taken."""
    return [p * (1 + max(x) - t) for p, t in zip(softmax(x), x)]


def log_softmax(x):
    """Beside a share of nearly 1, what the others are."""
    top = x.index(max(x))
    others = total(e(t - x[top]) for k, t in enumerate(x) if k != top)
    return [t - x[top] - mp.log1p(others) for t in x]


def turning(dtype):
    """A sum that overflows on the way and comes back."""
    greatest = extremes[dtype][2]
    return [[greatest, greatest / 2, -greatest, -greatest / 4]]


positive = drawn(4, change=abs)
nonzero = drawn(4, keep=lambda x: not zeros(x))

# Reductions of four numbers.
reduction("ReduceSum", total, terms="absolute", 
          limits=lambda dtype: [([[1.0, inf, 2.0, -3.0]], [inf], [[1] * 4]), ([[1.0, inf, -inf, -3.0]], [nan], [[1] * 4]), (turning(dtype), [-turning(dtype)[0][3]], [[1] * 4])])
reduction("ReduceMean", mean, terms="absolute", limits=lambda _: [([[1.0, -inf, 2.0, -3.0]], [-inf], [[0.25] * 4])])
reduction("ReduceProd", product)
reduction("ReduceL1", lambda x: total(abs(t) for t in x), rows=drawn(4, keep=all))
reduction("ReduceL2", lambda x: mp.sqrt(squares(x)), rows=nonzero, limits=lambda _: [([[0.0] * 4], [0.0], [[0.0] * 4])])
reduction("ReduceSumSquare", squares)
reduction("ReduceRootMeanSquare", lambda x: mp.sqrt(squares(x) / len(x)), rows=nonzero, limits=lambda _: [([[0.0] * 4], [0.0], [[0.0] * 4])])
reduction("ReduceLogSum", lambda x: mp.log(total(x)), rows=positive)
reduction("ReduceLogSumExp", lambda x: max(x) + mp.log(total(e(t - max(x)) for t in x)),
          terms=lambda given, _: ([0], [known(given[0])]),
          limits=lambda _: [([[1.0, 0.0, -inf, -inf]], [mp.log(e(1) + 1)], [[e(1) / (e(1) + 1), 1 / (e(1) + 1), 0, 0]]), ([[-inf] * 4], [-inf], [[0] * 4])])
spread = lambda x: squares(centred(x)) / 3
# Terms of its gradient: the numbers less their mean, of which none is known better than the greatest.
reduction("ReduceVariance", spread, terms=lambda given, _: ([spread(given[0])], [[max(abs(t) for t in centred(given[0])) * 2 / 3] * 4]))
deviation = lambda x: mp.sqrt(spread(x))
# A mean of subnormal numbers is rounded to one of them, which may be all that they differ by.
varied = drawn(4, keep=lambda x: len(set(x)) > 1 and max(abs(t) for t in x) > 1e-37)
reduction("ReduceStandardDeviation", deviation, rows=varied,
          terms=lambda given, _: ([deviation(given[0])], [[max(abs(t) for t in centred(given[0])) / 3 / deviation(given[0])] * 4]))
case("CumSum", graph("CumSum", ["x", "axis"], {}, {"axis": {"dtype": "int64", "data": 0}}), {"x": [4]},
     lambda x: [total(x[:k + 1]) for k in range(4)], drawn(4), operator="CumSum", cotangent=[1, -2, 0.5, 3], terms="absolute",
     limits=lambda dtype: [(turning(dtype), [turning(dtype)[0][0], inf, turning(dtype)[0][1], -turning(dtype)[0][3]], [[2.5, 1.5, 3.5, 3]])])
case("CumProd", graph("CumProd", ["x"]), {"x": [4]}, lambda x: [product(x[:k + 1]) for k in range(4)], drawn(4, keep=lambda x: all(1e-9 < abs(t) < 1e9 for t in x)), operator="CumProd",
     cotangent=[0, 0, 0, 1], terms=lambda *_: ([0] * 4, [[0] * 4]))


def recurrence(a, b):
    y = []
    for k in range(3): y.append(b[k] + (a[k] * y[-1] if k else 0))
    return y


case("LinearRecurrence", graph("LinearRecurrence", ["a", "b"]), {"a": [3], "b": [3]}, recurrence, drawn(3, 3), operator="LinearRecurrence",
     cotangent=[1, 1, 1], terms="absolute")

# Softmax and its logarithm.
weights = [1, -2, 0.5, 3]
case("Softmax", graph("Softmax", ["x"]), {"x": [4]}, softmax, drawn(4), operator="Softmax", cotangent=weights,
     terms=lambda given, c: (known(given[0]), [[p * (abs(k) + total(abs(q * j) for q, j in zip(softmax(given[0]), c))) for p, k in zip(known(given[0]), c)]]))
case("LogSoftmax", graph("LogSoftmax", ["x"]), {"x": [4]}, log_softmax, drawn(4), operator="LogSoftmax", cotangent=weights,
     terms=lambda given, c: ([abs(t) for t in log_softmax(given[0])], [[abs(k) + p * total(abs(j) for j in c) for p, k in zip(softmax(given[0]), c)]]))
case("Probability", graph("Probability", ["x"]), {"x": [4]}, lambda x: x, drawn(4, change=lambda t: min(1, abs(t))), operator="Probability", cotangent=[1] * 4)

# Sums of products.


def product_of(rows, inner, columns):
    return lambda a, b: [total(a[i * inner + k] * b[k * columns + j] for k in range(inner)) for i in range(rows) for j in range(columns)]


ones = lambda *sizes: 1 if not sizes else [ones(*sizes[1:]) for _ in range(sizes[0])]
case("MatMul", graph("MatMul", ["a", "b"]), {"a": [2, 3], "b": [3, 2]}, product_of(2, 3, 2), drawn(6, 6), operator="MatMul", cotangent=ones(2, 2), terms="absolute")
case("Gemm", graph("Gemm", ["a", "b", "c"], {"alpha": 0.5, "beta": 2}), {"a": [2, 3], "b": [3, 2], "c": [2]},
     lambda a, b, c: [y / 2 + 2 * c[k % 2] for k, y in enumerate(product_of(2, 3, 2)(a, b))], drawn(6, 6, 2), operator="Gemm", cotangent=ones(2, 2), terms="absolute")
case("Einsum", graph("Einsum", ["a", "b"], {"equation": "ik,kj->ij"}), {"a": [2, 3], "b": [3, 2]}, product_of(2, 3, 2), drawn(6, 6), operator="Einsum",
     cotangent=ones(2, 2), terms="absolute")
# One image of two channels and four places, two kernels of two places.
convolved = lambda x, w, b: [b[o] + total(x[c * 4 + p + k] * w[o * 4 + c * 2 + k] for c in range(2) for k in range(2)) for o in range(2) for p in range(3)]
case("Conv", graph("Conv", ["x", "w", "b"]), {"x": [1, 2, 4], "w": [2, 2, 2], "b": [2]}, convolved, drawn(8, 8, 2), operator="Conv", cotangent=ones(1, 2, 3), terms="absolute")


def transposed(x, w):
    y = [mp.mpf(0)] * 10
    for c in range(2):
        for o in range(2):
            for p in range(4):
                for k in range(2): y[o * 5 + p + k] += x[c * 4 + p] * w[c * 4 + o * 2 + k]
    return y


case("ConvTranspose", graph("ConvTranspose", ["x", "w"]), {"x": [1, 2, 4], "w": [2, 2, 2]}, transposed, drawn(8, 8), operator="ConvTranspose",
     cotangent=ones(1, 2, 5), terms="absolute")
case("AveragePool", graph("AveragePool", ["x"], {"kernel_shape": [2]}), {"x": [1, 1, 4]}, lambda x: [(x[k] + x[k + 1]) / 2 for k in range(3)], drawn(4),
     operator="AveragePool", cotangent=ones(1, 1, 3), terms="absolute")
case("GlobalAveragePool", graph("GlobalAveragePool", ["x"]), {"x": [1, 1, 4]}, lambda x: [mean(x)], drawn(4), operator="GlobalAveragePool",
     cotangent=ones(1, 1, 1), terms="absolute")

# Normalisations, of two channels of four numbers or one.


def normalised(x, epsilon=mp.mpf(1e-5)):
    apart = centred(x)
    return [t / mp.sqrt(squares(x=apart) / len(x) + epsilon) for t in apart]


def scaled(groups, channel):
    """Stretches of x are normalised, then scaled and shifted by channel."""
    def f(x, scale, shift):
        size = len(x) // groups
        found = [t for k in range(groups) for t in normalised(x[k * size:(k + 1) * size])]
        return [t * scale[channel(k)] + shift[channel(k)] for k, t in enumerate(found)]
    return f


def normal_terms(groups, channel):
    """Of a value: its product and its shift, each element known as well as the greatest of its stretch. Of gradients: all that is subtracted."""
    def terms(given, c):
        x, scale, shift = given
        size = len(x) // groups
        values, slopes, of_scale, of_shift = [], [], [mp.mpf(0)] * len(scale), [mp.mpf(0)] * len(scale)
        for k in range(groups):
            part = x[k * size:(k + 1) * size]
            most = max(abs(t) for t in normalised(part)) or mp.mpf(0)
            inverse = 1 / mp.sqrt(squares(centred(part)) / size + mp.mpf(1e-5))
            places = range(k * size, (k + 1) * size)
            pull = max(abs(c[at] * scale[channel(at)]) for at in places)
            for at in places:
                values.append(most * abs(scale[channel(at)]) + abs(shift[channel(at)]))
                slopes.append(inverse * pull * (2 + most * most))
                of_scale[channel(at)] += most * abs(c[at])
                of_shift[channel(at)] += abs(c[at])
        return values, [slopes, of_scale, of_shift]
    return terms


def everyday(*rest):
    """Numbers to be normalised over all magnitudes, scales and shifts of everyday size."""
    def rows(dtype):
        draw = random.Random(9)
        return [[x, *([cut(dtype, draw.uniform(0.5, 2) * draw.choice((-1, 1))) for _ in range(size)] for size in rest)]
                for x in vectors(dtype, 4) if max(abs(t) for t in x) > 1e-37]
    return rows


pull = [[1, -2, 0.5, 3]]
own, two = lambda k: k, lambda k: k // 2
case("LayerNormalization", graph("LayerNormalization", ["x", "scale", "shift"]), {"x": [1, 4], "scale": [4], "shift": [4]}, scaled(1, own), everyday(4, 4),
     operator="LayerNormalization", cotangent=pull, terms=normal_terms(1, own))
case("InstanceNormalization", graph("InstanceNormalization", ["x", "scale", "shift"]), {"x": [1, 1, 4], "scale": [1], "shift": [1]}, scaled(1, lambda k: 0),
     everyday(1, 1), operator="InstanceNormalization", cotangent=[pull], terms=normal_terms(1, lambda k: 0))
case("GroupNormalization", graph("GroupNormalization", ["x", "scale", "shift"], {"num_groups": 1}), {"x": [1, 2, 2], "scale": [2], "shift": [2]},
     scaled(1, two), everyday(2, 2), operator="GroupNormalization", cotangent=[[[1, -2], [0.5, 3]]], terms=normal_terms(1, two))
batch = {"graph": {"constants": {"m": [0], "v": [1]}, "nodes": [{"name": "y", "op": "BatchNormalization", "inputs": ["x", "scale", "shift", "m", "v"],
                                                                "outputs": ["y", "p", "q"], "attributes": {"training_mode": True}}], "outputs": ["y"]}}
case("BatchNormalization", batch, {"x": [4, 1], "scale": [1], "shift": [1]}, scaled(1, lambda k: 0), everyday(1, 1), operator="BatchNormalization",
     cotangent=[[k] for k in pull[0]], terms=normal_terms(1, lambda k: 0))

# Losses of networks. Differences of given numbers lose nothing, so the units are those of the results.


def loss(kind, f, rows, shapes={"input": [4], "target": [4]}, fixed={}, terms=None, **arguments):
    label = kind + "".join(f", {k} {v}" for k, v in arguments.items())
    case(label, {"network": {"layers": [{"type": "Identity"}], "loss": {"type": kind, **arguments}}}, shapes, lambda *given: [f(*given)], rows,
         fixed=fixed, bounds=stated | ({"of": "terms"} if terms else {}), terms=terms and (lambda given, _: terms(*given)))


def pairs(change_input=lambda x: x, change_target=lambda x: x, apart=False):
    def rows(dtype):
        found = []
        for x, t in zip(vectors(dtype, 4), vectors(dtype, 4, seed=8)):
            row = [[cut(dtype, change_input(k)) for k in x], [cut(dtype, change_target(k)) for k in t]]
            if not apart or all(a != b for a, b in zip(*row)): found.append(row)
        return found
    return rows


def squash(x): return min(1, abs(x))
def inside(x): return abs(x) if abs(x) < 1 else 0.5 + 0.4 * math.sin(x % 1000)


loss("MSELoss", lambda x, t: mean([(a - b) ** 2 for a, b in zip(x, t)]), pairs())
loss("L1Loss", lambda x, t: mean([abs(a - b) for a, b in zip(x, t)]), pairs(apart=True))


def smooth(a, b, beta):
    d = abs(a - b)
    return d * d / (2 * beta) if d < beta else d - mp.mpf(beta) / 2


loss("SmoothL1Loss", lambda x, t: mean([smooth(a, b, 1) for a, b in zip(x, t)]), pairs(apart=True))
loss("SmoothL1Loss", lambda x, t: mean([smooth(a, b, 0.5) for a, b in zip(x, t)]), pairs(apart=True), beta=0.5)
loss("HuberLoss", lambda x, t: mean([4 * smooth(a, b, 4) for a, b in zip(x, t)]), pairs(apart=True), delta=4)
softplus = lambda x: max(x, mp.mpf(0)) + (mp.log1p(e(-abs(x))) if abs(x) < 4000 else e(-abs(x)))
logits = lambda x, t, w=1: mean([w * b * softplus(-a) + (1 - b) * softplus(a) for a, b in zip(x, t)])
share = lambda x: e(-softplus(-x))
# By the logit and by the target, what counts for a class and what counts against it.
against = lambda w: lambda x, t: ([0], [[(w * b * share(-a) + (1 - b) * share(a)) / 4 for a, b in zip(x, t)], [(w * softplus(-a) + softplus(a)) / 4 for a in x]])
loss("BCEWithLogitsLoss", logits, pairs(change_target=inside), terms=against(1))
loss("BCEWithLogitsLoss", lambda x, t: logits(x, t, 3), pairs(change_target=inside), terms=against(3), pos_weight=3)
loss("BCELoss", lambda p, t: mean([-(b * mp.log(a) + (1 - b) * mp.log1p(-a)) for a, b in zip(p, t)]),
     pairs(change_input=lambda x: inside(x) if abs(x) > 1e-30 else 0.25, change_target=lambda x: inside(x) if x else 0.25),
     terms=lambda p, t: ([0], [[(b / a + (1 - b) / (1 - a)) / 4 for a, b in zip(p, t)], [(abs(mp.log(a)) + abs(mp.log1p(-a))) / 4 for a in p]]))
shares = drawn(4)


def missed(x, label):
    """What the gradient of -log p is made of: the share of each class, and beside the label's those of all others."""
    found = known(x)
    return [total(found) - p if k == label else p for k, p in enumerate(found)]


def choice(kind, f, terms, **arguments): loss(kind, f, shares, {"input": [1, 4]}, {"target": [2]}, terms, **arguments)


choice("CrossEntropyLoss", lambda x: -log_softmax(x)[2], lambda x: ([0], [missed(x, 2)]))
choice("CrossEntropyLoss", lambda x: -log_softmax(x)[2] * 3, lambda x: ([0], [[3 * p for p in missed(x, 2)]]), weight=[1, 2, 3, 4], reduction="sum")
choice("CrossEntropyLoss", lambda x: -(log_softmax(x)[2] * (1 - mp.mpf(0.25)) + total(log_softmax(x)) / 16),
       lambda x: ([0], [[p + mp.mpf(0.0625) for p in missed(x, 2)]]), label_smoothing=0.25)
choice("NLLLoss", lambda x: -x[2], None)
loss("CrossEntropyLoss", lambda x: (-log_softmax(x[:4])[2] * 3 - log_softmax(x[8:])[0]) / 4, drawn(12), {"input": [3, 4]}, {"target": [2, 1, 0]},
     lambda x: ([0], [[0.75 * p for p in missed(x[:4], 2)] + [mp.mpf(0)] * 4 + [0.25 * p for p in missed(x[8:], 0)]]),
     weight=[1, 2, 3, 4], ignore_index=1)
loss("KLDivLoss", lambda x, t: total(b * (mp.log(b) - a) for a, b in zip(x, t)) / 4, pairs(change_target=lambda x: inside(x) if x else 0.25),
     terms=lambda x, t: ([total(abs(b * mp.log(b)) + abs(b * a) for a, b in zip(x, t)) / 4], [[b / 4 for b in t], [(abs(mp.log(b)) + 1 + abs(a)) / 4 for a, b in zip(x, t)]]))

label = {"graph": {"constants": {"labels": {"dtype": "int64", "data": [2]}}, "nodes": [{"name": "y", "op": "", "inputs": ["x", "labels"]}]}}
for op, f, terms in (("SoftmaxCrossEntropyLoss", lambda x: [-log_softmax(x)[2]], lambda given, _: ([0], [missed(given[0], 2)])), ("NegativeLogLikelihoodLoss", lambda x: [-x[2]], None)):
    case(op, {"graph": {**label["graph"], "nodes": [{"name": "y", "op": op, "inputs": ["x", "labels"]}]}}, {"x": [1, 4]}, f, shares, operator=op, terms=terms)

write("composites", cases)
