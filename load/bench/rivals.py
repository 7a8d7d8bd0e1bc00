"""Work of the benches in PyTorch and JAX.

The first line of standard input describes the work as JSON; every further line is a number of repetitions, answered by a line of
JSON with the milliseconds that they took and the result of each.
"""

import base64
import json
import sys
import time

import numpy

task = json.loads(sys.stdin.readline())


def array(tensor):
    return numpy.frombuffer(base64.b64decode(tensor["base64"]), tensor["dtype"]).reshape(tensor["shape"])


def torch_training():
    import torch
    from torch import nn

    torch.set_num_threads(task["threads"])
    layers = []
    for layer in task["network"]["layers"]:
        arguments = {name: value for name, value in layer.items() if name != "type"}
        layers.append(getattr(nn, layer["type"])(**arguments))
    net = nn.Sequential(*layers).to(getattr(torch, task["dtype"]))
    net.load_state_dict({name: torch.tensor(array(tensor)) for name, tensor in task["parameters"].items()})
    x = torch.tensor(array(task["input"]))
    target = torch.tensor(task["labels"])
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=task["learningRate"])

    def step():
        optimizer.zero_grad()
        loss = criterion(net(x), target)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def jax_mlp_training():
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    parameters = {name: jnp.asarray(array(tensor)) for name, tensor in task["parameters"].items()}
    x = jnp.asarray(array(task["input"]))
    target = jnp.asarray(task["labels"])
    rate = parameters["0.weight"].dtype.type(task["learningRate"])

    def loss(p):
        hidden = jax.nn.relu(x @ p["0.weight"].T + p["0.bias"])
        scores = hidden @ p["2.weight"].T + p["2.bias"]
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(scores), target[:, None], 1))

    @jax.jit
    def update(p):
        value, gradients = jax.value_and_grad(loss)(p)
        return value, jax.tree.map(lambda w, g: w - rate * g, p, gradients)

    def step():
        nonlocal parameters
        value, parameters = update(parameters)
        return float(value)

    return step


def torch_sigmoid():
    import torch

    torch.set_num_threads(1)
    x = torch.tensor(task["x"], dtype=torch.float64, requires_grad=True)

    def step():
        y = 1 / (1 + torch.exp(-x))
        return torch.autograd.grad(y, x)[0].item()

    return step


def jax_sigmoid():
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    function = jax.jit(jax.value_and_grad(lambda x: 1 / (1 + jnp.exp(-x))))
    x = jnp.float64(task["x"])

    return lambda: float(function(x)[1])


step = {
    "torch training": torch_training,
    "jax training": jax_mlp_training,
    "torch sigmoid": torch_sigmoid,
    "jax sigmoid": jax_sigmoid,
}[task["task"]]()

for line in sys.stdin:
    start = time.perf_counter()
    results = [step() for _ in range(int(line))]
    milliseconds = 1000 * (time.perf_counter() - start)
    print(json.dumps({"milliseconds": milliseconds, "results": results[-64:]}), flush=True)
