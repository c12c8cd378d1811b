import numpy as np
import matplotlib.pyplot as plt

from .data import generate_linear, generate_XOR_easy
from .model import Network
from .model.functional import mse


def train(net, x, y, lr, epochs):
    losses = []
    for epoch in range(epochs):
        out = net.forward(x)
        losses.append(mse(out, y))
        net.backward(y, lr)
        if epoch % 100 == 0:
            print(f"epoch {epoch}: loss {losses[-1]:.6f}")
    return losses


def main():
    for x, y in (generate_linear(), generate_XOR_easy()):
        net = Network()
        losses = train(net, x, y, lr=1.0, epochs=10000)
        print("accuracy:", ((net.forward(x) > 0.5) == y).mean())
        plt.plot(losses)
        plt.show()


if __name__ == "__main__":
    main()
