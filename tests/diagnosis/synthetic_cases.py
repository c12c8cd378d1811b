"""Cases made of random numbers: what a layer or a loss with a known mistake would give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from grader.diagnosis.case import Case
from grader.diagnosis.fitting import prediction_of
from grader.diagnosis.formula import Formula
from grader.numeric import Array
from grader.observation import activation_trials, linear_trials, loss_trials
from grader.observation.layer_observation import Trial
from grader.observation.loss_trials import LossTrials

Compute = Formula | Callable[[Case], Any]
"""What a program computes: a formula of the table, or a function of a case."""

RATES = (2.0**-3, 2.0**-6, 0.0)
LOSSES = {
    k.name: k for k in (loss_trials.MEAN_SQUARED, loss_trials.BINARY, loss_trials.CATEGORICAL)
}


def right_cases(subject: str, array: str, seed: int = 1) -> list[Case]:
    """Cases of an array of a class in which everything is right."""
    rng = np.random.default_rng(seed)
    if subject == "Linear":
        return [case for trial in linear_trials.TRIALS for case in _linear(rng, trial, array)]
    if subject in LOSSES:
        return [_loss(rng, LOSSES[subject], shape, array) for shape in LOSSES[subject].shapes]
    made = (_activation(rng, subject, trial, array) for trial in activation_trials.TRIALS)
    return [case for cases in made for case in cases]


def _linear(rng: np.random.Generator, trial: Trial, array: str) -> list[Case]:
    inputs, outputs = trial.args
    w = rng.standard_normal((inputs, outputs)) * trial.weights
    b = rng.standard_normal(outputs) * trial.kwargs.get("bias", True)
    x = rng.standard_normal(trial.shape)
    g = rng.standard_normal((trial.shape[0], outputs)) * trial.upstream
    facts = {"x": x, "g": g, "w": w, "b": b, "y": x @ w + b, "trial": trial.name}
    rights = {"value": x @ w + b, "dx": g @ w.T, "dw": x.T @ g, "db": g.sum(axis=0)}
    right = rights[array]
    before = {"dw": w, "db": b}.get(array)
    if array == "value":
        return [Case(right, right, **facts)]
    cases = []
    for k, rate in enumerate(RATES):
        rests = before is not None and not rate
        actual = np.zeros_like(right) if rests else right
        after = w - rate * (x.T @ g)
        cases.append(
            Case(actual, right, **facts, w_after=after, lr=rate, call_index=k, before=before)
        )
    return cases


def _activation(rng: np.random.Generator, subject: str, trial: Trial, array: str) -> list[Case]:
    x = trial.draw(rng, trial.shape)
    g = rng.standard_normal(trial.shape) * trial.upstream
    y = activation_trials.CLOSED[subject](x)
    right = y if array == "value" else activation_trials.PULLED_BACK[subject](g, y)
    rates = (1.0,) if array == "value" else RATES
    return [
        Case(right, right, x=x, g=g, y=y, lr=rate, call_index=k, trial=trial.name)
        for k, rate in enumerate(rates)
    ]


def _loss(rng: np.random.Generator, kind: LossTrials, shape: tuple[int, ...], array: str) -> Case:
    y, t = kind.draw(rng, shape)
    right = np.array([kind.formula(y, t)]) if array == "value" else kind.gradient(y, t)
    return Case(right, right, y=y, t=t, trial=str(shape))


def with_mistake(cases: list[Case], compute: Compute) -> list[Case]:
    """The same cases of a program that computes something else."""
    return [case if case.at_rest else replace(case, actual=_given(compute, case)) for case in cases]


def _given(compute: Compute, case: Case) -> Array | None:
    """What a program computes: ``compute`` is a formula of the table, or a function of a case."""
    prediction = prediction_of(compute, case)
    return None if prediction is None else np.array(prediction)
