"""Trials of the activations, and the gradients that are right for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from grader.contract import ACTIVATIONS, Row
from grader.expect import Tolerance, holds, same
from grader.model import Failure
from grader.numeric import Array
from grader.observation import layer_trials
from grader.observation.gradient_match import FLAT, Pair, is_smooth, shows, varies
from grader.observation.layer_observation import LayerObservation, Trial
from grader.observation.layer_trials import LayerTrials
from grader.remote import Lab, Reply

VALUES = Tolerance(1e-7, 1e-7)
"""For an activation's values: a clip of the argument at 18 passes, a rounded output does not."""


def wide_values(rng: np.random.Generator, shape: Sequence[int]) -> Array:
    """Draw numbers from -4 to 4, none within 0.03 of zero; of three rows one has no positive, one all.

    Without such rows a mask that is made by row, or by the whole array, is one that is missing.
    """
    values = rng.uniform(0.03, 4.0, shape)
    positive = rng.random(shape) < 0.5
    if shape[0] >= 3:
        none, all_ = rng.permutation(shape[0])[:2]
        positive[none], positive[all_] = False, True
    else:  # zeros, or the input itself, are not to be right by luck
        positive[:, 0], positive[:, 1] = False, True
    return np.asarray(np.where(positive, values, -values))


def large_values(rng: np.random.Generator, shape: Sequence[int]) -> Array:
    """Draw numbers, half of them between 4 and 12 in size: a saturated sigmoid, a large ReLU.

    These have one of each sign in each part of that range: where a slope ends must not be luck.
    """
    values = wide_values(rng, shape).reshape(-1)
    count = values.size // 2
    parts = np.arange(count) // 2
    sizes = 4.0 + 8.0 * (parts + rng.uniform(size=count)) / (parts[-1] + 1)
    values[1::2] = rng.permutation(np.where(np.arange(count) % 2, -sizes, sizes))
    return values.reshape(shape)


TRIALS = (
    Trial("a batch of shape (5, 3)", (5, 3), draw=wide_values),
    Trial("a batch of shape (1, 4)", (1, 4), draw=wide_values),
    Trial("a batch of shape (4, 4)", (4, 4), draw=wide_values),
    Trial("a batch of shape (3, 2) without large entries", (3, 2)),
    Trial("a batch of shape (3, 4) with large entries", (3, 4), draw=large_values),
    Trial("arrays that are not contiguous", (4, 3), layout="F", draw=wide_values),
    Trial("an upstream gradient a thousand times larger", (4, 2), upstream=1e3, draw=wide_values),
)


EXTREMES = np.array(
    [
        [0.0, 0.01, 0.05, 3.0],
        [6.5, 20.0, 300.0, 1000.0],
        [-0.01, -3.0, -20.0, -0.5],
        [-300.0, -1000.0, 1.0, -1.0],
    ]
)
"""Inputs tried by value: near zero, ordinary, and so large that a careless exp overflows."""


EXTREMES_NAME = "inputs from -1000 to 1000"


def observed(lab: Lab, subject: str) -> list[LayerObservation]:
    """All trials of an activation."""
    row = lab.rows[subject]
    layer = LayerTrials(subject, TRIALS, lambda trial: trial.shape, value_holds, row=row)
    return layer_trials.observed(lab, layer)


def follows_input(trials: Sequence[LayerObservation]) -> bool:
    """Whether the outputs follow x, otherwise than by chance, and not by one slope throughout.

    Outputs that are rounded may be flat around each x, and follow it from entry to entry. Where there
    are no differences, outputs that are right do.
    """
    if trials[0].differences_error is not None:
        return any(map(value_holds, trials))
    slopes, outputs = [], []
    for record in trials:
        try:
            if not is_smooth(record.shifts, record.y):
                return False
            slopes.append(np.diagonal(record.input_derivatives.reshape(record.x.size, -1)))
            outputs.append(record.y.ravel())
        except Failure:
            continue
    if not any(map(shows, slopes)):
        return bool(outputs) and bool(np.ptp(np.concatenate(outputs)) > FLAT)
    return varies(np.concatenate(slopes))


def at_extremes(lab: Lab, subject: str) -> Reply:
    """What an activation makes of very small and very large inputs."""
    return observe_extremes(lab, subject)[0]


def observe_extremes(lab: Lab, subject: str) -> tuple[Reply, Reply]:
    """What it makes of them, and the warnings meanwhile, once for a submission."""

    def observe() -> tuple[Reply, Reply]:
        script = lab.script()
        layer = script.new(subject)
        reply = script.read(script.call(layer, "forward", script.put(EXTREMES)))
        warnings = script.warnings(layer, "forward", script.put(EXTREMES))
        lab.run(script)
        return reply, warnings

    return lab.once(f"extremes {subject}", observe)


def demand_value(record: LayerObservation, function: Callable[[Array], Array]) -> None:
    """Demand that the output of a trial is what the function gives; raises ``Failure``."""
    same(
        function(record.x),
        record.y,
        record.exact if record.single else VALUES,
        "wrong_value",
        who=f"{record.subject}.forward",
        trial=record.trial.name,
    )


def both_gradients(trials: Sequence[LayerObservation]) -> Iterator[Pair]:
    """The gradients in closed form and by differences, where forward is right and in float64."""
    for record in trials:
        if record.differences_error is None and value_holds(record) and not record.single:
            yield closed_gradient(record), record.numeric_dx


def gradient(record: LayerObservation) -> Array:
    """The gradient at the input by differences; where they are lost and forward is right, the closed form.

    Raises ``ChildGone`` where neither is known.
    """
    return (
        closed_gradient(record)
        if record.differences_error is not None and value_holds(record)
        else record.numeric_dx
    )


def closed_gradient(record: LayerObservation) -> Array:
    """The gradient at the input of a right layer."""
    row = _row_of(record)
    return row.backward(record.upstream, row.forward(record.x))


def _row_of(record: LayerObservation) -> Row:
    return record.row or ACTIVATIONS[record.subject]


def value_holds(record: LayerObservation) -> bool:
    """Whether forward was right in this trial."""
    demand = partial(demand_value, record, _row_of(record).forward)
    return record.once("value_holds", lambda: holds(demand))


CLOSED = {name: row.forward for name, row in ACTIVATIONS.items()}
"""Each activation in closed form."""


PULLED_BACK = {name: row.backward for name, row in ACTIVATIONS.items()}
"""The gradient at the input of each, from the upstream gradient and the output."""


def accepted_alternatives(record: LayerObservation) -> list[Array]:
    """The gradients of a right layer, by its own output or the right one.

    The right one counts always: the differences of a right forward that rounds its output, or
    works in float32 on the way, carry that rounding divided by their step. The one by its own
    output counts where forward is wrong, and where it answers in float32.
    """
    right = closed_gradient(record)
    if value_holds(record) and not record.single:
        return [right]
    own = _row_of(record).backward(record.upstream, record.y)
    # Of zeros, or of a constant, every formula makes what an empty backward returns.
    return [right, own] if np.ptp(record.y) > FLAT and shows(own) else [right]
