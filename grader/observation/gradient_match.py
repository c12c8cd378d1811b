"""Gradients held against differences of a student's own forward, and against the closed form.

Differences alone prove nothing where forward is constant, or flat at their step; the closed
form alone would blame the gradient for a mistake of forward. So: where forward is right, the
two must agree, or a person looks. Where it is wrong, the gradient of a right layer is as good
as the derivative of the wrong one, for one mistake is counted once; but the derivative of a
wrong forward counts only where that mistake has a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np

from grader.expect import TINY, Tolerance, same
from grader.model import Failure
from grader.numeric import Array
from grader.observation.layer_observation import LayerObservation
from grader.sandbox.host import ChildGone

Alternatives = Callable[[LayerObservation], Sequence[Array]]
"""From a trial to what else is accepted as its gradient: nothing, where forward is right."""

T = TypeVar("T")
Pair = tuple[Array, Array]

NEAR = Tolerance(1e-2, 1e-2)
"""How far differences of a right forward may be from the closed form before a person looks: far
more than the noise of values that are right to seven digits, far less than a flat place."""

ALIGNED = 0.5
"""The least cosine, in size, of a gradient that has to do with the right one. Of two random
directions of 60 entries one pair in ten thousand comes as near."""

FLAT = 1e-6
"""Of numbers of order one, derivatives and differences below this are nothing: ten thousand times
``expect.TINY``, below which zeros pass for any gradient. A ``forward`` with a mistake of a name may be
1e-12 times a right one, and it must not pay for a ``backward`` that returns zeros."""

FEWEST = 4
"""Of fewer entries any direction is near another."""

SMOOTH = 1e-3
"""A step changes a value by about as much upwards as downwards; chance does not."""


def dx_agrees(
    observation: LayerObservation,
    step: int,
    alternatives: Alternatives,
    holds: Callable[[LayerObservation], bool],
    gradient: Callable[[LayerObservation], Array],
) -> Failure | None:
    """Demand that the gradient at the input agrees with the differences of forward.

    ``holds`` says whether forward was right in a trial. ``gradient`` gives the differences or, where
    these are lost and forward was right, the closed form. Returns the failure that counts where
    forward was wrong and its mistake has no name.
    """
    actual = observation.dx(step)
    if is_alternative(alternatives(observation), actual, observation):
        return None
    who, forward = f"{observation.subject}.backward", f"{observation.subject}.forward"
    numeric, trial = gradient(observation), observation.trial.name
    same(numeric, actual, observation.tolerance, "wrong_gradient", who=who, array="dx", trial=trial)
    return None if holds(observation) else of_wrong_forward(who, forward, numeric)


def of_wrong_forward(who: str, forward: str, numeric: Array) -> Failure:
    """Make the failure of a gradient that is the derivative of a forward that is wrong.

    It is raised where that derivative is as good as zero: whatever name the mistake has, zeros are
    no gradient of anything that is to be learned.
    """
    failure = Failure("derivative_of_wrong_forward", who=who, forward=forward)
    if not shows(numeric):
        raise failure
    return failure


def is_alternative(rights: Sequence[Array], actual: Array, observation: LayerObservation) -> bool:
    """Whether a gradient is one of those of a right layer."""
    return any(
        right.shape == actual.shape and bool(np.all(observation.tolerance.holds(right, actual)))
        for right in rights
    )


def demand_right_differences(who: str, pairs: Iterable[Pair]) -> None:
    """Leave it to a person where forward is right, and its differences are not its derivative.

    ``pairs`` are gradients in closed form and by differences, of trials in which forward was right.
    """
    for right, numeric in pairs:
        if right.shape != numeric.shape or not np.all(NEAR.holds(right, numeric)):
            raise Failure("oracles_differ", who=who, undecided=True)


def is_aligned(pairs: Iterable[Pair]) -> bool:
    """Whether gradients, as given and in closed form, have a direction in common."""
    lines = []
    for actual, right in pairs:
        sizes = float(np.linalg.norm(actual)), float(np.linalg.norm(right))
        if (
            actual.shape == right.shape
            and actual.size >= FEWEST
            and all(0 < s < np.inf for s in sizes)
        ):
            lines.append((actual.ravel() / sizes[0], right.ravel() / sizes[1]))
    if not lines:
        return False
    return abs(float(np.mean([np.dot(one, other) for one, other in lines]))) >= ALIGNED


def own_dx(observation: LayerObservation) -> Array:
    """The gradient at the input as backward returned it; zeros where that is a multiple of the upstream gradient.

    What is handed through has a direction in common with most right gradients, and is no work.
    """
    return without_echo(observation.dx(0), observation.upstream)


def without_echo(gradient: Array, *arguments: Array) -> Array:
    """Return a gradient, or zeros where it is one of these arguments times a constant.

    No right gradient of the trials is: a layer's derivative differs from entry to entry.
    """
    for argument in arguments:
        if argument.shape != gradient.shape or not np.all(np.isfinite(gradient)):
            continue
        scale = float(np.vdot(argument, gradient)) / max(float(np.vdot(argument, argument)), TINY)
        if np.linalg.norm(gradient - scale * argument) <= FLAT * np.linalg.norm(gradient):
            return np.zeros_like(gradient)
    return gradient


def gradient_pairs(
    trials: Iterable[T], actual: Callable[[T], Array], right: Callable[[T], Array]
) -> list[Pair]:
    """The gradients that came at all, each beside the right one."""
    pairs = []
    for observation in trials:
        try:
            pairs.append((actual(observation), right(observation)))
        except (Failure, ChildGone):
            continue
    return pairs


def is_smooth(shifts: Array, y: Array) -> bool:
    """Whether values change as much upwards as downwards: ``(entries, 2, *out)`` around ``out``."""
    with np.errstate(all="ignore"):
        middle = 0.5 * (shifts[:, 0] + shifts[:, 1])
        return bool(np.all(np.abs(middle - y) <= SMOOTH * (1.0 + np.abs(y))))


def shows(values: Array) -> bool:
    """Whether some of these derivatives or differences is more than as good as nothing."""
    return bool(np.max(np.abs(values), initial=0.0) > FLAT)


def varies(slopes: Array) -> bool:
    """Whether derivatives are neither as good as zero nor the same throughout."""
    if not shows(slopes) or not np.all(np.isfinite(slopes)):
        return False
    return bool(np.ptp(slopes) > SMOOTH * np.max(np.abs(slopes)))
