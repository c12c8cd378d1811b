"""A program without arrays, whose network is lists of units, each of which is called alone."""

from __future__ import annotations

UNITS = """
import math, random
import numpy as np

def points(n=60):
    x = np.random.uniform(size=(n, 2))
    return x, (x[:, 1:] > x[:, :1]).astype(float)

def fires(weights, inputs):
    total = weights[-1]
    for weight, value in zip(weights, inputs):
        total += weight * value
    return 1 / (1 + math.exp(-total))

def train(layers, x, t, rate):
    outs = [list(x)]
    for layer in layers:
        outs.append([fires(unit, outs[-1]) for unit in layer])
    errors = [outs[-1][0] - t]
    for k in (2, 1, 0):
        deltas = [e * o * (1 - o) for e, o in zip(errors, outs[k + 1])]
        errors = [sum(u[j] * d for u, d in zip(layers[k], deltas)) for j in range(len(outs[k]))]
        for unit, delta in zip(layers[k], deltas):
            for j, value in enumerate([*outs[k], 1.0]):
                unit[j] -= rate * delta * value

if __name__ == "__main__":
    xs, ts = points()
    sizes = [2, 3, 3, 1]
    layers = [[[random.gauss(0, 1) for _ in range(a + 1)] for _ in range(b)] for a, b in zip(sizes, sizes[1:])]
    for epoch in range(20):
        for x, t in zip(xs, ts):
            train(layers, x, t[0], 0.5)
"""
