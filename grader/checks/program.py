"""Checks of a whole program, whatever its structure: it is watched while it trains.

They ask for no class of the lab. A rubric for the free form has them as its items; elsewhere they
stand in for the checks of classes that a submission organises in another way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from grader import expect
from grader.checks.base import check, part
from grader.model import Failure, Message, Outcome, Part, frozen
from grader.observation import program_fit, program_observation, step_jump, step_time
from grader.observation.program_observation import ProgramObservation
from grader.remote import Lab

if TYPE_CHECKING:
    from grader.observation.step_fit import StepFit

HIDDEN_LAYERS = 2

DEFAULT = re.compile(rb"=\s*(\d+\.?\d*(?:[eE]-?\d+)?|\.\d+)\s*(?:,|$)")
"""A number as the default of a parameter."""

ENTROPY = re.compile(rb"\blog(?:1p|2|10|addexp)?\s*\(|entropy|\bbce|nll|softplus", re.IGNORECASE)
"""Where nothing of this stands in a code, its loss is no cross-entropy."""


@check("program.network", subject="program", stage="program")
def network(lab: Lab) -> Outcome:
    """The program has a network with two hidden layers that learns its weights.

    A function returns one output for each sample (one for each class is as good), and its output
    follows the weights of three layers, which start with different numbers.
    """
    observation = program_fit.observed(lab)
    form = program_fit.form_of(lab)
    shapes = [array.shape for array in observation.initial]
    hidden = program_fit.hidden_layers(shapes) if form is None else form.hidden
    if hidden is None:
        # Arrays that form no layers may be a table of the answers: it descends, and learns nothing.
        raise Failure("program_without_layers", who=observation.place, undecided=True, usable=False)

    def require_hidden_layers() -> None:
        if hidden < HIDDEN_LAYERS:
            raise Failure("program_few_layers", hidden=hidden)

    if hidden < HIDDEN_LAYERS and (form is None or not program_fit.descends(lab)):
        # Some layers may be too large to be followed, and what was watched may be one unit of many:
        # where its steps are not those of a network of its own, that is no proof that there is no other.
        raise Failure("program_layers_unknown", who=observation.place, undecided=True, usable=False)

    parts = [
        part("two hidden layers", require_hidden_layers, 2.0),
        part("units with different initial weights", lambda: _units_differ(observation)),
    ]
    who = {
        "who": observation.place,
        "file": observation.forward["file"],
        "line": observation.forward["line"],
    }
    kind = (
        Message("program_form_unknown", frozen(who=observation.place))
        if form is None
        else Message("program_role_form", frozen(activations=", ".join(form.activations)))
    )
    linear = form is not None and set(form.activations[:-1]) == {"none"}
    remarks = (
        kind,
        *([Message("program_linear", frozen(who=observation.place))] if linear else []),
        Message("program_role_forward", frozen(**who)),
        Message("program_role_parameters", frozen(names=", ".join(observation.names))),
    )
    return lab.outcome(parts, remarks=tuple(remarks))


def _units_differ(observation: ProgramObservation) -> None:
    for name, array in zip(observation.names, observation.initial, strict=True):
        if array.ndim == 2 and min(array.shape) > 1 and np.ptp(array) == 0:
            raise Failure("units_alike", name=name)


@check("program.gradient", subject="program", stage="program")
def gradient(lab: Lab) -> Outcome:
    """Every step of the program's training goes down the gradient of its loss.

    The parameters are set to new values, one step of your own training is taken, and the step is
    compared with numerical differences of your own forward pass. The learning rate and what
    the loss is divided by are yours; one common factor is the same for all parameters.
    """
    observation = program_fit.observed(lab)
    if not observation.steps:
        _fail_without_steps(observation)
    if not program_fit.has_layers(lab):
        raise Failure("program_without_layers", who=observation.place, undecided=True, usable=False)
    fit = program_fit.fit_of(lab)
    if fit.rule == "unknown" or (program_fit.is_guess(lab) and fit.rule in ("uphill", "none")):
        raise Failure("program_steps_unknown", undecided=True, usable=False)
    if fit.rule == "uphill":
        raise Failure("program_uphill")
    if fit.rule == "none":
        raise Failure("program_not_descent", who=observation.place)
    parts = [one for k, name in enumerate(observation.names) for one in _step_parts(fit, k, name)]
    parts.append(
        part("the learning rate is passed on", lambda: _require_one_rate(lab, observation))
    )
    if not all(fit.fits):
        return lab.outcome(parts)
    role = Message("program_role_rule", frozen(rule=fit.rule, loss=fit.loss))
    return lab.outcome(parts, remarks=(role, *_doubts(lab, observation, fit)))


def _doubts(lab: Lab, observation: ProgramObservation, fit: StepFit) -> Iterator[Message]:
    """Say why right steps may be no back-propagation: it costs nothing, a person looks."""
    if "entropy" in fit.loss and not any(map(ENTROPY.search, lab.connection.sources.values())):
        yield Message("program_without_logarithm", frozen(who=observation.place))
    jump = step_jump.jump_of(observation)
    if jump > step_jump.JUMP:
        yield Message("program_jumps", frozen(who=observation.place, jump=f"{jump:.0e}"))
    ratio = step_time.ratio_of(observation)
    if ratio > step_time.SLOW * step_time.parameters_of(observation):
        yield Message("program_slow", frozen(who=observation.place))


def _fail_without_steps(observation: ProgramObservation) -> NoReturn:
    """Raise the failure of a program that never moved its parameters, or was not seen to."""
    if observation.has_ended and observation.idle > len(program_observation.ROUNDS):
        raise Failure("program_never_steps", who=observation.place, calls=observation.idle)
    raise Failure("program_without_steps", who=observation.place, undecided=True, usable=False)


def _require_one_rate(lab: Lab, observation: ProgramObservation) -> None:
    """Fail where a function of a step has its own default for the rate, and was given none.

    Another number alone is no mistake: a program may take the mean in the rate, as ``rate / N``.
    """
    for step in observation.steps:
        rates = [rate for forward in step.forwards for rate in forward.rates]
        for inner, value in rates[1:]:
            outer, given = rates[0]
            if inner != outer and value != given and value in _defaults(lab, inner):
                raise Failure(
                    "program_rate_not_passed", outer=outer, inner=inner,
                    given=expect.number(given), value=expect.number(value),
                )  # fmt: skip


def _defaults(lab: Lab, function: str) -> set[float]:
    """Return the numbers that are defaults of any function of this name, as its source has them."""
    head = re.compile(rf"\bdef\s+{re.escape(function)}\s*\(([^()]*)".encode())
    heads = (match for text in lab.connection.sources.values() for match in head.findall(text))
    return {float(number) for text in heads for number in DEFAULT.findall(text)}


def _step_parts(fit: StepFit, k: int, name: str) -> list[Part]:
    """Return one part for a parameter, or two where some of its entries move as they should."""
    share = fit.shares[k] if fit.shares else 0.0
    whole = part(f"the steps of {name}", partial(_require_step, fit, k, name), 1.0 - share)
    if fit.fits[k] or not share:
        return [replace(whole, weight=1.0)]
    return [Part(f"some steps of {name}", weight=share), whole]


def _require_step(fit: StepFit, k: int, name: str) -> None:
    if fit.fits[k]:
        return
    actual, expected, scale = fit.actual[k], fit.expected[k], fit.scales[k]
    if not np.any(actual):
        raise Failure("program_step_zero", name=name)
    if np.isfinite(scale):
        raise Failure("program_step_scaled", name=name, ratio=expect.number(scale))
    worst = int(np.argmax(np.abs(actual - expected)))
    wanted, got = expect.pair(float(expected[worst]), float(actual[worst]))
    raise Failure("program_step_wrong", name=name, wanted=wanted, got=got)
