"""Families of ``Linear``: mistakes with one free constant in its gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from grader.diagnosis.base import FIT, Case, agrees, moving
from grader.diagnosis.factors import ratios_of
from grader.diagnosis.families import (
    family,
    numbers,
    short,
    with_constant,
    wrong,
)
from grader.numeric import Array

L = "Linear"


@family("upstream_clipped", "Linear", "dx")
def dx_upstream_clipped(cases: Sequence[Case]) -> str | None:
    """The upstream gradient is clipped before it is used.

    What comes from behind may be as large as it is. Take the clip away.
    """
    return upstream_clipped(cases, lambda c, g: g @ c.w.T, "prev_grad @ w.T")


@family("upstream_clipped", "Linear", "dw")
def dw_upstream_clipped(cases: Sequence[Case]) -> str | None:
    """The upstream gradient is clipped before it is used.

    What comes from behind may be as large as it is. Take the clip away.
    """
    return upstream_clipped(cases, lambda c, g: c.x.T @ g, "x.T @ prev_grad")


@family("upstream_clipped", "Linear", "db")
def db_upstream_clipped(cases: Sequence[Case]) -> str | None:
    """The upstream gradient is clipped before it is used.

    What comes from behind may be as large as it is. Take the clip away.
    """
    return upstream_clipped(cases, lambda c, g: g.sum(axis=0), "prev_grad.sum(axis=0)")


Through = Callable[[Case, Array], Array]


def upstream_clipped(cases: Sequence[Case], through: Through, text: str) -> str | None:
    """Try every set of entries that a clip could cut: between two of them the rest is linear in c."""
    found = wrong(moving(cases))
    if not found:
        return None
    each = list({case.trial: case for case in found}.values())
    for limit in (limit for case in each[:4] for limit in _limits(case, through)):
        if limit > FIT and with_constant(
            limit, lambda c, k: through(c, np.clip(c.g, -k, k)), cases
        ):
            return f"{text} with prev_grad clipped to -{short(limit)} ... {short(limit)}"
    return None


def _limits(case: Case, through: Through) -> Iterable[float]:
    sizes = np.unique(np.abs(case.g))
    for low in (0.0, *sizes[:-1]):
        cut = np.abs(case.g) > low
        rest = through(case, np.where(cut, 0.0, case.g))
        slope = through(case, np.where(cut, np.sign(case.g), 0.0))
        size = float(np.sum(slope * slope))
        if size:
            yield float(np.sum(slope * (numbers(case) - rest.reshape(slope.shape)))) / size


@family("dx_through_other_weights", L, "dx", general=True)
def dx_through_other_weights(cases: Sequence[Case]) -> str | None:
    """dX goes through other weights than those that forward used.

    Use the very weights of forward: no copy that was made earlier, and no changed version.
    """
    if any(c.given is None or c.given.shape != c.right.shape for c in cases):
        return None
    by_trial = {c.trial: [d for d in cases if d.trial == c.trial] for c in cases}
    told_apart = [t for t in by_trial.values() if t[0].g.shape[0] > t[0].g.shape[1]]
    if len(told_apart) < 2 or not all(_one_matrix(t) for t in by_trial.values()):
        return None
    if ratios_of(lambda case: case.right, cases) is not None:
        return None  # These are the same weights, times a number.
    return "prev_grad @ another matrix than w.T, in trials with more samples than outputs"


def _one_matrix(cases: Sequence[Case]) -> bool:
    """Whether one matrix takes the upstream gradient of a trial to dX at every learning rate."""
    first = cases[0]
    matrix = np.linalg.lstsq(first.g, numbers(first), rcond=None)[0]
    same = all(agrees(numbers(case), numbers(first)) for case in cases)
    return same and agrees(first.g @ matrix, first.given)
