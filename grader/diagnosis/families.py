"""Families: mistakes with one free constant, such as a clip at c, that is the same in all cases.

A family estimates the constant from one case and demands it of all; it tells the
formula with the constant in it, or None. That is a test of its own: so a family may
speak only where its constant means something, and where the formulas without one do not fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from grader.diagnosis.base import (
    Case,
    Subjects,
    agrees,
    fits,
    moving,
    told,
)
from grader.diagnosis.general import SUBJECTS
from grader.numeric import Array

Fit = Callable[[Sequence[Case]], str | None]


@dataclass(frozen=True, slots=True)
class Family:
    """A mistake with a free constant.

    Parameters
    ----------
    bug
        The stable slug.
    subjects, array
        The classes of the contract, and the array of theirs, that it can explain.
    fit
        All cases of an array to the fitted formula in a student's own terms, or None.
    explanation, advice
        What is wrong (see ``about`` for what "It" is), and what to do.
    general
        Whether it says so little that everything else is tried before it.
    """

    bug: str
    subjects: tuple[str, ...]
    array: str
    fit: Fit
    explanation: str
    advice: str
    general: bool = False

    def fitted(self, cases: Sequence[Case]) -> str | None:
        """Fit; numbers from which nothing can be computed fit nothing."""
        try:
            with np.errstate(all="ignore"):
                return self.fit(cases)
        except (ArithmeticError, ValueError, IndexError):
            return None


def family(
    bug: str, subject: Subjects, array: str, *, general: bool = False
) -> Callable[[Fit], Family]:
    """Make a family of a function; see ``Family`` for the parameters."""

    def decorate(fit: Fit) -> Family:
        subjects = (subject,) if isinstance(subject, str) else subject
        return Family(bug, subjects, array, fit, *told(fit), general)

    return decorate


def change(slug: str, *arrays: str) -> Callable[[Fit], tuple[Family, ...]]:
    """Make one family an array; the docstring's "It" stands for that array."""

    def decorate(fit: Fit) -> tuple[Family, ...]:
        return tuple(
            Family(f"{a}_{slug}", (*SUBJECTS[a], *LOSS_VALUES[a]), a, fit, *told(fit))
            for a in arrays
        )

    return decorate


LOSS_VALUES: dict[str, tuple[str, ...]] = {
    "dx": (), "dw": (), "db": (), "dy": (),
    "value": ("MSE", "BinaryCrossEntropy", "CrossEntropy"),
}  # fmt: skip


def wrong(cases: Iterable[Case]) -> list[Case]:
    """The cases that are not right and have numbers of the right shape."""
    return [
        case
        for case in cases
        if case.given is not None
        and case.given.shape == case.right.shape
        and not agrees(case.wanted, case.given)
    ]


def numbers(case: Case) -> Array:
    """What a case of ``wrong`` gave."""
    return np.zeros(0) if case.given is None else case.given


def off(case: Case) -> Array:
    """Which entries of a case of ``wrong`` are not right."""
    given = numbers(case)
    size = float(np.max(np.abs(case.right), initial=0.0))
    with np.errstate(invalid="ignore"):
        return np.asarray(~(np.abs(given - case.right) <= 1e-6 * size + 1e-9))


def with_constant(
    constant: float, formula: Callable[[Case, float], Array], cases: Sequence[Case]
) -> bool:
    """Whether a formula with a constant gives every moving case what was given."""
    return bool(np.isfinite(constant)) and fits(lambda case: formula(case, constant), moving(cases))


def short(constant: float) -> str:
    """Write a constant: six digits, which hides the noise of differences."""
    return f"{constant:.6g}"


def decimals(cases: Sequence[Case], formula: Callable[[Case, int], Array]) -> int | None:
    """The number of decimals with which a formula that rounds fits, if one does."""
    if not wrong(moving(cases)):
        return None
    found = (
        k
        for k in range(8)
        if fits(lambda case, k=k: formula(case, k), moving(cases))  # type: ignore[misc]
    )
    return next(found, None)


# ---- any array ----


@change("clipped", "dx", "dw", "db", "dy", "value")
def clipped(cases: Sequence[Case]) -> str | None:
    """It is clipped: entries beyond a limit are cut off.

    Nothing in the formula limits it. Take the clip away; where it hides an overflow, look for its
    cause.
    """
    found = list({case.trial: case for case in wrong(moving(cases))}.values())
    limit = max((float(np.max(np.abs(numbers(c)))) for c in found), default=0.0)
    cut = sum(int(np.sum(np.abs(numbers(c)[off(c)]) >= limit * (1 - 1e-9))) for c in found)
    if not limit or not meant(limit, cut) or not (cut > 5 or _borders(found)):
        return None
    if with_constant(limit, lambda c, k: np.clip(c.right, -k, k), cases):
        below = any(float(np.min(c.right)) < -limit for c in cases)
        return _limited(limit) if below else f"min({short(limit)}, the right one)"
    if with_constant(limit, lambda c, k: np.minimum(c.right, k), cases):
        return f"min({short(limit)}, the right one)"
    return None


def _borders(found: Sequence[Case]) -> bool:
    """Whether a limit shows as one: in two trials, or beside entries that it leaves alone.

    In a linear layer, whose gradients are sums, a clipped upstream gradient may look the same.
    """
    if len({case.trial for case in found}) > 1:
        return True
    kept = any(not np.all(off(case)) or case.right.size == 1 for case in found)
    return kept and not any(case.w.size for case in found)


def _limited(limit: float) -> str:
    return f"the right one, clipped to -{short(limit)} ... {short(limit)}"


def meant(constant: float, times: int) -> bool:
    """Whether a constant was seen more than once, or is a round number: else anything would fit."""
    rounded_off = float(f"{constant:.2g}")
    return times > 1 or abs(constant - rounded_off) <= 1e-7 * abs(constant)


@change("rounded", "dx", "dw", "db", "dy", "value")
def rounded(cases: Sequence[Case]) -> str | None:
    """It is rounded.

    Rounding throws away what differences and small steps need. Round only what you print.
    """
    places = decimals(cases, lambda case, k: np.round(case.right, k))
    return None if places is None else f"round(the right one, {places})"


@change("half_precision", "dx", "dw", "db", "value")
def half_precision(cases: Sequence[Case]) -> str | None:
    """It is computed with numbers of 16 bits.

    Let numpy keep its usual float64; nothing here needs float16.
    """
    found = moving(cases)
    if not all(c.given is not None and c.given.shape == c.right.shape for c in found):
        return None
    entries = np.concatenate([numbers(c).ravel() for c in found])
    rights = np.concatenate([c.right.ravel() for c in found])
    if len(np.unique(np.abs(entries))) < 8 or np.any(np.abs(entries) > 6e4):
        return None
    near = np.abs(entries.astype(np.float16).astype(np.float64) - entries) <= 1e-9 * np.abs(entries)
    scales = np.concatenate([np.full(c.right.size, np.max(np.abs(c.right))) for c in found])
    close = np.abs(entries - rights) <= 1e-2 * scales
    return "the right one, as float16 has it" if np.all(near & close) else None


@change("limited_in_length", "dx", "dw", "db", "dy")
def limited_in_length(cases: Sequence[Case]) -> str | None:
    """It is cut down to a certain length where it is longer.

    Nothing in the formula limits it. Take the clip away.
    """
    lengths = [float(np.linalg.norm(numbers(c))) for c in wrong(moving(cases))]
    limit = max(lengths, default=0.0)
    several = any(case.right.size > 1 for case in wrong(moving(cases)))
    if not limit or not several or not meant(limit, len(lengths)):
        return None
    if not with_constant(limit, _cut, cases):
        return None
    if all(float(np.linalg.norm(c.right)) > limit for c in cases):
        return None  # Nothing shorter was seen: that is a length that is always the same.
    return f"the right one, cut down to a length of {short(limit)}"


def _cut(case: Case, limit: float) -> Array:
    length = float(np.linalg.norm(case.right))
    return np.asarray(case.right * min(1.0, limit / length)) if length else case.right


@change("shifted", "dx", "dw", "db", "dy", "value")
def shifted(cases: Sequence[Case]) -> str | None:
    """It has a constant added to every entry.

    No constant is part of this formula. Look for an epsilon that is too large, or a stray "+".
    """
    found = wrong(moving(cases))
    if not found or sum(c.right.size for c in found) < 4:
        return None
    constant = float(np.mean(numbers(found[0]) - found[0].right))
    if abs(constant) < 1e-9 or not with_constant(constant, lambda c, k: c.right + k, cases):
        return None
    return f"the right one + {short(constant)}"
