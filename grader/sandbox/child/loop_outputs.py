"""Finds where the body of a training loop leaves its network's outputs, and which arrays they follow.

The outputs stand in a variable, or in an attribute of one of the objects that the body calls. Losses
and gradients have as many entries; but they follow the labels, and outputs do not.
"""

from __future__ import annotations

import contextlib
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

import numpy as np

from . import serialize
from .loop_bodies import LoopBody, Place
from .perturbation import SHIFT, scale_down
from .samples import (
    FEATURES,
    MOST_LABELS,
    is_bare,
    read_labels,
    read_numbers,
    read_outputs,
    read_samples,
)
from .serialize import Path
from .student_objects import is_a

TRIALS = 3  # of parameters at which predictions, but no labels, differ

Parameters = List[Tuple[Path, Any]]


def find_outputs(body: LoopBody, labels: str, samples: int) -> Optional[Tuple[Place, Parameters]]:
    """Return where the outputs stand, and the parameters that they follow; None where there are none.

    Of several places the first counts that follows the most parameters.
    """
    first, again, other = body.copy(), body.copy(), body.copy()
    exchange_labels(other)
    body.run(first)
    body.run(again)
    with contextlib.suppress(Exception):  # what the body raises at other labels
        body.run(other)
    values: List[Tuple[Place, Any]] = []
    for place in places_of(body, first, labels, samples):
        outputs = body.outputs(first, place, samples)
        is_steady = all(
            is_same(outputs, body.outputs(one, place, samples)) for one in (again, other)
        )
        if is_steady and not any(is_same(outputs, known) for _, known in values):
            values.append((place, outputs))
    places = [place for place, y in values if not any(_is_sigmoid(z, y) for _, z in values)]
    found = _parameters(body, places, samples, first)
    best = max(found, key=len, default=[])
    return (places[found.index(best)], best) if best else None


def samples_of(variables: Dict[str, Any], count: int) -> Any:
    """Return the samples ``(N, 2)`` among the variables of a loop; zeros where there are none."""
    values = (read_samples(value) for value in variables.values())
    return next((s for s in values if s is not None and len(s) == count), np.zeros((count, 2)))


def label_names(body: LoopBody, paths: Sequence[Path], samples: int) -> List[str]:
    """Name the variables that hold labels at any parameters: predictions change with them."""
    random = np.random.RandomState(0)
    held = []
    for _ in range(TRIALS):
        variables = body.copy()
        for path in paths:
            array = serialize.follow_path(body.numbers(variables), path)
            array[...] = random.normal(size=array.shape)
        body.run(variables)
        held.append({name: read_labels(value, samples) for name, value in variables.items()})
    first, *others = held
    return [
        name
        for name, labels in first.items()
        if all(is_same(labels, other.get(name)) for other in others)
    ]


def labels_of(variables: Dict[str, Any], names: Sequence[str], count: int) -> List[Any]:
    """Return the different labels ``(N,)`` of so many samples among some variables of a loop."""
    values = (read_labels(variables.get(name), count) for name in names)
    known = {labels.tobytes(): labels for labels in values if labels is not None}
    return list(known.values())[:MOST_LABELS]


def is_same(one: Any, other: Any) -> bool:
    """Return whether two outputs, each of which may be missing, are equal."""
    return one is not None and other is not None and bool(np.array_equal(one, other))


def exchange_labels(variables: Dict[str, Any]) -> None:
    """Exchange the two labels of all arrays and lists that may hold some, in place."""
    exchanged = set()
    for value in variables.values():
        labels = read_labels(value, max(np.shape(value))) if _may_be_labels(value) else None
        if labels is None or id(value) in exchanged:
            continue
        exchanged.add(id(value))
        array = np.asarray(value)
        other = (np.max(array) + np.min(array) - array.astype(np.float64)).astype(array.dtype)
        if is_a(value, np.ndarray):
            value[...] = other
        else:
            value[:] = other.tolist()


def _may_be_labels(value: Any) -> bool:
    is_numbers = is_a(value, (np.ndarray, list)) and read_numbers(value) is not None
    return is_numbers and np.size(value) > FEATURES


def places_of(
    body: LoopBody, variables: Dict[str, Any], labels: str, samples: int
) -> Iterator[Place]:
    """Yield the places of what may be outputs after a body has run: shares, and no labels."""
    places: List[Tuple[Place, Any]] = [
        (["variable", name], value)
        for name, value in variables.items()
        if name != labels and not is_bare(value)
    ]
    for path, array in serialize.find_arrays(body.numbers(variables)):
        places.append((["path", path], np.asarray(array)))
    for place, value in places:
        outputs = read_outputs(value, samples)
        if outputs is None or read_labels(value, samples) is not None:
            continue
        if np.all((outputs >= 0) & (outputs <= 1)):
            yield place


def _is_sigmoid(y: Any, scores: Any) -> bool:
    """Return whether outputs are the sigmoid of others, which are their scores."""
    return y.shape == scores.shape and bool(np.allclose(y, 1 / (1 + np.exp(-scores))))


def _parameters(
    body: LoopBody, places: List[Place], samples: int, after: Dict[str, Any]
) -> List[Parameters]:
    """List for each place the arrays that its outputs follow, if the body changes one of them."""
    batch = samples_of(after, samples)
    moving: List[Parameters] = [[] for _ in places]
    changes = [False] * len(places)
    for path, array in serialize.find_arrays(body.numbers(body.copy())):
        values = np.asarray(array)
        if _is_data(values, batch) or read_labels(values, samples) is not None:
            continue
        results = _results(body, path, places, samples)
        for k in range(len(places) if len(results) == 2 else 0):
            if not is_same(results[0][k], results[1][k]):
                moving[k].append((path, np.array(array)))
                now = serialize.follow_path(body.numbers(after), path)
                changes[k] = changes[k] or not np.array_equal(now, array)
    return [found if changed else [] for found, changed in zip(moving, changes)]


def _is_data(values: Any, batch: Any) -> bool:
    """Return whether an array has as many samples as a batch, or holds all of its samples."""
    given = read_samples(values)
    if given is None:
        return False
    rows = {row.tobytes() for row in given}
    return len(given) == len(batch) or all(row.tobytes() in rows for row in batch)


def _results(body: LoopBody, path: Path, places: List[Place], samples: int) -> List[List[Any]]:
    """Return the outputs in all places with an array as it is, and with it shifted."""
    results = []
    for shift in (0.0, SHIFT):
        variables = body.copy()
        target = serialize.follow_path(body.numbers(variables), path)
        scale_down(target)
        target[...] = np.asarray(target) + shift
        with contextlib.suppress(Exception):  # what the body raises at other parameters
            body.run(variables)
            results.append([body.outputs(variables, place, samples) for place in places])
    return results
