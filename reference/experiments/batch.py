"""Many networks trained side by side: every array has one more axis, in front.

A step of one small network is mostly the overhead of its twenty calls of numpy. Here a
call serves all runs at once: other seeds, other learning rates, other data. The
formulas are those of layers.py and losses.py; a test compares the two step by step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..layers import Layer, Linear, ReLU, Sigmoid
from ..losses import MSE, TINY, BinaryCrossEntropy
from ..network import TLNN

Array = NDArray[Any]  # of any floating type: number nine asks what rounding does
Params = list[Array]
Tick = Callable[[int], None]

BLOCK = 500
"""Steps whose batches are drawn in one go."""


@dataclass(frozen=True)
class Kind:
    """What a network is made of; an activation is sigmoid, relu or none."""

    units: tuple[int, int] = (4, 4)
    hidden: str = "sigmoid"
    output: str = "sigmoid"
    loss: str = "mse"


@dataclass(frozen=True)
class Plan:
    """How it is trained: size rows a step, or all; lr is one, or one for each run."""

    kind: Kind
    lr: float | Array
    epochs: int
    size: int | None = None


@dataclass(frozen=True)
class Curves:
    """What was seen of S runs at K epochs: losses and accuracies are (K, S)."""

    epochs: Array
    losses: Array
    accuracies: Array

    @property
    def settled(self) -> Array:
        """The epoch (S,) from which on every look found 100 %; infinite if none."""
        return self._since(self.accuracies == 1.0)

    def below(self, limit: float) -> Array:
        """Return the epoch (S,) from which on the loss stays below a limit; infinite if none."""
        return self._since(self.losses < limit)

    def _since(self, holds: Array) -> Array:
        still = np.logical_and.accumulate(holds[::-1])[::-1]
        return np.where(still.any(axis=0), self.epochs[still.argmax(axis=0)], np.inf)


def network(kind: Kind, rng: np.random.Generator) -> TLNN:
    """Return the reference's own network of this kind; layers that do nothing are left out."""
    loss = MSE() if kind.loss == "mse" else BinaryCrossEntropy()
    net = TLNN(*kind.units, loss_func=loss, rng=rng)
    made: dict[str, type[Layer]] = {"sigmoid": Sigmoid, "relu": ReLU}
    for index, name in ((5, kind.output), (3, kind.hidden), (1, kind.hidden)):
        net.layers[index : index + 1] = [made[name]()] if name in made else []
    return net


def stack(nets: Sequence[TLNN]) -> Params:
    """Return w1, b1, w2, b2, w3 of all networks: (S, in, out) and (S, 1, out)."""
    linears = [[one for one in net.layers if isinstance(one, Linear)] for net in nets]
    params: Params = []
    for k in range(3):
        params.append(np.stack([row[k].w for row in linears]))
        biases = [b[None] for b in (row[k].b for row in linears) if b is not None]
        params += [np.stack(biases)] if biases else []
    return params


def starts(kind: Kind, rngs: Sequence[np.random.Generator]) -> Params:
    """Return the weights that the reference draws, one network a generator."""
    return stack([network(kind, rng) for rng in rngs])


def forward(params: Params, kind: Kind, x: Array) -> list[Array]:
    """Return what both hidden layers and the output answer to x (S, N, 2) or (1, N, 2)."""
    w1, b1, w2, b2, w3 = params
    first = _activate(x @ w1 + b1, kind.hidden)
    second = _activate(first @ w2 + b2, kind.hidden)
    return [first, second, _activate(second @ w3, kind.output)]


def gradients(params: Params, kind: Kind, x: Array, t: Array) -> Params:
    """Return the gradients of the mean loss over each run's batch, in params' order."""
    _, _, w2, _, w3 = params
    ones = np.ones(
        (1, 1, x.shape[1]), dtype=x.dtype
    )  # ones @ g is g.sum(1), in a third of the time
    first, second, y = forward(params, kind, x)
    g = _slope(y, t, kind.loss)
    g = _pull(g, y, kind.output)
    d3 = second.swapaxes(1, 2) @ g
    g = _pull(g @ w3.swapaxes(1, 2), second, kind.hidden)
    d2, c2 = first.swapaxes(1, 2) @ g, ones @ g
    g = _pull(g @ w2.swapaxes(1, 2), first, kind.hidden)
    return [x.swapaxes(1, 2) @ g, ones @ g, d2, c2, d3]


def step(params: Params, kind: Kind, x: Array, t: Array, lr: Array) -> None:
    """Move params down their gradients, in place; lr is (S, 1, 1) or (1, 1, 1)."""
    for param, grad in zip(params, gradients(params, kind, x, t), strict=True):
        np.subtract(param, lr * grad, out=param)


def mean_losses(y: Array, t: Array, kind: Kind) -> Array:
    """Return the mean loss (S,) of predictions y (S, N, 1)."""
    if kind.loss == "mse":
        return np.asarray(((y - t) ** 2).mean(axis=(1, 2)))
    surprise = -np.log(np.maximum(np.where(t > 0.5, y, 1 - y), TINY))
    return np.asarray(surprise.mean(axis=(1, 2)))


def look(params: Params, kind: Kind, x: Array, t: Array) -> tuple[Array, Array]:
    """Return loss and accuracy (S,) of every run on its whole data set."""
    y = forward(params, kind, x)[-1]
    right = (y > 0.5) == (t > 0.5)
    return mean_losses(y, t, kind), right.mean(axis=(1, 2))


def batches(
    x: Array, t: Array, size: int | None, rngs: Sequence[np.random.Generator]
) -> Iterator[tuple[Array, Array]]:
    """Yield one batch a step: all of the data, or rows drawn with replacement.

    There is one generator a run, or one for all; the rows are those that
    training.train draws from the same generator.
    """
    while size is None:
        yield x, t
    n = x.shape[1]
    offsets = n * np.arange(len(x))[:, None]
    flat_x, flat_t = x.reshape(-1, x.shape[2]), t.reshape(-1, t.shape[2])
    while True:
        drawn = [rng.integers(n, size=(BLOCK, size)) for rng in rngs]
        for rows in np.stack(drawn, axis=1) + offsets:
            yield flat_x.take(rows, axis=0), flat_t.take(rows, axis=0)


def looks(epochs: int, count: int = 100) -> Array:
    """Return the epochs to look at: half of them evenly spread, half of them ever rarer."""
    spread = np.linspace(0, epochs, count), np.geomspace(1, epochs, count)
    return np.unique(np.concatenate(spread).round().astype(np.int64))


def follow(
    params: Params,
    plan: Plan,
    data: tuple[Array, Array],
    rngs: Sequence[np.random.Generator] = (),
    tick: Tick = lambda _: None,
) -> Curves:
    """Train all runs, in place, one step an epoch, and return their curves."""
    x, t = (array if array.ndim == 3 else array[None] for array in data)
    rate = np.asarray(plan.lr, dtype=params[0].dtype).reshape(-1, 1, 1)
    at, seen, steps = looks(plan.epochs), [], batches(x, t, plan.size, rngs)
    with np.errstate(all="ignore"):  # some experiments are about what overflows
        for before, now in zip([0, *at[:-1]], at, strict=True):
            for _ in range(now - before):
                step(params, plan.kind, *next(steps), rate)
            seen.append(look(params, plan.kind, x, t))
            tick(int(now - before))
    losses, accuracies = (np.array(column) for column in zip(*seen, strict=True))
    return Curves(at, losses, accuracies)


def _activate(z: Array, name: str) -> Array:
    if name == "relu":
        return np.maximum(z, 0, out=z)
    if name == "sigmoid":
        np.maximum(z, -700, out=z)  # below, the answer is 0 to 304 places; exp stays finite
        np.exp(np.negative(z, out=z), out=z)
        z += 1
        return np.reciprocal(z, out=z)
    return z


def _pull(g: Array, y: Array, name: str) -> Array:
    """Take g = dL/dy back through the activation that answered y."""
    if name == "relu":
        g *= y > 0
    elif name == "sigmoid":
        g *= y
        g *= 1 - y
    return g


def _slope(y: Array, t: Array, loss: str) -> Array:
    size = y.shape[1] * y.shape[2]
    if loss == "mse":
        return np.asarray(2 * (y - t) / size)
    slope = (1 - t) / np.maximum(1 - y, TINY) - t / np.maximum(y, TINY)
    return np.asarray(slope / size)
