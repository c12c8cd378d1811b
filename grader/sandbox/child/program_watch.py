"""Watches a student's program from outside its code while it trains, by Python's own profiler hook.

The first run, a ``Survey``, lists the functions that may be a network's forward pass. The second,
a ``StepWatch``, follows one of them: it sets the parameters before a forward pass, takes the
outputs and their differences on copies, lets the program go on, and reads what its own step made
of the parameters. Neither knows what is right.
"""

from __future__ import annotations

import contextlib
import sys
from types import SimpleNamespace
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

import numpy as np

from . import serialize
from .forward_calls import ForwardCall
from .samples import read_labels, read_numbers, read_pairs, read_samples
from .student_objects import has_attributes, is_a
from .weight_history import WeightHistory

MOST_CANDIDATES = 12
MOST_DATASETS = 6
LEAST_SAMPLES = 5  # of a data set: fewer are a batch

Key = Tuple[str, str, int]
"""A function: file, name and first line."""


class Enough(BaseException):
    """Ends a program from which nothing more is to be learned; no ``except Exception`` keeps it."""


class Watch:
    """Follows the calls of the functions that stand in a submission's files.

    Parameters
    ----------
    files
        The paths of the submission's files.
    """

    def __init__(self, files: Sequence[str]) -> None:
        self._files = set(files)
        self.datasets: Dict[Any, Tuple[Any, Any]] = {}

    def __enter__(self) -> None:
        self._earlier = sys.getprofile()
        sys.setprofile(self._follow)

    def __exit__(self, *_: object) -> None:
        sys.setprofile(self._earlier)

    def _follow(self, frame: Any, event: str, result: Any) -> None:
        if event in ("call", "return") and frame.f_code.co_filename in self._files:
            if event == "call":
                self.enter(frame)
            else:
                self.leave(frame, result)

    def enter(self, frame: Any) -> None:
        """See a function begin."""
        raise NotImplementedError

    def leave(self, frame: Any, result: Any) -> None:
        """See a function end; ``result`` is None where it raised."""
        raise NotImplementedError

    def add_result(self, result: Any) -> None:
        """Look at the data sets that a function makes: arrays beside each other, or a list of pairs."""
        if is_a(result, tuple):
            self.add_datasets(result)
        for value in result if is_a(result, tuple) else (result,):
            self.add_pairs(value)

    def add_pairs(self, value: Any) -> None:
        """Keep the data set of a list of pairs."""
        if is_a(value, list) and len(value) >= LEAST_SAMPLES and is_a(value[0], tuple):
            self.add_datasets(read_pairs(value) or ())

    def add_datasets(self, values: Sequence[Any]) -> None:
        """Keep each array of samples that stands beside an array of as many labels."""
        points = [samples for samples in map(read_samples, values) if samples is not None]
        for samples in points:
            if len(samples) < LEAST_SAMPLES or len(self.datasets) >= MOST_DATASETS:
                continue
            for value in values:
                labels = read_labels(value, len(samples))
                if labels is not None:
                    self.datasets.setdefault(
                        (samples.tobytes(), labels.tobytes()), (samples, labels)
                    )

    def list_datasets(self) -> List[Dict[str, Any]]:
        """Describe the data sets that were seen."""
        return [{"x": samples, "labels": labels} for samples, labels in self.datasets.values()]


def function_key(frame: Any) -> Key:
    """Return what tells a function from others."""
    code = frame.f_code
    return (code.co_filename, code.co_name, code.co_firstlineno)


class LastCalls(Watch):
    """Keeps the last calls of a forward pass, to ask what was learned when the program has ended.

    Parameters
    ----------
    files
        The paths of the submission's files.
    candidate
        The forward pass, or the method that trains; None where neither is known.
    """

    def __init__(self, files: Sequence[str], candidate: Optional[Dict[str, Any]]) -> None:
        super().__init__(files)
        self._candidate = candidate or {}
        self._name = self._candidate.get("trainer") or self._candidate.get("name")
        self._snapshots: Dict[Any, SimpleNamespace] = {}
        is_forward = self._candidate.get("kind") == "forward"
        kind, name = self._candidate.get("x", ("", ""))
        self.history = WeightHistory(
            self._candidate.get("paths", ()) if is_forward else (),
            str(name) if kind == "argument" else "",
        )

    def _is_watched(self, frame: Any) -> bool:
        code = frame.f_code
        is_named = bool(code.co_name == self._name and code.co_filename == self._candidate["file"])
        return is_named and (
            bool(self._candidate["trainer"]) or code.co_firstlineno == self._candidate["line"]
        )

    def enter(self, frame: Any) -> None:
        """Keep the call, in the place of earlier ones on the same object with as many samples."""
        if self._is_watched(frame):
            values = frame.f_locals
            names = frame.f_code.co_varnames[: frame.f_code.co_argcount]
            first = values.get(names[0]) if names else None
            kind, name = self._candidate["x"]
            samples = (frame.f_globals if kind == "global" else values).get(str(name))
            has_owner = has_attributes(first)
            key = (id(first) if has_owner else 0, getattr(read_numbers(samples), "shape", ()))
            self.history.add(key[0], frame)
            if self._candidate["trainer"] and not self.datasets:
                self.add_result(tuple(values.values()))
            if key in self._snapshots or len(self._snapshots) < MOST_CANDIDATES:
                # Made into a call only at the end: most are replaced by the next. Parameters that are
                # global variables are others as soon as the next network begins.
                self._snapshots[key] = SimpleNamespace(
                    f_code=frame.f_code, f_locals=dict(values),
                    f_globals=frame.f_globals if has_owner else dict(frame.f_globals),
                )  # fmt: skip

    def leave(self, frame: Any, result: Any) -> None:
        """Look at the data sets that a function makes."""
        if not self._is_watched(frame):
            self.add_result(result)

    def answers(self) -> Iterator[Dict[str, Any]]:
        """Ask what the network of each last call answers on each data set: ``outputs`` ``(N, D)``."""
        calls = [ForwardCall(snapshot) for snapshot in self._snapshots.values()]
        for number, (samples, _) in enumerate(self.datasets.values()):
            for call in calls:
                outputs, arrays = None, []
                with contextlib.suppress(Exception):  # what a student's function raises
                    forward = self._forward_of(call)
                    arrays = self._parameters(forward)
                    own = arrays if self._candidate["trainer"] else self._parameters(call)
                    # What an object's own way to copy it changes was not learned.
                    if all(np.array_equal(a, b, equal_nan=True) for a, b in zip(arrays, own)):
                        x, y = self._candidate["x"], self._candidate["y"]
                        outputs = forward.answer(x, y, samples)
                if outputs is not None:
                    yield {"dataset": number, "outputs": outputs, "arrays": arrays}

    def _parameters(self, call: ForwardCall) -> List[Any]:
        places = [
            serialize.follow_path(call.container(), path) for path in self._candidate["paths"]
        ]
        return [np.array(array, np.float64) for array in places]

    def _forward_of(self, call: ForwardCall) -> ForwardCall:
        """Return a copy of a call of the forward pass, or that of the network of a call that trains."""
        if not self._candidate["trainer"]:
            return call.copy()
        given = call.samples_place()[0]
        like = None if given is None else call.value(given)
        for value in call.positional if given is None else ():
            if isinstance(value, list) and read_pairs(value) is not None:
                like = value[0][0]
        twin = call.copy()
        return ForwardCall.of_method(twin.owner, self._candidate["name"], like)
