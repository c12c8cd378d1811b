"""Trials of ``Linear``, and what its parameters are found to be: by differences, or by their shapes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from grader import expect
from grader.expect import holds, same
from grader.model import Failure
from grader.numeric import Array
from grader.observation import layer_trials
from grader.observation.gradient_match import Pair, is_smooth, shows
from grader.observation.layer_observation import LayerObservation, Parameter, Trial
from grader.observation.layer_trials import LayerTrials
from grader.observation.linear_shapes import by_shape
from grader.observation.parameters import has_bias_option
from grader.observation.step_convention import with_convention
from grader.remote import Lab
from grader.sandbox.host import ChildGone

SHAPES = ((5, 3, 2), (1, 3, 2), (4, 4, 4), (7, 2, 5), (3, 5, 1))
"""N, in, out: a square alone hides a missing transpose, N = 1 and out = 1 hide wrong sums."""


def _trial(name: str, n: int, inputs: int, outputs: int, **more: Any) -> Trial:
    return Trial(name, (n, inputs), args=(inputs, outputs), **more)


TRIALS = (
    *(_trial(f"a batch of {n} (in_features {i}, out_features {o})", n, i, o) for n, i, o in SHAPES),
    _trial("a layer without bias", 6, 4, 3, kwargs={"bias": False}),
    _trial("arrays that are not contiguous", 6, 3, 2, layout="F"),
    _trial("weights a thousand times larger", 4, 3, 2, weights=1e3),
    _trial("an upstream gradient a thousand times larger", 4, 2, 3, upstream=1e3),
)


def _out(trial: Trial) -> tuple[int, ...]:
    return trial.shape[0], trial.args[1]


def observed(lab: Lab) -> list[LayerObservation]:
    """All trials of ``Linear``."""
    trials = [trial for trial in TRIALS if not trial.kwargs or has_bias_option(lab)]
    layer = LayerTrials("Linear", trials, _out, _is_right, gradient_at)
    records = layer_trials.observed(lab, layer)
    if not lab.connection.has_own_scale("Linear"):
        return records
    return lab.once("mean of Linear", lambda: with_convention(records, gradient_at))


def follows_parameters(record: LayerObservation) -> bool:
    """Whether a trial's output follows x and the parameters, and not chance.

    Where there are no differences, one that is right does.
    """
    if record.differences_error is not None:
        return value_holds(record)
    try:
        y, replies = record.y, record.after_step
        y_after = expect.array(replies["y"].value, "Linear.forward") if replies else y
        if not np.array_equal(y_after, y) and not is_smooth(record.shifts, y):
            return False
        return any(shows(record.numeric(p)) for p in record.parameters)
    except Failure:
        return False


def demand_value(record: LayerObservation) -> None:
    """Demand that a trial's output is affine in x, through the parameters that the layer holds."""
    y = record.y
    expected = closed_form(record)
    if expected is None:
        raise Failure("parameters_not_linear", count=len(record.parameters))
    same(expected, y, record.exact, "wrong_value", who="Linear.forward", trial=record.trial.name)


def closed_form(record: LayerObservation) -> Array | None:
    """The output that a trial's parameters stand for, or None where they do not fit a linear layer.

    Weights may be ``(in, out)`` or ``(out, in)``, may hold the bias as one more row or
    column, or may be scattered over several arrays. Where there are no differences, only an array
    of the weights and one of the bias are known.
    """
    if record.differences_error is not None:
        known = by_shape(record)
        return record.x @ known.weights + known.offset
    slope = effective_weights(record)
    masks = [bias_entries(record, parameter) for parameter in record.parameters]
    pairs = list(zip(record.parameters, masks, strict=True))
    weights = [p.values[~mask] if mask.any() else p.values for p, mask in pairs if not mask.all()]
    biases = np.concatenate([p.values[mask] for p, mask in pairs] or [np.zeros(0)])
    bias = biases if biases.size == slope.shape[1] else np.zeros(slope.shape[1])
    if len(weights) == 1:
        matrix = _closest_to(weights[0], slope)
        return None if matrix is None else record.x @ matrix + bias
    entries = np.concatenate([w.ravel() for w in weights] or [np.zeros(0)])
    is_scattered = entries.size == slope.size and np.allclose(
        np.sort(entries), np.sort(slope.ravel()), atol=1e-6
    )
    return record.x @ slope + bias if is_scattered else None


def effective_weights(record: LayerObservation) -> Array:
    """How a row of the output follows that row of x, by differences: shape ``(in, out)``."""
    n, inputs = record.x.shape
    slopes = record.input_derivatives
    return slopes.reshape(n, inputs, n, -1)[0, :, 0, :]


def _closest_to(values: Array, slope: Array) -> Array | None:
    """The orientation of an array of weights that is closest to the measured slope, ``(in, out)``."""
    matrices = (
        [values]
        if values.ndim == 2
        else [values.reshape(slope.shape), values.reshape(slope.shape[::-1])]
        if (values.size == slope.size)
        else []
    )
    readings = [v for matrix in matrices for v in (matrix, matrix.T) if v.shape == slope.shape]
    return min(readings, key=lambda v: float(np.max(np.abs(v - slope))), default=None)


def gradient_at_input(record: LayerObservation) -> Array:
    """The gradient at the input by differences; where they are lost and forward is right, the closed form.

    Raises ``ChildGone`` where neither is known.
    """
    if record.differences_error is None or not value_holds(record):
        return record.numeric_dx
    return np.asarray(record.upstream @ by_shape(record).weights.T)


def gradient_at(record: LayerObservation, parameter: Parameter) -> Array:
    """The gradient at a parameter, known as ``gradient_at_input`` is; shape of the parameter."""
    if record.differences_error is None or not value_holds(record):
        return record.numeric(parameter)
    known = by_shape(record)
    if parameter is known.bias:
        return np.asarray(record.upstream.sum(axis=0).reshape(parameter.values.shape))
    right = record.x.T @ record.upstream
    return np.asarray(right.T if known.is_transposed else right)


def both_gradients(trials: Sequence[LayerObservation]) -> Iterator[Pair]:
    """The gradients in closed form and by differences, where forward is right and in float64."""
    for record in trials:
        if record.differences_error is not None or record.single or not value_holds(record):
            continue
        weights = [as_weights(record, p) for p in record.parameters]
        for matrix in (w for w in weights if w is not None):
            yield record.upstream @ matrix.T, record.numeric_dx
        for parameter in record.parameters:
            right = _right_gradient(record, parameter)
            if right is not None:
                yield right, record.numeric(parameter)


def as_weights(record: LayerObservation, parameter: Parameter) -> Array | None:
    """A parameter as weights ``(in, out)``, where it has their shape, in either orientation."""
    if parameter.values.shape not in {record.trial.args, record.trial.args[::-1]}:
        return None
    return _closest_to(parameter.values, effective_weights(record))


def _right_gradient(record: LayerObservation, parameter: Parameter) -> Array | None:
    """The gradient at weights ``(in, out)`` that are not square, or at a bias; None for the rest."""
    inputs, outputs = record.trial.args
    if parameter.values.shape == (outputs,) and bias_entries(record, parameter).all():
        return np.asarray(record.upstream.sum(axis=0))
    if parameter.values.shape == (inputs, outputs) and inputs != outputs:
        return np.asarray(record.x.T @ record.upstream)
    return None


def value_holds(record: LayerObservation) -> bool:
    """Whether forward was right in this trial."""
    return record.once("value_holds", lambda: holds(partial(demand_value, record)))


def _is_right(record: LayerObservation) -> bool:
    """Whether forward is known to be right, from the shapes of the parameters where that is all."""
    try:
        return value_holds(record)
    except ChildGone:
        return False


def accepted_alternatives(record: LayerObservation) -> list[Array]:
    """The gradient at the input of a right layer with these weights, where forward is wrong."""
    weights = [p.values for p in record.parameters if p.values.shape == record.trial.args]
    return [] if value_holds(record) else [record.upstream @ w.T for w in weights]


def accepted_steps(
    record: LayerObservation, *, bias: bool, like: Array, rate: float
) -> list[Array]:
    """The gradient of weights or bias of a right layer, as it was taken: forward is wrong."""
    right = record.upstream.sum(axis=0) if bias else record.x.T @ record.upstream
    if value_holds(record) or right.size != like.size:
        return []
    return [(right if rate else np.zeros_like(right)).reshape(like.shape)]


class StepEntries(NamedTuple):
    """The weights or the bias of one parameter in a step, entry by entry.

    At a rate of zero ``expected`` and ``actual`` are movements, else gradients. ``scale`` is the
    size of entries whose tolerance covers what single precision rounds away.
    """

    name: str
    expected: Array
    actual: Array
    rate: float
    scale: float


def step_entries(record: LayerObservation, step: int, *, bias: bool) -> list[StepEntries]:
    """List how the parameters that hold weights, or the bias, moved in a step of a trial."""
    if record.gone is not None:
        raise record.gone
    rate = record.steps[step].rate
    rows = []
    for parameter in record.parameters:
        numeric = gradient_at(record, parameter) / (len(record.x) if record.takes_mean else 1)
        actual = record.step_gradient(parameter, step)
        mask = bias_entries(record, parameter)
        mask = mask if bias else ~mask
        if mask.any():
            shape = numeric.shape if mask.all() else (-1,)
            expected = numeric if rate else np.zeros_like(numeric)
            arrays = expected[mask].reshape(shape), actual[mask].reshape(shape)
            scale = record.rounding(parameter, step) / record.tolerance.of_largest
            rows.append(StepEntries(parameter.name, *arrays, rate, scale))
    return rows


def bias_entries(record: LayerObservation, parameter: Parameter) -> Array:
    """Which entries of a parameter move every row of the output alike: those of a bias.

    A weight's derivative follows x, whose rows all differ. A batch of one row cannot tell,
    and there a bias is what moves the output by exactly what it is moved.
    """
    return record.once(("bias", parameter.path), lambda: _bias_entries(record, parameter))


def _bias_entries(record: LayerObservation, parameter: Parameter) -> Array:
    if record.differences_error is not None:
        return np.full(parameter.values.shape, parameter is by_shape(record).bias)
    slopes = record.derivatives(parameter)
    axes = tuple(range(1, slopes.ndim))
    tolerance = max(1e-6, record.noise(parameter))
    if record.x.shape[0] > 1:
        constant = np.all(np.abs(slopes - slopes[:, :1]) < tolerance, axis=axes)
    else:
        constant = np.all(
            np.minimum(np.abs(slopes), np.abs(np.abs(slopes) - 1)) < tolerance, axis=axes
        )
    return np.asarray(constant.reshape(parameter.values.shape))
