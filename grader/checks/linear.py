"""Checks of ``Linear``: construction, values, gradients, and what it must leave alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from grader import expect
from grader.checks.base import check, each_of, holds, part
from grader.checks.purity import kept_apart, purity
from grader.expect import same
from grader.model import Failure, Outcome, Part
from grader.numeric import Array
from grader.observation import layer_trials
from grader.observation.forward_time import slow_remarks
from grader.observation.gradient_match import (
    Pair,
    demand_one_oracle,
    dx_agrees,
    excused,
    given_and_right,
    is_aligned,
    is_smooth,
    of_wrong_forward,
    own_dx,
    shows,
)
from grader.observation.layer_trials import Listed, Parameter, Seen, Trial
from grader.remote import Lab, floats
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


def observed(lab: Lab) -> list[Seen]:
    """All trials of ``Linear``."""
    return layer_trials.layer(lab, "Linear", TRIALS, _out, _is_right, gradient_at)


@check("linear.init", subject="Linear")
def init(lab: Lab) -> list[Part]:
    """Linear(in_features, out_features, bias=True) creates its weights and its bias.

    Initialise w with shape (in_features, out_features) and mean zero, for instance from N(0,
    1); b has one entry per output. With bias=False there is no bias.
    """
    rng = lab.rng()
    lab.require("Linear")
    x = floats(rng, 4, 3)
    script = lab.script()
    made = [
        script.new("Linear", 3, 2),
        script.new("Linear", 3, 2),
        script.new("Linear", 3, 2, bias=False),
    ]
    large = script.new("Linear", 40, 30)
    listed = [layer_trials.stirred(script, layer, script.put(x)) for layer in made]
    big = layer_trials.stirred(script, large, script.put(floats(rng, 2, 40)))
    lab.run(script)
    script.check(script.makers[made[0].name])
    script.check(script.makers[made[1].name])
    first, second = (layer_trials.parameters_of(reply.value) for reply in listed[:2])
    weights = np.concatenate(
        [p["array"].ravel() for p in layer_trials.parameters_of(big.value)] or [np.zeros(0)]
    )
    return [
        part("weights and bias", lambda: _sized(first, 3 * 2 + 2)),
        part(
            "bias=False",
            lambda: _sized(layer_trials.parameters_of(listed[2].value), 3 * 2, "bias_not_left_out"),
            beside=["weights that differ from each other"],
        ),
        part("weights that differ from each other", lambda: _distinct(weights)),
        part(
            "mean zero", lambda: _centred(weights), beside=["weights that differ from each other"]
        ),
        part(
            "different weights in each layer",
            lambda: _not_equal(first, second),
            beside=["weights that differ from each other"],
        ),
    ]


def _sized(parameters: Sequence[Listed], wanted: int, id: str = "parameter_count") -> None:  # noqa: A002 - Failure's own word
    got = sum(p["array"].size for p in parameters)
    if got != wanted:
        raise Failure(id, wanted=wanted, got=got, expected=str(wanted), actual=str(got))


def _distinct(weights: Array) -> None:
    if len(np.unique(weights[np.abs(weights) > 0])) < 0.5 * 40 * 30:
        raise Failure("weights_not_distinct")


def _centred(weights: Array) -> None:
    drawn = weights[np.abs(weights) > 0]
    if not drawn.size:
        raise Failure("no_parameter", kind="weights")
    # The mean of 1,200 numbers of mean zero stays within 0.03 of their spread; 0.25 is far out.
    if not (np.abs(np.mean(drawn)) <= 0.25 * np.std(drawn)):
        raise Failure("weights_not_centred", got=expect.number(np.mean(drawn)))


def _not_equal(first: Sequence[Listed], second: Sequence[Listed]) -> None:
    if not first:
        raise Failure("no_parameter", kind="weights")
    for one, other in zip(first, second, strict=False):
        if np.any(one["array"]) and np.array_equal(one["array"], other["array"]):
            raise Failure("instances_alike", who="Linear")


@check("linear.forward", subject="Linear", needs=["linear.init"])
def forward(lab: Lab) -> Outcome:
    """Linear.forward(x) returns x @ w + b.

    For x of shape (N, in_features) the result has shape (N, out_features); the same bias is added
    to every row of the batch.
    """
    trials = observed(lab)
    parts = [part(seen.trial.name, partial(value, seen)) for seen in trials]
    return lab.outcome(parts, informative=any(map(_informs, trials)))


def _informs(seen: Seen) -> bool:
    """Whether a trial's output follows x and the parameters, and not chance.

    Where there are no differences, one that is right does.
    """
    if seen.lost is not None:
        return value_holds(seen)
    try:
        kept = expect.array(seen.kept["y"].value, "Linear.forward") if seen.kept else seen.y
        if not np.array_equal(kept, seen.y) and not is_smooth(seen.swept, seen.y):
            return False
        return any(shows(seen.numeric(p)) for p in seen.parameters)
    except Failure:
        return False


def value(seen: Seen) -> None:
    """Demand that a trial's output is affine in x, through the parameters that the layer holds."""
    y = seen.y
    wanted = closed_form(seen)
    if wanted is None:
        raise Failure("parameters_not_linear", count=len(seen.parameters))
    same(wanted, y, seen.exact, "wrong_value", who="Linear.forward", trial=seen.trial.name)


def closed_form(seen: Seen) -> Array | None:
    """The output that a trial's parameters stand for, or None where they do not fit a linear layer.

    Weights may be ``(in, out)`` or ``(out, in)``, may hold the bias as one more row or
    column, or may be scattered over several arrays. Where there are no differences, only an array
    of the weights and one of the bias are known.
    """
    if seen.lost is not None:
        by_shape = _by_shape(seen)
        return seen.x @ by_shape.weights + by_shape.offset
    slope = effective_weights(seen)
    masks = [bias_entries(seen, parameter) for parameter in seen.parameters]
    pairs = list(zip(seen.parameters, masks, strict=True))
    weights = [p.values[~mask] if mask.any() else p.values for p, mask in pairs if not mask.all()]
    biases = np.concatenate([p.values[mask] for p, mask in pairs] or [np.zeros(0)])
    bias = biases if biases.size == slope.shape[1] else np.zeros(slope.shape[1])
    if len(weights) == 1:
        fitted = _fitted(weights[0], slope)
        return None if fitted is None else seen.x @ fitted + bias
    entries = np.concatenate([w.ravel() for w in weights] or [np.zeros(0)])
    scattered = entries.size == slope.size and np.allclose(
        np.sort(entries), np.sort(slope.ravel()), atol=1e-6
    )
    return seen.x @ slope + bias if scattered else None


def effective_weights(seen: Seen) -> Array:
    """How a row of the output follows that row of x, by differences: shape ``(in, out)``."""
    n, inputs = seen.x.shape
    slopes = seen.input_derivatives
    return slopes.reshape(n, inputs, n, -1)[0, :, 0, :]


def _fitted(values: Array, slope: Array) -> Array | None:
    """Of the ways in which an array can be read as weights, the one nearest to what it does."""
    square = (
        [values]
        if values.ndim == 2
        else [values.reshape(slope.shape), values.reshape(slope.shape[::-1])]
        if (values.size == slope.size)
        else []
    )
    readings = [v for way in square for v in (way, way.T) if v.shape == slope.shape]
    return min(readings, key=lambda v: float(np.max(np.abs(v - slope))), default=None)


@dataclass(frozen=True, slots=True)
class _ByShape:
    """The parameters of a layer without differences: the weights ``(in, out)``, and the bias or None.

    ``turned`` says that the layer keeps its weights as ``(out, in)``.
    """

    weights: Array
    turned: bool
    bias: Parameter | None

    @property
    def offset(self) -> Array | float:
        """What is added to every row of the output: shape ``(out,)``."""
        return 0.0 if self.bias is None else self.bias.values.reshape(-1)


def _by_shape(seen: Seen) -> _ByShape:
    """Know the parameters by their shapes; raise ``ChildGone`` where only differences could tell.

    Of the two ways in which square weights can be read, the one nearest to the output counts.
    """
    return seen.once("by shape", lambda: _known_by_shape(seen))


def _known_by_shape(seen: Seen) -> _ByShape:
    inputs, outputs = seen.trial.args
    matrices = [p for p in seen.parameters if sorted(p.values.shape) == sorted((inputs, outputs))]
    biases = [
        p for p in seen.parameters if p.values.shape in {(outputs,), (1, outputs), (outputs, 1)}
    ]
    biases = [p for p in biases if not any(p is matrix for matrix in matrices)]
    if len(matrices) != 1 or len(biases) > 1 or len(seen.parameters) != 1 + len(biases):
        _ = seen.swept  # raises why there are no differences
    kept, bias = matrices[0].values, biases[0] if biases else None
    readings = [_ByShape(kept, False, bias), _ByShape(kept.T, True, bias)]
    fitting = [reading for reading in readings if reading.weights.shape == (inputs, outputs)]
    return min(fitting, key=lambda r: float(np.max(np.abs(seen.x @ r.weights + r.offset - seen.y))))


@check("linear.backward.input", subject="Linear", needs=["linear.forward"])
def input_gradient(lab: Lab) -> Outcome:
    """Linear.backward returns dL/dx, the gradient with respect to its input.

    It has the shape of x. Use the weights of the forward call: if backward updates w first and
    uses it afterwards, the result is no longer the gradient of that forward.
    """
    trials = observed(lab)
    demand_one_oracle("Linear.forward", _both_oracles(trials))

    def demand(seen: Seen, step: int) -> Failure | None:
        return dx_agrees(seen, step, excuses, value_holds, gradient_at_input)

    parts = [part(seen.trial.name, partial(demand, seen, 0)) for seen in trials]
    rates = part(
        "every learning rate",
        lambda: each_of(partial(demand, trials[0]), (1, 2, 3)),
        beside=[parts[0].name],
    )
    informative = is_aligned(given_and_right(trials, own_dx, gradient_at_input))
    return lab.outcome(
        [*parts, rates], remarks=slow_remarks(trials[0].lost), informative=informative
    )


def gradient_at_input(seen: Seen) -> Array:
    """The gradient at the input by differences; where they are lost and forward is right, the closed form.

    Raises ``ChildGone`` where neither is known.
    """
    if seen.lost is None or not value_holds(seen):
        return seen.numeric_dx
    return np.asarray(seen.upstream @ _by_shape(seen).weights.T)


def gradient_at(seen: Seen, parameter: Parameter) -> Array:
    """The gradient at a parameter, known as ``gradient_at_input`` is; shape of the parameter."""
    if seen.lost is None or not value_holds(seen):
        return seen.numeric(parameter)
    by_shape = _by_shape(seen)
    if parameter is by_shape.bias:
        return np.asarray(seen.upstream.sum(axis=0).reshape(parameter.values.shape))
    right = seen.x.T @ seen.upstream
    return np.asarray(right.T if by_shape.turned else right)


def _both_oracles(trials: Sequence[Seen]) -> Iterator[Pair]:
    """The gradients in closed form and by differences, where forward is right and in float64."""
    for seen in trials:
        if seen.lost is not None or seen.single or not value_holds(seen):
            continue
        weights = [fitted_weights(seen, p) for p in seen.parameters]
        for fitted in (w for w in weights if w is not None):
            yield seen.upstream @ fitted.T, seen.numeric_dx
        for parameter in seen.parameters:
            right = _right_gradient(seen, parameter)
            if right is not None:
                yield right, seen.numeric(parameter)


def fitted_weights(seen: Seen, parameter: Parameter) -> Array | None:
    """A parameter as weights ``(in, out)``, where it has their shape, in either orientation."""
    if parameter.values.shape not in {seen.trial.args, seen.trial.args[::-1]}:
        return None
    return _fitted(parameter.values, effective_weights(seen))


def _right_gradient(seen: Seen, parameter: Parameter) -> Array | None:
    """The gradient at weights ``(in, out)`` that are not square, or at a bias; None for the rest."""
    inputs, outputs = seen.trial.args
    if parameter.values.shape == (outputs,) and bias_entries(seen, parameter).all():
        return np.asarray(seen.upstream.sum(axis=0))
    if parameter.values.shape == (inputs, outputs) and inputs != outputs:
        return np.asarray(seen.x.T @ seen.upstream)
    return None


@check("linear.backward.weights", subject="Linear", needs=["linear.forward"])
def weight_gradient(lab: Lab) -> Outcome:
    """Linear.backward updates the weights: w -= lr * dL/dw.

    dL/dw has the shape of the weights and is a sum over the batch: the loss already takes the
    mean.
    """
    return _step_result(lab, bias=False)


@check("linear.backward.bias", subject="Linear", needs=["linear.forward"])
def bias_gradient(lab: Lab) -> Outcome:
    """Linear.backward updates the bias: b -= lr * dL/db.

    The same bias is added to every row, so dL/db is the sum of the upstream gradient over the
    rows.
    """
    return _step_result(lab, bias=True)


def _step_result(lab: Lab, *, bias: bool) -> Outcome:
    """Examine how backward moves the weights, or the bias."""
    trials = observed(lab)
    if not any(map(_informs, trials)):
        raise Failure("forward_follows_nothing", usable=False)
    held = [seen for seen in trials if not bias or seen.trial.kwargs.get("bias", True)]
    parts = [part(seen.trial.name, partial(step_agrees, seen, 0, bias=bias)) for seen in held]
    rates = ("another learning rate", "a learning rate of zero", "a large learning rate")
    for k, name in enumerate(rates, start=1):
        demand = partial(step_agrees, trials[0], k, bias=bias)
        parts.append(part(name, demand, beside=[parts[0].name]))
    # What counts only beside another part holds of itself where nothing moves.
    moves = any(part.failure is None and not part.beside for part in parts)
    return lab.outcome(parts, remarks=slow_remarks(trials[0].lost), informative=moves)


def step_agrees(seen: Seen, step: int, *, bias: bool) -> Failure | None:
    """Demand that a step moved the weights (or bias) by the learning rate times their gradient.

    Returns the failure that counts where forward is wrong and its mistake has no name.
    """
    if_unnamed = None
    entries = list(moved(seen, step, bias=bias))
    if not entries:
        raise Failure("no_parameter", kind="bias" if bias else "weights")
    for name, numeric, taken, rate, scale in entries:
        if rate and not np.any(taken) and np.any(numeric):
            raise Failure("not_updated", name=name, trial=seen.trial.name)
        rights = step_excuses(seen, bias=bias, like=taken, rate=rate)
        if excused(rights, taken, seen):
            continue
        same(
            numeric, taken, seen.tolerance, "wrong_step" if rate else "moved_at_zero", scale=scale,
            array="db" if bias else "dw", name=name, rate=rate, trial=seen.trial.name,
        )  # fmt: skip
        if not value_holds(seen):
            flat = numeric if rate else np.ones(1)  # at a rate of zero nothing moves
            if_unnamed = of_wrong_forward("Linear.backward", "Linear.forward", flat)
    return if_unnamed


def value_holds(seen: Seen) -> bool:
    """Whether forward was right in this trial."""
    return seen.once("value_holds", lambda: holds(partial(value, seen)))


def _is_right(seen: Seen) -> bool:
    """Whether forward is known to be right, from the shapes of the parameters where that is all."""
    try:
        return value_holds(seen)
    except ChildGone:
        return False


def excuses(seen: Seen) -> list[Array]:
    """The gradient at the input of a right layer with these weights, where forward is wrong."""
    weights = [p.values for p in seen.parameters if p.values.shape == seen.trial.args]
    return [] if value_holds(seen) else [seen.upstream @ w.T for w in weights]


def step_excuses(seen: Seen, *, bias: bool, like: Array, rate: float) -> list[Array]:
    """The gradient of weights or bias of a right layer, as it was taken: forward is wrong."""
    right = seen.upstream.sum(axis=0) if bias else seen.x.T @ seen.upstream
    if value_holds(seen) or right.size != like.size:
        return []
    return [(right if rate else np.zeros_like(right)).reshape(like.shape)]


def moved(seen: Seen, step: int, *, bias: bool) -> list[tuple[str, Array, Array, float, float]]:
    """List the entries of weights or bias: name, gradient by differences, gradient as taken, rate.

    At a rate of zero the two are the movement wanted (none) and the movement made. The last is the
    size of the entries whose tolerance covers what single precision rounds away.
    """
    if seen.gone is not None:
        raise seen.gone
    rate = seen.steps[step].rate
    rows = []
    for parameter in seen.parameters:
        numeric = gradient_at(seen, parameter)
        taken = seen.taken(parameter, step)
        mask = bias_entries(seen, parameter)
        mask = mask if bias else ~mask
        if mask.any():
            shape = numeric.shape if mask.all() else (-1,)
            wanted = numeric if rate else np.zeros_like(numeric)
            scale = seen.rounding(parameter, step) / seen.tolerance.of_largest
            rows.append((
                parameter.name, wanted[mask].reshape(shape), taken[mask].reshape(shape), rate, scale,
            ))  # fmt: skip
    return rows


def bias_entries(seen: Seen, parameter: Parameter) -> Array:
    """Which entries of a parameter move every row of the output alike: those of a bias.

    A weight's derivative follows x, whose rows all differ. A batch of one row cannot tell,
    and there a bias is what moves the output by exactly what it is moved.
    """
    return seen.once(("bias", parameter.path), lambda: _bias_entries(seen, parameter))


def _bias_entries(seen: Seen, parameter: Parameter) -> Array:
    if seen.lost is not None:
        return np.full(parameter.values.shape, parameter is _by_shape(seen).bias)
    slopes = seen.derivatives(parameter)
    rest = tuple(range(1, slopes.ndim))
    near = max(1e-6, seen.noise(parameter))
    if seen.x.shape[0] > 1:
        constant = np.all(np.abs(slopes - slopes[:, :1]) < near, axis=rest)
    else:
        constant = np.all(np.minimum(np.abs(slopes), np.abs(np.abs(slopes) - 1)) < near, axis=rest)
    return np.asarray(constant.reshape(parameter.values.shape))


@check("linear.state", subject="Linear", needs=["linear.forward"], earns_beside=["linear.forward"])
def state(lab: Lab) -> list[Part]:
    """Linear changes nothing but its own weights and bias.

    It does not change its input arrays or the arrays that it has returned; the same input gives
    the same output; and two layers share no state.
    """
    rng = lab.rng()
    parts = purity(lab, rng, "Linear", observed(lab))
    return [
        *parts,
        part("two layers share no state", lambda: kept_apart(lab, rng, "Linear", (3, 2))),
    ]
