"""Scales of losses: without the lab's contract a constant factor is a convention."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from grader.numeric import Array

CLOSE = 1e-3

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """A factor that depends on the shape of a batch alone; ``text`` names it."""

    text: str
    factor: float
    base: Callable[[Shape], float]

    def at(self, shape: Shape) -> float:
        """Return the factor for a batch of a shape."""
        return self.factor * self.base(shape)


_BASES: dict[str, Callable[[Shape], float]] = {
    "": lambda _: 1.0,
    "size": lambda shape: float(np.prod(shape)),
    "columns": lambda shape: float(shape[-1]),
    "rows": lambda shape: float(shape[0]),
    "1/columns": lambda shape: 1.0 / shape[-1],
}

SCALES = tuple(
    Scale(f"{factor:g} {name}".strip(), factor, base)
    for (name, base), factor in product(_BASES.items(), (1.0, 0.5, 2.0))
)
"""The mean over entries or rows, their sum, and the half and the double of each."""

ONE = SCALES[0]


def best_scale(
    actual: Sequence[Array | None], expected: Sequence[Array], shapes: Sequence[Shape]
) -> tuple[Scale, int]:
    """Return the scale by which most of some results are the expected ones, and how many are."""

    def count(scale: Scale) -> int:
        return sum(
            value is not None and is_close(value, wanted * scale.at(shape))
            for value, wanted, shape in zip(actual, expected, shapes, strict=True)
        )

    counts = [count(scale) for scale in SCALES]
    return SCALES[int(np.argmax(counts))], max(counts)


def is_close(actual: Array, expected: Array) -> bool:
    """Whether two arrays of one shape agree to one in a thousand of the largest entry."""
    if actual.shape != expected.shape:
        return False
    largest = float(np.max(np.abs(expected), initial=0.0))
    return bool(np.all(np.abs(actual - expected) <= CLOSE * largest))
