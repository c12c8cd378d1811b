"""What moved in an object between two lists of its arrays."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.recognition.frame import Arrays


def keeps_shapes(before: Arrays, after: Arrays) -> bool:
    """Whether all arrays that were not all zeros are still there, in their shapes."""
    return all(key in after and after[key].shape == before[key].shape for key in kept_paths(before))


def stores(before: Arrays, later: Arrays) -> bool:
    """Whether there are other arrays after backward, or others that are not all zeros."""
    kept = kept_paths(before)
    return any(key not in kept and np.any(array) for key, array in later.items())


def grown(before: Arrays, then: Arrays, later: Arrays) -> tuple[Any, ...]:
    """The paths of arrays that the same backward doubled the second time: gradients that add up."""
    kept = kept_paths(before)
    return tuple(
        ast.literal_eval(key)
        for key, array in later.items()
        if key in then
        and key not in kept
        and array.shape == then[key].shape
        and np.any(array)
        and np.allclose(array, 2 * then[key], rtol=1e-9, atol=0)
    )


def kept_paths(before: Arrays) -> list[str]:
    """The arrays that are not all zeros: those that are may be to store gradients."""
    return [key for key, array in before.items() if np.any(array)]


def moves(kept: Sequence[str], before: Arrays, after: Arrays) -> bool:
    """Whether one of some arrays changed, and kept its shape."""
    return any(
        key in before
        and key in after
        and after[key].shape == before[key].shape
        and not np.array_equal(before[key], after[key], equal_nan=True)
        for key in kept
    )
