"""Checks of ``TLNN``: what it is made of, what it computes, the gradient of all its parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from grader import expect
from grader.checks import observe
from grader.checks.activations import sigmoid
from grader.checks.base import Judgement, check, judged
from grader.checks.losses import mse
from grader.checks.observe import Listed, name_of
from grader.checks.purity import unchanged
from grader.checks.style import Asked, Style, ask, style_of
from grader.expect import DOUBLE, EXACT, SINGLE, Failure, same
from grader.lab import Lab, Ref, Reply, Script, floats
from grader.numeric import STEP, STEP_SINGLE, Array, jacobian, pulled_back
from grader.sandbox.host import ChildGone

WIDTHS = (6, 3)
"""Unequal, and of another number of parameters than the default widths have."""

ROLES = ((2, 6), (6,), (6, 3), (3,), (3, 1))
"""The shapes of the five parameters at these widths: two layers with a bias, one without."""

BATCH = 7
ORDER = ("Linear", "Sigmoid", "Linear", "Sigmoid", "Linear", "Sigmoid")
RATES = (2.0**-2, 2.0**-5)
"""Two learning rates, neither a default value: one that is not passed down shows."""


def sizes(first: int, second: int) -> int:
    """The number of parameters of the network: biases in the hidden layers, none in the last."""
    return 2 * first + first + first * second + second + second


@check("network.structure", subject="TLNN", stage="dependent")
def structure(lab: Lab, rng: np.random.Generator) -> Judgement:
    """TLNN(layer_1_units=4, layer_2_units=4) is a network of six layers with an MSE loss.

    In order: Linear, Sigmoid, Linear, Sigmoid, Linear(bias=False), Sigmoid; two inputs, one output;
    the layers stand in .layers, the loss in .loss_func.
    """
    lab.require("TLNN")
    script = lab.script()
    usual, wide, second = script.new("TLNN"), script.new("TLNN", *WIDTHS), script.new("TLNN")
    x = script.put(floats(rng, BATCH, 2))
    listed = [observe.stirred(script, net, x) for net in (usual, wide, second)]
    holder = script.kind(script.attribute(usual, "layers"))
    kinds = [
        script.kind(script.item(script.attribute(usual, "layers"), k)) for k in range(len(ORDER))
    ]
    loss = script.kind(script.attribute(usual, "loss_func"))
    lab.run(script)
    script.check(script.makers[usual.name])
    script.check(script.makers[wide.name])
    return [
        judged("six layers in order", lambda: _in_order_or_alike(lab, holder, kinds)),
        judged("widths of 4 and 4", lambda: _counted(listed[0], 4, 4)),
        judged("widths of 6 and 3", lambda: _counted(listed[1], *WIDTHS)),
        judged("units that start differently", lambda: _units_differ(listed[0])),
        judged("each network its own weights", lambda: _networks_differ(listed[0], listed[2])),
        judged("an MSE as its loss", lambda: _is_mse(lab, loss)),
    ]


def _in_order_or_alike(lab: Lab, holder: Reply, kinds: Sequence[Reply]) -> None:
    """Where the layers are kept is a convention: a network that computes the same has them."""
    try:
        _in_order(holder, kinds)
    except Failure:
        seen = observed(lab)
        wanted = closed_form(seen)
        y = expect.array(seen.y.value, "TLNN.forward", (BATCH, 1))
        if wanted is None or not np.all(EXACT.holds(wanted, y)):
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
        if not np.all(EXACT.holds(np.array(mse(y, seen.truth)), np.array(given))):
            raise


def _counted(listed: Reply, first: int, second: int) -> None:
    got = sum(entry["array"].size for entry in observe.parameters_of(listed.value))
    if got != sizes(first, second):
        raise Failure(
            "network_parameters", first=first, second=second, wanted=sizes(first, second), got=got,
            expected=str(sizes(first, second)), actual=str(got),
        )  # fmt: skip


def _networks_differ(one: Reply, other: Reply) -> None:
    pairs = zip(observe.parameters_of(one.value), observe.parameters_of(other.value), strict=False)
    if any(
        a["array"].size > 1 and np.any(a["array"]) and np.array_equal(a["array"], b["array"])
        for a, b in pairs
    ):
        raise Failure("instances_alike", who="TLNN")


def _units_differ(listed: Reply) -> None:
    """Units of one layer that start alike stay alike for ever: they get the same gradient."""
    for entry in observe.parameters_of(listed.value):
        array = entry["array"]
        if array.ndim != 2 or array.shape[0] == 1:  # a bias may start at zero, as a row too
            continue
        sides = [side for side in (array, array.T) if min(array.shape) > 1]
        if any(len(np.unique(side, axis=0)) < len(side) for side in sides) or (
            array.shape[1] == 1 and array.size > 1 and np.ptp(array) == 0 and np.any(array)
        ):
            raise Failure("units_alike", name=name_of(entry["path"]))


@dataclass(frozen=True, slots=True)
class Round:
    """One forward, loss and backward of the network at known parameters, on ``(N, 2)``, ``(N, 1)``."""

    rate: float
    x: Array
    truth: Array
    before: tuple[Array, ...]
    swept: tuple[Reply, ...]
    stepped: Reply
    after: Reply


@dataclass(frozen=True, slots=True)
class Seen:
    """What the network showed: its parameters' names, its output, and each round."""

    parameters: tuple[Listed, ...]
    x: Array
    truth: Array
    values: tuple[Array, ...]
    y: Reply
    chain: Reply
    loss: Reply
    own_loss: Reply
    x_kept: Reply
    rounds: tuple[Round, ...]
    single: bool
    gone: ChildGone | None = None


def closed_form(seen: Seen) -> Array | None:
    """What five parameters, known by their shapes and order, stand for; None where they do not fit."""
    found = places(seen)
    if found is None:
        return None
    w1, b1, w2, b2, w3 = (
        fitting(seen.values[k], role) for k, role in zip(found, ROLES, strict=True)
    )
    hidden = sigmoid(sigmoid(seen.x @ w1 + b1) @ w2 + b2)
    return sigmoid(hidden @ w3)


def places(seen: Seen) -> tuple[int, ...] | None:
    """Which of the parameters plays each role, known by shape and order; None where some do not fit."""
    found: list[int] = []
    for role in ROLES:
        left = (k for k in range(len(seen.values)) if k not in found)
        fitted = next((k for k in left if fitting(seen.values[k], role) is not None), None)
        if fitted is None:
            return None
        found.append(fitted)
    return tuple(found)


def fitting(values: Array, shape: tuple[int, ...]) -> Array | None:
    """An array read in a role of this shape: as it is, transposed, or a bias kept as a row or column."""
    if values.shape == shape:
        return values
    if len(shape) == 2:
        return values.T if values.shape == shape[::-1] and min(shape) > 1 else None
    return values.reshape(shape) if values.size == shape[0] and 1 in values.shape else None


def observed(lab: Lab) -> Seen:
    """The network under known parameters, once for a submission."""
    return lab.once("network", lambda: _observe(lab))


def _observe(lab: Lab) -> Seen:
    """Observe both directions; where the child did not survive that, forward alone."""
    try:
        return _observe_steps(True, lab)
    except ChildGone as gone:
        return replace(_observe_steps(False, lab), gone=gone)


def _observe_steps(stepping: bool, lab: Lab) -> Seen:
    lab.require("TLNN")
    rng = lab.rng("observe TLNN")
    x_values, truth_values = (
        floats(rng, BATCH, 2),
        rng.integers(0, 2, (BATCH, 1)).astype(np.float64),
    )
    first = lab.script()
    net = first.new("TLNN", *WIDTHS)
    listed = observe.stirred(first, net, first.put(x_values))
    asked = ask(first, net)
    y_first = first.call(net, "forward", first.put(x_values))
    answers = [
        first.read(ref)
        for ref in (y_first, first.call(net, "cal_loss", y_first, first.put(truth_values)))
    ]
    lab.run(first)
    first.check(first.makers[net.name])
    held = tuple(observe.parameters_of(listed.value))
    single = any(entry["dtype"] == "<f4" for entry in held) or any(map(_is_single, answers))
    script = lab.script()
    x, truth = script.put(x_values), script.put(truth_values)
    # Weights of this spread keep the sigmoids off their linear part, where a missing
    # derivative looks like a factor of four.
    values = tuple(_drawn(rng, entry["array"].shape, single) for entry in held)
    _settle(script, net, held, values)
    y, chain = script.call(net, "forward", x), _chain(script, net, x)
    loss = script.call(net, "cal_loss", y, truth)
    own = script.call(script.attribute(net, "loss_func"), "forward", chain, truth)
    y_read, chain_read, loss_read, own_read, x_kept = (
        script.read(ref) for ref in (y, chain, loss, own, x)
    )
    rounds: list[Round] = []
    if stepping:
        style = net_style(lab, asked)
        other = tuple(_drawn(rng, entry["array"].shape, single) for entry in held)
        data = (x_values, truth_values)
        fewer = (floats(rng, 3, 2), np.array([[1.0], [0.0], [1.0]]))
        rounds = [
            *(_round(script, net, held, values, data, r, style, single) for r in RATES),
            _round(script, net, held, other, fewer, RATES[0], style, single),
        ]
    lab.run(script)
    replies = (y_read, chain_read, loss_read, own_read, x_kept)
    return Seen(held, x_values, truth_values, values, *replies, tuple(rounds), single)


def _is_single(reply: Reply) -> bool:
    """Whether an answer came, and came in float32."""
    try:
        return expect.is_single(reply.value)
    except Failure:
        return False


def net_style(lab: Lab, asked: Asked) -> Style:
    """Find out how a network takes its step."""

    def run(script: Script, style: Style) -> None:
        x, truth = script.put(np.ones((2, 2))), script.put(np.zeros((2, 1)))
        script.call(asked.made, "cal_loss", script.call(asked.made, "forward", x), truth)
        style.step(script, asked.made, rate=0.5)

    return style_of(lab, asked, 0, run)


def _drawn(rng: np.random.Generator, shape: tuple[int, ...], single: bool) -> Array:
    values = floats(rng, *shape) * 1.5
    return values.astype(np.float32).astype(np.float64) if single else values


def _settle(script: Script, net: Ref, held: Sequence[Listed], values: Sequence[Array]) -> None:
    for entry, array in zip(held, values, strict=True):
        script.assign(net, entry["path"], array)


def _chain(script: Script, net: Ref, x: Ref) -> Ref:
    """Pass a batch through the network's own layers one by one."""
    holder, out = script.attribute(net, "layers"), x
    for k in range(len(ORDER)):
        out = script.call(script.item(holder, k), "forward", out)
    return out


def _round(  # noqa: PLR0913, PLR0917 - all that one round depends on
    script: Script,
    net: Ref,
    held: Sequence[Listed],
    values: tuple[Array, ...],
    data: tuple[Array, Array],
    rate: float,
    style: Style,
    single: bool,
) -> Round:
    _settle(script, net, held, values)
    x, truth = (script.put(array) for array in data)
    y, loss = script.reserve("TLNN.forward"), script.reserve("TLNN.cal_loss")
    body = [script.again(y, net, "forward", x), script.again(loss, net, "cal_loss", y, truth)]
    step = STEP_SINGLE if single else STEP
    swept = tuple(
        script.read(script.sweep((net, entry["path"]), step, body, loss)) for entry in held
    )
    script.call(net, "cal_loss", script.call(net, "forward", x), truth)
    stepped = script.read(style.step(script, net, rate=rate))
    return Round(rate, *data, values, swept, stepped, script.arrays(net))


@check("network.forward", subject="TLNN", needs=["network.structure"], stage="dependent")
def forward(lab: Lab, rng: np.random.Generator) -> Judgement:
    """TLNN.forward(x) passes the batch through every layer in order.

    The result has shape (N, 1) and lies between 0 and 1; cal_loss gives the loss of it.
    """
    del rng
    seen = observed(lab)
    return [
        judged("shape and range", lambda: _in_range(seen)),
        judged("every layer in order", lambda: _as_chain(seen)),
        judged("cal_loss", lambda: _loss_as_own(seen)),
        judged("x is left alone", lambda: _left_alone(seen)),
    ]


def _loss_as_own(seen: Seen) -> None:
    given = expect.scalar(seen.loss.value, "TLNN.cal_loss")
    y = expect.array(seen.y.value, "TLNN.forward", (BATCH, 1))
    if np.all(EXACT.holds(np.array(mse(y, seen.truth)), np.array(given))):
        return
    wanted = expect.scalar(seen.own_loss.value, "loss_func.forward")
    trial = "loss_func.forward called on its own"
    same(np.array(wanted), np.array(given), EXACT, "wrong_loss", who="TLNN.cal_loss", trial=trial)


def _left_alone(seen: Seen) -> None:
    _ = seen.y.value
    unchanged(seen.x, seen.x_kept, "x", "TLNN.forward")


def _in_range(seen: Seen) -> None:
    y = expect.array(seen.y.value, "TLNN.forward", (BATCH, 1))
    if not np.all((y > 0) & (y < 1)):
        raise Failure(
            "out_of_range", who="TLNN.forward", got=expect.number(y.flat[int(np.argmax(np.abs(y)))])
        )


def _as_chain(seen: Seen) -> None:
    y = expect.array(seen.y.value, "TLNN.forward", (BATCH, 1))
    other = closed_form(seen)
    if other is not None and np.all(EXACT.holds(other, y)):
        return
    wanted = expect.array(seen.chain.value, "the layers one by one", (BATCH, 1))
    same(wanted, y, EXACT, "wrong_value", who="TLNN.forward", trial="the layers called one by one")


@check("network.gradient", subject="TLNN", needs=["network.forward"], stage="dependent")
def gradient(lab: Lab, rng: np.random.Generator) -> Judgement:
    """TLNN.backward(lr) takes one step of gradient descent in every layer.

    Start from the gradient of the loss, go through the layers in reverse, hand each one's result to
    the one before it, and pass the learning rate to each.
    """
    del rng
    seen = observed(lab)
    if seen.gone is not None:
        raise seen.gone
    expect.scalar(seen.loss.value, "TLNN.cal_loss")
    names = ("one step", "another learning rate", "a second step with other data")
    return [
        judged(f"{name}: {name_of(entry['path'])}", lambda r=r, k=k: _stepped(seen, r, k))  # type: ignore[misc]
        for name, r in zip(names, seen.rounds, strict=True)
        for k, entry in enumerate(seen.parameters)
    ]


def _stepped(seen: Seen, round_: Round, k: int) -> None:
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
    tolerance = SINGLE if seen.single else DOUBLE
    same(
        numeric, taken, tolerance, "wrong_step", scale=scale,
        array=f"of {name}", name=name, rate=round_.rate, trial="the whole network",
    )  # fmt: skip


def gradients_of(seen: Seen, round_: Round) -> list[Array]:
    """The gradient at every parameter by differences of cal_loss."""
    step = STEP_SINGLE if seen.single else STEP
    found = []
    for reply, before in zip(round_.swept, round_.before, strict=True):
        swept = expect.array(reply.value, "TLNN.cal_loss", finite=False)
        found.append(
            pulled_back(jacobian(swept, before, step), np.ones(swept.shape[2:]), before.shape)
        )
    return found
