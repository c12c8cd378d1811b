"""Checks of ``TLNN``: what it is made of, what it computes, the gradient of all its parameters."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from grader import expect
from grader.checks.base import check, part
from grader.checks.purity import unchanged
from grader.contract import mse
from grader.expect import same
from grader.model import Failure, Part
from grader.observation import input_paths, parameters
from grader.observation.gradient_match import shows
from grader.observation.layer_observation import name_of
from grader.observation.network_observation import (
    BATCH,
    WIDTHS,
    NetworkObservation,
    Round,
    closed_form,
    closed_gradients,
)
from grader.observation.network_trials import ORDER, gradients_of, observed
from grader.remote import Lab, Reply, floats


def sizes(first: int, second: int) -> int:
    """The number of parameters of the network: biases in the hidden layers, none in the last."""
    return 2 * first + first + first * second + second + second


@check("network.structure", subject="TLNN", stage="dependent")
def structure(lab: Lab) -> list[Part]:
    """TLNN(layer_1_units=4, layer_2_units=4) is a network of six layers with an MSE loss.

    In order: Linear, Sigmoid, Linear, Sigmoid, Linear(bias=False), Sigmoid; two inputs, one
    output; the layers are in .layers, the loss is in .loss_func.
    """
    lab.require("TLNN")
    script = lab.script()
    default, wide, second = script.new("TLNN"), script.new("TLNN", *WIDTHS), script.new("TLNN")
    x = script.put(floats(lab.rng(), BATCH, 2))
    replies = [parameters.perturb_parameters(script, net, x) for net in (default, wide, second)]
    holder = script.kind(script.attribute(default, "layers"))
    kinds = [
        script.kind(script.item(script.attribute(default, "layers"), k)) for k in range(len(ORDER))
    ]
    loss = script.kind(script.attribute(default, "loss_func"))
    lab.run(script)
    script.check(script.makers[default.name])
    script.check(script.makers[wide.name])
    return [
        part("six layers in order", lambda: _in_order_or_alike(lab, holder, kinds)),
        part("widths of 4 and 4", lambda: _demand_size(replies[0], 4, 4)),
        part("widths of 6 and 3", lambda: _demand_size(replies[1], *WIDTHS)),
        part("units with different initial weights", lambda: _units_differ(replies[0])),
        part("different weights in each network", lambda: _networks_differ(replies[0], replies[2])),
        part("an MSE loss", lambda: _is_mse(lab, loss)),
    ]


def _in_order_or_alike(lab: Lab, holder: Reply, kinds: Sequence[Reply]) -> None:
    """Where the layers are kept is a convention: a network that computes the same has them."""
    try:
        _in_order(holder, kinds)
    except Failure:
        observation = observed(lab)
        expected = closed_form(observation)
        y = expect.array(observation.y.value, "TLNN.forward", (BATCH, 1))
        if expected is None or not np.all(observation.exact.holds(expected, y)):
            raise


def _in_order(holder: Reply, kinds: Sequence[Reply]) -> None:
    if holder.value["size"] != len(ORDER):
        raise Failure("layer_count", wanted=len(ORDER), got=str(holder.value["size"]))
    for k, (reply, expected) in enumerate(zip(kinds, ORDER, strict=True)):
        _is_a(reply, expected, f"layers[{k}]")


def _is_a(reply: Reply, expected: str, where: str) -> None:
    if expected not in reply.value["is"]:
        raise Failure("wrong_kind", where=where, wanted=expected, got=reply.value["type"])


def _is_mse(lab: Lab, loss: Reply) -> None:
    """Where the loss is kept is a convention: cal_loss that computes the same has it."""
    try:
        _is_a(loss, "MSE", "loss_func")
    except Failure:
        observation = observed(lab)
        y = expect.array(observation.y.value, "TLNN.forward", (BATCH, 1))
        actual = expect.scalar(observation.loss.value, "TLNN.cal_loss")
        if not np.all(
            observation.exact.holds(np.array(mse(y, observation.truth)), np.array(actual))
        ):
            raise


def _demand_size(reply: Reply, first: int, second: int) -> None:
    size = sum(entry["array"].size for entry in parameters.parameters_of(reply.value))
    if size != sizes(first, second):
        raise Failure(
            "network_parameters", first=first, second=second, wanted=sizes(first, second), got=size,
            expected=str(sizes(first, second)), actual=str(size),
        )  # fmt: skip


def _has_parameters(reply: Reply) -> None:
    if not parameters.parameters_of(reply.value):
        raise Failure("network_without_parameters")


def _networks_differ(one: Reply, other: Reply) -> None:
    _has_parameters(one)
    pairs = zip(
        parameters.parameters_of(one.value), parameters.parameters_of(other.value), strict=False
    )
    if any(
        a["array"].size > 1 and np.any(a["array"]) and np.array_equal(a["array"], b["array"])
        for a, b in pairs
    ):
        raise Failure("instances_alike", who="TLNN")


def _units_differ(reply: Reply) -> None:
    """Units of one layer that start alike stay alike for ever: they get the same gradient."""
    _has_parameters(reply)
    for entry in parameters.parameters_of(reply.value):
        array = entry["array"]
        if array.ndim != 2 or array.shape[0] == 1:  # a bias may start at zero, as a row too
            continue
        sides = [side for side in (array, array.T) if min(array.shape) > 1]
        if any(len(np.unique(side, axis=0)) < len(side) for side in sides) or (
            array.shape[1] == 1 and array.size > 1 and np.ptp(array) == 0 and np.any(array)
        ):
            raise Failure("units_alike", name=name_of(entry["path"]))


@check("network.forward", subject="TLNN", needs=["network.structure"], stage="dependent")
def forward(lab: Lab) -> list[Part]:
    """TLNN.forward(x) passes the batch through every layer in order.

    The result has shape (N, 1) and is between 0 and 1; cal_loss returns its loss.
    """
    observation = observed(lab)

    if not observation.follows:
        id_ = (
            "answers_without_weights"
            if _answers_without_weights(observation)
            else "network_without_parameters"
        )
        raise Failure(id_, usable=False)
    return [
        part("shape and range", lambda: _in_range(observation)),
        part("every layer in order", lambda: _same_as_chain(observation)),
        part("cal_loss", lambda: _same_as_own_loss(observation)),
        part("x is unchanged", lambda: _x_unchanged(observation)),
    ]


def _same_as_own_loss(observation: NetworkObservation) -> None:
    actual = expect.scalar(observation.loss.value, "TLNN.cal_loss")
    y = expect.array(observation.y.value, "TLNN.forward", (BATCH, 1))
    if np.all(observation.exact.holds(np.array(mse(y, observation.truth)), np.array(actual))):
        return
    own_loss = expect.scalar(observation.own_loss.value, "loss_func.forward")
    if not actual:  # of outputs that are no labels, no loss is zero
        raise Failure("wrong_loss", who="TLNN.cal_loss", trial="any", got="0", wanted="> 0")
    trial, expected = "loss_func.forward called on its own", np.array(own_loss)
    same(
        expected,
        np.array(actual),
        observation.exact,
        "wrong_loss",
        who="TLNN.cal_loss",
        trial=trial,
    )


def is_of_the_lab(observation: NetworkObservation) -> bool:
    """Whether what answers may be the lab's network: it has a hidden layer, and weights for two inputs.

    The weights stand in layers, or are as many as the lab's.
    """
    if input_paths.is_linear_in_parameters(observation):
        return False
    paths = [entry["path"] for entry in observation.parameters]
    in_layers = any(len(path) > 1 and path[-1][0] == "attr" for path in paths)
    takes_two = any(input_paths.INPUTS in values.shape for values in observation.values)
    return (in_layers and takes_two) or sum(v.size for v in observation.values) == sizes(*WIDTHS)


def _answers_without_weights(observation: NetworkObservation) -> bool:
    """Whether the outputs follow no weights, without being a constant or chance.

    A network that had weights when it was made, and lost them in backward, answers from a table.
    """
    y = expect.array(observation.y.value, "TLNN.forward", (BATCH, 1))
    again, half = (
        expect.array(r.value, "TLNN.forward") for r in (observation.y_again, observation.y_half)
    )
    if not observation.parameters:
        return bool(np.ptp(y) > 0)
    return np.array_equal(y, again) and np.array_equal(y, half)


def _x_unchanged(observation: NetworkObservation) -> None:
    _ = observation.y.value
    unchanged(observation.x, observation.x_kept, "x", "TLNN.forward")


def _in_range(observation: NetworkObservation) -> None:
    y = expect.array(observation.y.value, "TLNN.forward", (BATCH, 1))
    if not np.all((y > 0) & (y < 1)):
        raise Failure(
            "out_of_range", who="TLNN.forward", got=expect.number(y.flat[int(np.argmax(np.abs(y)))])
        )


def _same_as_chain(observation: NetworkObservation) -> None:
    y = expect.array(observation.y.value, "TLNN.forward", (BATCH, 1))
    other = closed_form(observation)
    if other is not None and np.all(observation.exact.holds(other, y)):
        return
    expected = expect.array(observation.chain.value, "the layers one by one", (BATCH, 1))
    trial = "the layers called one by one"
    same(expected, y, observation.exact, "wrong_value", who="TLNN.forward", trial=trial)


@check("network.gradient", subject="TLNN", needs=["network.forward"], stage="dependent")
def gradient(lab: Lab) -> list[Part]:
    """TLNN.backward(lr) takes one step of gradient descent in every layer.

    Start with the gradient of the loss, go through the layers in reverse order, pass the result
    of each layer to the layer before it, and pass the learning rate to every layer.
    """
    observation = observed(lab)
    if observation.gone is not None:
        raise observation.gone
    expect.scalar(observation.loss.value, "TLNN.cal_loss")
    if not any(
        shows(numeric) for r in observation.rounds for numeric in gradients_of(observation, r)
    ):
        raise Failure("loss_follows_nothing", usable=False)
    names = ("one step", "another learning rate", "a second step with other data")
    return [
        part(f"{name}: {name_of(entry['path'])}", partial(_demand_step, observation, r, k))
        for name, r in zip(names, observation.rounds, strict=True)
        for k, entry in enumerate(observation.parameters)
    ]


def _demand_step(observation: NetworkObservation, round_: Round, k: int) -> None:
    if round_.backward_reply.value is None:
        raise Failure("skipped", who="TLNN.backward", usable=False)
    name, before = name_of(observation.parameters[k]["path"]), round_.before[k]
    numeric_gradients = gradients_of(observation, round_)
    numeric = numeric_gradients[k]
    # All gradients come of one loss; one of 1e-6 beside others of 1 carries their noise.
    scale = 1e-2 * max(float(np.max(np.abs(n))) for n in numeric_gradients)
    after = next((e["array"] for e in round_.after.value if name_of(e["path"]) == name), None)
    if after is None or after.shape != before.shape:
        raise Failure("parameter_gone", name=name, usable=False)
    with np.errstate(invalid="ignore", over="ignore"):
        step = (before - after) / round_.rate
    if not np.any(step) and np.any(numeric):
        raise Failure("not_updated", name=name, trial="TLNN.backward")
    scale = max(scale, observation.noise(round_, k) / observation.tolerance.of_largest)
    # Where forward rounds on the way its differences are noise, and the chain rule is as good.
    right = closed_gradients(observation, round_)
    if right is not None and np.all(observation.tolerance.holds(right[k], step, scale)):
        return
    same(
        numeric, step, observation.tolerance, "wrong_step", scale=scale,
        array=f"of {name}", name=name, rate=round_.rate, trial="the whole network",
    )  # fmt: skip
