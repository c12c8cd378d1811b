"""The arrays in which a layer stores gradients, for a step that comes later."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from grader.model import Failure
from grader.numeric import Array
from grader.observation.layer_observation import MOST_STORED, LayerObservation, Parameter
from grader.sandbox.host import ChildGone

Gradient = Callable[[LayerObservation, Parameter], Array]
"""The gradient at a parameter, shape of the parameter; raises ``Failure`` or ``ChildGone``."""


def stored_gradients(records: Sequence[LayerObservation], gradient: Gradient) -> dict[str, str]:
    """Name, for each parameter, the one attribute that is its stored gradient in all trials.

    It must be there after every step of every trial; of several, the one counts whose largest
    error is the least. Of more than ``MOST_STORED`` none counts: those are guesses. A parameter
    that moves at any rate takes its own steps, and what is stored beside it is no step for others.
    """
    names = {parameter.name for record in records for parameter in record.parameters}
    names -= {name for record in records for name in _moving(record)}
    errors = {name: _errors(records, name, gradient) for name in names}
    return {
        name: min(by_name, key=lambda attribute: max(by_name[attribute]))
        for name, by_name in errors.items()
        if 0 < len(set(by_name.values())) <= MOST_STORED
    }


def _moving(record: LayerObservation) -> set[str]:
    """The parameters that moved in a step of a trial at some rate; none where the trial met an error."""
    try:
        return {
            parameter.name
            for parameter in record.parameters
            for step in range(len(record.steps))
            if record.has_moved(parameter, step)
        }
    except (Failure, ChildGone):
        return set()


def _errors(
    records: Sequence[LayerObservation], name: str, gradient: Gradient
) -> dict[str, tuple[float, ...]]:
    """How far each attribute is from the gradient of a parameter, step by step; those always there."""
    errors: list[dict[str, float]] = []
    for record in records:
        for parameter in (p for p in record.parameters if p.name == name):
            try:
                numeric = gradient(record, parameter)
                candidates = [record.candidates(parameter, k) for k in range(len(record.steps))]
            except (Failure, ChildGone):  # this trial met an error, which is told elsewhere
                continue
            errors += [
                {key: _distance(array, numeric) for key, array in g.items()} for g in candidates
            ]
    always = [key for key in (errors or [{}])[0] if all(key in by_name for by_name in errors)]
    return {key: tuple(by_name[key] for by_name in errors) for key in always}


def _distance(array: Array, numeric: Array) -> float:
    """The largest difference beside the largest entry; infinite where something is not finite."""
    with np.errstate(all="ignore"):
        largest = float(np.max(np.abs(array - numeric), initial=0.0))
        scale = float(np.max(np.abs(numeric), initial=0.0)) or 1.0
    return largest / scale if np.isfinite(largest) else np.inf
