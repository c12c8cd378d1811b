"""Numbers ten and eleven: shapes of arrays, and the logarithm of zero."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

import numpy as np

from . import figures
from .batch import Array
from .result import Bench, Result

DELTA = 1e-7
"""What the write-up adds inside its logarithms."""


def shapes(bench: Bench) -> Result:
    """Ask y = xW + b and y = Wx + b for a gradient, with a vector and with a batch."""
    rng = np.random.default_rng(0)
    seconds = {
        "100 points, one call": _seconds(lambda: _answer(100, batch=True)),
        "100 points, one by one": _seconds(lambda: _answer(100, batch=False)),
    }
    answers = [f"{name}: {_try(call)}" for name, call in _forms(rng).items()]
    one, many = seconds.values()
    return Result(
        10,
        "Shapes of input and output",
        "a layer of 2 inputs and 4 outputs; x a vector (2,), or a batch of 5 or of 4",
        "y = xW + b and batches; with y = Wx + b a vector is not transposed and b not broadcast",
        "; ".join(answers) + f"; a batch of 100 is {many / one:.0f} times as quick as 100 vectors",
        True,
        "A one-dimensional array is its own transpose, so the product that should be a matrix "
        "fails in either form: it is the batch that cures it. Rows as samples add one thing, that "
        "b (4,) broadcasts along them. Columns need b (4, 1), and with as many samples as "
        "outputs a b (4,) is added along the wrong axis without a word.",
        bench.save(
            figures.bars(
                list(seconds),
                [1e6 * s for s in seconds.values()],
                "The same 100 answers",
                "microseconds",
            ),
            "10_shapes.png",
        ),
    )


def _forms(rng: np.random.Generator) -> dict[str, Callable[[], Array]]:
    w, b, g = rng.standard_normal((2, 4)), rng.standard_normal(4), rng.standard_normal((5, 4))
    x = rng.standard_normal((5, 2))
    return {
        "xW + b, dW = x^T g with vectors": lambda: x[0].T @ g[0],
        "with a batch of 5": lambda: x.T @ g,
        "Wx + b, dW = g x^T with vectors": lambda: g[0] @ x[0].T,
        "with a batch of 5 in columns": lambda: g.T @ x,
        "b (4,) added to 5 columns": lambda: w.T @ x.T + b,
        "b (4,) added to 4 columns": lambda: w.T @ x[:4].T + b,
    }


def _try(call: Callable[[], Array]) -> str:
    try:
        return f"shape {np.shape(call())}"
    except ValueError:
        return "ValueError"


def _answer(n: int, *, batch: bool) -> None:
    """Send n points through a layer, in one call or one by one."""
    x, w, b = np.ones((n, 2)), np.ones((2, 4)), np.ones(4)
    for rows in [x] if batch else x:
        1.0 / (1.0 + np.exp(-(rows @ w + b)))


def _seconds(call: Callable[[], None]) -> float:
    """Return the least of 20 timings."""
    times = []
    for _ in range(20):
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    return min(times)


def logarithm_of_zero(bench: Bench) -> Result:
    """Feed cross-entropy what a ReLU at the output answers: 0, and numbers above 1."""
    told = [
        f"y = {y:g}, {'with' if delta else 'without'} delta: {_surprise(y, t, delta)}"
        for y, t in ((0.0, 1.0), (1.5, 0.0))
        for delta in (0.0, DELTA)
    ]
    y = np.linspace(0, 1.6, 321)
    with np.errstate(all="ignore"):
        lines = {
            "label 1: -log(y + delta)": -np.log(y + DELTA),
            "label 0: -log(1 - y + delta)": -np.log(1 - y + DELTA),
        }
    return Result(
        11,
        "Logarithm of zero",
        "cross-entropy of one answer of a ReLU, with and without delta = 1e-7",
        "RuntimeWarning: invalid value in log2; use sigmoid at the output and a small delta",
        "; ".join(told),
        None,
        "The advice is right, the reason only half. log(0) warns of a division by zero, and "
        "delta cures that. `invalid value` is numpy's word for the logarithm of a negative "
        "number: the ReLU answered more than 1, so that 1 - y < 0, and no delta helps. The "
        "sigmoid at the output does.",
        bench.save(
            figures.functions(y, lines, "Cross-entropy beyond 1 is nan", "answer y of a ReLU"),
            "11_log.png",
        ),
    )


def _surprise(y: float, t: float, delta: float) -> str:
    """Return the cross-entropy in bits of one answer, and the warning that it gave."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        p = np.array([y if t else 1 - y])
        bits = float(-np.log2(p + delta)[0])
    text = f"{bits:.1f}"
    return text + "".join(f" ({str(one.message).split(' encountered')[0]})" for one in caught)
