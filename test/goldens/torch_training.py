#!/usr/bin/env python3
"""Makes training.json with PyTorch (CPU, float64): whole runs with their data, initial parameters, losses of every step, and the state_dict at the end."""
import json
import torch
from torch import nn

torch.manual_seed(19)
torch.set_default_dtype(torch.float64)
as_list = lambda t: t.detach().tolist()
R = torch.randn
runs = []


class First(nn.Module):
    """A recurrent module that hands on its output sequence."""
    def __init__(self, module): super().__init__(); self.module = module
    def forward(self, x): return self.module(x)[0]


class Select(nn.Module):
    def __init__(self, dim, index): super().__init__(); self.dim, self.index = dim, index
    def forward(self, x): return x.select(self.dim, self.index)


def layer(type, **kw):
    if type == "Select": return {"type": type, **kw}, Select(**kw)
    module = getattr(nn, type)(**kw)
    return {"type": type, **kw}, First(module) if type in ("RNN", "LSTM", "GRU") else module


def run(name, layers, x, y, loss_type, optimizer, batch_size, epochs, schedule=None, clip=None, drop_last=False, loss_kw={}):
    spec, modules = zip(*layers)
    net = nn.Sequential(*modules).train()
    plain = lambda n: n.replace(".module.", ".")
    start = {plain(n): as_list(p) for n, p in net.named_parameters()}
    kind, kw = optimizer
    opt = getattr(torch.optim, kind)(net.parameters(), **kw)
    sched = getattr(torch.optim.lr_scheduler, schedule[0])(opt, **schedule[1]) if schedule else None
    loss_of = getattr(nn, loss_type)(**loss_kw)
    losses, norms = [], []
    for _ in range(epochs):
        for at in range(0, len(x), batch_size):
            bx, by = x[at:at + batch_size], y[at:at + batch_size]
            if drop_last and len(bx) < batch_size: continue
            opt.zero_grad(); loss = loss_of(net(bx), by); loss.backward()
            if clip is not None: norms.append(torch.nn.utils.clip_grad_norm_(net.parameters(), clip).item())
            opt.step(); losses.append(loss.item())
        if sched: sched.step()
    net.eval()
    out = net(x)
    request = {"network": {"layers": list(spec), "loss": {"type": loss_type, **loss_kw}}, "parameters": start,
               "data": {"input": as_list(x), "target": as_list(y)}, "optimizer": {"type": kind, **kw},
               "batch_size": batch_size, "epochs": epochs, "drop_last": drop_last, "log_every": 1}
    if schedule: request["schedule"] = {"type": schedule[0], **schedule[1]}
    if clip is not None: request["gradient_clipping"] = {"norm": clip}
    runs.append({"name": name, "request": request, "losses": losses, "norms": norms, "output": as_list(out), "loss": loss_of(out, y).item(),
                 "state_dict": {plain(n): as_list(p) for n, p in net.state_dict().items()}})


ids = lambda n, c: torch.randint(0, c, (n,))
run("batch normalisation, last batch smaller, Adam",
    [layer("Linear", in_features=3, out_features=6, bias=False), layer("BatchNorm1d", num_features=6), layer("Tanh"), layer("Linear", in_features=6, out_features=2)],
    R(22, 3), R(22, 2), "MSELoss", ("Adam", dict(lr=0.02)), 8, 4)
run("running statistics that average all batches",
    [layer("Conv1d", in_channels=2, out_channels=3, kernel_size=2), layer("BatchNorm1d", num_features=3, momentum=None), layer("ReLU"), layer("Flatten"), layer("Linear", in_features=9, out_features=1)],
    R(10, 2, 4), R(10, 1), "L1Loss", ("SGD", dict(lr=0.05)), 5, 3)
run("convolutions, momentum, a step schedule, gradients clipped by norm",
    [layer("Conv2d", in_channels=1, out_channels=3, kernel_size=3, padding=1), layer("ReLU"), layer("MaxPool2d", kernel_size=2), layer("Flatten"), layer("Linear", in_features=27, out_features=4)],
    R(12, 1, 6, 6), ids(12, 4), "CrossEntropyLoss", ("SGD", dict(lr=0.2, momentum=0.9, nesterov=True)), 4, 4, schedule=("StepLR", dict(step_size=2, gamma=0.3)), clip=0.8)
run("LSTM, last step, AdamW, rows that do not fill a batch left out",
    [layer("LSTM", input_size=2, hidden_size=4, batch_first=True), layer("Select", dim=1, index=-1), layer("Linear", in_features=4, out_features=1)],
    R(11, 5, 2), torch.randint(0, 2, (11, 1)).double(), "BCEWithLogitsLoss", ("AdamW", dict(lr=0.03, weight_decay=0.1)), 4, 3, drop_last=True)
run("embedding, RMSprop, cosine",
    [layer("Embedding", num_embeddings=6, embedding_dim=3), layer("Flatten"), layer("Linear", in_features=9, out_features=3)],
    torch.randint(0, 6, (9, 3)), ids(9, 3), "CrossEntropyLoss", ("RMSprop", dict(lr=0.01)), 3, 4, schedule=("CosineAnnealingLR", dict(T_max=4)))
run("a sum of squares over batches of two sizes",
    [layer("Linear", in_features=2, out_features=1)], R(7, 2), R(7, 1), "MSELoss", ("Adagrad", dict(lr=0.1)), 4, 5, loss_kw={"reduction": "sum"})

json.dump({"torch": torch.__version__, "runs": runs}, open("training.json", "w"))
print(len(runs), "runs")
