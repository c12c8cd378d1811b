"""Takes the steps of a network whose training is one method, from parameters that are set."""

from __future__ import annotations

import contextlib
import re
from typing import Any, Dict, List, Optional, Sequence, Set

import numpy as np

from . import serialize
from .forward_calls import ForwardCall, jacobian
from .object_copies import deep_copy
from .program_watch import Enough, Key, function_key
from .samples import LEAST_SAMPLES
from .step_watch import STEP
from .trainer_watch import TRAINS, Trainer, TrainerWatch

STEPS = re.compile(TRAINS.pattern + "|update|step|batch|epoch", re.IGNORECASE)
KNOWN, UNKNOWN, SUPPOSED = 0, -1, -2
"""What is known of one step of a method that trains; SUPPOSED where it is only the size of a batch."""

HARDLY = 1e-12  # parameters that differ by no more are nearly equal
ALONG = 1e-7  # how far a step on two samples may be from the sum of those on each


def candidate_of(trainer: Trainer) -> Optional[Dict[str, Any]]:
    """Describe the network of a trainer as a survey describes a forward pass.

    Its ``calls`` are at most 0 where its steps need no other forward pass; see `settle_step`.
    """
    found = trainer.predictor()
    if found is None:
        return None
    name, call, place, parameters = found
    code = call.function.__code__
    parameters = [
        (path, np.array(array, np.float64), array.dtype.str) for path, array in parameters
    ]
    paths = [path for path, *_ in parameters]
    calls = UNKNOWN
    with contextlib.suppress(Exception):  # what a student's method raises
        calls = settle_step(trainer, name, paths)
    return {
        "file": code.co_filename, "name": name, "line": code.co_firstlineno,
        "owner": type(trainer.owner).__name__[: serialize.TEXT], "calls": calls,
        "samples": len(trainer.samples), "x": ["argument", call.names[1]], "y": place,
        "kind": "method", "trainer": trainer.key[1],
        "arrays": [
            {"path": path, "name": call.spell(path), "array": array, "dtype": dtype}
            for path, array, dtype in parameters
        ],
    }  # fmt: skip


def train_in_steps(
    trainer: Trainer,
    candidate: Dict[str, Any],
    values: Sequence[Sequence[Any]],
    entries: Sequence[Sequence[int]],
) -> List[Dict[str, Any]]:
    """Train on one batch after the other, each from parameters that are set; list the steps."""
    steps: List[Dict[str, Any]] = []
    with contextlib.suppress(Exception):  # what a student's method raises
        settle_step(trainer, candidate["name"], candidate["paths"])
    size = len(trainer.samples)
    for number, arrays_before in enumerate(values):
        # Steps from equal parameters are held beside each other: they are taken on the same samples.
        first = next(k for k in range(number + 1) if _is_near(values[k], arrays_before))
        start = first * size // len(values)
        indices = [(start + k) % size for k in range(trainer.batch)]
        call = ForwardCall.of_method(trainer.owner, candidate["name"], trainer.single_input(start))
        _set(call, candidate["paths"], arrays_before)
        forwards = [_forward(trainer, candidate, index, entries) for index in indices]
        if any(forward is None for forward in forwards):
            return steps
        before = [np.array(array, np.float64) for array in _follow(call, candidate["paths"])]
        trainer.train_on(indices)
        after = [np.array(array, np.float64) for array in _follow(call, candidate["paths"])]
        steps.append({"forwards": forwards, "before": before, "after": after})
    return steps


def _forward(
    trainer: Trainer, candidate: Dict[str, Any], index: int, entries: Sequence[Sequence[int]]
) -> Optional[Dict[str, Any]]:
    """Describe the forward pass of one sample; None where it has no outputs."""
    place = candidate["y"]
    call = ForwardCall.of_method(trainer.owner, candidate["name"], trainer.single_input(index))
    twin = call.copy()
    first, again = (twin.outputs(place, 1) for _ in range(2))
    if first is None or again is None:
        return None
    rows = [
        jacobian(array, chosen, STEP, twin, place, 1)
        for array, chosen in zip(_follow(twin, candidate["paths"]), entries)
    ]
    if any(row is None for row in rows):
        return None
    return {
        "x": trainer.samples[index : index + 1], "y": first, "jacobians": rows,
        "steady": bool(np.array_equal(first, again, equal_nan=True)),
        "labels": [trainer.labels[index : index + 1]], "rates": [], "seconds": [0.0, 0.0],
    }  # fmt: skip


def settle_step(trainer: Trainer, name: str, paths: Sequence[serialize.Path]) -> int:
    """Say what one step of a trainer is; return KNOWN, SUPPOSED or UNKNOWN.

    Where two samples move every parameter along the sum of what each moves it by, it is a batch; where
    they are trained on one after the other, it is a sample. Where it is neither and the size of a batch
    is given, it may be a batch: some samples may be left out, or changed by what the others are. 1 is
    returned where the steps need the method of a name, which gives the network's outputs.
    """
    starts, *ends = (
        _trained(trainer, paths, parts)
        for parts in ([], [[0, 1]], [[0]], [[1]], [[0], [1]], [[1], [0]])
    )
    both, first, second, *sequences = ends
    if not _is_same(both, _trained_without(name, trainer, paths)):
        return 1
    if _is_same(both, starts):
        return SUPPOSED if trainer.batch > 1 else UNKNOWN
    if any(_is_same(both, one) for one in sequences):
        trainer.batch = 1
        return KNOWN
    sums = [(a - s) + (b - s) for s, a, b in zip(starts, first, second)]
    if all(_is_along(b - s, total) for s, b, total in zip(starts, both, sums)):
        trainer.batch = LEAST_SAMPLES
        return KNOWN
    return SUPPOSED if trainer.batch > 1 else UNKNOWN


def _is_near(arrays: Sequence[Any], others: Sequence[Any]) -> bool:
    return all(np.allclose(a, b, rtol=0.0, atol=HARDLY) for a, b in zip(arrays, others))


def _is_same(arrays: Sequence[Any], others: Sequence[Any]) -> bool:
    return len(arrays) == len(others) and all(map(np.array_equal, arrays, others))


def _trained_without(name: str, trainer: Trainer, paths: Sequence[serialize.Path]) -> List[Any]:
    """Train on two samples while a method's results are none of its own, and leave nothing in the network."""
    owner = type(trainer.owner)
    method, is_own = getattr(owner, name), name in vars(owner)

    def other(network: Any, *arguments: Any, **keywords: Any) -> Any:
        result = method(deep_copy(network), *arguments, **keywords)
        is_number = isinstance(result, (float, np.ndarray, np.floating))
        return (result + 1) / 3 if is_number else result

    setattr(owner, name, other)
    try:
        return _trained(trainer, paths, [[0, 1]])
    except Exception:  # noqa: BLE001  what a student's method raises without the other
        return []
    finally:
        if is_own:
            setattr(owner, name, method)
        else:
            delattr(owner, name)


def _is_along(move: Any, total: Any) -> bool:
    """Return whether a move is a multiple of another."""
    square = float(np.sum(total * total))
    share = float(np.sum(move * total)) / square if square else 0.0
    return bool(np.all(np.abs(move - share * total) <= ALONG * np.max(np.abs(move))))


def _trained(
    trainer: Trainer, paths: Sequence[serialize.Path], parts: Sequence[Sequence[int]]
) -> List[Any]:
    """Return the parameters of a copy after it was trained on parts of the samples."""
    twin = trainer.copy()
    for indices in parts:
        twin.train_on(indices)
    return [np.array(array, np.float64) for array in _follow(twin.call, paths)]


def _follow(call: ForwardCall, paths: Sequence[serialize.Path]) -> List[Any]:
    return [serialize.follow_path(call.container(), path) for path in paths]


def _set(call: ForwardCall, paths: Sequence[serialize.Path], values: Sequence[Any]) -> None:
    for array, value in zip(_follow(call, paths), values):
        array[...] = value


class StepTrainerWatch(TrainerWatch):
    """Runs a program until a method takes steps by a forward pass of its own, and keeps that call.

    A method that trains may call others: the first counts of which one step is known.
    """

    def __init__(self, files: Sequence[str]) -> None:
        super().__init__(files)
        self._tried: Set[Key] = set()

    def enter(self, frame: Any) -> None:
        """Stop the program where it takes a step."""
        key = function_key(frame)
        if not STEPS.search(key[1]) or key in self._tried:
            return
        trainer = Trainer(frame)
        candidate = candidate_of(trainer) if trainer.is_complete else None
        if candidate is None:
            return
        self._tried.add(key)
        has_steps = candidate["calls"] in (KNOWN, SUPPOSED)
        if self.trainer is None or has_steps:
            self.trainer = trainer
        if has_steps:
            raise Enough
