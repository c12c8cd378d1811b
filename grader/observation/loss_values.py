"""What a trial of a loss says of its value and gradient."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from grader import expect
from grader.expect import holds, same
from grader.model import Failure
from grader.numeric import Array
from grader.observation.gradient_match import (
    FLAT,
    is_smooth,
    of_wrong_forward,
    shows,
    varies,
    without_echo,
)
from grader.observation.loss_trials import LossObservation


def follows_arguments(trials: Sequence[LossObservation]) -> bool:
    """Whether the loss follows y, otherwise than by chance, and not by one slope throughout.

    One that is rounded may be flat around each y, and follows it from trial to trial. Where there are
    no differences, one that is right does.
    """
    if trials[0].differences_error is not None:
        return any(map(value_holds, trials))
    losses, slopes, smooth = [], [], []
    for record in trials:
        try:
            who = f"{record.kind.name}.forward"
            loss = expect.array(record.loss.value, who)  # one a sample follows y as well
            shifts = expect.shifts(record.shifts.value, who, record.y.size)
            smooth.append(is_smooth(shifts, loss))
            slopes.append(record.numeric)
            losses.append(float(loss.sum()))
        except Failure:
            continue
    if not any(map(shows, slopes)):
        return bool(losses) and bool(np.ptp(losses) > FLAT)
    return any(map(varies, slopes)) and all(smooth)


def demand_value(record: LossObservation) -> None:
    """Demand that the value of a trial is that of the formula; raises ``Failure``."""
    expected = np.array(record.scale * record.kind.formula(record.y, record.truth))
    same(
        expected,
        np.array(record.value),
        record.exact,
        "wrong_loss",
        who=f"{record.kind.name}.forward",
        trial=record.name,
    )


def own_gradient(record: LossObservation) -> Array:
    """The gradient as backward returned it; zeros where that is a multiple of y or of the truth."""
    return without_echo(record.gradient, record.y, record.truth)


def closed_gradient(record: LossObservation) -> Array:
    """Return the gradient in closed form, of the shape of the prediction."""
    return record.gradient_scale * record.kind.gradient(record.y, record.truth)


def value_holds(record: LossObservation) -> bool:
    """Whether the value of a trial is right."""
    return holds(partial(demand_value, record))


def gradient(record: LossObservation) -> Array:
    """The gradient by differences; where they are lost and forward is right, the closed form.

    In the scale of the gradient. Raises ``ChildGone`` where neither is known.
    """
    return (
        closed_gradient(record)
        if record.differences_error is not None and value_holds(record)
        else record.numeric * (record.gradient_scale / record.scale)
    )


def demand_gradient(record: LossObservation) -> Failure | None:
    """Demand the derivative of the loss's own forward; the lab's is as good, whatever forward is.

    The differences of a right forward that rounds its value carry that rounding divided by their step.

    Returns the failure that counts where forward is wrong and its mistake has no name.
    """
    actual, right, holds = record.gradient, closed_gradient(record), value_holds(record)
    if np.all(record.exact.holds(right, actual)):
        return None
    name, numeric = record.kind.name, gradient(record)
    same(
        numeric, actual, record.tolerance, "wrong_gradient",
        who=f"{name}.backward", array="dy", trial=record.name,
    )  # fmt: skip
    if holds:
        return None
    return of_wrong_forward(f"{name}.backward", f"{name}.forward", numeric)
