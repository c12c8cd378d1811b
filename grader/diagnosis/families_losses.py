"""Families of the losses: mistakes with one free constant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from grader.diagnosis.base import FIT, Case
from grader.diagnosis.families import family, meant, numbers, off, short, with_constant, wrong
from grader.numeric import Array

M, B, C = "MSE", "BinaryCrossEntropy", "CrossEntropy"

Valued = Callable[[Case, float], Array]


def _one(value: Any) -> Array:
    return np.array([float(value)])


# ---- MSE ----


@family("loss_grad_of_clipped_error", M, "dy")
def loss_grad_of_clipped_error(cases: Sequence[Case]) -> str | None:
    """The error is clipped before it goes into the gradient.

    A large error has a large gradient. Take the clip away.
    """
    found = wrong(cases)
    errors = [np.abs(numbers(c)) * c.y.size / 2 for c in found]
    limit = max((float(e.max()) for e in errors), default=0.0)

    def formula(case: Case, k: float) -> Array:
        return 2 * np.clip(case.y - case.t, -k, k) / case.y.size

    if not limit or not with_constant(limit, formula, cases):
        return None
    return f"2 * e / size with e = y - ground_truth clipped to -{short(limit)} ... {short(limit)}"


# ---- BinaryCrossEntropy ----


def _binary(case: Case, y: Array, other: Array, weight: float = 1.0) -> Array:
    terms = weight * case.t * np.log(y) + (1 - case.t) * np.log(other)
    return _one(-np.mean(terms))


def _clipped(case: Case, eps: float) -> Array:
    y = np.clip(case.y, eps, 1 - eps)
    return _binary(case, y, 1 - y)


def _added(case: Case, eps: float) -> Array:
    return _binary(case, case.y + eps, 1 - case.y + eps)


GUARDS = (_clipped, _added)
LARGEST, SMALLEST = 0.4, 2e-6


@family("bce_eps_too_big", B, "value")
def bce_eps_too_big(cases: Sequence[Case]) -> str | None:
    """The guard against log(0) is so large that it changes the loss.

    1e-7 is enough to keep the logarithm finite.
    """
    found = wrong(cases)
    if not found:
        return None
    for guard, text in zip(
        GUARDS, ("y clipped to {0} ... 1 - {0}", "{0} added to y and to 1 - y"), strict=True
    ):
        eps = _searched(found[0], guard)
        if eps is not None and meant(eps, len(found)) and with_constant(eps, guard, cases):
            return f"the cross-entropy with {text.format(short(eps))}"
    return None


def _searched(case: Case, formula: Valued) -> float | None:
    """The guard with which a formula gives a case its value: it changes the value one way only."""
    low, high = SMALLEST, LARGEST
    wanted = float(numbers(case)[0])
    ends = [float(formula(case, eps)[0]) - wanted for eps in (low, high)]
    if not ends[0] * ends[1] < 0:
        return None
    for _ in range(80):
        middle = (low + high) / 2
        same_side = (float(formula(case, middle)[0]) - wanted) * ends[0] > 0
        low, high = (middle, high) if same_side else (low, middle)
    return (low + high) / 2


@family("bce_weighted", B, "value")
def bce_weighted(cases: Sequence[Case]) -> str | None:
    """One of the two classes counts more than the other.

    Both terms have the weight 1.
    """
    found = wrong(cases)
    if not found:
        return None
    case = found[0]
    first = float(-np.mean(case.t * np.log(case.y)))
    second = float(-np.mean((1 - case.t) * np.log(1 - case.y)))
    if not first:
        return None
    weight = (float(numbers(case)[0]) - second) / first
    trivial = min(abs(weight), abs(weight - 1), abs(weight + 1)) < FIT
    trivial = trivial or not meant(weight, len(found))
    if trivial or not with_constant(weight, lambda c, k: _binary(c, c.y, 1 - c.y, k), cases):
        return None
    return f"-mean({short(weight)} * t log y + (1 - t) log(1 - y))"


def _power_of_ten(
    cases: Sequence[Case], counted: Callable[[Case], float], formula: Valued
) -> str | None:
    """The guard eps of a formula whose value is about -log(eps) times a number: a power of ten."""
    values = [c for c in cases if c.given is not None and c.given.shape == c.right.shape]
    sizes = [(float(numbers(c)[0]), counted(c)) for c in values]
    known = [given / size for given, size in sizes if size]
    if len(known) < 2 or not known[0] > 0:
        return None
    power = round(known[0] / np.log(10))
    eps = float(f"1e-{power}")
    return f"{eps:.0e}" if 3 <= power <= 15 and with_constant(eps, formula, cases) else None


def _of_truth(case: Case, eps: float) -> Array:
    logs = [np.log(np.clip(part, eps, 1.0)) for part in (case.t, 1 - case.t)]
    return _one(-np.mean(case.y * logs[0] + (1 - case.y) * logs[1]))


def _of_rounded(case: Case, eps: float) -> Array:
    hard = np.clip(np.round(case.y), eps, 1 - eps)
    return _binary(case, hard, 1 - hard)


@family("bce_arguments_swapped", B, "value")
def bce_arguments_swapped(cases: Sequence[Case]) -> str | None:
    """The logarithm is taken of the ground truth instead of the prediction.

    The ground truth weighs the terms; the prediction stands in the logarithms.
    """
    eps = _power_of_ten(cases, lambda c: float(np.mean(np.abs(c.y - c.t))), _of_truth)
    return (
        None if eps is None else f"-mean(y log t + (1 - y) log(1 - t)), with log({eps}) for log(0)"
    )


@family("bce_of_rounded_prediction", B, "value")
def bce_of_rounded_prediction(cases: Sequence[Case]) -> str | None:
    """The prediction is rounded before the loss is taken.

    Rounding is for the accuracy alone; a rounded loss has no gradient.
    """
    eps = _power_of_ten(cases, lambda c: float(np.mean(np.round(c.y) != c.t)), _of_rounded)
    return None if eps is None else f"the cross-entropy of round(y), with log({eps}) for log(0)"


@family("bce_grad_eps_too_big", B, "dy")
def bce_grad_eps_too_big(cases: Sequence[Case]) -> str | None:
    """The guard in the denominator is so large that it changes the gradient.

    1e-7 is enough to keep a division finite.
    """
    found = wrong(cases)
    if not found:
        return None
    case = found[0]
    wide = (case.y - case.t) / case.y.size / numbers(case) - case.y * (1 - case.y)
    eps = float(np.median(wide))

    def formula(c: Case, k: float) -> Array:
        return np.asarray((c.y - c.t) / (c.y * (1 - c.y) + k) / c.y.size)

    if abs(eps) < 1e-7 or not with_constant(eps, formula, cases):
        return None
    return f"(y - t) / (y * (1 - y) + {short(eps)}) / size"


@family("bce_grad_eps_in_each_term", B, "dy")
def bce_grad_eps_in_each_term(cases: Sequence[Case]) -> str | None:
    """The guards in the denominators are so large that they change the gradient.

    1e-7 is enough to keep a division finite.
    """
    found = wrong(cases)
    if not found:
        return None
    case = found[0]
    eps = float(np.median(1 / np.abs(numbers(case) * case.y.size) - np.abs(1 - case.t - case.y)))

    def formula(c: Case, k: float) -> Array:
        return np.asarray((-c.t / (c.y + k) + (1 - c.t) / (1 - c.y + k)) / c.y.size)

    if abs(eps) < 1e-7 or not with_constant(eps, formula, cases):
        return None
    return f"(-t / (y + {short(eps)}) + (1 - t) / (1 - y + {short(eps)})) / size"


# ---- CrossEntropy ----


@family("ce_eps_too_big", C, "value")
def ce_eps_too_big(cases: Sequence[Case]) -> str | None:
    """The guard against log(0) is so large that it changes the loss.

    1e-7 is enough to keep the logarithm finite.
    """
    found = wrong(cases)
    if not found:
        return None
    for guard, text in (
        (_categorical_added, "log(y + {})"),
        (_categorical_floor, "log of y, at least {}"),
    ):
        eps = _searched(found[0], guard)
        if eps is not None and meant(eps, len(found)) and with_constant(eps, guard, cases):
            return f"the cross-entropy with {text.format(short(eps))}"
    return None


def _categorical_added(case: Case, eps: float) -> Array:
    return _one(-np.sum(case.t * np.log(case.y + eps)) / case.n)


def _categorical_floor(case: Case, eps: float) -> Array:
    return _one(-np.sum(case.t * np.log(np.maximum(case.y, eps))) / case.n)


@family("ce_grad_eps_too_big", C, "dy")
def ce_grad_eps_too_big(cases: Sequence[Case]) -> str | None:
    """The guard in the denominator is so large that it changes the gradient.

    1e-7 is enough to keep a division finite.
    """
    found = wrong(cases)
    if not found:
        return None
    case = found[0]
    at = off(case)
    eps = float(np.median((-case.t[at] / case.n / numbers(case)[at]) - case.y[at]))

    def formula(c: Case, k: float) -> Array:
        return np.asarray(-c.t / (c.y + k) / c.n)

    if abs(eps) < 1e-7 or not with_constant(eps, formula, cases):
        return None
    return f"-t / (y + {short(eps)}) / N"
