"""The answer of POST /v1/gradients for 1/(1+exp(-x)), by FastAPI and PyTorch."""

import torch
from fastapi import FastAPI
from pydantic import BaseModel

torch.set_num_threads(1)
app = FastAPI()


class Request(BaseModel):
    expression: str
    inputs: dict[str, float]


def edge(source, to, position, value, local, gradient):
    return {"from": source, "to": to, "input": position, "value": value, "local": local, "gradient": gradient}


@app.post("/v1/gradients")
async def gradients(request: Request):
    x = torch.tensor(request.inputs["x"], dtype=torch.float64, requires_grad=True)
    values = {"x": (None, x)}
    values["neg_1"] = ("Neg", -x)
    values["exp_1"] = ("Exp", torch.exp(values["neg_1"][1]))
    values["add_1"] = ("Add", 1 + values["exp_1"][1])
    values["div_1"] = ("Div", 1 / values["add_1"][1])
    tensors = [tensor for _, tensor in values.values()]
    flowing = torch.autograd.grad(tensors[-1], tensors)
    x, neg, exp, add, y = (tensor.item() for tensor in tensors)
    to_x, to_neg, to_exp, to_add, _ = (gradient.item() for gradient in flowing)
    nodes = [
        {"name": name, **({"op": op} if op else {}), "value": tensor.item(), "gradient": gradient.item()}
        for (name, (op, tensor)), gradient in zip(values.items(), flowing)
    ]
    edges = [
        edge("x", "neg_1", 0, x, -1.0, to_x),
        edge("neg_1", "exp_1", 0, neg, exp, to_neg),
        edge(None, "add_1", 0, 1.0, 1.0, to_add),
        edge("exp_1", "add_1", 1, exp, 1.0, to_exp),
        edge(None, "div_1", 0, 1.0, 1 / add, 1 / add),
        edge("add_1", "div_1", 1, add, -y / add, to_add),
    ]
    return {"outputs": {"div_1": tensors[-1].item()}, "gradients": {"x": flowing[0].item()}, "nodes": nodes, "edges": edges}
