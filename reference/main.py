"""The lab from start to end: train on both data sets, say how well, save the figures."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from .data import Dataset, generate_linear, generate_XOR_easy
from .network import TLNN
from .plots import show_learning_curve, show_result
from .training import accuracy, train


def main(folder: str | Path = "figures", *, epochs: int = 20000, seed: int = 0) -> None:
    """Train on the linear and on the XOR data; save four figures in folder."""
    rng = np.random.default_rng(seed)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _run("linear", generate_linear(rng=rng), folder, epochs, rng)
    _run("xor", generate_XOR_easy(), folder, epochs, rng)


def _run(name: str, data: Dataset, folder: Path, epochs: int, rng: np.random.Generator) -> None:
    x, y = data
    net = TLNN(rng=rng)
    # At the default of 0.1, XOR needs some ten times as many epochs.
    losses = train(net, x, y, lr=1.0, epochs=epochs)
    pred_y = net.forward(x)
    score = accuracy(y, pred_y)
    print(f"{name}: accuracy {score:.1%} after {epochs} epochs")
    for figure, what in (
        (show_result(x, y, pred_y), "result"),
        (show_learning_curve(losses), "learning_curve"),
    ):
        figure.savefig(folder / f"{name}_{what}.png", dpi=150)
        plt.close(figure)


if __name__ == "__main__":
    main()
