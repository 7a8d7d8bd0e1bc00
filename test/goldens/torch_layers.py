#!/usr/bin/env python3
"""Makes layers.json with PyTorch (CPU, float64): the layers, arguments and losses that networks.json leaves untouched, one small
case each, and Hessian-vector products of a few smooth networks. Writes beside itself; PyTorch is not needed to use the result.

Every case seeds the generator from its own name, so adding, removing or moving a case leaves the numbers of the others alone.
Given numbers (inputs, targets, parameters, cotangents, tangents) are drawn with four decimals, to keep the file small and legible;
computed ones are written in full. Inputs keep clear of kinks, where a subgradient would be a convention rather than a fact, except in
the cases that are there to show torch's conventions.
"""
import copy
import json
import pathlib
import warnings
import zlib

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
warnings.filterwarnings("ignore", message="Using padding='same' with even kernel")
warnings.filterwarnings("ignore", message="reduction: 'mean' divides the total loss")

REDUCTIONS = ("mean", "sum", "none")
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.LayerNorm, nn.GroupNorm)
RECURRENT = (nn.RNN, nn.LSTM, nn.GRU)


# ---- building and running one network ----


class Sequence(nn.Module):
    """A recurrent module that hands on its output sequence and drops its final state."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x)[0]


class Select(nn.Module):
    def __init__(self, dim, index):
        super().__init__()
        self.dim, self.index = dim, index

    def forward(self, x):
        return x.select(self.dim, self.index)


class Hardsigmoid(nn.Module):
    """nn.Hardsigmoid by its definition: torch's own backward holds 1/6 in single precision, wrong from the ninth digit on."""

    def forward(self, x):
        return nn.functional.relu6(x + 3) / 6


OWN = {"Select": Select, "Hardsigmoid": Hardsigmoid}


def layer(type, **arguments):
    return {"type": type, **arguments}


def module(spec):
    arguments = {k: v for k, v in spec.items() if k != "type"}
    made = (OWN.get(spec["type"]) or getattr(nn, spec["type"]))(**arguments)
    with torch.no_grad():  # torch starts these at constants, which would hide mistakes
        if isinstance(made, NORMS):
            for name, tensor in [*made.named_parameters(), *made.named_buffers()]:
                if name in ("weight", "running_var"):
                    tensor.uniform_(0.5, 1.5)
                elif name in ("bias", "running_mean"):
                    tensor.uniform_(-0.5, 0.5)
        if isinstance(made, nn.PReLU):
            made.weight.uniform_(0.1, 0.6)
        if isinstance(made, nn.Embedding):
            made.weight.normal_()  # the padding row too: it is looked up like any other
    return Sequence(made) if isinstance(made, RECURRENT) else made


def loss_module(spec):
    arguments = {k: torch.tensor(v) if isinstance(v, list) else v for k, v in spec.items() if k != "type"}
    return getattr(nn, spec["type"])(**arguments)


def short(tensor):
    return tensor.round(decimals=4) if tensor.is_floating_point() else tensor


def plain(name):
    return name.replace(".inner.", ".")


def prepare(name, layers, input, loss, target, training):
    """Builds the network and its data; `input` is a shape or a function, `target` a function of the output."""
    torch.manual_seed(zlib.crc32(name.encode()))
    net = nn.Sequential(*map(module, layers)).train(training)
    with torch.no_grad():
        for m in net.modules():
            if training and isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)):
                m.reset_running_stats()
        for tensor in net.state_dict().values():
            tensor.copy_(short(tensor))
        x = short(input() if callable(input) else torch.randn(*input))
        y = short(target(copy.deepcopy(net)(x)))  # on a copy, so that looking at the output moves no running statistics
    if x.is_floating_point():
        x.requires_grad_(True)
    parameters = {plain(k): p for k, p in net.named_parameters()}
    buffers = {plain(k): b for k, b in net.named_buffers() if not k.endswith("num_batches_tracked")}
    spec = {"layers": layers, "loss": loss, "training": training}
    return net, x, y, parameters, buffers, spec


cases, second_order = [], []


def case(name, layers, input, loss=None, target=torch.randn_like, training=True, target_gradient=False):
    loss = loss or layer("MSELoss", reduction="sum")
    net, x, y, parameters, buffers, spec = prepare(name, layers, input, loss, target, training)
    before = {k: b.tolist() for k, b in buffers.items()}
    out = net(x)
    wrt = dict(parameters)
    if x.is_floating_point():
        wrt["input"] = x
    if y.is_floating_point() and target_gradient:
        wrt["target"] = y.requires_grad_(True)
    value = loss_module(loss)(out, y)
    made = {"name": name, "network": spec}
    made["parameters"] = {k: p.tolist() for k, p in parameters.items()} | ({} if training else before)
    made["inputs"] = {"input": x.tolist(), "target": y.tolist()}
    made |= {"output": out.tolist(), "loss": value.tolist()}
    cotangent = None
    if loss.get("reduction") == "none":
        cotangent = short(torch.randn_like(value))
        made["cotangent"] = cotangent.tolist()
    gradients = torch.autograd.grad(value, list(wrt.values()), cotangent)
    made["gradients"] = {k: g.tolist() for k, g in zip(wrt, gradients)}
    if training and buffers:
        made["updated_buffers"] = {k: b.tolist() for k, b in buffers.items()}
    cases.append(made)


def hessian_case(name, layers, input, loss=None, target=torch.randn_like):
    loss = loss or layer("MSELoss")
    net, x, y, parameters, _, spec = prepare(name, layers, input, loss, target, training=True)
    wrt = parameters | ({"input": x} if x.is_floating_point() else {})
    tangent = {k: short(torch.randn_like(v)) for k, v in wrt.items()}
    value = loss_module(loss)(net(x), y)
    gradients = torch.autograd.grad(value, list(wrt.values()), create_graph=True)
    slope = sum((g * tangent[k]).sum() for k, g in zip(wrt, gradients))
    products = torch.autograd.grad(slope, list(wrt.values()), materialize_grads=True)
    named = lambda tensors: {k: t.tolist() for k, t in zip(wrt, tensors)}
    second_order.append({
        "name": name, "network": spec, "parameters": {k: p.tolist() for k, p in parameters.items()},
        "inputs": {"input": x.tolist(), "target": y.tolist()}, "loss": value.tolist(), "gradients": named(gradients),
        "tangent": {k: t.tolist() for k, t in tangent.items()}, "hvp": named(products),
    })


# ---- data ----


def spread(*shape, kinks=(), scale=2.0, margin=0.05):
    """Normal numbers, none within `margin` of a kink."""
    def draw():
        x = torch.randn(*shape) * scale
        near = lambda: torch.stack([(x - k).abs() < margin for k in kinks]).any(0) if kinks else torch.zeros_like(x, dtype=torch.bool)
        while near().any():
            x = torch.where(near(), torch.randn(*shape) * scale, x)
        return x
    return draw


def offset(*kinks):
    """A target whose distance to the output keeps clear of the kinks."""
    return lambda out: out + spread(*out.shape, kinks=kinks, scale=1.0)()


def whole(*rows):
    return lambda *_: torch.tensor(rows[0] if len(rows) == 1 else rows)


def numbers(*values):
    return lambda *_: torch.tensor(values)


def probabilities(out):
    """Class probabilities over dimension 1 (or the only one)."""
    return torch.randn_like(out).softmax(min(1, out.dim() - 1))


def unit(out):
    return 0.1 + 0.8 * torch.rand_like(out)


# ---- layers ----

case("Linear: bias false", [layer("Linear", in_features=3, out_features=2, bias=False)], (4, 3))
case("Linear: one unbatched vector", [layer("Linear", in_features=3, out_features=2)], (3,))
case("Linear: two batch dimensions", [layer("Linear", in_features=3, out_features=2)], (2, 3, 3))

for title, shape, arguments in (
    ("stride", (2, 2, 6), dict(kernel_size=3, stride=2)),
    ("padding", (2, 2, 4), dict(kernel_size=3, padding=2)),
    ("dilation", (1, 2, 7), dict(kernel_size=3, dilation=2)),
    ("groups", (1, 4, 4), dict(kernel_size=2, groups=2)),
    ("stride, padding, dilation, groups, no bias", (1, 4, 8), dict(kernel_size=3, stride=2, padding=2, dilation=2, groups=2, bias=False)),
    ("padding same, odd kernel", (1, 2, 5), dict(kernel_size=3, padding="same")),
    ("padding same, even kernel pads more at the end", (1, 2, 5), dict(kernel_size=4, padding="same")),
    ("padding same, even kernel, dilation", (1, 2, 6), dict(kernel_size=2, padding="same", dilation=3)),
    ("padding valid", (1, 2, 5), dict(kernel_size=3, padding="valid", padding_mode="zeros")),
    ("unbatched", (2, 6), dict(kernel_size=3, padding=1)),
):
    case(f"Conv1d: {title}", [layer("Conv1d", in_channels=shape[-2], out_channels=4 if "groups" in arguments else 2, **arguments)], shape)

for title, shape, arguments in (
    ("dilation", (1, 2, 5, 5), dict(kernel_size=2, dilation=3)),
    ("rectangular kernel, stride and padding", (2, 1, 4, 5), dict(kernel_size=[2, 3], stride=[1, 2], padding=[0, 1])),
    ("rectangular dilation", (1, 1, 5, 7), dict(kernel_size=[3, 2], dilation=[1, 3], stride=[2, 1], padding=[1, 2])),
    ("groups", (1, 4, 3, 3), dict(kernel_size=2, groups=2)),
    ("depthwise with a channel multiplier", (1, 2, 3, 3), dict(kernel_size=3, groups=2, padding=1)),
    ("padding same", (1, 2, 3, 4), dict(kernel_size=[3, 2], padding="same")),
    ("padding larger than the input needs", (1, 1, 2, 2), dict(kernel_size=2, padding=2, stride=2)),
    ("unbatched", (2, 4, 4), dict(kernel_size=3)),
):
    case(f"Conv2d: {title}", [layer("Conv2d", in_channels=shape[-3], out_channels=4 if "groups" in arguments else 2, **arguments)], shape)

case("Conv3d: plain", [layer("Conv3d", in_channels=2, out_channels=2, kernel_size=2)], (1, 2, 3, 3, 3))
case("Conv3d: rectangular, stride, padding, dilation", [layer("Conv3d", in_channels=1, out_channels=2, kernel_size=[1, 2, 3], stride=[1, 2, 1], padding=[0, 1, 1], dilation=[1, 1, 2])], (2, 1, 2, 3, 5))
case("Conv3d: groups, no bias", [layer("Conv3d", in_channels=2, out_channels=4, kernel_size=2, groups=2, bias=False)], (1, 2, 3, 2, 3))

for title, shape, arguments in (
    ("plain", (2, 2, 2, 3), dict(kernel_size=2)),
    ("stride and padding", (1, 2, 3, 3), dict(kernel_size=3, stride=2, padding=1)),
    ("output_padding", (1, 2, 2, 3), dict(kernel_size=3, stride=2, padding=1, output_padding=1)),
    ("dilation", (1, 2, 3, 3), dict(kernel_size=2, dilation=2)),
    ("groups", (1, 4, 2, 2), dict(kernel_size=2, groups=2)),
    ("bias false", (1, 2, 3, 3), dict(kernel_size=2, bias=False)),
    ("rectangular, all arguments", (1, 2, 3, 2), dict(kernel_size=[2, 3], stride=[2, 3], padding=[1, 0], output_padding=[1, 2], dilation=[2, 1], groups=2, bias=False)),
):
    case(f"ConvTranspose2d: {title}", [layer("ConvTranspose2d", in_channels=shape[1], out_channels=4 if "groups" in arguments else 2, **arguments)], shape)


def below(*shape):
    """Numbers with no near ties, mostly negative: padding must act as minus infinity, not as zero."""
    count = torch.Size(shape).numel()
    return lambda: (torch.randperm(count).reshape(shape) - 0.8 * count) / 16


for title, shape, arguments in (
    ("stride defaults to the kernel", (2, 2, 7), dict(kernel_size=3)),
    ("stride", (1, 2, 6), dict(kernel_size=3, stride=1)),
    ("padding", (1, 2, 6), dict(kernel_size=3, stride=2, padding=1)),
    ("dilation", (1, 2, 7), dict(kernel_size=3, stride=1, dilation=2)),
    ("ceil_mode", (1, 2, 8), dict(kernel_size=3, stride=2, ceil_mode=True)),
    ("ceil_mode drops a window that would start in the padding", (1, 2, 5), dict(kernel_size=2, stride=2, padding=1, ceil_mode=True)),
    ("all arguments", (1, 2, 9), dict(kernel_size=3, stride=3, padding=1, dilation=2, ceil_mode=True)),
):
    case(f"MaxPool1d: {title}", [layer("MaxPool1d", **arguments)], below(*shape))

for title, shape, arguments in (
    ("overlapping windows", (1, 1, 5, 5), dict(kernel_size=3, stride=1)),
    ("rectangular, padding", (1, 2, 5, 6), dict(kernel_size=[2, 3], stride=[1, 2], padding=[1, 0])),
    ("dilation", (1, 1, 6, 6), dict(kernel_size=2, stride=1, dilation=[2, 3])),
    ("ceil_mode", (1, 1, 6, 5), dict(kernel_size=3, stride=2, ceil_mode=True)),
    ("ceil_mode with padding", (1, 1, 5, 6), dict(kernel_size=2, stride=2, padding=1, ceil_mode=True)),
    ("unbatched", (2, 4, 4), dict(kernel_size=2)),
):
    case(f"MaxPool2d: {title}", [layer("MaxPool2d", **arguments)], below(*shape))

for title, shape, arguments in (
    ("stride", (2, 2, 7), dict(kernel_size=3, stride=2)),
    ("padding counts by default", (1, 2, 6), dict(kernel_size=3, stride=2, padding=1)),
    ("count_include_pad false", (1, 2, 6), dict(kernel_size=3, stride=2, padding=1, count_include_pad=False)),
    ("ceil_mode", (1, 2, 6), dict(kernel_size=3, stride=2, ceil_mode=True)),
    ("ceil_mode with padding, counted", (1, 2, 6), dict(kernel_size=3, stride=3, padding=1, ceil_mode=True, count_include_pad=True)),
    ("ceil_mode with padding, not counted", (1, 2, 6), dict(kernel_size=3, stride=3, padding=1, ceil_mode=True, count_include_pad=False)),
):
    case(f"AvgPool1d: {title}", [layer("AvgPool1d", **arguments)], shape)

for title, shape, arguments in (
    ("stride, rectangular", (1, 2, 3, 6), dict(kernel_size=[2, 3], stride=[1, 2])),
    ("padding counts by default", (1, 1, 4, 5), dict(kernel_size=3, stride=2, padding=1)),
    ("count_include_pad false", (1, 1, 4, 5), dict(kernel_size=3, stride=2, padding=1, count_include_pad=False)),
    ("ceil_mode", (1, 1, 4, 5), dict(kernel_size=[3, 2], stride=2, ceil_mode=True)),
    ("ceil_mode with padding, counted", (1, 1, 6, 4), dict(kernel_size=3, stride=3, padding=1, ceil_mode=True, count_include_pad=True)),
    ("ceil_mode with padding, not counted", (1, 1, 6, 4), dict(kernel_size=3, stride=3, padding=1, ceil_mode=True, count_include_pad=False)),
    ("divisor_override", (1, 1, 4, 4), dict(kernel_size=2, stride=1, divisor_override=3)),
    ("divisor_override with padding and ceil_mode", (1, 1, 6, 4), dict(kernel_size=3, stride=3, padding=1, ceil_mode=True, count_include_pad=False, divisor_override=5)),
):
    case(f"AvgPool2d: {title}", [layer("AvgPool2d", **arguments)], shape)

case("AdaptiveAvgPool1d: divisible", [layer("AdaptiveAvgPool1d", output_size=3)], (2, 2, 6))
case("AdaptiveAvgPool1d: windows overlap", [layer("AdaptiveAvgPool1d", output_size=3)], (2, 2, 7))
case("AdaptiveAvgPool1d: longer than the input", [layer("AdaptiveAvgPool1d", output_size=5)], (1, 2, 3))
case("AdaptiveAvgPool2d: one number", [layer("AdaptiveAvgPool2d", output_size=3)], (1, 1, 5, 7))
case("AdaptiveAvgPool2d: rectangular", [layer("AdaptiveAvgPool2d", output_size=[2, 3])], (1, 1, 5, 4))
case("AdaptiveAvgPool2d: null keeps a size", [layer("AdaptiveAvgPool2d", output_size=[None, 2])], (1, 2, 3, 5))
case("AdaptiveAvgPool2d: null in the last place", [layer("AdaptiveAvgPool2d", output_size=[3, None])], (1, 2, 4, 3))
case("AdaptiveAvgPool2d: global", [layer("AdaptiveAvgPool2d", output_size=1)], (2, 2, 3, 3))

for title, shape, arguments in (
    ("2-D input", (5, 3), dict(eps=1e-3)),
    ("3-D input", (3, 2, 4), {}),
    ("affine false", (5, 3), dict(affine=False)),
    ("momentum", (3, 2, 3), dict(momentum=0.3)),
    ("momentum null, a cumulative average", (5, 3), dict(momentum=None)),
    ("track_running_stats false", (5, 3), dict(track_running_stats=False)),
):
    case(f"BatchNorm1d: training, {title}", [layer("BatchNorm1d", num_features=shape[1], **arguments)], shape)
for title, shape, arguments in (
    ("2-D input", (4, 3), dict(eps=1e-3)),
    ("3-D input", (3, 2, 4), {}),
    ("affine false", (4, 3), dict(affine=False)),
    ("track_running_stats false still uses the batch", (5, 3), dict(track_running_stats=False)),
):
    case(f"BatchNorm1d: not training, {title}", [layer("BatchNorm1d", num_features=shape[1], **arguments)], shape, training=False)
case("BatchNorm1d: not training, between linear layers", [layer("Linear", in_features=2, out_features=3), layer("BatchNorm1d", num_features=3), layer("Tanh"), layer("Linear", in_features=3, out_features=1)], (4, 2), training=False)
for training in (True, False):
    mode = "training" if training else "not training"
    case(f"BatchNorm2d: {mode}", [layer("BatchNorm2d", num_features=2, eps=1e-4)], (2, 2, 3, 2), training=training)
    case(f"BatchNorm2d: {mode}, affine false", [layer("BatchNorm2d", num_features=2, affine=False)], (2, 2, 2, 3), training=training)

for title, shape, arguments in (
    ("two dimensions", (2, 3, 4), dict(normalized_shape=[3, 4])),
    ("last of three dimensions", (2, 3, 4), dict(normalized_shape=[4])),
    ("elementwise_affine false", (3, 5), dict(normalized_shape=5, elementwise_affine=False)),
    ("bias false", (3, 4), dict(normalized_shape=4, bias=False)),
    ("eps", (3, 4), dict(normalized_shape=[4], eps=0.1)),
):
    case(f"LayerNorm: {title}", [layer("LayerNorm", **arguments)], shape)

for title, shape, arguments in (
    ("two groups", (2, 4, 3), dict(num_groups=2, num_channels=4)),
    ("one group", (2, 4, 2, 2), dict(num_groups=1, num_channels=4)),
    ("a group per channel", (2, 3, 4), dict(num_groups=3, num_channels=3, eps=1e-3)),
    ("three groups, affine false", (2, 6, 2), dict(num_groups=3, num_channels=6, affine=False)),
    ("no spatial dimensions", (3, 6), dict(num_groups=2, num_channels=6)),
):
    case(f"GroupNorm: {title}", [layer("GroupNorm", **arguments)], shape)

table = lambda **arguments: [layer("Embedding", num_embeddings=5, embedding_dim=3, **arguments)]
case("Embedding: 1-D input, repeated indices", table(), whole(2, 0, 2, 4, 2))
case("Embedding: 2-D input, repeated indices", table(), whole([1, 3, 1], [0, 3, 3]))
case("Embedding: padding_idx", table(padding_idx=1), whole(1, 3, 1, 0))
case("Embedding: padding_idx from the end, 2-D input", table(padding_idx=-1), whole([4, 2, 4], [2, 0, 1]))
case("Embedding: padding_idx, then linear and tanh", [*table(padding_idx=0), layer("Linear", in_features=3, out_features=2), layer("Tanh")], whole([0, 2], [4, 0]))

for kind, variants in {
    "RNN": (
        ("nonlinearity relu", (4, 1, 2), dict(nonlinearity="relu")),
        ("num_layers 2", (3, 1, 2), dict(num_layers=2)),
        ("bidirectional", (3, 1, 2), dict(bidirectional=True)),
        ("bias false", (3, 1, 2), dict(bias=False)),
        ("batch_first", (2, 3, 2), dict(batch_first=True)),
        ("unbatched", (3, 2), {}),
        ("all arguments", (2, 3, 2), dict(nonlinearity="relu", num_layers=2, bidirectional=True, bias=False, batch_first=True)),
    ),
    "LSTM": (
        ("num_layers 2", (3, 1, 2), dict(num_layers=2)),
        ("bidirectional", (3, 1, 2), dict(bidirectional=True)),
        ("bias false", (3, 1, 2), dict(bias=False)),
        ("unbatched", (3, 2), dict(proj_size=0)),
        ("two bidirectional layers, batch_first", (2, 2, 2), dict(num_layers=2, bidirectional=True, batch_first=True)),
    ),
    "GRU": (
        ("num_layers 2", (3, 1, 2), dict(num_layers=2)),
        ("bidirectional", (3, 1, 2), dict(bidirectional=True)),
        ("batch_first", (2, 3, 2), dict(batch_first=True)),
        ("bias false", (3, 1, 2), dict(bias=False)),
        ("unbatched", (3, 2), {}),
        ("two bidirectional layers, batch_first", (2, 2, 2), dict(num_layers=2, bidirectional=True, batch_first=True)),
    ),
}.items():
    for title, shape, arguments in variants:
        case(f"{kind}: {title}", [layer(kind, input_size=2, hidden_size=2, **arguments)], shape)

case("Dropout: p 0 in training", [layer("Dropout", p=0.0)], (3, 4))
case("Dropout: p 1 in training drops everything", [layer("Dropout", p=1.0)], (2, 3))
case("Dropout: not training", [layer("Dropout", p=0.5)], (3, 4), training=False)
case("Dropout: default, not training, between linear layers", [layer("Linear", in_features=2, out_features=3), layer("Dropout"), layer("Linear", in_features=3, out_features=1)], (3, 2), training=False)

case("Flatten: default keeps the batch", [layer("Flatten")], (2, 2, 3))
case("Flatten: start_dim 0", [layer("Flatten", start_dim=0)], (2, 3, 2))
case("Flatten: end_dim", [layer("Flatten", start_dim=1, end_dim=2)], (2, 2, 3, 2))
case("Flatten: counted from the end", [layer("Flatten", start_dim=-3, end_dim=-2)], (2, 2, 3, 2))
case("Identity", [layer("Identity")], (2, 3))
case("Select: first dimension", [layer("Select", dim=0, index=2)], (3, 2, 2))
case("Select: counted from the end", [layer("Select", dim=-1, index=-2)], (2, 3, 4))
case("Select: then linear", [layer("Select", dim=1, index=0), layer("Linear", in_features=3, out_features=2)], (2, 4, 3))

for kind in ("Softmax", "LogSoftmax", "Softmin"):
    case(f"{kind}: dim 1", [layer(kind, dim=1)], (3, 4))
    case(f"{kind}: dim 0", [layer(kind, dim=0)], (3, 4))
    case(f"{kind}: last of three dimensions", [layer(kind, dim=-1)], (2, 2, 3))
    case(f"{kind}: a single number", [layer(kind, dim=0)], lambda: torch.randn(()))
    case(f"{kind}: large entries", [layer(kind, dim=1)], numbers([1000.0, 999.0, 998.5], [-1000.0, -1001.0, 0.0]))

# ---- activations ----

for kind, kinks, arguments in (
    ("ReLU", (0,), {}),
    ("ReLU6", (0, 6), {}),
    ("LeakyReLU", (0,), {}),
    ("LeakyReLU", (0,), dict(negative_slope=0.3)),
    ("ELU", (0,), {}),
    ("ELU", (0,), dict(alpha=1.7)),
    ("SELU", (0,), {}),
    ("CELU", (0,), {}),
    ("CELU", (0,), dict(alpha=0.5)),  # a power of two: torch's backward holds 1/alpha in single precision
    ("GELU", (), {}),
    ("GELU", (), dict(approximate="none")),
    ("GELU", (), dict(approximate="tanh")),
    ("Sigmoid", (), {}),
    ("LogSigmoid", (), {}),
    ("Hardsigmoid", (-3, 3), {}),
    ("Hardswish", (-3, 3), {}),
    ("Hardtanh", (-1, 1), {}),
    ("Hardtanh", (-2.5, 0.5), dict(min_val=-2.5, max_val=0.5)),
    ("SiLU", (), {}),
    ("Mish", (), {}),
    ("Softplus", (), {}),
    ("Softplus", (1.5,), dict(beta=2.0, threshold=3.0)),
    ("Softplus", (), dict(beta=0.5)),
    ("Softsign", (0,), {}),
    ("Tanh", (), {}),
    ("Tanhshrink", (), {}),
    ("Threshold", (0.7,), dict(threshold=0.7, value=-1.3)),
    ("Softshrink", (-0.5, 0.5), {}),
    ("Softshrink", (-1.2, 1.2), dict(lambd=1.2)),
    ("Hardshrink", (-0.5, 0.5), {}),
    ("Hardshrink", (-1.2, 1.2), dict(lambd=1.2)),
):
    title = ", ".join(f"{k} {v}" for k, v in arguments.items()) or "default"
    case(f"{kind}: {title}", [layer(kind, **arguments)], spread(3, 5, kinks=kinks, scale=3.5 if max(kinks, default=0) >= 3 else 2.0))

# The formulas that overflow or cancel when they are written naively.
for kind in ("ELU", "SELU", "CELU", "GELU", "Sigmoid", "LogSigmoid", "SiLU", "Mish", "Softplus", "Softsign", "Tanh", "Tanhshrink"):
    case(f"{kind}: far from zero", [layer(kind)], numbers(-800.0, -40.0, -15.0, -1e-4, 1e-4, 15.0, 40.0, 800.0))
case("GELU: tanh far from zero", [layer("GELU", approximate="tanh")], numbers(-800.0, -40.0, -15.0, -1e-4, 1e-4, 15.0, 40.0, 800.0))

case("PReLU: one slope", [layer("PReLU")], spread(3, 4, kinks=(0,)))
case("PReLU: a slope per feature", [layer("PReLU", num_parameters=4)], spread(3, 4, kinks=(0,)))
case("PReLU: a slope per channel", [layer("PReLU", num_parameters=2)], spread(2, 2, 2, 3, kinks=(0,)))
case("PReLU: num_parameters 1 for many channels, init", [layer("PReLU", num_parameters=1, init=0.4)], spread(2, 3, 2, kinks=(0,)))

# ---- three dimensions, ways of padding, and softmax without a dimension ----

for mode in ("reflect", "replicate", "circular"):
    case(f"Conv1d: padding_mode {mode}", [layer("Conv1d", in_channels=2, out_channels=2, kernel_size=3, padding=2, padding_mode=mode)], (2, 2, 5))
    case(f"Conv1d: padding_mode {mode}, padding same, even kernel", [layer("Conv1d", in_channels=1, out_channels=2, kernel_size=4, padding="same", padding_mode=mode)], (1, 1, 6))
    case(f"Conv2d: padding_mode {mode}, rectangular", [layer("Conv2d", in_channels=1, out_channels=2, kernel_size=[3, 2], stride=[1, 2], padding=[2, 1], dilation=[1, 2], padding_mode=mode)], (1, 1, 4, 5))
case("Conv3d: padding_mode circular, unbatched", [layer("Conv3d", in_channels=1, out_channels=1, kernel_size=2, padding=1, padding_mode="circular")], (1, 2, 3, 2))

case("ConvTranspose1d: stride, padding, output_padding", [layer("ConvTranspose1d", in_channels=2, out_channels=3, kernel_size=3, stride=2, padding=1, output_padding=1)], (2, 2, 4))
case("ConvTranspose1d: unbatched, dilation, groups", [layer("ConvTranspose1d", in_channels=2, out_channels=4, kernel_size=2, dilation=3, groups=2)], (2, 3))
case("ConvTranspose2d: unbatched", [layer("ConvTranspose2d", in_channels=1, out_channels=2, kernel_size=2, stride=2)], (1, 2, 2))
case("ConvTranspose3d: rectangular", [layer("ConvTranspose3d", in_channels=2, out_channels=1, kernel_size=[2, 1, 3], stride=[2, 1, 2], padding=[1, 0, 1], output_padding=[1, 0, 1], bias=False)], (1, 2, 2, 2, 2))

case("ConvTranspose1d: no bias", [layer("ConvTranspose1d", in_channels=1, out_channels=2, kernel_size=2, bias=False)], (1, 1, 3))
case("ConvTranspose3d: dilation, groups", [layer("ConvTranspose3d", in_channels=2, out_channels=2, kernel_size=[2, 1, 2], dilation=[2, 1, 1], groups=2)], (1, 2, 2, 1, 2))

case("MaxPool1d: unbatched", [layer("MaxPool1d", kernel_size=2)], below(2, 5))
case("MaxPool3d: rectangular, all arguments", [layer("MaxPool3d", kernel_size=[2, 3, 2], stride=[1, 2, 2], padding=[1, 1, 0], dilation=[1, 1, 2], ceil_mode=True)], below(1, 1, 3, 4, 5))
case("MaxPool2d: ceil_mode, a window beyond the input", [layer("MaxPool2d", kernel_size=3, stride=2, dilation=[1, 2], ceil_mode=True)], below(1, 1, 2, 4))
case("AvgPool2d: ceil_mode, a window beyond the input", [layer("AvgPool2d", kernel_size=[4, 3], padding=[1, 0], ceil_mode=True)], (1, 2, 1, 5))
case("AvgPool1d: unbatched", [layer("AvgPool1d", kernel_size=2, padding=1)], (2, 5))
case("AvgPool3d: rectangular", [layer("AvgPool3d", kernel_size=[2, 1, 3], padding=[1, 0, 1], stride=[2, 1, 2], count_include_pad=False)], (1, 1, 3, 2, 5))
case("AvgPool3d: divisor_override, negative, ceil_mode", [layer("AvgPool3d", kernel_size=2, stride=2, divisor_override=-3, ceil_mode=True)], (1, 1, 3, 2, 3))
case("AdaptiveAvgPool1d: unbatched", [layer("AdaptiveAvgPool1d", output_size=[2])], (2, 5))
case("AdaptiveAvgPool2d: one size even, one not", [layer("AdaptiveAvgPool2d", output_size=[2, 3])], (1, 2, 4, 5))
case("AdaptiveAvgPool3d: uneven, null, even", [layer("AdaptiveAvgPool3d", output_size=[2, None, 1])], (1, 1, 3, 2, 4))
for training in (True, False):
    case(f"BatchNorm3d: {'training' if training else 'not training'}", [layer("BatchNorm3d", num_features=2)], (2, 2, 2, 1, 2), training=training)
    case(f"BatchNorm3d: all arguments, {'training' if training else 'not training'}", [layer("BatchNorm3d", num_features=2, eps=0.01, momentum=0.3, affine=False)], (2, 2, 1, 1, 2), training=training)
    case(f"BatchNorm3d: no running statistics, {'training' if training else 'not training'}", [layer("BatchNorm3d", num_features=2, track_running_stats=False)], (2, 2, 1, 2, 1), training=training)
    case(f"BatchNorm2d: no running statistics, {'training' if training else 'not training'}", [layer("BatchNorm2d", num_features=2, momentum=None, track_running_stats=False)], (2, 2, 1, 2), training=training)

case("Unflatten", [layer("Unflatten", dim=1, unflattened_size=[2, 3])], (2, 6))
case("Unflatten: counted from the end, one size left open", [layer("Unflatten", dim=-2, unflattened_size=[2, -1, 1])], (4, 3))

for kind in ("Softmax", "LogSoftmax", "Softmin"):
    for shape in ((4,), (2, 3), (2, 3, 2), (1, 3, 2, 2)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch advises to name the dimension
            case(f"{kind}: no dim, {len(shape)} dimensions", [layer(kind, dim=None)], shape)

# ---- conventions: what torch takes for a derivative where there is none ----

for kind, points, arguments in (
    ("ReLU", [0.0], {}),
    ("ReLU6", [0.0, 6.0], {}),
    ("LeakyReLU", [0.0], dict(negative_slope=0.3)),
    ("PReLU", [0.0], {}),
    ("ELU", [0.0], dict(alpha=1.7)),
    ("SELU", [0.0], {}),
    ("CELU", [0.0], {}),
    ("Hardsigmoid", [-3.0, 3.0], {}),
    ("Hardswish", [-3.0, 3.0], {}),
    ("Hardtanh", [-2.5, 0.5], dict(min_val=-2.5, max_val=0.5)),
    ("Softplus", [1.5], dict(beta=2.0, threshold=3.0)),
    ("Softsign", [0.0], {}),
    ("Threshold", [0.7], dict(threshold=0.7, value=-1.3)),
    ("Softshrink", [-0.5, 0.5], {}),
    ("Hardshrink", [-0.5, 0.5], {}),
):
    case(f"{kind}: at its kinks", [layer(kind, **arguments)], numbers(*points), target=lambda out: out - 1)
case("MaxPool1d: equal elements", [layer("MaxPool1d", kernel_size=3, stride=2)], numbers([[1.0, 2.0, 2.0, 2.0, 1.0, 2.0, 0.0]]))

# ---- losses ----


def losses(title, kind, layers, input, target, reductions=REDUCTIONS, target_gradient=True, **arguments):
    for reduction in reductions:
        case(f"{kind}: {title}, {reduction}", layers, input, layer(kind, **arguments, reduction=reduction), target, target_gradient=target_gradient)


raw, logs, chances = [layer("Identity")], [layer("LogSoftmax", dim=1)], [layer("Sigmoid")]
far_logits = numbers([-800.0, -40.0, 0.3], [800.0, 40.0, -15.0])

losses("plain", "MSELoss", raw, (3, 3), torch.randn_like)
losses("plain", "L1Loss", raw, (3, 3), offset(0))
losses("default beta", "SmoothL1Loss", raw, (3, 3), offset(0, -1, 1))
losses("beta", "SmoothL1Loss", raw, (3, 3), offset(0, -0.4, 0.4), beta=0.4)
losses("beta 0", "SmoothL1Loss", raw, (3, 3), offset(0), beta=0.0)
losses("default delta", "HuberLoss", raw, (3, 3), offset(-1, 1))
losses("delta", "HuberLoss", raw, (3, 3), offset(-0.4, 0.4), delta=0.4)

classes, skipping = whole(2, 0, 1), whole(2, -100, 0)
some_skipped = whole(0, 1, 2)
grid = whole([0, 2], [1, 1])
weight = [0.4, 1.0, 2.5]
for title, layers, input, target, arguments in (
    ("indices", raw, (3, 3), classes, {}),
    ("indices, weight", raw, (3, 3), classes, dict(weight=weight)),
    ("indices, target -100 is ignored by default", raw, (3, 3), skipping, {}),
    ("indices, ignore_index", raw, (3, 3), some_skipped, dict(ignore_index=1)),
    ("indices, ignore_index and weight", raw, (3, 3), some_skipped, dict(ignore_index=1, weight=weight)),
    ("indices, label_smoothing", raw, (3, 3), classes, dict(label_smoothing=0.1)),
    ("indices, label_smoothing and weight", raw, (3, 3), classes, dict(label_smoothing=0.3, weight=weight)),
    ("indices, label_smoothing and ignore_index", raw, (3, 3), some_skipped, dict(label_smoothing=0.3, ignore_index=1)),
    ("indices, label_smoothing, ignore_index and weight", raw, (3, 3), some_skipped, dict(label_smoothing=0.3, ignore_index=1, weight=weight)),
    ("indices, N C d1", raw, (2, 3, 2), grid, {}),
    ("indices, N C d1, all arguments", raw, (2, 3, 2), grid, dict(label_smoothing=0.2, ignore_index=2, weight=weight)),
    ("indices, unbatched", raw, (3,), lambda _: torch.tensor(1), dict(weight=weight)),
    ("indices, large logits", raw, far_logits, whole(0, 2), {}),
    ("probabilities", raw, (3, 3), probabilities, {}),
    ("probabilities, weight", raw, (3, 3), probabilities, dict(weight=weight)),
    ("probabilities, label_smoothing", raw, (3, 3), probabilities, dict(label_smoothing=0.2)),
    ("probabilities, label_smoothing and weight", raw, (3, 3), probabilities, dict(label_smoothing=0.2, weight=weight)),
    ("probabilities, N C d1", raw, (2, 3, 2), probabilities, {}),
    ("probabilities, N C d1, label_smoothing and weight", raw, (2, 3, 2), probabilities, dict(label_smoothing=0.2, weight=weight)),
    ("probabilities, unbatched", raw, (3,), probabilities, {}),
):
    losses(title, "CrossEntropyLoss", layers, input, target, **arguments)

for title, layers, input, target, arguments in (
    ("plain", logs, (3, 3), classes, {}),
    ("weight", logs, (3, 3), classes, dict(weight=weight)),
    ("target -100 is ignored by default", logs, (3, 3), skipping, {}),
    ("ignore_index", logs, (3, 3), some_skipped, dict(ignore_index=1)),
    ("ignore_index and weight", logs, (3, 3), some_skipped, dict(ignore_index=1, weight=weight)),
    ("N C d1", logs, (2, 3, 2), grid, {}),
    ("N C d1, ignore_index and weight", logs, (2, 3, 2), grid, dict(ignore_index=2, weight=weight)),
    ("N C d1 d2", logs, (1, 3, 2, 2), whole([[[0, 2], [1, 1]]]), dict(weight=weight)),
    ("unbatched", [layer("LogSoftmax", dim=0)], (3,), lambda _: torch.tensor(2), {}),
):
    losses(title, "NLLLoss", layers, input, target, **arguments)

losses("soft targets", "BCELoss", chances, (3, 3), unit)
losses("targets 0 and 1", "BCELoss", chances, (2, 3), numbers([0.0, 1.0, 1.0], [1.0, 0.0, 0.0]))
losses("weight per feature", "BCELoss", chances, (3, 3), unit, weight=[0.5, 2.0, 1.5])
losses("weight per example", "BCELoss", chances, (3, 3), unit, weight=[[0.5], [2.0], [1.5]])
# Probabilities of exactly 0 and 1: torch holds each logarithm at -100. The derivative by the target is left out, as it is infinite.
losses("saturated probabilities", "BCELoss", chances, numbers([-800.0, 800.0], [-800.0, 800.0]), numbers([1.0, 0.0], [0.25, 0.75]), target_gradient=False)

losses("soft targets", "BCEWithLogitsLoss", raw, (3, 3), unit)
losses("weight", "BCEWithLogitsLoss", raw, (3, 3), unit, weight=[0.5, 2.0, 1.5])
losses("pos_weight", "BCEWithLogitsLoss", raw, (3, 3), unit, pos_weight=[3.0, 0.5, 1.2])
losses("one pos_weight for all", "BCEWithLogitsLoss", raw, (3, 3), unit, pos_weight=[3.0])
losses("weight and pos_weight", "BCEWithLogitsLoss", raw, (3, 3), unit, weight=[[0.5], [2.0], [1.5]], pos_weight=[3.0, 0.5, 1.2])
losses("large logits", "BCEWithLogitsLoss", raw, far_logits, unit)
losses("large logits, pos_weight", "BCEWithLogitsLoss", raw, far_logits, unit, pos_weight=[3.0, 0.5, 1.2])

losses("equal to the target", "L1Loss", raw, numbers([0.5, 1.0]), numbers([0.5, 0.0]))
losses("where the pieces meet", "SmoothL1Loss", raw, numbers([0.0, 0.0, 0.0]), numbers([0.5, -0.5, 0.0]), beta=0.5)
losses("where the pieces meet", "HuberLoss", raw, numbers([0.0, 0.0, 0.0]), numbers([0.5, -0.5, 0.0]), delta=0.5)

EVERY = (*REDUCTIONS, "batchmean")
losses("probabilities", "KLDivLoss", logs, (3, 3), probabilities, EVERY)
losses("log_target", "KLDivLoss", logs, (3, 3), lambda out: probabilities(out).log(), EVERY, log_target=True)
losses("three dimensions", "KLDivLoss", logs, (2, 3, 2), probabilities, EVERY)
# Zero times the logarithm of zero counts as zero; the derivative by such a target is left out, as it does not exist.
losses("zeros in the target", "KLDivLoss", logs, (2, 3), numbers([0.0, 0.25, 0.75], [1.0, 0.0, 0.0]), EVERY, target_gradient=False)

# ---- second derivatives ----

dense = lambda n, m: layer("Linear", in_features=n, out_features=m)
hessian_case("Linear, Tanh, Linear, MSELoss", [dense(2, 3), layer("Tanh"), dense(3, 1)], (4, 2))
hessian_case("Conv2d, Sigmoid", [layer("Conv2d", in_channels=1, out_channels=2, kernel_size=2, stride=2, padding=1), layer("Sigmoid")], (1, 1, 4, 4))
hessian_case("ConvTranspose2d, Softplus", [layer("ConvTranspose2d", in_channels=2, out_channels=1, kernel_size=2, stride=2), layer("Softplus")], (1, 2, 2, 2))
hessian_case("LayerNorm", [layer("LayerNorm", normalized_shape=4), dense(4, 2)], (3, 4))
hessian_case("GroupNorm, SiLU", [layer("GroupNorm", num_groups=2, num_channels=4), layer("SiLU")], (2, 4, 2))
hessian_case("BatchNorm1d in training, GELU", [dense(2, 3), layer("BatchNorm1d", num_features=3), layer("GELU"), dense(3, 1)], (5, 2))
hessian_case("GRU", [layer("GRU", input_size=2, hidden_size=2)], (3, 2, 2))
hessian_case("LSTM, last step", [layer("LSTM", input_size=2, hidden_size=2), layer("Select", dim=0, index=-1)], (3, 1, 2))
hessian_case("Embedding, Linear, CrossEntropyLoss", [*table(), layer("Flatten"), dense(6, 3)], whole([1, 3], [1, 1]), layer("CrossEntropyLoss"), whole(2, 0))
hessian_case("Linear, CrossEntropyLoss with weight and smoothing", [dense(2, 3)], (3, 2), layer("CrossEntropyLoss", weight=weight, label_smoothing=0.2), classes)
hessian_case("Linear, BCEWithLogitsLoss", [dense(2, 3)], (3, 2), layer("BCEWithLogitsLoss", pos_weight=[3.0, 0.5, 1.2]), unit)
hessian_case("AvgPool2d, Softmax, sum", [layer("AvgPool2d", kernel_size=2, stride=1), layer("Flatten"), layer("Softmax", dim=1)], (2, 1, 3, 3), layer("MSELoss", reduction="sum"))

names = [c["name"] for c in cases] + [c["name"] for c in second_order]
assert len(set(names)) == len(names), "names are the seeds: each must be its own"
one_per_line = lambda rows: ",\n".join(json.dumps(row, allow_nan=False, separators=(",", ":")) for row in rows)
text = f'{{"torch": "{torch.__version__}",\n"cases": [\n{one_per_line(cases)}\n],\n"second_order": [\n{one_per_line(second_order)}\n]}}\n'
pathlib.Path(__file__).with_name("layers.json").write_text(text)
print(len(cases), "cases,", len(second_order), "Hessian-vector products,", len(text), "bytes")
