#!/usr/bin/env python3
"""Makes optimizer_arguments.json with PyTorch (2.15, CPU, float64) from the objective of optimizers.json. Run beside that file."""
import inspect
import json
import torch
from torch.optim import lr_scheduler

torch.set_default_dtype(torch.float64)
given = json.load(open("optimizers.json"))
A, b, w0 = (torch.tensor(given[name]) for name in ("A", "b", "w0"))
as_list = lambda t: t.detach().tolist()

# Objectives by name, each with its start.
objectives = {
    "quartic": (lambda w: ((A @ w - b) ** 2).sum() / 2 + (w ** 4).sum() / 40, w0),
    "valley": (lambda w: (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2, torch.tensor([-1.2, 1.0])),
    "hill": (lambda w: -((A @ w - b) ** 2).sum() / 2 - (w ** 4).sum() / 40, w0),
}
runs = []


def optimizer(name, kw, objective="quartic", steps=50, schedule=None, clip=None):
    f, start = objectives[objective]
    w = start.clone().requires_grad_(True)
    opt = getattr(torch.optim, name)([w], **kw)
    sched = scheduler(opt, schedule) if schedule else None
    seen, losses, calls, rates = {}, [], [], []
    count = 0

    def closure():
        nonlocal count
        count += 1
        opt.zero_grad()
        loss = f(w)
        loss.backward()
        if clip and "norm" in clip: torch.nn.utils.clip_grad_norm_([w], clip["norm"])
        if clip and "value" in clip: torch.nn.utils.clip_grad_value_([w], clip["value"])
        return loss

    for step in range(1, steps + 1):
        rates.append(float(opt.param_groups[0]["lr"]))
        loss = opt.step(closure)
        losses.append(loss.item()); calls.append(count)
        if sched: sched.step()
        if step in (1, 2, 3, 5, 10, 20, 50): seen[step] = as_list(w)
    runs.append({"optimizer": {"type": name, **kw}, "objective": objective, "schedule": schedule, "clipping": clip,
                 "w": seen, "loss": losses, "calls": calls, "lr": rates})


def scheduler(opt, spec):
    kw = {k: v for k, v in spec.items() if k != "type"}
    if spec["type"] == "SequentialLR": kw["schedulers"] = [scheduler(opt, part) for part in spec["schedulers"]]
    return getattr(lr_scheduler, spec["type"])(opt, **kw)


optimizer("SGD", dict(lr=0.001, momentum=0.5, maximize=True, weight_decay=0.1))
optimizer("SGD", dict(lr=0.01, momentum=0.9, nesterov=True, weight_decay=0.2))
optimizer("Adam", dict(lr=0.02, amsgrad=True, maximize=True))
optimizer("Adam", dict(lr=0.02, betas=(0.3, 0.4), eps=1e-3), steps=20)
optimizer("AdamW", dict(lr=0.02, amsgrad=True, maximize=True))
optimizer("AdamW", dict(lr=0.02, weight_decay=0))
optimizer("NAdam", dict(lr=0.03, weight_decay=0.2))
optimizer("NAdam", dict(lr=0.03, weight_decay=0.2, decoupled_weight_decay=True, momentum_decay=0.1))
optimizer("NAdam", dict(lr=0.03, betas=(0.7, 0.9), eps=1e-4, maximize=True))
optimizer("RMSprop", dict(lr=0.01, alpha=0.8, eps=1e-3, weight_decay=0.1))
optimizer("RMSprop", dict(lr=0.01, alpha=0.4, centered=True, maximize=True))
optimizer("RMSprop", dict(lr=0.01, momentum=0.9))
optimizer("Adagrad", dict(lr=0.1, initial_accumulator_value=0.3, eps=1e-3, weight_decay=0.1))
optimizer("Adagrad", dict(lr=0.05, maximize=True))
optimizer("Adadelta", dict(lr=2.0, rho=0.8, eps=1e-3, weight_decay=0.3))
optimizer("Adadelta", dict(maximize=True))
optimizer("SGD", dict(lr=0.05), clip={"norm": 0.4})
optimizer("SGD", dict(lr=0.05, momentum=0.5), clip={"value": 0.2})
optimizer("Adam", dict(lr=0.05), clip={"norm": 0.7, "value": 0.3})
optimizer("Adam", dict(lr=0.05), schedule={"type": "SequentialLR", "schedulers": [{"type": "LinearLR", "start_factor": 0.1, "total_iters": 8}, {"type": "CosineAnnealingLR", "T_max": 30, "eta_min": 0.002}], "milestones": [8]})
wolfe = dict(line_search_fn="strong_wolfe")
optimizer("LBFGS", dict(tolerance_grad=1e-2, max_iter=2, lr=0.5), steps=20)
optimizer("LBFGS", dict(tolerance_change=1e-3, max_iter=4, lr=0.7), steps=20)
optimizer("LBFGS", dict(history_size=2, max_iter=3, lr=0.3), steps=10)
optimizer("LBFGS", dict(history_size=2, max_iter=3, **wolfe), objective="valley", steps=10)
optimizer("LBFGS", dict(max_iter=20, **wolfe), objective="valley", steps=3)
optimizer("LBFGS", dict(lr=10, max_iter=4, **wolfe), objective="valley", steps=5)
optimizer("LBFGS", dict(lr=0.01, max_iter=4, max_eval=3, **wolfe), objective="valley", steps=10)
optimizer("LBFGS", dict(lr=1, max_iter=6, max_eval=40, tolerance_change=1e-2, **wolfe), objective="valley", steps=5)
optimizer("LBFGS", dict(max_iter=1, **wolfe), objective="valley", steps=20)
optimizer("LBFGS", dict(max_iter=2, max_eval=1, **wolfe), objective="quartic", steps=5)
optimizer("LBFGS", dict(max_iter=2, maximize=True, **wolfe), objective="hill", steps=5)
optimizer("LBFGS", dict(max_iter=3, maximize=True, lr=0.5), objective="hill", steps=5)

# Rates alone: from 0.8, over 80 advances; ReduceLROnPlateau is shown the metrics.
metrics = [[5, 4, 3, 3.2, 3.1, 3, 2.99, 2.9999, 4, 4, 4, 4, 2, 2.5, 2.4, 2.3, 2.2, 2.1, 2.05, 2.01][i % 20] - 0.3 * (i // 20) for i in range(80)]
schedules = []


def rates(spec):
    opt = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.8)
    sched = scheduler(opt, spec)
    seen = []
    for metric in metrics:
        seen.append(float(opt.param_groups[0]["lr"]))
        opt.step()
        if spec["type"] == "OneCycleLR" and len(seen) >= spec["total_steps"]: break
        sched.step(metric) if spec["type"] == "ReduceLROnPlateau" else sched.step()
    schedules.append({"schedule": spec, "lr": seen})


for spec in (
    {"type": "ConstantLR"}, {"type": "ConstantLR", "factor": 0.25, "total_iters": 9},
    {"type": "LinearLR"}, {"type": "LinearLR", "start_factor": 0.9, "end_factor": 0.05, "total_iters": 40},
    {"type": "StepLR", "step_size": 6}, {"type": "StepLR", "step_size": 1, "gamma": 0.9},
    {"type": "MultiStepLR", "milestones": [30, 4, 4, 11], "gamma": 0.5},
    {"type": "ExponentialLR", "gamma": 0.97},
    {"type": "PolynomialLR"}, {"type": "PolynomialLR", "total_iters": 50, "power": 2.5},
    {"type": "CosineAnnealingLR", "T_max": 13}, {"type": "CosineAnnealingLR", "T_max": 30, "eta_min": 0.05},
    {"type": "CosineAnnealingWarmRestarts", "T_0": 9}, {"type": "CosineAnnealingWarmRestarts", "T_0": 5, "T_mult": 2, "eta_min": 0.01},
    {"type": "OneCycleLR", "max_lr": 0.5, "total_steps": 70, "cycle_momentum": False},
    {"type": "OneCycleLR", "max_lr": 0.5, "total_steps": 61, "pct_start": 0.4, "anneal_strategy": "linear", "div_factor": 10.0, "final_div_factor": 50.0, "three_phase": True, "cycle_momentum": False},
    {"type": "SequentialLR", "schedulers": [{"type": "ConstantLR", "factor": 0.1, "total_iters": 4}, {"type": "ExponentialLR", "gamma": 0.9}], "milestones": [10]},
    {"type": "SequentialLR", "schedulers": [{"type": "LinearLR", "start_factor": 0.2, "total_iters": 5}, {"type": "StepLR", "step_size": 7, "gamma": 0.5}, {"type": "PolynomialLR", "total_iters": 20}], "milestones": [5, 40]},
    {"type": "SequentialLR", "schedulers": [{"type": "LinearLR", "start_factor": 0.5, "total_iters": 5}, {"type": "CosineAnnealingWarmRestarts", "T_0": 12, "T_mult": 2}], "milestones": [7]},
    {"type": "ReduceLROnPlateau", "patience": 1, "factor": 0.5},
    {"type": "ReduceLROnPlateau", "patience": 1, "factor": 0.6, "cooldown": 3, "min_lr": 0.1},
    {"type": "ReduceLROnPlateau", "patience": 2, "factor": 0.7, "mode": "max", "threshold": 0.05},
    {"type": "ReduceLROnPlateau", "patience": 1, "factor": 0.8, "mode": "max", "threshold": 0.5, "threshold_mode": "abs", "eps": 0.02},
    {"type": "ReduceLROnPlateau", "patience": 0, "factor": 0.9, "threshold": 0.15, "threshold_mode": "abs", "cooldown": 1},
):
    rates(spec)

# The bounds of gradients of several tensors together.
clipping = []
torch.manual_seed(11)
parts = [torch.randn(2, 3), torch.randn(4) * 3, torch.randn(())]
for bounds in ({"norm": 1.5}, {"norm": 100.0}, {"value": 0.6}, {"norm": 3.0, "value": 0.5}):
    tensors = [torch.zeros_like(part, requires_grad=True) for part in parts]
    for tensor, part in zip(tensors, parts): tensor.grad = part.clone()
    norm = torch.nn.utils.clip_grad_norm_(tensors, bounds["norm"]).item() if "norm" in bounds else None
    if "value" in bounds: torch.nn.utils.clip_grad_value_(tensors, bounds["value"])
    clipping.append({"clipping": bounds, "norm": norm, "clipped": [as_list(tensor.grad) for tensor in tensors]})

defaults = {name: {k: p.default for k, p in inspect.signature(getattr(torch.optim, name)).parameters.items() if p.default is not inspect.Parameter.empty}
            for name in ("SGD", "Adam", "AdamW", "NAdam", "RMSprop", "Adagrad", "Adadelta", "LBFGS")}
defaults |= {name: {k: p.default for k, p in inspect.signature(getattr(lr_scheduler, name)).parameters.items() if p.default is not inspect.Parameter.empty}
             for name in sorted({entry["schedule"]["type"] for entry in schedules})}
json.dump({"torch": torch.__version__, "defaults": defaults, "runs": runs, "initial_lr": 0.8, "metrics": metrics, "schedules": schedules,
           "gradients": [as_list(part) for part in parts], "clipping": clipping}, open("optimizer_arguments.json", "w"))
print(len(runs), "runs,", len(schedules), "schedules")
