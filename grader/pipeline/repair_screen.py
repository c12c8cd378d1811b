"""A quick look at many edits of a layer or a loss at once, so that the promising ones are tried first.

Every edit runs forward and backward on two batches in one frame; what comes back is held against the
closed forms of the contract. This proves nothing and only orders the edits: the checks decide.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from grader.contract import Inputs, Kind, Row
from grader.numeric import Array
from grader.remote import Script
from grader.sandbox.host import Answer

RATE = 0.3
SIZES = (3, 2)
Arrays = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch: what forward is given, and the upstream gradient."""

    inputs: tuple[Array, ...]
    upstream: Array


def batches(row: Row, rng: np.random.Generator) -> list[Batch]:
    """Draw the batches: a common one, a single sample, and for layers one of large numbers."""
    made = []
    for count in (5, 1):
        shape = (count, 3)
        if row.kind is Kind.LOSS:
            y = rng.uniform(0.1, 0.9, shape)
            t = rng.integers(0, 2, shape).astype(np.float64)
            if row.inputs is Inputs.DISTRIBUTIONS:
                y, t = y / y.sum(axis=1, keepdims=True), np.eye(3)[rng.integers(0, 3, count)]
            elif row.inputs is Inputs.REAL:
                y, t = rng.standard_normal(shape), rng.standard_normal(shape)
            made.append(Batch((y, t), np.ones(1)))
        else:
            width = SIZES[1] if row.kind is Kind.LINEAR else 3
            made.append(
                Batch((2 * rng.standard_normal(shape),), 9 * rng.standard_normal((count, width)))
            )
    if row.kind is Kind.ACTIVATION:
        large = np.array([[-800.0, 0.0, 3.0], [0.0, 800.0, -1.0]])
        made.append(Batch((large,), rng.standard_normal((2, 3))))
    return made


Features = frozenset[tuple[int, str]]
"""What is right: the number of a batch, and the name of what came back."""


class Screen(Protocol):
    """The frame in which edits of one class or function are looked at.

    Parameters
    ----------
    lines
        The instructions.
    whole
        What is right with a right program.
    conventions
        What may be wrong with a right program; an edit that leaves it so says nothing about the place.
    """

    lines: list[list[Any]]
    whole: Features
    conventions: Features

    def right(self, answers: Sequence[Answer]) -> Features:
        """Return what is right by the answers."""

    def wanted(self, check: str, base: Features) -> Features:
        """Return what must be right so that a check can hold; ``base`` is right without an edit."""

    def narrowed(self, base: Features) -> Screen | None:
        """Return a quicker frame, in which something is wrong without an edit; None where there is none."""


LINEAR_ARRAYS = {"input": ("dx",), "weights": ("dw",), "bias": ("db",)}


class LayerScreen:
    """The frame in which edits of a layer or a loss are looked at.

    Parameters
    ----------
    row
        The class.
    prefix
        Of the registers' names.
    rng
        Where the batches are drawn from.
    paths
        Where a linear layer keeps its weights and its bias; empty for others.
    """

    def __init__(
        self, row: Row, prefix: str, rng: np.random.Generator, paths: Sequence[Any] = ()
    ) -> None:
        self._row, self._batches = row, batches(row, rng)
        self._values = [rng.standard_normal(SIZES), rng.standard_normal(SIZES[1])][: len(paths)]
        self._prefix, self._paths = prefix, list(paths)
        self._known: dict[tuple[int, str], Array] = {}
        self.conventions: Features = frozenset()
        self.write(range(len(self._batches)))

    def write(self, numbers: Sequence[int]) -> None:
        """Write the instructions for some batches."""
        row, paths = self._row, self._paths
        script, self._reads = Script(self._prefix), {}
        layer = script.new(row.name, *(SIZES if row.kind is Kind.LINEAR else ()))
        for number in numbers:
            batch = self._batches[number]
            for path, value in zip(paths, self._values, strict=True):
                script.assign(layer, path, value)
            inputs = [script.put(array) for array in batch.inputs]
            rate = (RATE,) if row.kind is Kind.LINEAR else ()
            given = () if row.kind is Kind.LOSS else (script.put(batch.upstream), *rate)
            y = script.call(layer, "forward", *inputs)
            self._read(script, number, "value", y)
            d = script.call(layer, "backward", *given)
            self._read(script, number, "dx", d)
            self._read(script, number, "kept", inputs[0])
            if row.kind is not Kind.LOSS:
                self._read(script, number, "kept_value", y)
            if paths:
                self._reads[len(script.lines)] = (number, "step")
                script.arrays(layer)
        self.lines = script.lines
        steps = ("dw", "db")[: len(paths)]
        self.whole: Features = frozenset(
            (number, part)
            for number, name in self._reads.values()
            for part in (steps if name == "step" else (name,))
        )

    def wanted(self, check: str, base: Features) -> Features:
        """Return what must be right so that a check can hold.

        A gradient is held against the forward that there is, a wrong one too; then it is not known here.
        """
        half, _, array = check.partition(".")[2].partition(".")
        names = ("value",) if half == "forward" else ()
        if half == "backward" and {f for f in self.whole if f[1] == "value"} <= base:
            names = LINEAR_ARRAYS.get(array, ("dx",))
        return frozenset(feature for feature in self.whole if feature[1] in names)

    def narrowed(self, base: Features) -> LayerScreen | None:
        """Return the frame with the first batch alone, where something of that is wrong."""
        if not any(number == 0 for number, _ in self.whole - base):
            return None
        screen = copy.copy(self)
        screen.write([0])
        return screen

    def _read(self, script: Script, number: int, name: str, ref: Any) -> None:
        self._reads[len(script.lines)] = (number, name)
        script.read(ref)

    def right(self, answers: Sequence[Answer]) -> Features:
        """Return which arrays of which batches are right: ``value``, ``dx``, ``dw``, ``db``, ``kept``."""
        right = set()
        for place, (number, name) in self._reads.items():
            value = (answers[place] or {}).get("value")
            if name == "step":
                right |= {(number, step) for step in self._right_steps(number, value)}
            else:
                if (number, name) not in self._known:
                    self._known[number, name] = self._expected(number, name)
                if agree(self._known[number, name], value.get("value") if value else None):
                    right.add((number, name))
        return frozenset(right)

    def _expected(self, number: int, name: str) -> Array:
        batch, row = self._batches[number], self._row
        if name == "kept":
            return batch.inputs[0]
        w, b = [*self._values, np.zeros(SIZES[1])][:2] if self._values else (None, None)
        with np.errstate(all="ignore"):
            extra = (w, b) if row.kind is Kind.LINEAR else ()
            value = row.forward(*batch.inputs, *extra)
            if name in ("value", "kept_value"):
                return value
            if row.kind is Kind.LOSS:
                return row.backward(*batch.inputs)
            other = w if row.kind is Kind.LINEAR else value
            return row.backward(batch.upstream, other)

    def _right_steps(self, number: int, entries: Any) -> set[str]:
        batch = self._batches[number]
        x, g = batch.inputs[0], batch.upstream
        steps = {"dw": x.T @ g, "db": g.sum(axis=0)}
        arrays = {str(entry["path"]): entry["array"] for entry in entries or ()}
        right = set()
        for path, value, (name, step) in zip(
            self._paths, self._values, steps.items(), strict=False
        ):
            array = arrays.get(str(path))
            if array is None or array.size != value.size:
                continue
            if agree(value - RATE * step, np.reshape(array, value.shape)):
                right.add(name)
        return right


def parameter_paths(entries: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return where a layer keeps its weights ``(in, out)`` and its bias; fewer where it is not clear."""
    weights = [entry["path"] for entry in entries if entry["array"].shape == SIZES]
    biases = [entry["path"] for entry in entries if entry["array"].size == SIZES[1]]
    if not weights:
        return []
    return [weights[0], biases[0]] if biases else [weights[0]]


def agree(expected: Array, actual: Any) -> bool:
    """Return whether an answer is an array of the same shape and numbers."""
    return (
        isinstance(actual, np.ndarray)
        and actual.shape == expected.shape
        and actual.dtype.kind in "fiub"
        and bool(np.allclose(actual, expected, rtol=1e-6, atol=1e-9))
    )
