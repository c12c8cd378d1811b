"""A quick look at many edits of a layer or a loss at once, so that the promising ones are tried first.

Every edit runs forward and backward in a few trials in one frame; what comes back is held against the closed
forms of the contract. This orders the edits, and the checks decide. Of an edit with which everything is right,
the proof asks the checks at once; and the proof itself asks the closed forms on five seeds.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from grader.contract import Inputs, Kind, Row
from grader.numeric import Array
from grader.pipeline.repair_batches import SIZES, Batch, batches, rolled
from grader.remote import Ref, Script
from grader.sandbox.host import Answer

RTOL, ATOL = 1e-6, 1e-9  # finite differences are not used here: only rounding differs

Features = frozenset[tuple[int, str]]
"""What is right: the number of a batch, and the name of what came back."""


class Screen(Protocol):
    """The frame in which edits of one class or function are looked at.

    Parameters
    ----------
    lines, reads
        The instructions, and the places of those whose arrays are asked for.
    whole
        What is right with a right program.
    conventions
        What may be wrong with a right program; an edit that leaves it so says nothing about the place.
    """

    lines: list[list[Any]]
    reads: list[int]
    whole: Features
    conventions: Features

    def right(self, values: Sequence[Any]) -> Features:
        """Return what is right by the arrays that were read; None stands for what is none."""

    def wanted(self, check: str, base: Features) -> Features:
        """Return what must be right so that a check can hold; ``base`` is right without an edit."""

    def narrowed(self, base: Features) -> Screen | None:
        """Return a quicker frame, in which something is wrong without an edit; None where there is none."""


LINEAR_ARRAYS = {"input": ("dx",), "weights": ("dw",), "bias": ("db",)}
LIMITS, TWO_OBJECTS, WITHOUT_BIAS = 7, 8, 9
"""Trials beside the batches: probabilities of 0 and 1, which some losses must bear; what an object remembers
while another one runs; a layer without bias."""


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
    parameters
        Path and shape of a linear layer's weights and of its bias; empty for others.
    """

    def __init__(
        self, row: Row, prefix: str, rng: np.random.Generator, parameters: Sequence[Any] = ()
    ) -> None:
        self._row, self._batches = row, batches(row, rng)
        drawn = rng.standard_normal(SIZES), rng.standard_normal(SIZES[1])
        self._parameters = [
            (name, path, np.reshape(values, shape))
            for name, values, (path, shape) in zip(("dw", "db"), drawn, parameters, strict=False)
        ]
        self._prefix = prefix
        self.conventions: Features = frozenset()
        without = [WITHOUT_BIAS] if len(parameters) == 2 else []
        limits = [LIMITS] if row.inputs in (Inputs.PROBABILITIES, Inputs.DISTRIBUTIONS) else []
        self.trials = (*range(len(self._batches)), *limits, TWO_OBJECTS, *without)
        self.write(self.trials)

    def write(self, trials: Sequence[int]) -> None:
        """Write the instructions for some trials."""
        script = Script(self._prefix)
        self.reads: list[int] = []
        self._expected_reads: list[tuple[int, str, Array | None]] = []
        layer = self._new(script)
        for number in [trial for trial in trials if trial < LIMITS]:
            self._write_trial(script, number, layer, self._batches[number], self._parameters)
        if LIMITS in trials:
            self._write_limits(script, layer)
        if TWO_OBJECTS in trials:
            self._write_two_objects(script)
        if WITHOUT_BIAS in trials:
            layer = self._new(script, False)
            batch = self._batches[0]
            self._write_trial(script, WITHOUT_BIAS, layer, batch, self._parameters[:1])
        self.lines = script.lines
        self.whole: Features = frozenset((trial, name) for trial, name, _ in self._expected_reads)
        arrays = [array for _, _, array in self._expected_reads]
        finite = [array for array in arrays if array is not None and np.isfinite(array).all()]
        self._flat: Array | None = None
        if len(finite) == len(arrays):
            self._flat = np.concatenate([np.ravel(array) for array in finite])
            self._tolerance = ATOL + RTOL * np.abs(self._flat)
            self._starts = np.cumsum([0, *(np.size(array) for array in finite[:-1])])

    def _new(self, script: Script, *flags: bool) -> Ref:
        return script.new(self._row.name, *(SIZES if self._row.kind is Kind.LINEAR else ()), *flags)

    def _write_trial(
        self, script: Script, trial: int, layer: Ref, batch: Batch, parameters: Sequence[Any]
    ) -> None:
        """Write one step from given parameters, and read all that comes of it."""
        self._assign(script, layer, parameters)
        inputs = [script.put(array) for array in batch.inputs]
        expected = self._expected(batch, parameters)
        y = script.call(layer, "forward", *inputs)
        self._read(script, trial, "value", expected["value"], y)
        given = self._given(script, batch)
        d = script.call(layer, "backward", *given)
        self._read(script, trial, "dx", expected["dx"], d)
        self._read(script, trial, "kept", batch.inputs[0], inputs[0])
        if self._row.kind is not Kind.LOSS:
            self._read(script, trial, "kept_value", expected["value"], y)
            self._read(script, trial, "kept_upstream", batch.upstream, given[0])
        for name, path, _ in parameters:
            self._read(script, trial, name, expected[name], layer, path)

    def _write_limits(self, script: Script, loss: Ref) -> None:
        """Write a step from probabilities of 0 and 1: how a loss bears them is its own, but it is finite."""
        arrays = np.array([[0.0, 1.0, 0.5]]), np.array([[1.0, 0.0, 1.0]])
        y = script.call(loss, "forward", *map(script.put, arrays))
        self._read(script, LIMITS, "value", None, y)
        self._read(script, LIMITS, "dx", None, script.call(loss, "backward"))

    def _write_two_objects(self, script: Script) -> None:
        """Write a step of an object that ran before, while another one of its class runs as well."""
        layer, other = self._new(script), self._new(script)
        first, single = self._batches[:2]
        before = Batch(tuple(rolled(array) for array in first.inputs), rolled(first.upstream))
        for one in (layer, other):
            self._assign(script, one, self._parameters)
        earlier = script.call(layer, "forward", *map(script.put, before.inputs))
        # With a rate of 0 nothing moves.
        still = replace(before, rate=0.0)
        earlier_dx = script.call(layer, "backward", *self._given(script, still))
        script.call(layer, "forward", *map(script.put, first.inputs))
        script.call(other, "forward", *map(script.put, single.inputs))
        d = script.call(layer, "backward", *self._given(script, first))
        expected = self._expected(first, self._parameters)
        self._read(script, TWO_OBJECTS, "dx", expected["dx"], d)
        for name, path, _ in self._parameters:
            self._read(script, TWO_OBJECTS, name, expected[name], layer, path)
        expected = self._expected(before, self._parameters)
        self._read(script, TWO_OBJECTS, "kept_dx", expected["dx"], earlier_dx)
        if self._row.kind is not Kind.LOSS:
            self._read(script, TWO_OBJECTS, "kept_value", expected["value"], earlier)

    @staticmethod
    def _assign(script: Script, layer: Ref, parameters: Sequence[Any]) -> None:
        for _, path, values in parameters:
            script.assign(layer, path, values)

    def _given(self, script: Script, batch: Batch) -> list[Any]:
        """Return what backward is given."""
        if self._row.kind is Kind.LOSS:
            return []
        rate = [batch.rate] if self._row.kind is Kind.LINEAR else []
        return [script.put(batch.upstream), *rate]

    def _read(
        self,
        script: Script,
        trial: int,
        name: str,
        expected: Array | None,
        ref: Ref,
        path: Any = (),
    ) -> None:
        """Read what must be as expected; where nothing is, it must be finite."""
        self.reads.append(len(script.lines))
        self._expected_reads.append((trial, name, expected))
        script.read(ref, path)

    def wanted(self, check: str, base: Features) -> Features:
        """Return what must be right so that a check can hold.

        A gradient is held against the forward that there is, a wrong one too; then it is not known here.
        """
        common = {feature for feature in self.whole if feature[0] < LIMITS}
        half, _, array = check.partition(".")[2].partition(".")
        names = ("value",) if half == "forward" else ()
        if half == "backward" and {f for f in common if f[1] == "value"} <= base:
            names = LINEAR_ARRAYS.get(array, ("dx",))
        return frozenset(feature for feature in common if feature[1] in names)

    def narrowed(self, base: Features) -> LayerScreen | None:
        """Return the frame with one trial alone, in which something is wrong; the first batch where it can be."""
        wrong = sorted(trial for trial, _ in self.whole - base)
        if not wrong:
            return None
        screen = copy.copy(self)
        screen.write(wrong[:1])
        return screen

    def right(self, values: Sequence[Any]) -> Features:
        """Return what is right of each trial: ``value``, ``dx``, ``dw``, ``db``, and what must be kept."""
        expected = [array for _, _, array in self._expected_reads]
        if self._flat is not None and all(map(_is_alike, expected, values)):
            # All arrays at once: one comparison takes as long as one of a single array.
            distance = np.abs(np.concatenate([value.ravel() for value in values]) - self._flat)
            close = list(np.logical_and.reduceat(distance <= self._tolerance, self._starts))
        else:
            close = [
                _is_finite(value) if array is None else agree(array, value)
                for array, value in zip(expected, values, strict=True)
            ]
        reads = zip(self._expected_reads, close, strict=True)
        return frozenset((trial, name) for (trial, name, _), is_right in reads if is_right)

    def _expected(self, batch: Batch, parameters: Sequence[Any]) -> dict[str, Array]:
        """Return what comes of a step: the value, the gradient, and the parameters after it."""
        row, arrays = self._row, {name: values for name, _, values in parameters}
        w, b = arrays.get("dw"), arrays.get("db", np.zeros(SIZES[1])).reshape(-1)
        with np.errstate(all="ignore"):
            extra = (w, b) if row.kind is Kind.LINEAR else ()
            value = row.forward(*batch.inputs, *extra)
            if row.kind is Kind.LOSS:
                return {"value": value, "dx": row.backward(*batch.inputs)}
            other = w if row.kind is Kind.LINEAR else value
            expected = {"value": value, "dx": row.backward(batch.upstream, other)}
            steps = {
                "dw": batch.inputs[0].T @ batch.upstream if "dw" in arrays else 0.0,
                "db": batch.upstream.sum(axis=0),
            }
        for name, values in arrays.items():
            expected[name] = values - batch.rate * np.reshape(steps[name], values.shape)
        return expected


def parameters_of(entries: Sequence[Mapping[str, Any]]) -> list[tuple[Any, tuple[int, ...]]]:
    """Return path and shape of a layer's weights ``(in, out)`` and of its bias; fewer where it is not clear."""
    shapes = [(entry["path"], entry["array"].shape) for entry in entries]
    weights = [one for one in shapes if one[1] == SIZES]
    biases = [one for one in shapes if np.prod(one[1]) == SIZES[1]]
    return [*weights[:1], *biases[:1]] if weights else []


def value_of(answer: Answer) -> Any:
    """Return the array that was read, or the list of arrays; None where there is none."""
    value = (answer or {}).get("value")
    if isinstance(value, dict):
        value = value.get("value")
    return value if isinstance(value, np.ndarray | list) else None


def _is_finite(value: Any) -> bool:
    return isinstance(value, np.ndarray) and bool(np.isfinite(value).all())


def _is_alike(expected: Any, actual: Any) -> bool:
    """Whether an answer is an array of numbers of the same shape."""
    return (
        isinstance(actual, np.ndarray)
        and actual.shape == np.shape(expected)
        and actual.dtype.kind in "fiub"
    )


def agree(expected: Array, actual: Any) -> bool:
    """Return whether an answer is an array of the same shape and numbers."""
    if not _is_alike(expected, actual):
        return False
    # As ``np.allclose`` for finite numbers, in a fifth of its time: it runs for each of many edits.
    is_close = np.abs(actual - expected) <= ATOL + RTOL * np.abs(expected)
    if is_close.all() or np.isfinite(expected).all():
        return bool(is_close.all())
    return bool(np.allclose(actual, expected, rtol=RTOL, atol=ATOL))
