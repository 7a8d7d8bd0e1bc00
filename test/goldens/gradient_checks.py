#!/usr/bin/env python3
"""Makes gradient_checks.json: what torch.autograd.gradcheck and the formulas of three courses say of right and of planted gradients
(PyTorch 2.15 and NumPy, CPU, float64). Run beside that file; neither is needed to use it."""
import importlib
import json
import numpy as np
import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(11)
torch_check = importlib.import_module("torch.autograd.gradcheck")

# Functions of several tensors to one number: the formula that Adjoint reads, the shapes of its inputs, and the same in torch.
functions = [
    ("sum(tanh(x @ w) * v)", dict(x=(2, 3), w=(3, 2), v=(2, 2)), lambda x, w, v: (torch.tanh(x @ w) * v).sum()),
    ("sum(exp(x) / (1 + x^2))", dict(x=(5,)), lambda x: (torch.exp(x) / (1 + x**2)).sum()),
    ("logsumexp(a * b)", dict(a=(4,), b=(4,)), lambda a, b: torch.logsumexp(a * b, 0)),
    ("mean(sigmoid(x @ w + b) * x)", dict(x=(3, 3), w=(3, 3), b=(3,)), lambda x, w, b: (torch.sigmoid(x @ w + b) * x).mean()),
    ("sum(sin(x) * cos(y) + x * y^3)", dict(x=(3,), y=(3,)), lambda x, y: (torch.sin(x) * torch.cos(y) + x * y**3).sum()),
]


def points():
    for expression, shapes, function in functions:
        inputs = tuple(torch.randn(shape).requires_grad_(True) for shape in shapes.values())
        yield expression, list(shapes), function, inputs, torch.autograd.grad(function(*inputs), inputs)


def lists(names, tensors):
    return {name: tensor.tolist() for name, tensor in zip(names, tensors)}


def planted(exact, count, allowed, factor):
    """A copy of the gradients with one entry off its numerical value by `factor` times what is allowed there."""
    claimed = [gradient.clone() for gradient in exact["true"]]
    which = count % len(claimed)
    entry = count % claimed[which].numel()
    number = exact["numerical"][which].flatten()[entry].item()
    claimed[which].view(-1)[entry] = number + factor * allowed(number)
    return claimed


factors = (0.9, 1.1, -0.9, -1.1)


def torch_cases():
    for expression, names, function, inputs, true in points():
        for setting in (dict(eps=1e-6, atol=1e-5, rtol=1e-3), dict(eps=1e-4, atol=1e-7, rtol=1e-5)):
            jacobians = torch_check._get_numerical_jacobian(function, inputs, (function(*inputs),), eps=setting["eps"])
            numerical = [jacobian[0].reshape(tensor.shape) for jacobian, tensor in zip(jacobians, inputs)]
            exact = dict(true=true, numerical=numerical)
            claims = [true] + [planted(exact, k, lambda n: setting["atol"] + setting["rtol"] * abs(n), f) for k, f in enumerate(factors)]
            for claimed in claims:
                passed = torch.autograd.gradcheck(with_backward(function, claimed), inputs, raise_exception=False, **setting)
                yield dict(expression=expression, **setting, inputs=lists(names, inputs), gradients=lists(names, claimed),
                           numerical=lists(names, numerical), passed=bool(passed))


def with_backward(function, claimed):
    """The function, with a backward that answers with the claimed gradients."""

    class Claimed(torch.autograd.Function):
        @staticmethod
        def forward(context, *tensors):
            return function(*tensors).detach()

        @staticmethod
        def backward(context, cotangent):
            return tuple(cotangent * gradient for gradient in claimed)

    return Claimed.apply


def central(function, inputs, h):
    """Central differences, one entry at a time."""
    gradients = []
    for k, tensor in enumerate(inputs):
        gradient = torch.zeros_like(tensor)
        for entry in range(tensor.numel()):
            values = []
            for sign in (1, -1):
                moved = [other.detach().clone() for other in inputs]
                moved[k].view(-1)[entry] += sign * h
                values.append(function(*moved).item())
            gradient.view(-1)[entry] = (values[0] - values[1]) / (2 * h)
        gradients.append(gradient)
    return gradients


# CS231n: |a - n| over the larger of 1e-8 and |a| + |n|. CS224n: over the largest of 1, |a| and |n|.
courses = {
    "cs231n": (1e-5, 1e-7, lambda a, n: (a - n).abs() / torch.clamp(a.abs() + n.abs(), min=1e-8), lambda n: 2e-7 * abs(n)),
    "cs224n": (1e-4, 1e-5, lambda a, n: (a - n).abs() / torch.clamp(torch.maximum(a.abs(), n.abs()), min=1), lambda n: 1e-5 * max(1, abs(n))),
}


def course_cases():
    for preset, (h, bound, error, allowed) in courses.items():
        for expression, names, function, inputs, true in points():
            numerical = central(function, inputs, h)
            exact = dict(true=numerical, numerical=numerical)
            for claimed in [numerical] + [planted(exact, k, allowed, f) for k, f in enumerate(factors)]:
                errors = [error(a, n) for a, n in zip(claimed, numerical)]
                yield dict(preset=preset, expression=expression, inputs=lists(names, inputs), gradients=lists(names, claimed),
                           numerical=lists(names, numerical), errors=lists(names, errors),
                           passed=all(bool((e <= bound).all()) for e in errors))


def norm_ratio_case():
    """The gradient check of the deeplearning.ai course: three layers, with and without its two planted mistakes."""
    np.random.seed(1)
    x, y = np.random.randn(4, 3), np.array([1, 1, 0])
    shapes = dict(W1=(5, 4), b1=(5, 1), W2=(3, 5), b2=(3, 1), W3=(1, 3), b3=(1, 1))
    parameters = {name: np.random.randn(*shape) for name, shape in shapes.items()}
    count = x.shape[1]

    def forward(W1, b1, W2, b2, W3, b3):
        a1 = np.maximum(0, W1 @ x + b1)
        a2 = np.maximum(0, W2 @ a1 + b2)
        a3 = 1 / (1 + np.exp(-(W3 @ a2 + b3)))
        return a1, a2, a3, np.sum(-np.log(a3) * y - np.log(1 - a3) * (1 - y)) / count

    def backward(of_w2, of_b1):
        a1, a2, a3, _ = forward(**parameters)
        d3 = (a3 - y) / count
        d2 = parameters["W3"].T @ d3 * (a2 > 0)
        d1 = parameters["W2"].T @ d2 * (a1 > 0)
        total = lambda d: d.sum(axis=1, keepdims=True)
        return dict(W1=d1 @ x.T, b1=of_b1 * total(d1), W2=of_w2 * (d2 @ a1.T), b2=total(d2), W3=d3 @ a2.T, b3=total(d3))

    h = 1e-7
    numerical = {name: np.zeros(shape) for name, shape in shapes.items()}
    for name, gradient in numerical.items():
        for entry in np.ndindex(gradient.shape):
            costs = []
            for sign in (1, -1):
                moved = {other: array.copy() for other, array in parameters.items()}
                moved[name][entry] += sign * h
                costs.append(forward(**moved)[-1])
            gradient[entry] = (costs[0] - costs[1]) / (2 * h)

    def ratio(gradients):
        a, n = (np.concatenate([arrays[name].ravel() for name in shapes]) for arrays in (gradients, numerical))
        return float(np.linalg.norm(a - n) / (np.linalg.norm(a) + np.linalg.norm(n)))

    mistaken, right = backward(of_w2=2, of_b1=4), backward(of_w2=1, of_b1=1)
    as_lists = lambda arrays: {name: array.tolist() for name, array in arrays.items()}
    return dict(inputs=as_lists(dict(x=x, y=y.astype(float), **parameters)), mistaken=dict(gradients=as_lists(mistaken), error=ratio(mistaken)),
                right=dict(gradients=as_lists(right), error=ratio(right)))


goldens = {"torch": list(torch_cases()), "courses": list(course_cases()), "deeplearning.ai": norm_ratio_case()}
with open("gradient_checks.json", "w") as file:
    json.dump(goldens, file, separators=(",", ":"))
    file.write("\n")
