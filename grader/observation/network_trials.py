"""What a whole network shows: its parameters, its output, and the step that it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from grader import expect
from grader.contract import mse
from grader.expect import EXACT
from grader.model import Failure
from grader.numeric import STEP, STEP_SINGLE, Array, jacobian, pulled_back
from grader.observation import convergent_starts, parameters
from grader.observation.forward_time import PROBED, forward_time
from grader.observation.gradient_match import shows
from grader.observation.layer_observation import Listed, name_of
from grader.observation.network_observation import (
    BATCH,
    DOWNHILL,
    RATES,
    SPREAD,
    WIDTHS,
    NetworkObservation,
    Round,
    closed_form,
    closed_gradients,
)
from grader.observation.update_convention import MethodReplies, UpdateRule, ask_methods, find_rule
from grader.remote import Lab, LostReply, Ref, Reply, Script, floats
from grader.sandbox.host import ChildGone

ORDER = ("Linear", "Sigmoid", "Linear", "Sigmoid", "Linear", "Sigmoid")


def observed(lab: Lab) -> NetworkObservation:
    """The network under known parameters, once for a submission."""
    return lab.once("network", lambda: _observe(lab))


def _observe(lab: Lab) -> NetworkObservation:
    """Observe both directions; where the child did not survive that, forward alone."""
    try:
        return _observe_steps(lab, has_backward=True)
    except ChildGone as gone:
        return replace(_observe_steps(lab, has_backward=False), gone=gone)


def _observe_steps(lab: Lab, *, has_backward: bool) -> NetworkObservation:
    """Observe the answers at drawn parameters and, with ``has_backward``, a step in each round."""
    lab.require("TLNN")
    rng = lab.rng("observe TLNN")
    data = x, truth = floats(rng, BATCH, 2), rng.integers(0, 2, (BATCH, 1)).astype(np.float64)
    first = lab.script()
    net = first.new("TLNN", *WIDTHS)
    listed = parameters.perturb_parameters(first, net, first.put(x))
    methods = ask_methods(first, net)
    y_first = first.call(net, "forward", first.put(x))
    loss_first = first.call(net, "cal_loss", y_first, first.put(truth))
    answers = [first.read(y_first), first.read(loss_first)]
    lab.run(first)
    first.check(first.makers[net.name])
    arrays = tuple(parameters.parameters_of(listed.value))
    single = any(entry["dtype"] == "<f4" for entry in arrays) or any(map(_is_single, answers))
    script = lab.script()
    values = _draw(rng, arrays, single)
    replies = _answers(script, net, arrays, values, data)
    observation = NetworkObservation(arrays, x, truth, values, *replies, (), single)
    if not has_backward:
        lab.run(script)
        return observation
    rule, other = network_rule(lab, methods), _draw(rng, arrays, single)
    fewer = (floats(rng, 3, 2), np.array([[1.0], [0.0], [1.0]]))
    calls = 2 * sum(array.size for array in (*values, *values, *other))
    seconds = first.seconds / (len(listed.value) + 1)
    time = forward_time(lab, "TLNN.forward", seconds, calls, partial(_measure, lab, net, x))
    lost = None
    if not time.is_quick(calls):
        lab.run(script)
        script = lab.script()
        if time.late(calls) is not None or _is_right(observation):
            lost = LostReply(time.out_of_time(calls))
    rounds = [_round(script, net, arrays, values, data, r, rule, single, lost) for r in RATES]
    rounds.append(_round(script, net, arrays, other, fewer, RATES[0], rule, single, lost))
    lab.run(script)
    return replace(observation, rounds=tuple(rounds))


def _draw(rng: np.random.Generator, arrays: Sequence[Listed], single: bool) -> tuple[Array, ...]:
    """Draw values for the parameters of a network."""
    return tuple(parameters.draw(rng, entry["array"].shape, single, SPREAD) for entry in arrays)


def _answers(
    script: Script,
    net: Ref,
    arrays: Sequence[Listed],
    values: Sequence[Array],
    data: tuple[Array, Array],
) -> tuple[Reply, Reply, Reply, Reply, Reply, Reply, Reply]:
    """Ask for the output and the losses, once more for the output, and for it at half the parameters."""
    x, truth = (script.put(array) for array in data)
    _settle(script, net, arrays, values)
    y, chain = script.call(net, "forward", x), _chain(script, net, x)
    loss = script.call(net, "cal_loss", y, truth)
    own = script.call(script.attribute(net, "loss_func"), "forward", chain, truth)
    y_read, chain_read, loss_read, own_read, x_kept = (
        script.read(ref) for ref in (y, chain, loss, own, x)
    )
    y_again = script.read(script.call(net, "forward", script.put(data[0])))
    _settle(script, net, arrays, tuple(0.5 * array for array in values))
    y_half = script.read(script.call(net, "forward", script.put(data[0])))
    return y_read, chain_read, loss_read, own_read, x_kept, y_again, y_half


def _measure(lab: Lab, net: Ref, x_values: Array) -> float:
    """Return the seconds that one ``forward`` of the network takes."""
    script = lab.script()
    for _ in range(PROBED):
        script.call(net, "forward", script.put(x_values))
    lab.run(script)
    return script.seconds / PROBED


def _is_right(record: NetworkObservation) -> bool:
    """Whether the network computes in float64 what the lab's does, and its loss."""
    try:
        y = expect.array(record.y.value, "TLNN.forward", (len(record.x), 1))
        loss = expect.scalar(record.loss.value, "TLNN.cal_loss")
    except Failure:
        return False
    expected = closed_form(record)
    if expected is None or record.single:
        return False
    right = np.array(mse(y, record.truth))
    return bool(np.all(EXACT.holds(expected, y)) and np.all(EXACT.holds(right, np.array(loss))))


def _is_single(reply: Reply) -> bool:
    """Whether an answer came, and came in float32."""
    try:
        return expect.is_single(reply.value)
    except Failure:
        return False


def network_rule(lab: Lab, methods: MethodReplies) -> UpdateRule:
    """Find out how a network takes its step."""

    def run(script: Script, rule: UpdateRule) -> None:
        x, truth = script.put(np.ones((2, 2))), script.put(np.zeros((2, 1)))
        script.call(methods.target, "cal_loss", script.call(methods.target, "forward", x), truth)
        rule.step(script, methods.target, rate=0.5)

    return find_rule(lab, methods, 0, run)


def _settle(script: Script, net: Ref, arrays: Sequence[Listed], values: Sequence[Array]) -> None:
    for entry, array in zip(arrays, values, strict=True):
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
    arrays: Sequence[Listed],
    values: tuple[Array, ...],
    data: tuple[Array, Array],
    rate: float,
    rule: UpdateRule,
    single: bool,
    lost: LostReply | None = None,
    *,
    differences: bool = True,
) -> Round:
    _settle(script, net, arrays, values)
    x, truth = (script.put(array) for array in data)
    y, loss = script.reserve("TLNN.forward"), script.reserve("TLNN.cal_loss")
    body = [
        script.call_line(y, net, "forward", x),
        script.call_line(loss, net, "cal_loss", y, truth),
    ]
    step = STEP_SINGLE if single else STEP
    shifts = tuple(
        lost or script.read(script.perturb_entries((net, entry["path"]), step, body, loss))
        for entry in (arrays if differences else ())
    )
    script.call(net, "cal_loss", script.call(net, "forward", x), truth)
    backward_reply = script.read(rule.step(script, net, rate=rate))
    return Round(rate, *data, values, shifts, backward_reply, script.arrays(net))


def descends(record: NetworkObservation) -> bool:
    """Whether the steps that were seen go, roughly at least, against the gradient of the loss.

    A network that answers from a table, or is fitted by a solver, takes no such step.
    """
    if not record.follows or record.gone is not None:
        return False
    try:
        return all(_goes_down(record, r, gradients_of(record, r)) for r in record.rounds)
    except Failure:
        return False


def descends_on(lab: Lab, net: Ref, rule: UpdateRule, x: Array, truth: Array) -> bool:
    """Whether this network takes such steps on these data ``(N, 2)``, ``(N, 1)``, its weights drawn anew.

    One that tells the batches of ``observed`` from those that it is trained on, by their size for
    instance, has no parameters there that its answers follow.
    """
    record, rng = observed(lab), lab.rng("descent on the data")
    script = lab.script()
    listed = parameters.perturb_parameters(script, net, script.put(x))
    lab.run(script)
    try:
        arrays = tuple(parameters.parameters_of(listed.value))
        values = _draw(rng, arrays, record.single)
        widths = convergent_starts.WIDTHS
        here = replace(record, parameters=arrays, values=values, x=x, truth=truth, widths=widths)
        return bool(arrays) and _goes_down(here, *_step_on_data(lab, net, here, rule))
    except Failure:
        return False


def _step_on_data(
    lab: Lab, net: Ref, here: NetworkObservation, rule: UpdateRule
) -> tuple[Round, list[Array]]:
    """Take a step on the data of an observation; return it, and the gradient that it should follow.

    Where the network computes there what the lab's does, the gradient is that of the chain rule:
    differences on a whole data set cost some 80 calls of forward and cal_loss.
    """
    arrays, values, data = here.parameters, here.values, (here.x, here.truth)
    script = lab.script()
    _settle(script, net, arrays, values)
    x, truth = (script.put(array) for array in data)
    y = script.call(net, "forward", x)
    loss = script.call(net, "cal_loss", y, truth)
    here = replace(here, y=script.read(y), loss=script.read(loss))
    round_ = _round(
        script, net, arrays, values, data, RATES[0], rule, here.single, differences=False
    )
    lab.run(script)
    right = closed_gradients(here, round_) if _is_right(here) else None
    if right is not None:
        return round_, right
    script = lab.script()
    round_ = _round(script, net, arrays, values, data, RATES[0], rule, here.single)
    lab.run(script)
    return round_, gradients_of(here, round_)


def _goes_down(record: NetworkObservation, round_: Round, gradients: Sequence[Array]) -> bool:
    _ = round_.backward_reply.value
    ends = {name_of(entry["path"]): entry["array"] for entry in round_.after.value}
    step_parts, gradient_parts = [], []
    for entry, before, numeric in zip(record.parameters, round_.before, gradients, strict=True):
        after = ends.get(name_of(entry["path"]), before)
        if after.shape != before.shape:
            return False
        step_parts.append((before - after).ravel())
        gradient_parts.append(numeric.ravel())
    step, gradient = np.concatenate(step_parts), np.concatenate(gradient_parts)
    if not shows(gradient):
        return False
    with np.errstate(all="ignore"):
        sizes = float(np.linalg.norm(step)) * float(np.linalg.norm(gradient))
        return bool(float(step @ gradient) >= DOWNHILL * sizes > 0)


def gradients_of(record: NetworkObservation, round_: Round) -> list[Array]:
    """The gradient at every parameter by differences of cal_loss.

    Where these are lost and the network computes what the lab's does, it is that by the chain rule;
    elsewhere ``ChildGone`` is raised.
    """
    if any(isinstance(reply, LostReply) for reply in round_.shifts) and _is_right(record):
        right = closed_gradients(record, round_)
        if right is not None:
            return right
    step = STEP_SINGLE if record.single else STEP
    gradients = []
    for reply, before in zip(round_.shifts, round_.before, strict=True):
        shifts = expect.shifts(reply.value, "TLNN.cal_loss", before.size)
        derivatives = jacobian(shifts, before, step)
        gradients.append(pulled_back(derivatives, np.ones(shifts.shape[2:]), before.shape))
    return gradients
