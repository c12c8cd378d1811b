"""The lab from start to end: train on both data sets, say how well, save the figures.

This file is complete. It runs as soon as the others are written.
"""

from pathlib import Path

import matplotlib.pyplot as plt
from data import generate_linear, generate_XOR_easy
from network import TLNN
from plots import show_learning_curve, show_result
from training import accuracy, train


def main(folder="figures", *, epochs=20000):
    """Train on the linear and on the XOR data; save four figures in folder."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    run("linear", *generate_linear(n=100), folder, epochs)
    run("xor", *generate_XOR_easy(), folder, epochs)


def run(name, x, y, folder, epochs):
    """Train a new network on x (N, 2) and y (N, 1), and save its two figures."""
    net = TLNN()
    losses = train(net, x, y, lr=1.0, epochs=epochs)
    pred_y = net.forward(x)
    print(f"{name}: accuracy {accuracy(y, pred_y):.1%} after {epochs} epochs")
    show_result(x, y, pred_y > 0.5)
    save(Path(folder) / f"{name}_result.png")
    show_learning_curve(losses)
    save(Path(folder) / f"{name}_learning_curve.png")


def save(path):
    """Write the figure that was drawn last to path, and put it away."""
    plt.savefig(path, dpi=150)
    plt.close()


if __name__ == "__main__":
    main()
