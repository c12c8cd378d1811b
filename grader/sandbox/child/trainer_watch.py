"""Watches a network whose training is one method: ``fit`` or ``train``, with no forward pass between steps.

The program runs until it calls that method. Then the network is trained here instead, by the same
method, one epoch on one sample at a time; another of its methods, ``predict`` for instance, gives
the outputs.
"""

from __future__ import annotations

import contextlib
import copy
import io
import numbers
import re
from typing import Any, List, Optional, Sequence, Tuple

import numpy as np

from .forward_calls import ForwardCall
from .parameter_names import BATCH_SIZE, EPOCH_COUNT
from .program_watch import Enough, Watch, function_key
from .samples import LEAST_SAMPLES, may_be_data, read_labels, read_pairs, read_samples
from .student_objects import attributes_of, is_a

TRAINS = re.compile(r"train|fit|learn|run|optimi[sz]e|sgd|backprop|gradient_descent", re.IGNORECASE)
PREDICTS = ("predict", "forward", "propag", "output", "test", "infer", "eval", "pass", "call")
"""Words in the name of a method that gives outputs, the likeliest first."""


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
        self.samples_name, self.labels_name, self.has_pairs = "", "", False
        self._arguments = {**dict(zip(self.call.names, self.call.positional)), **self.call.keywords}
        # A network may have got its data when it was made.
        attributes = attributes_of(self.owner)
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
        has_size = any(_is_count(BATCH_SIZE, name, value) for name, value in given)
        self.batch = LEAST_SAMPLES if has_size else 1
        for name, value in () if self.labels_name else given:
            pairs = read_pairs(value)
            if pairs is not None and len(pairs[0]) >= LEAST_SAMPLES:
                self.samples, self.labels = pairs
                self.samples_name, self.labels_name, self.has_pairs = name, name, True

    @property
    def is_complete(self) -> bool:
        """Whether the method belongs to an object and was given samples and labels, or has them."""
        return self.owner is not None and bool(self.samples_name and self.labels_name)

    def predictor(self) -> Optional[Tuple[str, ForwardCall, List[Any], List[Any]]]:
        """Return the method that gives outputs: its name, a call, the outputs' place, the parameters."""
        for name in _names_of_predictors(type(self.owner)):
            with contextlib.suppress(Exception):  # what a student's method raises
                samples = self.single_input(0) if self.has_pairs else self._given[self.samples_name]
                count = 1 if self.has_pairs else len(self.samples)
                call = ForwardCall.of_method(self.owner, name, samples)
                result = call.copy()
                place = result.outputs_place(result.function(*result.positional), count)
                parameters = place and call.parameters(place, count)
                if place and parameters:
                    return name, call, place, parameters
        return None

    def copy(self) -> "Trainer":
        """Return the same call on a copy of its network."""
        twin = copy.copy(self)
        twin.call = self.call.copy()
        twin.owner = twin.call.owner
        twin._arguments = {  # noqa: SLF001  of this class
            **dict(zip(twin.call.names, twin.call.positional)),
            **twin.call.keywords,
        }
        return twin

    def train_on(self, indices: Sequence[int]) -> None:
        """Train for one epoch on some samples, as one batch."""
        arguments = dict(self._arguments)
        for name in (self.samples_name, self.labels_name):
            batch = self.chosen(name, indices)
            if name in arguments:
                arguments[name] = batch
            else:
                setattr(self.owner, name, batch)
        for pattern, count in ((EPOCH_COUNT, 1), (BATCH_SIZE, len(indices))):
            for name, value in arguments.items():
                if _is_count(pattern, name, value):
                    arguments[name] = count
            for name, value in list(attributes_of(self.owner).items()):
                if _is_count(pattern, name, value) and int(value) > 1:
                    setattr(self.owner, name, count)
        rest = self.call.positional[len(self.call.names) :]
        positional = [arguments.pop(name) for name in self.call.names]
        with contextlib.redirect_stdout(io.StringIO()):
            self.call.function(*positional, *rest, **arguments)

    def single_input(self, index: int) -> Any:
        """Return one sample as the method that gives outputs takes it."""
        if self.has_pairs:
            return self._given[self.samples_name][index][0]
        return self.chosen(self.samples_name, [index])

    def chosen(self, name: str, indices: Sequence[int]) -> Any:
        """Return the samples, or the labels, of some indices in the layout in which all were given."""
        value = self._given[name]
        if self.has_pairs:
            return [value[index] for index in indices]
        array = np.asarray(value)
        count = len(self.samples)
        axis = 0 if array.shape[0] == count else array.ndim - 1
        entries = np.take(array, indices, axis=axis)
        return entries if is_a(value, np.ndarray) else entries.tolist()


def _names_of_predictors(owner: type) -> List[str]:
    """Return the methods of a class that may give outputs, the likeliest first, and last what goes back."""
    places = {}
    for name in dir(owner):
        words = [k for k, word in enumerate(PREDICTS) if word in name.lower()]
        if words:
            places[name] = ("back" in name.lower(), words[0], len(name))
    return sorted(places, key=places.__getitem__)


def _is_count(pattern: Any, name: str, value: Any) -> bool:
    is_number = issubclass(type(value), numbers.Integral) and not is_a(value, bool)
    return is_number and bool(pattern.search(name))


class TrainerWatch(Watch):
    """Runs a program until it calls a method that trains, and keeps that call.

    Parameters
    ----------
    files
        The paths of the submission's files.
    name
        The name of the method; without it any that tells of training counts.

    Attributes
    ----------
    trainer
        The call; None where there was none.
    """

    def __init__(self, files: Sequence[str], name: str = "") -> None:
        super().__init__(files)
        self._names = re.compile(f"^{re.escape(name)}$") if name else TRAINS
        self.trainer: Optional[Trainer] = None

    def enter(self, frame: Any) -> None:
        """Stop the program where it trains."""
        if self._names.search(frame.f_code.co_name):
            trainer = Trainer(frame)
            if trainer.is_complete and trainer.predictor() is not None:
                self.trainer = trainer
                raise Enough

    def leave(self, frame: Any, result: Any) -> None:  # noqa: ARG002  as its base has it
        """Look at the data sets that a function makes."""
        self.add_result(result)
