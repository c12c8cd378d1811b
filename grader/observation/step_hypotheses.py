"""Gradients of a program's steps under each loss that it may have, and how well they fit its steps.

The gradient of a loss L at the parameters is ``J^T dL/dy``, where J are the differences of the
outputs. The losses are the squared error, the cross-entropy of shares and of scores, and the
absolute error, each but for a scale.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from grader.contract import ACTIVATIONS, sigmoid
from grader.numeric import Array
from grader.observation.program_observation import ForwardPass, ProgramObservation, ProgramStep

RELATIVE = 1e-4
RELATIVE_SINGLE = 2e-2
"""How far an entry of a step may be from the fitted one, beside the largest of its parameter:
differences with a step of 2^-17 err by 1e-9, and the smallest mistake that people make is 1 %.
In float32 differences carry 2^-24 over the step, 1e-2 of values of one."""

BESIDE_ALL = 1e-6
"""The same beside the largest entry of all parameters: one loss carries the rounding of all."""

ROUNDING = 2.0**-50
ROUNDING_SINGLE = 2.0**-22
"""Four roundings of a stored parameter: what is left of a small step is known no better."""

Upstream = Callable[[Array, Array], Array]
GuardedUpstream = Callable[[float, Array, Array], Array]


def _of_scores(y: Array, t: Array) -> Array:
    return np.asarray((sigmoid(y) if y.shape[1] == 1 else ACTIVATIONS["Softmax"].forward(y)) - t)


LOSSES: Mapping[str, Upstream] = {
    "squared error": lambda y, t: y - t,
    "cross-entropy": lambda y, t: (y - t) / (y * (1 - y)),
    "cross-entropy of classes": lambda y, t: -t / y,
    "cross-entropy of scores": _of_scores,
    "absolute error": lambda y, t: np.sign(y - t),
}
"""Name -> dL/dy of outputs ``(N, D)`` and targets ``(N, D)``, but for a scale."""

GUARDS = tuple(10.0**-k for k in range(3, 16))
"""Usual small numbers that keep a logarithm, or a division, of a share away from 0."""


def _guarded(steps: Sequence[ProgramStep]) -> Iterator[tuple[str, Upstream]]:
    """Yield losses whose logarithms are guarded in the ways of people: name, and gradient dL/dy.

    A guard that changes less than what is tolerated, at all outputs, is left out.
    """
    y = np.concatenate([one.y.ravel() for step in steps for one in step.forwards])
    nearest = float(np.min(np.minimum(y, 1 - y)))
    for guard in GUARDS:
        if 0 <= nearest < guard / RELATIVE:
            for loss, ways in ADDED.items():
                for clip in (_clipped, _stopped):
                    yield loss, partial(clip, LOSSES[loss], guard)
                for way in ways:
                    yield loss, partial(way, guard)


def _clipped(of_shares: Upstream, guard: float, y: Array, t: Array) -> Array:
    return of_shares(np.clip(y, guard, 1 - guard), t)


def _stopped(of_shares: Upstream, guard: float, y: Array, t: Array) -> Array:
    """Of shares that are clipped the gradient is 0, where it is taken to the letter."""
    return np.where((y >= guard) & (y <= 1 - guard), of_shares(y, t), 0.0)


ADDED: Mapping[str, tuple[GuardedUpstream, ...]] = {
    "cross-entropy": (
        lambda guard, y, t: (1 - t) / (1 - y + guard) - t / (y + guard),
        lambda guard, y, t: (y - t) / (y * (1 - y) + guard),
    ),
    "cross-entropy of classes": (lambda guard, y, t: -t / (y + guard),),
}
"""Name -> dL/dy where a small number is added in the logarithms of a loss, or in its derivative."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """Gradients of all steps under one loss: for each step, for each parameter."""

    loss: str
    gradients: tuple[tuple[Array, ...], ...]


def moves_of(observation: ProgramObservation, step: ProgramStep) -> tuple[Array, ...]:
    """How far each parameter moved downwards, at the entries that are compared."""
    return tuple(
        (before - after).ravel()[list(entries)]
        for before, after, entries in zip(step.before, step.after, observation.entries, strict=True)
    )


def hypotheses_of(
    observation: ProgramObservation, moves: Sequence[tuple[Array, ...]]
) -> Iterator[Hypothesis]:
    """Yield gradients for each loss; of last passes and sums of passes, and of labels, what fits best.

    How a loss is guarded is the same in all steps: of steps that adapt their size the best fit tells nothing.
    """
    for loss, upstream in itertools.chain(LOSSES.items(), _guarded(observation.steps)):
        gradients = []
        for step, move in zip(observation.steps, moves, strict=True):
            options = list(_gradients(observation, step, upstream))
            if not options:
                break
            gradients.append(min(options, key=lambda one: misfit(one, move)))
        else:
            yield Hypothesis(loss, tuple(gradients))


def _gradients(
    observation: ProgramObservation, step: ProgramStep, upstream: Upstream
) -> Iterator[tuple[Array, ...]]:
    """Yield what the gradients of a step may be: of its last pass, of all its passes together."""
    *_, last = step.forwards
    for labels in _labels(observation, last):
        yield _gradient(last, labels, upstream)
    if len(step.forwards) > 1:
        each = [next(iter(_labels(observation, one)), None) for one in step.forwards]
        known = [(f, t) for f, t in zip(step.forwards, each, strict=True) if t is not None]
        if len(known) == len(step.forwards):
            parts = [_gradient(f, t, upstream) for f, t in known]
            yield tuple(np.sum(arrays, axis=0) for arrays in zip(*parts, strict=True))


def _labels(observation: ProgramObservation, one: ForwardPass) -> Iterator[Array]:
    """Yield what may be the labels of a pass: by a data set that has its samples, then by sight."""
    for samples, labels in observation.datasets:
        table = {row.tobytes(): label for row, label in zip(samples, labels, strict=True)}
        found = [table.get(row.tobytes()) for row in one.x]
        if all(label is not None for label in found):
            yield np.array(found, np.float64)
    yield from one.labels


def _gradient(one: ForwardPass, labels: Array, upstream: Upstream) -> tuple[Array, ...]:
    targets = labels[:, np.newaxis]
    if one.y.shape[1] > 1:
        targets = (labels[:, np.newaxis] > 0).astype(np.float64) == np.arange(one.y.shape[1])
    with np.errstate(all="ignore"):
        dy = upstream(one.y, np.asarray(targets, np.float64))
        return tuple(np.einsum("end,nd->e", J, dy) for J in one.jacobians)


def misfit(gradients: Sequence[Array], moves: Sequence[Array]) -> float:
    """How far moves are from gradients at their best common positive scale, 0 to 1."""
    g, m = np.concatenate(gradients), np.concatenate(moves)
    if not np.all(np.isfinite(g)) or not np.any(g) or not np.any(m):
        return 1.0
    cosine = float(g @ m / (np.linalg.norm(g) * np.linalg.norm(m)))
    return 1.0 - cosine


def fits_of(
    observation: ProgramObservation, expected: Sequence[Array], actual: Sequence[Array]
) -> list[bool]:
    """Whether each parameter moved as expected."""
    relative = RELATIVE_SINGLE if observation.single else RELATIVE
    rounding = ROUNDING_SINGLE if observation.single else ROUNDING
    everything = max((float(np.max(np.abs(e), initial=0.0)) for e in expected), default=0.0)
    return [
        bool(
            np.all(
                np.abs(e - a)
                <= relative * np.max(np.abs(e), initial=0.0) + BESIDE_ALL * everything + rounding
            )
        )
        for e, a in zip(expected, actual, strict=True)
    ]


def combine(
    columns: Sequence[Sequence[Array]], moves: Sequence[Array]
) -> tuple[Array, list[Array]]:
    """Return the coefficients that combine columns best into moves, and the combination by parameter."""
    matrix = np.stack([np.concatenate(column) for column in columns], axis=1)
    target = np.concatenate(moves)
    if not np.all(np.isfinite(matrix)) or not np.all(np.isfinite(target)):
        return np.zeros(len(columns)), [np.full_like(move, np.inf) for move in moves]
    coefficients = np.linalg.lstsq(matrix, target, rcond=None)[0]
    pieces = np.split(matrix @ coefficients, np.cumsum([len(m) for m in moves])[:-1])
    return coefficients, pieces
