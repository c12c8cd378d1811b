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
from typing import Any, Dict, Iterator, List, Optional, Sequence, Set, Tuple

import numpy as np

from . import serialize
from .forward_calls import ForwardCall
from .samples import LEAST_SAMPLES, read_labels, read_numbers, read_pairs, read_samples
from .student_objects import attributes_of, has_attributes, is_a
from .weight_copies import DataRows, WeightCopies, WeightReader
from .weight_history import WeightHistory

MOST_CANDIDATES = 12
MOST_DATASETS = 6

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
        return [
            {"x": samples, "labels": labels, "lost": self.is_lost(samples)}
            for samples, labels in self.datasets.values()
        ]

    def is_lost(self, samples: Any) -> bool:  # noqa: ARG002  of those who know
        """Return whether the network of a data set is not known, as another one may have taken its place."""
        return False


def function_key(frame: Any) -> Key:
    """Return what tells a function from others."""
    code = frame.f_code
    return (code.co_filename, code.co_name, code.co_firstlineno)


CallKey = Tuple[int, Any, Optional[int]]
"""Which calls take each other's place: those on an object, with samples of a shape, of a data set."""


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
        self._is_forward = self._candidate.get("kind") == "forward"
        self._snapshots: Dict[CallKey, SimpleNamespace] = {}
        self._copies: Dict[CallKey, WeightCopies] = {}
        self._running: Dict[int, CallKey] = {}
        self._left_out: Set[Optional[int]] = set()
        self._rows = DataRows()
        self._reader = WeightReader(self._candidate.get("paths", ()))
        self.history = WeightHistory()

    def _is_watched(self, frame: Any) -> bool:
        code = frame.f_code
        is_named = bool(code.co_name == self._name and code.co_filename == self._candidate["file"])
        return is_named and (
            bool(self._candidate["trainer"]) or code.co_firstlineno == self._candidate["line"]
        )

    def enter(self, frame: Any) -> None:
        """Keep the call, in the place of earlier ones on the same object and data with as many samples."""
        if not self._is_watched(frame):
            return
        values = frame.f_locals
        names = frame.f_code.co_varnames[: frame.f_code.co_argcount]
        first = values.get(names[0]) if names else None
        if self._candidate["trainer"] and not self.datasets:
            self.add_result(tuple(values.values()))
        has_owner = has_attributes(first)
        owner = id(first) if has_owner else 0
        key = (owner, *self._data_of(frame, attributes_of(first) if has_owner else {}))
        if key in self._snapshots or len(self._snapshots) < MOST_CANDIDATES:
            # Made into a call only at the end: most are replaced by the next. Parameters that are
            # global variables are others as soon as the next network begins.
            self._snapshots[key] = SimpleNamespace(
                f_code=frame.f_code, f_locals=dict(values),
                f_globals=frame.f_globals if has_owner else dict(frame.f_globals),
            )  # fmt: skip
        else:
            self._left_out.add(key[2])
        if self._candidate["trainer"]:
            self._running[id(frame)] = key
            return
        weights = self._reader.read(frame)
        self._copy(key, weights)
        if self._is_forward:
            kind, name = self._candidate["x"]
            self.history.add(owner, weights, values.get(name) if kind == "argument" else None)

    def leave(self, frame: Any, result: Any) -> None:
        """Look at the data sets that a function makes, and at what a method that trains has made."""
        if not self._is_watched(frame):
            self.add_result(result)
        elif id(frame) in self._running:
            self._copy(self._running.pop(id(frame)), self._reader.read(frame))

    def _data_of(self, frame: Any, attributes: Dict[str, Any]) -> Tuple[Any, Optional[int]]:
        """Return the shape of the samples that a call is given, and the number of the data set that holds them."""
        self._rows.add(self.datasets.values())
        kind, name = self._candidate["x"]
        places = {"global": frame.f_globals, "attribute": attributes}
        samples = places.get(kind, frame.f_locals).get(str(name))
        number = self._rows.number_of(samples)
        if self._candidate["trainer"] and number is None:
            # The place is that of the method that gives outputs.
            given = [*frame.f_locals.values(), *attributes.values()]
            numbers = [n for n in map(self._rows.number_of, given) if n is not None]
            number = numbers[0] if numbers else None
        array = samples if type(samples) is np.ndarray else read_numbers(samples)
        return getattr(array, "shape", ()), number

    def _copy(self, key: CallKey, weights: Optional[Any]) -> None:
        """Keep a copy of the parameters beside the call that is kept, which holds the arrays themselves."""
        if weights is not None and key in self._snapshots:
            self._copies.setdefault(key, WeightCopies()).add(weights)

    def is_lost(self, samples: Any) -> bool:
        """Return whether another network may have taken the place of that of a data set, and no copy is there."""
        self._rows.add(self.datasets.values())
        number = self._rows.number_of(samples)
        own = [key for key in self._snapshots if key[2] == number]
        if number in self._left_out:
            return True
        if not own:
            return None in self._left_out or any(key[2] is None for key in self._snapshots)
        others = {key[0] for key in self._snapshots if key[2] not in (None, number)}
        return not any(key in self._copies or key[0] not in others for key in own)

    def answers(self) -> Iterator[Dict[str, Any]]:
        """Ask what the network of each last call answers on each data set: ``outputs`` ``(N, D)``.

        It is asked with the parameters that it has now, and about its own data with those that are kept.
        """
        self._rows.add(self.datasets.values())
        calls = [(key, ForwardCall(snapshot)) for key, snapshot in self._snapshots.items()]
        datasets = [samples for samples, _ in self.datasets.values()]
        questions: List[Tuple[int, ForwardCall, Optional[Any]]] = [
            (number, call, None) for number in range(len(datasets)) for _, call in calls
        ]
        for number, samples in enumerate(datasets):
            own = (None, self._rows.number_of(samples))
            for key, call in calls:
                kept = self._copies[key].all() if key in self._copies and key[2] in own else []
                questions += [(number, call, weights) for weights in kept]
        for number, call, weights in questions:
            answer = None
            with contextlib.suppress(Exception):  # what a student's function raises
                answer = self._answer(call, datasets[number], weights)
            if answer is not None:
                yield {"dataset": number, **answer}

    def _answer(
        self, call: ForwardCall, samples: Any, weights: Optional[Any]
    ) -> Optional[Dict[str, Any]]:
        """Return the outputs of a copy of a network, with other parameters than its own where they are given."""
        forward = self._forward_of(call)
        arrays = self._parameters(forward)
        own = arrays if self._candidate["trainer"] else self._parameters(call)
        # What an object's own way to copy it changes was not learned.
        if not all(np.array_equal(a, b, equal_nan=True) for a, b in zip(arrays, own)):
            return None
        originals = arrays
        if weights is not None:
            arrays = _split(weights, originals)
            if all(map(np.array_equal, arrays, originals)):
                return None  # that is asked already
            self._put(forward, arrays)
        try:
            outputs = forward.answer(self._candidate["x"], self._candidate["y"], samples)
        finally:
            if weights is not None:
                self._put(forward, originals)  # global variables are those of other calls, too
        return None if outputs is None else {"outputs": outputs, "arrays": arrays}

    def _put(self, call: ForwardCall, values: Sequence[Any]) -> None:
        for path, value in zip(self._candidate["paths"], values):
            serialize.follow_path(call.container(), path)[...] = value

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


def _split(weights: Any, like: Sequence[Any]) -> List[Any]:
    """Return the arrays that one array holds; raise ValueError where they have other sizes."""
    if len(weights) != sum(array.size for array in like):
        raise ValueError("other parameters")
    pieces = np.split(weights, np.cumsum([array.size for array in like])[:-1])
    return [piece.reshape(array.shape) for piece, array in zip(pieces, like)]
