"""Families of ``Linear``: mistakes with one free constant in its steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from grader.diagnosis.base import FIT, Case, agrees, fits, moving
from grader.diagnosis.factors import ratios_of
from grader.diagnosis.families import (
    decimals,
    family,
    numbers,
    short,
    with_constant,
    wrong,
)
from grader.numeric import Array

L = "Linear"


def _extra(cases: Sequence[Case], part: Callable[[Case], Array]) -> float | None:
    """The constant k with which a step is the right one plus k times a part of the case."""
    found = wrong(moving(cases))
    if not found:
        return None
    rest, of = numbers(found[0]) - found[0].right, part(found[0])
    constant = float(np.sum(rest * of)) / float(np.sum(of * of))
    if abs(constant) < FIT or not with_constant(
        constant, lambda c, k: c.right + k * part(c), cases
    ):
        return None
    return constant


@family("weight_decay_added", L, "dw")
def weight_decay(cases: Sequence[Case]) -> str | None:
    """A multiple of the weights is added to dw, as weight decay does.

    The loss of this lab has no penalty for large weights, so its gradient has none.
    """
    constant = _extra(cases, lambda case: case.w)
    return None if constant is None else f"x.T @ prev_grad + {short(constant)} * w"


@family("bias_decay_added", L, "db")
def bias_decay(cases: Sequence[Case]) -> str | None:
    """A multiple of the bias is added to db, as weight decay does.

    The loss of this lab has no penalty for large parameters, so its gradient has none.
    """
    constant = _extra(cases, lambda case: case.b)
    return None if constant is None else f"prev_grad.sum(axis=0) + {short(constant)} * b"


@family("weights_shrink_every_step", L, "dw")
def weights_shrink(cases: Sequence[Case]) -> str | None:
    """The weights shrink a little in every step, whatever the learning rate.

    A step moves the weights against their gradient and does nothing else to them.
    """
    constant = _extra(cases, lambda case: case.w / case.lr)
    resting = [case for case in cases if case.at_rest]
    if constant is None or not 0 < constant < 0.5 or not resting:
        return None
    if not all(agrees(constant * case.w, case.given) for case in resting):
        return None
    return f"the right step, and w times {short(1 - constant)} besides"


def _after(case: Case) -> Array:
    return case.w - case.lr * case.right


@family("weights_clipped", L, "dw")
def weights_clipped(cases: Sequence[Case]) -> str | None:
    """The weights are clipped after the step.

    A weight may be as large as it wants to be. Take the clip away.
    """
    limit = max((float(np.max(np.abs(c.w_after))) for c in wrong(moving(cases))), default=0.0)

    def formula(case: Case, k: float) -> Array:
        return (case.w - np.clip(_after(case), -k, k)) / case.lr

    if not limit or not with_constant(limit, formula, cases):
        return None
    return f"what leads to weights clipped to -{short(limit)} ... {short(limit)}"


@family("weights_normalised", L, "dw")
def weights_normalised(cases: Sequence[Case]) -> str | None:
    """The weights are scaled to a fixed length after the step.

    A step moves the weights against their gradient and does nothing else to them.
    """
    ways = {"columns": 0, "rows": 1, "whole": None}

    def formula(case: Case, axis: int | None) -> Array:
        after = _after(case)
        length = np.linalg.norm(after, axis=axis, keepdims=axis is not None)
        return np.asarray((case.w - after / length) / case.lr)

    for name, axis in ways.items():
        if fits(lambda case, axis=axis: formula(case, axis), moving(cases)):  # type: ignore[misc]
            return f"what leads to weights of length one ({name})"
    return None


@family("dw_input_rounded", L, "dw")
def input_rounded(cases: Sequence[Case]) -> str | None:
    """dw is computed from a rounded input.

    Remember in forward the input as it came.
    """
    places = decimals(cases, lambda case, k: np.round(case.x, k).T @ case.g)
    return None if places is None else f"round(x, {places}).T @ prev_grad"


# ---- learning rates and memories ----


@family("lr_zero_means_default", L, "dw")
def lr_zero_means_default(cases: Sequence[Case]) -> str | None:
    """A learning rate of 0 is taken for a missing one, and a default is used instead.

    0 counts as false: ask whether lr is None, or use it as it is.
    """
    return _rate_at_rest(cases)


@family("lr_zero_means_default", L, "db")
def lr_zero_means_default_for_bias(cases: Sequence[Case]) -> str | None:
    """A learning rate of 0 is taken for a missing one, and a default is used instead.

    0 counts as false: ask whether lr is None, or use it as it is.
    """
    return _rate_at_rest(cases)


def _rate_at_rest(cases: Sequence[Case]) -> str | None:
    resting = [case for case in cases if case.at_rest]
    if not resting or not fits(lambda case: case.right, moving(cases)):
        return None
    ratios = ratios_of(lambda case: case.right, resting)
    if not ratios or abs(ratios[0][1]) < 1e-9:
        return None
    values = [ratio for _, ratio in ratios]
    if not np.ptp(values) <= FIT * abs(values[0]):
        return None
    return f"the right step, and at lr = 0 a step with {short(values[0])}"


@family("lr_of_first_call_kept", L, "dw")
def lr_of_first_call_kept(cases: Sequence[Case]) -> str | None:
    """Later calls of backward step with the learning rate of the first call.

    Use the lr that this call of backward was given.
    """
    return _first_rate(cases)


@family("lr_of_first_call_kept", L, "db")
def lr_of_first_call_kept_for_bias(cases: Sequence[Case]) -> str | None:
    """Later calls of backward step with the learning rate of the first call.

    Use the lr that this call of backward was given.
    """
    return _first_rate(cases)


def _first_rate(cases: Sequence[Case]) -> str | None:
    rate = next((case.lr for case in cases if case.turn == 0), 0.0)
    resting = [case for case in cases if case.at_rest]
    if not rate or not with_constant(rate, lambda c, k: c.right * k / c.lr, cases):
        return None
    if not resting or not all(agrees(rate * case.right, case.given) for case in resting):
        return None
    return f"the right one * ({short(rate)} / lr): the first call had lr = {short(rate)}"


MOMENTA = (0.5, 0.8, 0.9, 0.95, 0.99)


@family("momentum_left_in", L, "dw")
def momentum(cases: Sequence[Case]) -> str | None:
    """A step still holds a part of the step before it: a momentum.

    Plain gradient descent is asked for; every step uses its own gradient alone.
    """
    return _momentum(cases)


@family("momentum_left_in", L, "db")
def momentum_of_bias(cases: Sequence[Case]) -> str | None:
    """A step still holds a part of the step before it: a momentum.

    Plain gradient descent is asked for; every step uses its own gradient alone.
    """
    return _momentum(cases)


def _momentum(cases: Sequence[Case]) -> str | None:
    """The same gradient came twice: with a momentum m the second step is 1 + m times as long."""
    if all(case.turn == 0 for case in moving(cases)):
        return None
    for m in MOMENTA:
        if with_constant(m, lambda c, k: c.right * (1 + k * c.turn), cases):
            return f"the right one in the first call, and {short(1 + m)} times it in the second"
    return None


GUARDS = (0.0, 1e-10, 1e-8, 1e-7, 1e-6, 1e-5)


@family("step_by_adagrad", L, "dw")
def adagrad(cases: Sequence[Case]) -> str | None:
    """The step is divided by the root of the summed squares of all gradients, as AdaGrad does.

    Plain gradient descent is asked for: the learning rate times the gradient.
    """
    return _adagrad(cases)


@family("step_by_adagrad", L, "db")
def adagrad_of_bias(cases: Sequence[Case]) -> str | None:
    """The step is divided by the root of the summed squares of all gradients, as AdaGrad does.

    Plain gradient descent is asked for: the learning rate times the gradient.
    """
    return _adagrad(cases)


def _adagrad(cases: Sequence[Case]) -> str | None:
    if all(case.turn == 0 for case in moving(cases)):
        return None
    for guard in GUARDS:
        for outside in (False, True):
            if with_constant(guard, lambda c, k, o=outside: _adapted(c, k, o), cases):  # type: ignore[misc]
                return "dw / sqrt(the sum of dw ** 2 over all calls)"
    return None


def _adapted(case: Case, guard: float, outside: bool) -> Array:
    squares = (case.turn + 1) * case.right**2
    root = np.sqrt(squares) + guard if outside else np.sqrt(squares + guard)
    return np.asarray(case.right / root)
