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
from .program_watch import Enough, Watch, function_key
from .samples import may_be_data, read_labels, read_pairs, read_samples
from .student_objects import attributes_of, is_a

TRAINS = re.compile(r"train|fit|learn|run|optimi[sz]e|sgd|backprop|gradient_descent", re.IGNORECASE)
PREDICTS = re.compile(r"predict|forward|propag|output|test|infer|eval|pass|call", re.IGNORECASE)
EPOCHS = re.compile(r"epoch|iter|step|loop|times|round|max", re.IGNORECASE)
BATCH = re.compile(r"^_?(?:mini_?)?batch_?(?:size)?$|^bs$", re.IGNORECASE)
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
        has_size = any(_is_count(BATCH, name, value) for name, value in given)
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
        names = [name for name in dir(type(self.owner)) if PREDICTS.search(name)]
        for name in sorted(names, key=lambda one: PREDICTS.pattern.find(one[:4].lower())):
            with contextlib.suppress(Exception):  # what a student's method raises
                samples = self.sample(0) if self.has_pairs else self._value(self.samples_name)
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
            some = self.some(name, indices)
            if name in arguments:
                arguments[name] = some
            else:
                setattr(self.owner, name, some)
        for pattern, count in ((EPOCHS, 1), (BATCH, len(indices))):
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

    def sample(self, index: int) -> Any:
        """Return one sample as the method that gives outputs takes it."""
        if self.has_pairs:
            return self._value(self.samples_name)[index][0]
        return self.some(self.samples_name, [index])

    def some(self, name: str, indices: Sequence[int]) -> Any:
        """Return some samples, or their labels, in the layout in which all were given."""
        value = self._value(name)
        if self.has_pairs:
            return [value[index] for index in indices]
        array = np.asarray(value)
        count = len(self.samples)
        axis = 0 if array.shape[0] == count else array.ndim - 1
        chosen = np.take(array, indices, axis=axis)
        return chosen if is_a(value, np.ndarray) else chosen.tolist()

    def _value(self, name: str) -> Any:
        return self._given[name]


def _is_count(pattern: Any, name: str, value: Any) -> bool:
    return bool(pattern.search(name)) and isinstance(value, numbers.Integral)


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
