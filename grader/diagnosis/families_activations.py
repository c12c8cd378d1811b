"""Families of the activations: mistakes with one free constant."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from grader.contract import sigmoid, softmax
from grader.diagnosis.base import Case, fits
from grader.diagnosis.families import (
    decimals,
    family,
    meant,
    numbers,
    off,
    short,
    with_constant,
    wrong,
)
from grader.diagnosis.families_linear import upstream_clipped
from grader.numeric import Array

S, R, T, X = "Sigmoid", "ReLU", "Tanh", "Softmax"


@family("upstream_clipped", (S, R, T), "dx")
def activationupstream_clipped(cases: Sequence[Case]) -> str | None:
    """The upstream gradient is clipped before it is used.

    What comes from behind may be as large as it is. Take the clip away.
    """
    return upstream_clipped(cases, lambda c, g: c.right * (g / c.g), "the right formula")


# ---- Sigmoid and Tanh ----


def _logit(y: Array) -> Array:
    return np.asarray(np.log(y) - np.log1p(-y))


@family("sigmoid_input_scaled", S, "value")
def sigmoid_input_scaled(cases: Sequence[Case]) -> str | None:
    """The input is multiplied by a constant before the sigmoid is taken.

    1 / (1 + exp(-x)) takes x as it is.
    """
    k = _scale_of_input(cases, _logit)
    if k is None or not fits(lambda case: sigmoid(k * case.x), cases):
        return None
    return f"1 / (1 + exp(-{short(k)} * x))"


@family("tanh_input_scaled", T, "value")
def tanh_input_scaled(cases: Sequence[Case]) -> str | None:
    """The input is multiplied by a constant before tanh is taken.

    tanh takes x as it is.
    """
    k = _scale_of_input(cases, np.arctanh)
    if k is None or not fits(lambda case: np.tanh(k * case.x), cases):
        return None
    return f"tanh({short(k)} * x)"


def _scale_of_input(cases: Sequence[Case], inverse: Callable[[Array], Array]) -> float | None:
    """The constant k with which a function of k x gives what was given, from the smallest inputs."""
    ratios: list[float] = []
    for case in wrong(cases):
        with np.errstate(all="ignore"):
            ratio = inverse(numbers(case)) / case.x
        ratios += [float(r) for r in ratio[(np.abs(case.x) < 2) & np.isfinite(ratio)]]
    k = float(np.median(ratios)) if len(ratios) >= 4 else 0.0
    return k if abs(k) > 1e-3 and abs(k - 1) > 1e-3 else None


@family("sigmoid_input_clipped", S, "value")
def sigmoid_input_clipped(cases: Sequence[Case]) -> str | None:
    """The input is clipped to a range that is too narrow.

    A clip against overflow has to lie so far out that no float shows it: beyond 40, or no clip.
    """
    found = wrong(cases)
    limit = max((float(np.max(np.abs(_logit(numbers(c)[off(c)])))) for c in found), default=0.0)
    near = float(np.round(limit, 4))
    if not limit or not meant(near, 1):
        return None  # A clipped output looks the same, with a round limit of its own.
    if not with_constant(near, lambda c, k: sigmoid(np.clip(c.x, -k, k)), cases):
        return None
    return f"the sigmoid of x clipped to -{short(near)} ... {short(near)}"


@family("sigmoid_output_clipped", S, "value")
def sigmoid_output_clipped(cases: Sequence[Case]) -> str | None:
    """The output is clipped: it never comes near 0 or 1.

    A guard against log(0) belongs to the loss, and is much smaller.
    """
    limit = min((float(np.min(numbers(c))) for c in wrong(cases)), default=0.0)
    limit = min([limit, *(1 - float(np.max(numbers(c))) for c in wrong(cases))])
    if not limit > 0 or not meant(limit, 1):
        return None  # A clipped input looks the same, with a round limit of its own.
    if not with_constant(limit, lambda c, k: np.clip(c.y, k, 1 - k), cases):
        return None
    return f"the sigmoid clipped to {short(limit)} ... {short(1 - limit)}"


@family("sigmoid_slope_has_floor", S, "dx")
def sigmoid_slope_has_floor(cases: Sequence[Case]) -> str | None:
    """The derivative is never less than a certain number.

    Where the sigmoid is flat its derivative is nearly 0; leave it so.
    """
    return _floor(cases, lambda case: case.y * (1 - case.y))


@family("tanh_slope_has_floor", T, "dx")
def tanh_slope_has_floor(cases: Sequence[Case]) -> str | None:
    """The derivative is never less than a certain number.

    Where tanh is flat its derivative is nearly 0; leave it so.
    """
    return _floor(cases, lambda case: 1 - case.y**2)


def _floor(cases: Sequence[Case], slope: Callable[[Case], Array]) -> str | None:
    found = wrong(cases)
    if not found:
        return None
    seen = np.concatenate([(numbers(case) / case.g)[off(case)] for case in found])
    floor = float(np.median(seen))
    if not floor > 0 or not meant(floor, seen.size):
        return None
    if not any(np.any(slope(case) > floor) for case in cases):
        return None  # That is a constant, not a floor.
    if not with_constant(floor, lambda c, k: c.g * np.maximum(slope(c), k), cases):
        return None
    return f"prev_grad * max({short(floor)}, the derivative)"


@family("sigmoid_slope_of_rounded_output", S, "dx")
def sigmoid_slope_of_rounded_output(cases: Sequence[Case]) -> str | None:
    """The derivative is taken at a rounded output.

    Remember in forward the output as it is; round only what you print.
    """

    def formula(case: Case, places: int) -> Array:
        y = np.round(case.y, places)
        return np.asarray(case.g * y * (1 - y))

    places = decimals(cases, formula)
    return None if places is None else f"prev_grad * r * (1 - r) with r = round(y, {places})"


# ---- ReLU ----


def _leak(cases: Sequence[Case], of: Callable[[Case], Array]) -> float | None:
    """The constant that multiplies a part of the case where x is negative."""
    found = wrong(cases)
    if not found:
        return None
    negative = found[0].x < 0
    part = of(found[0])[negative]
    size = float(np.sum(part * part))
    slope = float(np.sum(part * numbers(found[0])[negative])) / size if size else 0.0

    def formula(case: Case, k: float) -> Array:
        return np.where(case.x > 0, of(case), k * of(case))

    trivial = min(abs(slope), abs(slope - 1), abs(slope + 1)) < 1e-9
    return None if trivial or not with_constant(slope, formula, cases) else slope


@family("relu_leaky_gradient", R, "dx")
def relu_leaky_gradient(cases: Sequence[Case]) -> str | None:
    """The derivative is that of a leaky ReLU.

    Where x is negative nothing passes.
    """
    slope = _leak(cases, lambda case: case.g)
    return None if slope is None else f"prev_grad, times {short(slope)} where x is negative"


@family("relu_leaky", R, "value")
def relu_leaky(cases: Sequence[Case]) -> str | None:
    """The output is that of a leaky ReLU.

    Negative entries become 0, not a small multiple of themselves.
    """
    slope = _leak(cases, lambda case: case.x)
    return None if slope is None else f"x, times {short(slope)} where it is negative"


@family("relu_floor", R, "value")
def relu_floor(cases: Sequence[Case]) -> str | None:
    """The output is never less than a certain number other than 0.

    The lab asks for max(0, x).
    """
    floor = min((float(np.min(numbers(c))) for c in wrong(cases)), default=0.0)
    times = sum(int(np.sum(numbers(c) <= floor)) for c in wrong(cases))
    if abs(floor) < 1e-9 or times < 2:
        return None  # The smallest entry alone is no floor.
    if not with_constant(floor, lambda c, k: np.maximum(c.x, k), cases):
        return None
    return f"max({short(floor)}, x)"


def _border(cases: Sequence[Case], of: Callable[[Case], Array]) -> tuple[float, float] | None:
    """Between which two inputs the border lies below which a part of the case becomes zero."""
    pairs = [(c.x.ravel(), numbers(c).ravel()) for c in cases if c.given is not None]
    if len(pairs) < len(cases) or any(x.size != given.size for x, given in pairs):
        return None
    stopped = np.concatenate([x[(given == 0) & (x > 0)] for x, given in pairs])
    passed = np.concatenate([x[given != 0] for x, given in pairs])
    if not stopped.size or not passed.size or not stopped.max() < passed.min():
        return None
    middle = float(stopped.max() + passed.min()) / 2
    if not with_constant(middle, lambda c, k: np.where(c.x > k, of(c), 0), cases):
        return None
    return float(stopped.max()), float(passed.min())


@family("relu_threshold_gradient", R, "dx")
def relu_threshold_gradient(cases: Sequence[Case]) -> str | None:
    """The gradient passes only where x is above a border greater than 0.

    The border is at 0.
    """
    found = _border(cases, lambda case: case.g)
    return None if found is None else f"prev_grad where x is above a border {_between(found)}"


@family("relu_threshold", R, "value")
def relu_threshold(cases: Sequence[Case]) -> str | None:
    """Small positive entries are cut off, too.

    The border is at 0.
    """
    found = _border(cases, lambda case: case.x)
    return None if found is None else f"x where it is above a border {_between(found)}"


def _between(found: tuple[float, float]) -> str:
    return f"between {short(found[0])} and {short(found[1])}, else 0"


@family("relu_gradient_dies_above", R, "dx")
def relu_gradient_dies_above(cases: Sequence[Case]) -> str | None:
    """The gradient stops where x is large.

    ReLU has no upper border.
    """
    pairs = [(c.x.ravel(), numbers(c).ravel()) for c in cases if c.given is not None]
    if len(pairs) < len(cases) or any(x.size != given.size for x, given in pairs):
        return None
    stopped = np.concatenate([x[(given == 0) & (x > 0)] for x, given in pairs])
    passed = np.concatenate([x[given != 0] for x, given in pairs])
    if not stopped.size or not passed.size or not passed.max() < stopped.min():
        return None
    low, high = float(passed.max()), float(stopped.min())
    middle = (low + high) / 2
    if not with_constant(middle, lambda c, k: np.where((c.x > 0) & (c.x < k), c.g, 0), cases):
        return None
    return f"prev_grad where x lies between 0 and a border {_between((low, high))}"


# ---- Softmax ----


@family("softmax_eps_too_big", X, "value")
def softmax_eps_too_big(cases: Sequence[Case]) -> str | None:
    """A constant is added to the sum in the denominator, so a row no longer sums to one.

    Move each row by its largest entry; then the sum is at least 1 and needs no guard.
    """
    found = wrong(cases)
    if not found:
        return None
    powers = _powers(found[0])
    sums = powers.sum(axis=-1, keepdims=True)
    eps = float(np.median(powers / numbers(found[0]) - sums))
    if abs(eps) < 1e-9 or not with_constant(eps, _guarded, cases):
        return None
    return f"exp(x - max) / (their sum + {short(eps)})"


def _powers(case: Case) -> Array:
    return np.exp(case.x - case.x.max(axis=-1, keepdims=True))


def _guarded(case: Case, eps: float) -> Array:
    powers = _powers(case)
    return np.asarray(powers / (powers.sum(axis=-1, keepdims=True) + eps))


@family("softmax_temperature", X, "value")
def softmax_temperature(cases: Sequence[Case]) -> str | None:
    """The input is multiplied by a constant before the softmax is taken.

    Plain softmax takes x as it is.
    """
    found = wrong(cases)
    if not found:
        return None
    row, given = found[0].x[0], numbers(found[0])[0]
    with np.errstate(all="ignore"):
        k = float((np.log(given[0]) - np.log(given[1])) / (row[0] - row[1]))
    if not abs(k) > 1e-6 or not with_constant(k, lambda c, k: softmax(k * c.x), cases):
        return None
    return f"softmax({short(k)} * x)"
