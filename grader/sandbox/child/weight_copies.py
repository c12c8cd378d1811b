"""Copies of a program's parameters: what its networks had learned before others took their place."""

from __future__ import annotations

from typing import Any, Collection, Dict, List, Optional, Sequence, Tuple

import numpy as np

from . import serialize
from .forward_calls import ForwardCall
from .samples import read_pairs, read_samples
from .student_objects import is_a

MOST_ENTRIES = 20_000  # of all parameters: they are copied before each call
MOST_EARLIER = 4  # copies from before the largest moves, beside the last one

Place = Tuple[bool, str, serialize.Path]
"""Where a parameter is: whether among the globals, the name of what holds it, and the rest of the way."""


class WeightReader:
    """Reads the parameters that a call can reach, all in one array.

    Parameters
    ----------
    paths
        Where the parameters are, from what a call can reach.
    """

    def __init__(self, paths: Sequence[serialize.Path]) -> None:
        self._paths = paths
        self._places: Optional[List[Place]] = None

    def read(self, frame: Any) -> Optional[Any]:
        """Return the parameters ``(K,)`` as they are now; None where they are gone, or too many."""
        if not self._paths:
            return None
        try:
            arrays = [np.ravel(array) for array in self._arrays(frame)]
            if sum(array.size for array in arrays) > MOST_ENTRIES:
                return None
            return np.concatenate(arrays).astype(np.float64)
        except Exception:  # noqa: BLE001  a student's program may do anything with its objects
            return None

    def _arrays(self, frame: Any) -> List[Any]:
        if self._places is None:
            call = ForwardCall(frame)
            self._places = [_place(call, path) for path in self._paths]
        return [
            serialize.follow_path((frame.f_globals if far else frame.f_locals)[name], path)
            for far, name, path in self._places
        ]


def _place(call: ForwardCall, path: serialize.Path) -> Place:
    [_, group], [_, index], *rest = path
    names = call.names if group == 0 else list(call.container()[group])
    return group > 2, names[index], rest


class WeightCopies:
    """Keeps the parameters of the last call, and those from before the largest moves.

    Where a network begins anew, in the same object or in the same variables, it moves farther than by a step.
    """

    def __init__(self) -> None:
        self._last: Optional[Any] = None
        self._earlier: List[Tuple[float, Any]] = []

    def add(self, weights: Any) -> None:
        """Keep parameters ``(K,)`` in the place of the last ones."""
        last, self._last = self._last, weights
        if last is None:
            return
        size = np.inf
        if last.shape == weights.shape:
            size = float(np.max(np.abs(weights - last), initial=0.0))
        if size > 0 and (
            len(self._earlier) < MOST_EARLIER or size > min(kept for kept, _ in self._earlier)
        ):
            self._earlier.append((size, last))
            self._earlier.sort(key=lambda entry: -entry[0])
            del self._earlier[MOST_EARLIER:]

    def all(self) -> List[Any]:
        """Return all that are kept, the last ones first; none where no call was seen."""
        known = [] if self._last is None else [self._last]
        return known + [weights for _, weights in self._earlier]


class DataRows:
    """Knows to which of some data sets a sample belongs."""

    def __init__(self) -> None:
        self._rows: Dict[bytes, int] = {}
        self._count = 0

    def add(self, datasets: Collection[Tuple[Any, Any]]) -> None:
        """Look at the data sets that are new; one that holds samples of an earlier one belongs to that."""
        if len(datasets) == self._count:
            return
        for number, (samples, _) in enumerate(datasets):
            group = self._rows.get(_bytes(samples[0]), number)
            for row in samples:
                self._rows.setdefault(_bytes(row), group)
        self._count = len(datasets)

    def number_of(self, value: Any) -> Optional[int]:
        """Return the data set that holds the first of some samples; None where none does.

        Samples may be in any layout, or in pairs with their labels.
        """
        samples = read_samples(value) if self._rows else None
        if samples is None and self._rows and is_a(value, list):
            samples = (read_pairs(value) or [None])[0]
        return None if samples is None else self._rows.get(_bytes(samples[0]))


def _bytes(row: Any) -> bytes:
    """Return what stands for a sample, in either precision."""
    return bytes((np.asarray(row, np.float32) + np.float32(0)).tobytes())
