"""Watches a student's program from outside its code while it trains, by Python's own profiler hook.

The first run, a ``Survey``, lists the functions that may be a network's forward pass. The second,
a ``StepWatch``, follows one of them: it sets the parameters before a forward pass, takes the
outputs and their differences on copies, lets the program go on, and reads what its own step made
of the parameters. Neither knows what is right.
"""

from __future__ import annotations

import contextlib
import sys
from typing import Any, Dict, List, Optional, Sequence, Tuple

from .forward_calls import ForwardCall, Place
from .samples import read_labels, read_samples

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
        sys.setprofile(self._follow)

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

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
    key
        The forward pass.
    """

    def __init__(self, files: Sequence[str], key: Optional[Key]) -> None:
        super().__init__(files)
        self._key = key
        self._frames: Dict[Any, ForwardCall] = {}

    def enter(self, frame: Any) -> None:
        """Keep the call, in the place of earlier ones on the same object."""
        if function_key(frame) == self._key:
            names = frame.f_code.co_varnames[: frame.f_code.co_argcount]
            first = frame.f_locals.get(names[0]) if names else None
            key = id(first) if hasattr(first, "__dict__") else 0
            if key in self._frames or len(self._frames) < MOST_CANDIDATES:
                self._frames[key] = ForwardCall(frame)

    def leave(self, frame: Any, result: Any) -> None:
        """Look at the data sets that a function makes."""
        if isinstance(result, tuple) and function_key(frame) != self._key:
            self.add_datasets(result)

    def answers(self, x: Place, y: Place) -> List[Dict[str, Any]]:
        """Ask what the network of each last call answers on each data set: ``outputs`` ``(N, D)``."""
        answers = []
        for number, (samples, _) in enumerate(self.datasets.values()):
            for call in self._frames.values():
                outputs = None
                with contextlib.suppress(Exception):  # what a student's function raises
                    outputs = call.copy().answer(x, y, samples)
                if outputs is not None:
                    answers.append({"dataset": number, "outputs": outputs})
        return answers
