"""Writes checkpoints with torch in its three containers, all pickle protocols."""

import collections
import pathlib
import sys

import torch

out = pathlib.Path(sys.argv[1])
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3), torch.nn.LSTM(3, 2))
optimizer = torch.optim.Adam(net.parameters())
tied = torch.zeros(4)
checkpoints = {
    "state": net.state_dict(),
    "training": {"model": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3, "loss": 0.5, "args": {"lr": 1e-3}},
    "tensors": {t: torch.zeros(2, 3, dtype=getattr(torch, t)) for t in "float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool complex64".split()},
    "views": {"a": tied, "b": tied[1:], "t": torch.arange(6.0).reshape(2, 3).T, "e": torch.empty(0), "s": torch.tensor(1.0)},
    "parameter": torch.nn.Parameter(torch.ones(3)),
    "sparse": torch.eye(3).to_sparse(),
    "quantized": torch.quantize_per_tensor(torch.ones(4), 0.1, 0, torch.qint8),
    "size": {"size": torch.Size([1, 2]), "dtype": torch.float16, "device": torch.device("cpu")},
    "ordered": collections.OrderedDict(a=torch.ones(1)),
}
for name, value in checkpoints.items():
    for protocol in range(2, 6):
        torch.save(value, out / f"{name}-{protocol}.pt", pickle_protocol=protocol)
        torch.save(value, out / f"{name}-{protocol}-legacy.pt", pickle_protocol=protocol, _use_new_zipfile_serialization=False)
