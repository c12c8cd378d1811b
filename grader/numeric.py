"""Central differences of a student's own ``forward``: the oracle of every gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

STEP = 2.0**-17
"""The step for float64: near the cube root of the machine epsilon, where the error of truncation
(step squared) meets that of rounding (epsilon over step); about 1e-10 of the values each."""

STEP_AFFINE = 2.0**-2
"""For functions that are affine in what is moved: no truncation, and rounding divided by as much."""

EPSILON_SINGLE = 2.0**-23
"""The distance from 1 to the next number of float32."""

STEP_SINGLE = 2.0**-6
"""The same balance as ``STEP`` for programs that compute in float32: rounding is some 1e-5 of the
values, truncation some 1e-4 of the derivatives of a sigmoid."""

STEP_SINGLE_AFFINE = 2.0**2
"""``STEP_AFFINE`` for float32: weights of some thousands round to 1e-4, which the step divides."""


def real_width(base: Array, step: float) -> Array:
    """Return the distance between the two points that were really visited, entry by entry.

    Parameters
    ----------
    base
        The array before it was moved, any shape.
    step
        The step that was asked for; ``base + step`` rounds, so the distance is not ``2 * step``.
    """
    return np.asarray((base + step) - (base - step))


def jacobian(shifts: Array, base: Array, step: float) -> Array:
    """Turn the values at shifted entries into derivatives.

    Parameters
    ----------
    shifts
        Shape ``(entries, 2, *out)``: what a function gave with each entry moved up, then down.
    base
        The array whose entries were moved, any shape with that many entries.
    step
        How far each entry was moved.

    Returns
    -------
    Array
        Shape ``(entries, *out)``: the derivative of each output by each entry.
    """
    width = real_width(base, step).reshape((-1,) + (1,) * (shifts.ndim - 2))
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray((shifts[:, 0] - shifts[:, 1]) / width)


def pulled_back(derivatives: Array, upstream: Array, shape: tuple[int, ...]) -> Array:
    """Return the gradient of the sum of ``upstream * output``: the vector-Jacobian product.

    Parameters
    ----------
    derivatives
        Shape ``(entries, *out)``, from ``jacobian``.
    upstream
        Shape ``out``: the upstream gradient.
    shape
        The shape of the array that was moved; the result has it.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        return (derivatives.reshape(len(derivatives), -1) @ upstream.reshape(-1)).reshape(shape)
