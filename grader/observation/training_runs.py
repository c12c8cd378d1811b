"""Runs of the student's ``train``, and the same steps taken by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from grader import expect
from grader.expect import Tolerance
from grader.numeric import Array
from grader.observation.layer_observation import Listed, name_of
from grader.observation.update_convention import UpdateRule
from grader.remote import Lab, Ref, Reply, Script

STEPS = Tolerance(1e-7, 1e-7)
"""For 20 steps taken by two loops: rows in another order round otherwise, 1e-15 a step."""


STEPS_SINGLE = Tolerance(1e-5, 1e-5)
"""The same for float32: two roundings of 2^-24 a step, in as many steps, and as much of growth."""


Like = Callable[[Sequence[Reply]], str]
"""What a training that went wrong ends like; see ``matching_variant``."""


EPOCHS = 20


STEP = 0.5


LEAST_STEPS = 2 * EPOCHS + 3 + 3 + 4 * EPOCHS
"""Steps of the first trainings: by hand and by train, at a rate of zero, and in batches of 8 of 30."""


ROWS_EPOCHS = 6
"""Drawing 8 of 30 rows at random, once an epoch, misses ten given rows in one of 10^8 trainings."""


BATCHED_EPOCHS = 50


BATCHED_TRIES = 4


MIN_CLASS_DISTANCE = 0.12
"""The reference's mean outputs for the two classes are 0.57 apart and more, and 0.3 where it draws
one batch of 50 an epoch; with labels of other samples at most 0.05 (the worst of 480 trainings each).
A network that no known start fits begins where it likes, and may need another try."""


def set_arrays(script: Script, net: Ref, arrays: Sequence[Listed]) -> None:
    """Set arrays of a network to the values with which they were listed."""
    for entry in arrays:
        script.assign(net, entry["path"], entry["array"])


def matching_variant(
    lab: Lab,
    arrays: Sequence[Listed],
    data: tuple[Array, Array],
    rule: UpdateRule,
    training: Sequence[Reply],
) -> str:
    """Try what may explain that train ends elsewhere: ``shares``, ``twice``, ``forgets``, or nothing.

    Shares: what is written into one network's weights shows in another's, so none can be told.
    Twice: it ends where two steps for each of its own would lead. Forgets: it ends in one place,
    wherever the network starts.
    """
    script = lab.script()
    nets = [script.new("TLNN") for _ in range(4)]
    set_arrays(script, nets[0], arrays)
    set_arrays(script, nets[1], [{**entry, "array": -entry["array"]} for entry in arrays])
    reply = script.arrays(nets[0])
    for net in nets:
        set_arrays(script, net, arrays)
    twice = [
        steps_by_hand(script, nets[0], data, rule, STEP, EPOCHS, steps=2)[2],
        steps_by_hand(script, nets[1], data, rule, STEP, 2 * EPOCHS)[2],
    ]
    ends = []
    for net, scale in zip(nets[2:], (1.0, -0.5), strict=True):
        set_arrays(script, net, [{**entry, "array": scale * entry["array"]} for entry in arrays])
        script.seed(lab.child_seed("train from two starts"))
        ends.append(run_train(script, net, data, lr=STEP, epochs=EPOCHS)[1])
    lab.run(script)
    arrays_after = {name_of(entry["path"]): entry["array"] for entry in reply.value}
    if any(np.any(arrays_after.get(name_of(e["path"]), e["array"]) != e["array"]) for e in arrays):
        return "shares"
    if any(np.all(STEPS.holds(output_of(end), output_of(training[1]))) for end in twice):
        return "twice"
    return "forgets" if np.array_equal(output_of(ends[0]), output_of(ends[1])) else ""


def steps_by_hand(
    script: Script,
    net: Ref,
    data: tuple[Array, Array],
    rule: UpdateRule,
    rate: float,
    epochs: int,
    steps: int = 1,
) -> tuple[Reply, Reply, Reply, Reply]:
    """Train step by step; return the losses before each and the last, outputs after, before."""
    x, truth = (script.put(array) for array in data)
    before = script.read(script.call(net, "forward", x))
    y, loss = script.reserve("TLNN.forward"), script.reserve("TLNN.cal_loss")
    body = [
        script.call_line(y, net, "forward", x),
        script.call_line(loss, net, "cal_loss", y, truth),
        *(line for _ in range(steps) for line in rule.body(script, net, rate)),
    ]
    losses = script.read(script.item(script.repeat(epochs, body, [loss]), 0, "TLNN.cal_loss"))
    after = script.call(net, "forward", x)
    last = script.read(script.call(net, "cal_loss", after, truth))
    return losses, last, script.read(after), before


def run_train(
    script: Script, net: Ref, data: tuple[Array, Array], **how: float
) -> tuple[Reply, Reply, Reply, Reply]:
    """Let the student's train run on data of its own.

    Returns what it returned, the outputs afterwards, and what the two arrays are then.
    """
    x, truth = (script.put(array) for array in data)
    losses = script.read(script.new("train", net, x, truth, **how))
    kept = script.read(x), script.read(truth)
    return losses, script.read(script.call(net, "forward", script.put(data[0]))), *kept


def output_of(reply: Reply) -> Array:
    """Return the output of a network, or fail."""
    return expect.array(reply.value, "TLNN.forward")
