"""Watches a network whose training is one method: ``fit`` or ``train``, with no forward pass between steps.

The program runs until it calls that method. Then the network is trained here instead, by the same
method, one epoch on one sample at a time; another of its methods, ``predict`` for instance, gives
the outputs.
"""

from __future__ import annotations

import contextlib
import io
import numbers
import re
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

from . import serialize
from .forward_calls import ForwardCall, jacobian
from .program_watch import Enough, Watch, function_key
from .samples import may_be_data, read_labels, read_samples
from .step_watch import STEP

TRAINS = re.compile(r"train|fit|learn|run|optimi[sz]e|sgd|backprop|gradient_descent", re.IGNORECASE)
PREDICTS = re.compile(r"predict|forward|propag|output|test|infer|eval|pass|call", re.IGNORECASE)
EPOCHS = re.compile(r"epoch|iter|step|loop|times|round|max", re.IGNORECASE)
LEAST_SAMPLES = 5  # of a data set that is trained on


class Trainer:
    """A call of a method that trains: its network, and what it was given.

    Parameters
    ----------
    frame
        That of the method, before its first statement.
    """

    def __init__(self, frame: Any) -> None:
        self.key = function_key(frame)
        self.call = ForwardCall(frame)
        self.owner = self.call.owner
        self.samples_name, self.labels_name = "", ""
        self._arguments = {**dict(zip(self.call.names, self.call.positional)), **self.call.keywords}
        # A network may have got its data when it was made.
        attributes = vars(self.owner) if hasattr(self.owner, "__dict__") else {}
        self._given = {**attributes, **self._arguments}
        given = [*self._arguments.items(), *attributes.items()]
        for name, value in given:
            samples = None if self.samples_name else read_samples(value)
            if samples is None or len(samples) < LEAST_SAMPLES:
                continue
            if name in self._arguments or may_be_data(samples):
                self.samples_name, self.samples = name, samples
        for name, value in given if self.samples_name else ():
            labels = read_labels(value, len(self.samples))
            if labels is not None and name != self.samples_name and not self.labels_name:
                self.labels_name, self.labels = name, labels

    @property
    def is_complete(self) -> bool:
        """Whether the method belongs to an object and was given samples and labels, or has them."""
        return self.owner is not None and bool(self.samples_name and self.labels_name)

    def predictor(self) -> Optional[Tuple[str, ForwardCall, List[Any], List[Any]]]:
        """Return the method that gives outputs: its name, a call, the outputs' place, the parameters."""
        names = [name for name in dir(type(self.owner)) if PREDICTS.search(name)]
        for name in sorted(names, key=lambda one: PREDICTS.pattern.find(one[:4].lower())):
            with contextlib.suppress(Exception):  # what a student's method raises
                call = ForwardCall.of_method(self.owner, name, self._value(self.samples_name))
                result = call.copy()
                place = result.outputs_place(result.function(*result.positional), len(self.samples))
                parameters = place and call.parameters(place, len(self.samples))
                if place and parameters:
                    return name, call, place, parameters
        return None

    def train_on(self, index: int) -> None:
        """Train for one epoch on one sample."""
        arguments = dict(self._arguments)
        for name in (self.samples_name, self.labels_name):
            if name in arguments:
                arguments[name] = self.one(name, index)
            else:
                setattr(self.owner, name, self.one(name, index))
        for name, value in arguments.items():
            if EPOCHS.search(name) and isinstance(value, numbers.Integral):
                arguments[name] = 1
        for name, value in vars(self.owner).items():
            if EPOCHS.search(name) and isinstance(value, numbers.Integral) and int(value) > 1:
                setattr(self.owner, name, 1)
        rest = self.call.positional[len(self.call.names) :]
        positional = [arguments.pop(name) for name in self.call.names]
        with contextlib.redirect_stdout(io.StringIO()):
            self.call.function(*positional, *rest, **arguments)

    def one(self, name: str, index: int) -> Any:
        """Return one sample, or its label, in the layout in which all were given."""
        value = self._value(name)
        array = np.asarray(value)
        count = len(self.samples)
        axis = 0 if array.shape[0] == count else array.ndim - 1
        alone = np.take(array, [index], axis=axis)
        return alone if isinstance(value, np.ndarray) else alone.tolist()

    def _value(self, name: str) -> Any:
        return self._given[name]


class TrainerWatch(Watch):
    """Runs a program until it calls a method that trains, and keeps that call.

    Attributes
    ----------
    trainer
        The call; None where there was none.
    """

    def __init__(self, files: Sequence[str]) -> None:
        super().__init__(files)
        self.trainer: Optional[Trainer] = None

    def enter(self, frame: Any) -> None:
        """Stop the program where it trains."""
        if TRAINS.search(frame.f_code.co_name):
            trainer = Trainer(frame)
            if trainer.is_complete and trainer.predictor() is not None:
                self.trainer = trainer
                raise Enough

    def leave(self, frame: Any, result: Any) -> None:  # noqa: ARG002  as its base has it
        """Look at the data sets that a function makes."""
        if isinstance(result, tuple):
            self.add_datasets(result)


def candidate_of(trainer: Trainer) -> Optional[Dict[str, Any]]:
    """Describe the network of a trainer as a survey describes a forward pass."""
    found = trainer.predictor()
    if found is None:
        return None
    name, call, place, parameters = found
    code = call.function.__code__
    return {
        "file": code.co_filename, "name": name, "line": code.co_firstlineno,
        "owner": type(trainer.owner).__name__[: serialize.TEXT], "calls": 0,
        "samples": len(trainer.samples), "x": ["argument", call.names[1]], "y": place,
        "kind": "method", "trainer": trainer.key[1],
        "arrays": [
            {"path": path, "name": call.spell(path), "array": np.array(array, np.float64), "dtype": array.dtype.str}
            for path, array in parameters
        ],
    }  # fmt: skip


def train_in_steps(
    trainer: Trainer,
    candidate: Dict[str, Any],
    values: Sequence[Sequence[Any]],
    entries: Sequence[Sequence[int]],
) -> List[Dict[str, Any]]:
    """Train on one sample after the other, each from parameters that are set; list the steps."""
    steps: List[Dict[str, Any]] = []
    for number, arrays_before in enumerate(values):
        # The last step is held beside the first: it is taken on the same sample.
        index = number % max(1, len(values) - 1) * len(trainer.samples) // len(values)
        call = ForwardCall.of_method(
            trainer.owner, candidate["name"], trainer.one(trainer.samples_name, index)
        )
        _set(call, candidate["paths"], arrays_before)
        twin = call.copy()
        arrays = _follow(twin, candidate["paths"])
        first, again = (twin.outputs(candidate["y"], 1) for _ in range(2))
        if first is None or again is None:
            return steps
        rows = [
            jacobian(array, chosen, STEP, twin, candidate["y"], 1)
            for array, chosen in zip(arrays, entries)
        ]
        if any(row is None for row in rows):
            return steps
        before = [np.array(array, np.float64) for array in _follow(call, candidate["paths"])]
        trainer.train_on(index)
        after = [np.array(array, np.float64) for array in _follow(call, candidate["paths"])]
        labels = trainer.labels[index : index + 1]
        forward = {
            "x": trainer.samples[index : index + 1], "y": first, "jacobians": rows,
            "steady": bool(np.array_equal(first, again, equal_nan=True)), "labels": [labels], "rates": [],
        }  # fmt: skip
        steps.append({"forwards": [forward], "before": before, "after": after})
    return steps


def _follow(call: ForwardCall, paths: Sequence[serialize.Path]) -> List[Any]:
    return [serialize.follow_path(call.container(), path) for path in paths]


def _set(call: ForwardCall, paths: Sequence[serialize.Path], values: Sequence[Any]) -> None:
    for array, value in zip(_follow(call, paths), values):
        array[...] = value
