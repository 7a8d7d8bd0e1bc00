#!/usr/bin/env python3
"""Makes digits.json: a network trained on digits.csv.gz by PyTorch, float64, sequential batches, from stored initial parameters."""
import csv, gzip, json
import torch
from torch import nn

torch.manual_seed(11); torch.set_default_dtype(torch.float64)
rows = [[float(v) for v in r] for r in csv.reader(gzip.open("digits.csv.gz", "rt"))]
data = torch.tensor(rows); X, y = data[:, :64] / 16, data[:, 64].long()
train, test = slice(0, 1400), slice(1400, None)
net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
start = {n: p.detach().tolist() for n, p in net.named_parameters()}
opt, loss_of = torch.optim.Adam(net.parameters(), lr=0.01), nn.CrossEntropyLoss()
losses = []
for epoch in range(15):
    total = 0.0
    for i in range(0, 1400, 50):
        opt.zero_grad(); loss = loss_of(net(X[train][i:i + 50]), y[train][i:i + 50]); loss.backward(); opt.step(); total += loss.item()
    losses.append(total / 28)
accuracy = (net(X[test]).argmax(1) == y[test]).double().mean().item()
json.dump({"torch": torch.__version__, "layers": "Linear(64, 32), ReLU, Linear(32, 10)", "loss": "CrossEntropyLoss", "optimizer": "Adam(lr=0.01)", "batch": 50, "shuffle": False,
           "train_rows": 1400, "input": "first 64 columns / 16", "target": "last column", "parameters": start,
           "mean_batch_loss_per_epoch": losses, "test_accuracy": accuracy}, open("digits.json", "w"))
print(losses[0], losses[-1], accuracy)
