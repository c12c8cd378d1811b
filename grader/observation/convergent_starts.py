"""Initial weights from which the reference is verified to converge, so that training needs no luck.

A right network may never learn XOR from unlucky weights (4 to 7 in 100 do not), so the examiner
hands out weights from which the reference, on the same data and with the same steps, has just
converged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from grader.numeric import Array
from reference.data import generate_XOR_easy
from reference.layers import Linear
from reference.network import TLNN

WIDTHS = (6, 5)
"""Unequal, so that every weight matrix is known by its shape."""

RATES = (4.0, 2.0, 1.0)
"""At the first the quickest of many starts need some 80 steps on linear data and 300 on XOR. On a
few data sets gradient descent swings at that rate whatever the start; then the next one is tried."""

MAX_STEPS = 1500
CHUNK = 50
"""Steps that a student's network takes in one exchange, after as many as the reference needed."""

RUN = 60
"""Consecutive steps at 100 % that count as arrived: at this rate accuracy may flicker before."""

DATA_MARGIN = 0.05
"""Linear points keep this distance from the border; without it some need ten times the steps, and at 0.02
every tenth data set makes gradient descent swing at a rate of 4."""

OUTPUT_MARGIN = 1e-3
"""How far from one half an output must be: float32 moves it by 1e-4 on the way, at most."""

START_CHANGE = 1e-6
"""By this part of themselves the initial weights are changed, to see whether training amplifies it."""

MAX_GROWTH = 100.0
"""How much larger that change may be in the outputs; 1 to 2 is usual, and chaos makes it 10^6."""

STARTS = 48
CANDIDATES = 3
ROUNDS = 3
"""So many starts are trained side by side, and the quickest few tried with the reference itself."""


TASKS_OF_CHECK = {
    "training.linear": ("linear",),
    "training.lockstep": ("linear",),
    "training.init": ("linear",),
    "training.train": ("linear", "xor"),
    "training.xor": ("xor",),
}
"""The data on which each check trains: initial weights from which they can be learned take long to find."""


@dataclass(frozen=True, slots=True)
class Task:
    """Data to learn, points to ask about afterwards, and a start that leads there.

    Shapes: ``x (N, 2)``, ``y (N, 1)``, ``unseen (M, 2)``, ``labels (M, 1)``; ``start`` holds
    w1 ``(2, 6)``, b1 ``(6,)``, w2 ``(6, 5)``, b2 ``(5,)``, w3 ``(5, 1)``; ``rate`` is the learning
    rate, ``steps`` what the reference needed at it, and ``outputs (steps, N, 1)`` its answers
    before each of them.
    """

    x: Array
    y: Array
    unseen: Array
    labels: Array
    start: tuple[Array, ...]
    rate: float
    steps: int = 0
    outputs: Array = field(default_factory=lambda: np.zeros((0, 0, 1)))


@lru_cache(maxsize=16)
def task(kind: str, seed: int) -> Task:
    """Return the data of a kind, and initial weights from which the reference converges on them.

    Parameters
    ----------
    kind
        ``linear`` or ``xor``.
    seed
        The same seed gives the same task.

    Raises
    ------
    LookupError
        If the reference converges from none of many initial weights: a fault of ours.
    """
    rng = np.random.default_rng([seed, *kind.encode()])
    x, y, unseen, labels = DATA[kind](rng)
    for rate in (rate for rate in RATES for _ in range(ROUNDS)):
        for start in fastest_starts(x, y, draw_starts(rng, STARTS), rate):
            candidate = Task(x, y, unseen, labels, start, rate)
            training = train_reference(candidate)
            if training is None:
                continue
            steps, outputs = training  # the outputs go on for a chunk after the steps needed
            if is_stable(candidate, outputs):
                return replace(candidate, steps=steps, outputs=outputs[:steps])
    raise LookupError(f"no start leads to {kind}")


def draw_starts(rng: np.random.Generator, count: int) -> tuple[Array, ...]:
    """Draw starts from N(0, 1): each array has one more axis in front, of length ``count``."""
    first, second = WIDTHS
    shapes = ((2, first), (1, first), (first, second), (1, second), (second, 1))
    return tuple(rng.standard_normal((count, *shape)) for shape in shapes)


def fastest_starts(
    x: Array, y: Array, starts: tuple[Array, ...], rate: float
) -> Iterator[tuple[Array, ...]]:
    """Train from all starts side by side; yield the first few to converge as soon as they do."""
    layers = [array.copy() for array in starts]
    run = np.zeros(len(starts[0]), int)
    converged: set[int] = set()
    for _ in range(MAX_STEPS):
        right = step_all(layers, x, y, rate)
        run = np.where(right, run + 1, 0)
        for k in np.flatnonzero(run >= RUN).tolist():
            if k not in converged:
                converged.add(k)
                yield tuple(_one(array[k]) for array in starts)
        if len(converged) >= CANDIDATES:
            break


def _one(array: Array) -> Array:
    """A start's array in the shape in which a network keeps it: a bias has one axis."""
    return array[0] if array.shape[0] == 1 else array


def step_all(layers: list[Array], x: Array, y: Array, rate: float) -> Array:
    """Take one step of gradient descent in each of S networks; return which were right before it.

    Parameters
    ----------
    layers
        Their arrays w1, b1, w2, b2 and w3, as ``drawn`` makes them; they are changed in place.
    x, y
        The points ``(N, 2)`` and their labels ``(N, 1)``.
    rate
        The learning rate.

    Returns
    -------
    array
        Of S truth values.
    """
    w1, b1, w2, b2, w3 = layers
    h1 = _sigmoid(x @ w1 + b1)
    h2 = _sigmoid(h1 @ w2 + b2)
    out = _sigmoid(h2 @ w3)
    right = np.all((out > 0.5) == (y > 0.5), axis=(1, 2))
    d3 = 2 * (out - y) / len(x) * out * (1 - out)
    d2 = (d3 @ _transpose(w3)) * h2 * (1 - h2)
    d1 = (d2 @ _transpose(w2)) * h1 * (1 - h1)
    w3 -= rate * (_transpose(h2) @ d3)
    w2 -= rate * (_transpose(h1) @ d2)
    b2 -= rate * d2.sum(axis=1, keepdims=True)
    w1 -= rate * (x.T @ d1)
    b1 -= rate * d1.sum(axis=1, keepdims=True)
    return np.asarray(right)


def _sigmoid(x: Array) -> Array:
    y = 0.5 * x
    np.tanh(y, out=y)
    y += 1.0
    y *= 0.5
    return y


def _transpose(arrays: Array) -> Array:
    return np.swapaxes(arrays, 1, 2)


def reference_net(start: tuple[Array, ...]) -> TLNN:
    """Return the reference's network with these parameters."""
    net = TLNN(*WIDTHS)
    linears = [layer for layer in net.layers if isinstance(layer, Linear)]
    for layer, weights in zip(linears, (start[0], start[2], start[4]), strict=True):
        layer.w = weights.copy()
    for layer, bias in zip(linears, (start[1], start[3]), strict=False):
        layer.b = bias.copy()
    return net


def train_reference(task: Task) -> tuple[int, Array] | None:
    """Train the reference from a task's initial weights, until it is clearly right for a run of steps.

    An output is clearly right by more than ``OUTPUT_MARGIN``. All must stay so for another chunk of
    steps, because a student's network, which rounds otherwise, may stop a little earlier or later;
    and the unseen points must be clearly right from the first step at which it may stop.

    Returns
    -------
    tuple or None
        The number of steps needed, and the outputs before each step, shape ``(steps + CHUNK, N, 1)``;
        None where one of these conditions fails.
    """
    net, right_run, clear_run = reference_net(task.start), 0, 0
    outputs: list[Array] = []
    may_stop = False
    sides, unseen_sides = (np.where(truth > 0.5, 1.0, -1.0) for truth in (task.y, task.labels))
    while clear_run < RUN and len(outputs) < MAX_STEPS:
        outputs.append(_step(net, task))
        margin = _margin(outputs[-1], sides)
        right_run = right_run + 1 if margin > 0.0 else 0
        clear_run = clear_run + 1 if margin > OUTPUT_MARGIN else 0
        may_stop = may_stop or right_run >= RUN
        if may_stop and not _margin(net.forward(task.unseen), unseen_sides) > OUTPUT_MARGIN:
            return None
    if clear_run < RUN:
        return None
    steps = len(outputs)
    for _ in range(CHUNK):
        outputs.append(_step(net, task))
        pairs = ((outputs[-1], sides), (net.forward(task.unseen), unseen_sides))
        if not all(_margin(y, each) > OUTPUT_MARGIN for y, each in pairs):
            return None
    return steps, np.array(outputs)


def _margin(y: Array, sides: Array) -> float:
    """By how much the worst output is on its side of one half, 1 above it and -1 below."""
    return float(np.min((y - 0.5) * sides))


def _step(net: TLNN, task: Task) -> Array:
    """Take one step of gradient descent; return the outputs before it."""
    out = net.forward(task.x)
    net.cal_loss(out, task.y)
    net.backward(task.rate)
    return out


def is_stable(task: Task, outputs: Array) -> bool:
    """Whether a tiny change of the initial weights stays small in all outputs.

    Right programs round differently, by 1e-16 a step: where training is not chaotic, that is lost.
    """
    start = tuple(array * (1 + START_CHANGE) for array in task.start)
    nearby = train_reference(replace(task, start=start))
    if nearby is None or nearby[1].shape != outputs.shape:
        return False
    return bool(np.max(np.abs(nearby[1] - outputs)) <= MAX_GROWTH * START_CHANGE)


def linear(rng: np.random.Generator, n: int = 100) -> tuple[Array, Array, Array, Array]:
    """Draw points of the unit square with a margin around x1 = x0, and others to ask about."""
    points = rng.uniform(size=(20 * n, 2))
    gap = points[:, 1] - points[:, 0]
    x, unseen = points[np.abs(gap) >= DATA_MARGIN][:n], points[np.abs(gap) >= 0.15][-50:]
    return x, _above(x), unseen, _above(unseen)


def _above(points: Array) -> Array:
    return (points[:, 1:] > points[:, :1]).astype(np.float64)


def xor(rng: np.random.Generator) -> tuple[Array, Array, Array, Array]:
    """The lab's 21 points, and unseen ones on its diagonals at least 0.15 from the centre."""
    x, y = generate_XOR_easy()
    offset = rng.uniform(0.15, 0.5, 12) * np.where(np.arange(12) % 2, 1, -1)
    on = np.column_stack([0.5 + offset, 0.5 + offset])
    across = np.column_stack([0.5 + offset, 0.5 - offset])
    labels = np.repeat([[0.0], [1.0]], 12, axis=0)
    return np.asarray(x, np.float64), np.asarray(y, np.float64), np.vstack([on, across]), labels


DATA: dict[str, Callable[[np.random.Generator], tuple[Array, Array, Array, Array]]] = {
    "linear": linear,
    "xor": xor,
}
