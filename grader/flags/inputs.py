"""Inputs with which a class is tried for what a person should look at."""

from __future__ import annotations

import numpy as np

from grader.contract import Inputs, Kind, Row
from grader.numeric import Array


def draw_inputs(rng: np.random.Generator, row: Row, shape: tuple[int, int]) -> tuple[Array, ...]:
    """Draw what goes into a class: ``x``, or a prediction and the truth, each of this shape.

    Entries keep 0.2 away from zero, where a ReLU has no derivative; rows that are distributions
    keep away from it less.
    """
    x = rng.uniform(0.2, 0.8, shape)
    if row.kind is not Kind.LOSS:
        return (x * rng.choice([-1.0, 1.0], shape),)
    if row.inputs is not Inputs.DISTRIBUTIONS:
        return x, rng.integers(0, 2, shape).astype(np.float64)
    return x / x.sum(axis=1, keepdims=True), np.eye(shape[1])[rng.integers(0, shape[1], shape[0])]
