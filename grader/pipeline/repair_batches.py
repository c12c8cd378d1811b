"""The batches on which edits of a layer or a loss are looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.contract import Inputs, Kind, Row
from grader.numeric import Array

RATE = 0.3
SIZES = (3, 2)


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch: what forward is given, the upstream gradient, and the learning rate."""

    inputs: tuple[Array, ...]
    upstream: Array
    rate: float = RATE


def batches(row: Row, rng: np.random.Generator) -> list[Batch]:
    """Draw the batches: a common one, a single sample, and for layers one of large numbers."""
    made = []
    for count in (5, 1):
        shape = (count, 3)
        if row.kind is Kind.LOSS:
            y = rng.uniform(0.1, 0.9, shape)
            t = rng.integers(0, 2, shape).astype(np.float64)
            if row.inputs is Inputs.DISTRIBUTIONS:
                y, t = y / y.sum(axis=1, keepdims=True), np.eye(3)[rng.integers(0, 3, count)]
            elif row.inputs is Inputs.REAL:
                y, t = rng.standard_normal(shape), rng.standard_normal(shape)
            made.append(Batch((y, t), np.ones(1)))
        else:
            width = SIZES[1] if row.kind is Kind.LINEAR else 3
            made.append(
                Batch(
                    (2 * rng.standard_normal(shape),),
                    9 * rng.standard_normal((count, width)),
                    RATE if count > 1 else 2 * RATE,  # no rate of an earlier step may be remembered
                )
            )
    if row.kind is Kind.ACTIVATION:
        large = np.array([[-800.0, 0.0, 3.0], [0.0, 800.0, -1.0]])
        made.append(Batch((large,), rng.standard_normal((2, 3))))
    return made


def rolled(array: Array) -> Array:
    """Return a batch with its samples in another order, in which no row stands where it stood."""
    return np.roll(array, 1, axis=0)
