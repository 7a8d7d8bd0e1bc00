#!/usr/bin/env python3
"""Loads trained.safetensors, which Adjoint trained, into the equivalent torch.nn.Sequential (strictly: every name and shape must match), and writes what that predicts into trained.json."""
import json
import torch
from safetensors.torch import load_file
from torch import nn

torch.set_default_dtype(torch.float64)
case = json.load(open("trained.json"))
net = nn.Sequential(*[getattr(nn, spec.pop("type"))(**spec) for spec in json.loads(json.dumps(case["layers"]))])
net.load_state_dict(load_file("trained.safetensors"), strict=True)
net.eval()
x = torch.tensor(case["input"]["data"]).reshape(case["input"]["shape"])
case["output"] = net(x).detach().tolist()
case["torch"] = torch.__version__
json.dump(case, open("trained.json", "w"))
print(case["output"][0])
