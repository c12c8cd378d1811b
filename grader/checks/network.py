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
    usual, wide, second = script.new("TLNN"), script.new("TLNN", *WIDTHS), script.new("TLNN")
    x = script.put(floats(lab.rng(), BATCH, 2))
    listed = [parameters.perturb_parameters(script, net, x) for net in (usual, wide, second)]
    holder = script.kind(script.attribute(usual, "layers"))
    kinds = [
        script.kind(script.item(script.attribute(usual, "layers"), k)) for k in range(len(ORDER))
    ]
    loss = script.kind(script.attribute(usual, "loss_func"))
    lab.run(script)
    script.check(script.makers[usual.name])
    script.check(script.makers[wide.name])
    return [
        part("six layers in order", lambda: _in_order_or_alike(lab, holder, kinds)),
        part("widths of 4 and 4", lambda: _counted(listed[0], 4, 4)),
        part("widths of 6 and 3", lambda: _counted(listed[1], *WIDTHS)),
        part("units with different initial weights", lambda: _units_differ(listed[0])),
        part("different weights in each network", lambda: _networks_differ(listed[0], listed[2])),
        part("an MSE loss", lambda: _is_mse(lab, loss)),
    ]


def _in_order_or_alike(lab: Lab, holder: Reply, kinds: Sequence[Reply]) -> None:
    """Where the layers are kept is a convention: a network that computes the same has them."""
    try:
        _in_order(holder, kinds)
    except Failure:
        seen = observed(lab)
        wanted = closed_form(seen)
        y = expect.array(seen.y.value, "TLNN.forward", (BATCH, 1))
        if wanted is None or not np.all(seen.exact.holds(wanted, y)):
            raise


def _in_order(holder: Reply, kinds: Sequence[Reply]) -> None:
    if holder.value["size"] != len(ORDER):
        raise Failure("layer_count", wanted=len(ORDER), got=str(holder.value["size"]))
    for k, (reply, wanted) in enumerate(zip(kinds, ORDER, strict=True)):
        _is_a(reply, wanted, f"layers[{k}]")


def _is_a(reply: Reply, wanted: str, where: str) -> None:
    if wanted not in reply.value["is"]:
        raise Failure("wrong_kind", where=where, wanted=wanted, got=reply.value["type"])


def _is_mse(lab: Lab, loss: Reply) -> None:
    """Where the loss is kept is a convention: cal_loss that computes the same has it."""
    try:
        _is_a(loss, "MSE", "loss_func")
    except Failure:
        seen = observed(lab)
        y = expect.array(seen.y.value, "TLNN.forward", (BATCH, 1))
        given = expect.scalar(seen.loss.value, "TLNN.cal_loss")
        if not np.all(seen.exact.holds(np.array(mse(y, seen.truth)), np.array(given))):
            raise


def _counted(listed: Reply, first: int, second: int) -> None:
    got = sum(entry["array"].size for entry in parameters.parameters_of(listed.value))
    if got != sizes(first, second):
        raise Failure(
            "network_parameters", first=first, second=second, wanted=sizes(first, second), got=got,
            expected=str(sizes(first, second)), actual=str(got),
        )  # fmt: skip


def _has_parameters(listed: Reply) -> None:
    if not parameters.parameters_of(listed.value):
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


def _units_differ(listed: Reply) -> None:
    """Units of one layer that start alike stay alike for ever: they get the same gradient."""
    _has_parameters(listed)
    for entry in parameters.parameters_of(listed.value):
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
    seen = observed(lab)

    if not seen.follows:
        id_ = (
            "answers_without_weights"
            if _answers_without_weights(seen)
            else "network_without_parameters"
        )
        raise Failure(id_, usable=False)
    return [
        part("shape and range", lambda: _in_range(seen)),
        part("every layer in order", lambda: _as_chain(seen)),
        part("cal_loss", lambda: _loss_as_own(seen)),
        part("x is unchanged", lambda: _left_alone(seen)),
    ]


def _loss_as_own(seen: NetworkObservation) -> None:
    given = expect.scalar(seen.loss.value, "TLNN.cal_loss")
    y = expect.array(seen.y.value, "TLNN.forward", (BATCH, 1))
    if np.all(seen.exact.holds(np.array(mse(y, seen.truth)), np.array(given))):
        return
    wanted = expect.scalar(seen.own_loss.value, "loss_func.forward")
    if not given:  # of outputs that are no labels, no loss is zero
        raise Failure("wrong_loss", who="TLNN.cal_loss", trial="any", got="0", wanted="> 0")
    trial = "loss_func.forward called on its own"
    same(
        np.array(wanted),
        np.array(given),
        seen.exact,
        "wrong_loss",
        who="TLNN.cal_loss",
        trial=trial,
    )


def is_of_the_lab(seen: NetworkObservation) -> bool:
    """Whether what answers may be the lab's network: it has a hidden layer, and weights for two inputs.

    The weights stand in layers, or are as many as the lab's.
    """
    if input_paths.is_linear_in_parameters(seen):
        return False
    paths = [entry["path"] for entry in seen.parameters]
    in_layers = any(len(path) > 1 and path[-1][0] == "attr" for path in paths)
    takes_two = any(input_paths.INPUTS in values.shape for values in seen.values)
    return (in_layers and takes_two) or sum(v.size for v in seen.values) == sizes(*WIDTHS)


def _answers_without_weights(seen: NetworkObservation) -> bool:
    """Whether the outputs follow no weights, without being a constant or chance.

    A network that had weights when it was made, and lost them in backward, answers from a table.
    """
    y = expect.array(seen.y.value, "TLNN.forward", (BATCH, 1))
    again, half = (expect.array(r.value, "TLNN.forward") for r in (seen.y_again, seen.y_half))
    if not seen.parameters:
        return bool(np.ptp(y) > 0)
    return np.array_equal(y, again) and np.array_equal(y, half)


def _left_alone(seen: NetworkObservation) -> None:
    _ = seen.y.value
    unchanged(seen.x, seen.x_kept, "x", "TLNN.forward")


def _in_range(seen: NetworkObservation) -> None:
    y = expect.array(seen.y.value, "TLNN.forward", (BATCH, 1))
    if not np.all((y > 0) & (y < 1)):
        raise Failure(
            "out_of_range", who="TLNN.forward", got=expect.number(y.flat[int(np.argmax(np.abs(y)))])
        )


def _as_chain(seen: NetworkObservation) -> None:
    y = expect.array(seen.y.value, "TLNN.forward", (BATCH, 1))
    other = closed_form(seen)
    if other is not None and np.all(seen.exact.holds(other, y)):
        return
    wanted = expect.array(seen.chain.value, "the layers one by one", (BATCH, 1))
    same(
        wanted,
        y,
        seen.exact,
        "wrong_value",
        who="TLNN.forward",
        trial="the layers called one by one",
    )


@check("network.gradient", subject="TLNN", needs=["network.forward"], stage="dependent")
def gradient(lab: Lab) -> list[Part]:
    """TLNN.backward(lr) takes one step of gradient descent in every layer.

    Start with the gradient of the loss, go through the layers in reverse order, pass the result
    of each layer to the layer before it, and pass the learning rate to every layer.
    """
    seen = observed(lab)
    if seen.gone is not None:
        raise seen.gone
    expect.scalar(seen.loss.value, "TLNN.cal_loss")
    if not any(shows(numeric) for r in seen.rounds for numeric in gradients_of(seen, r)):
        raise Failure("loss_follows_nothing", usable=False)
    names = ("one step", "another learning rate", "a second step with other data")
    return [
        part(f"{name}: {name_of(entry['path'])}", partial(_stepped, seen, r, k))
        for name, r in zip(names, seen.rounds, strict=True)
        for k, entry in enumerate(seen.parameters)
    ]


def _stepped(seen: NetworkObservation, round_: Round, k: int) -> None:
    if round_.stepped.value is None:
        raise Failure("skipped", who="TLNN.backward", usable=False)
    name, before = name_of(seen.parameters[k]["path"]), round_.before[k]
    by_differences = gradients_of(seen, round_)
    numeric = by_differences[k]
    # All gradients come of one loss; one of 1e-6 beside others of 1 carries their noise.
    scale = 1e-2 * max(float(np.max(np.abs(n))) for n in by_differences)
    after = next((e["array"] for e in round_.after.value if name_of(e["path"]) == name), None)
    if after is None or after.shape != before.shape:
        raise Failure("parameter_gone", name=name, usable=False)
    with np.errstate(invalid="ignore", over="ignore"):
        taken = (before - after) / round_.rate
    if not np.any(taken) and np.any(numeric):
        raise Failure("not_updated", name=name, trial="TLNN.backward")
    scale = max(scale, seen.noise(round_, k) / seen.tolerance.of_largest)
    # Where forward rounds on the way its differences are noise, and the chain rule is as good.
    right = closed_gradients(seen, round_)
    if right is not None and np.all(seen.tolerance.holds(right[k], taken, scale)):
        return
    same(
        numeric, taken, seen.tolerance, "wrong_step", scale=scale,
        array=f"of {name}", name=name, rate=round_.rate, trial="the whole network",
    )  # fmt: skip
