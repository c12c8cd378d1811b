"""Checks of training: does the network learn, and do ``train`` and ``accuracy`` do what they say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader import expect
from grader.checks import known, observe
from grader.checks.base import Judgement, check, judged
from grader.checks.known import MOST_STEPS, RATE, RUN, Task
from grader.checks.observe import Listed, rate_style
from grader.expect import Failure
from grader.lab import Lab, Ref, Reply
from grader.numeric import Array

CHUNK = 100
SLACK = 2
"""A student's network may need this many times the reference's own limit."""


@check("training.linear", subject="TLNN", needs=["network.forward"], stage="dependent")
def linear(lab: Lab, rng: np.random.Generator) -> Judgement:
    """The network learns linearly separable data.

    From weights that are known to lead there, plain gradient descent (forward, cal_loss, backward
    on the whole batch) comes to 100 % and stays, and points that it never saw are told apart.
    """
    del rng
    return _learns(lab, known.task("linear", lab.seed))


@check("training.xor", subject="TLNN", needs=["network.forward"], stage="dependent")
def xor(lab: Lab, rng: np.random.Generator) -> Judgement:
    """The network learns the XOR data.

    From weights that are known to lead there, plain gradient descent (forward, cal_loss, backward
    on the whole batch) comes to 100 % and stays, and points that it never saw are told apart.
    """
    del rng
    return _learns(lab, known.task("xor", lab.seed))


def _learns(lab: Lab, task: Task) -> Judgement:
    script = lab.script()
    net = script.new("TLNN", *known.WIDTHS)
    x, truth = script.put(task.x), script.put(task.y)
    listed = observe.stirred(script, net, x)
    signature = script.signature(net, "backward")
    lab.run(script)
    script.check(script.makers[net.name])
    _start(lab, net, observe.parameters_of(listed.value), task)
    best, arrived = _descend(lab, net, x, truth, rate_style(signature), task)
    return [
        judged("100 % on the training data", lambda: _came_to_100(best, arrived=arrived), 2.0),
        judged("points never seen", lambda: _knows_unseen(lab, net, task, arrived=arrived)),
    ]


def _start(lab: Lab, net: Ref, held: Sequence[Listed], task: Task) -> None:
    """Set the network's parameters to the task's start, each known by its shape, then by its order."""
    left = list(task.start)
    script = lab.script()
    for entry in held:
        for k, values in enumerate(left):
            fitted = _fitted(values, entry["array"].shape)
            if fitted is not None:
                script.assign(net, entry["path"], fitted)
                del left[k]
                break
    lab.run(script)


def _fitted(values: Array, shape: tuple[int, ...]) -> Array | None:
    if values.shape == shape:
        return values
    if values.ndim == 2 and values.T.shape == shape:
        return values.T
    return values.reshape(shape) if values.ndim == 1 and values.size == np.prod(shape) else None


def _descend(lab: Lab, net: Ref, x: Ref, truth: Ref, style: str | None, task: Task) -> tuple[float, bool]:
    """Train in chunks of steps until a run of them was right; return the best accuracy, and whether."""
    best, run = 0.0, 0
    for _ in range(SLACK * MOST_STEPS // CHUNK):
        for y in _chunk(lab, net, x, truth, style, task):
            share = float(np.mean((y > 0.5) == (task.y > 0.5)))
            best, run = max(best, share), run + 1 if share == 1.0 else 0
            if run >= RUN:
                return best, True
    return best, False


def _chunk(lab: Lab, net: Ref, x: Ref, truth: Ref, style: str | None, task: Task) -> Array:
    """Take a chunk of steps; return the outputs before each: shape ``(CHUNK, N, 1)``."""
    script = lab.script()
    y, ran = script.reserve("TLNN.forward"), script.reserve("TLNN.backward")
    args, kwargs = ((), {style: RATE}) if style else ((RATE,), {})
    body = [
        script.again(y, net, "forward", x),
        script.again(script.reserve("TLNN.cal_loss"), net, "cal_loss", y, truth),
        script.again(ran, net, "backward", *args, **kwargs),
    ]
    reply = script.read(script.item(script.repeat(CHUNK, body, [y]), 0, "TLNN.forward"))
    lab.run(script)
    return expect.array(reply.value, "TLNN.forward", (CHUNK, *task.y.shape))


def _came_to_100(best: float, *, arrived: bool) -> None:
    if not arrived:
        raise Failure(
            "not_learned", best=f"{100 * best:.0f}", steps=SLACK * MOST_STEPS, run=RUN,
            expected="100 %", actual=f"{100 * best:.0f} %",
        )  # fmt: skip


def _knows_unseen(lab: Lab, net: Ref, task: Task, *, arrived: bool) -> None:
    script = lab.script()
    reply = script.read(script.call(net, "forward", script.put(task.unseen)))
    lab.run(script)
    y = expect.array(reply.value, "TLNN.forward", task.labels.shape)
    right = int(np.sum((y > 0.5) == (task.labels > 0.5)))
    if right < len(y) or not arrived:
        raise Failure("unseen_wrong", right=right, of=len(y))


@check("training.train", subject="train", needs=["network.forward"], stage="dependent")
def train(lab: Lab, rng: np.random.Generator) -> Judgement:
    """train(net, x, y, lr, epochs) trains the network and returns its losses.

    One loss an epoch, as a list of floats; the network that was given is the one that has learned;
    the learning rate is the one that was given.
    """
    lab.require("train")
    lab.require("TLNN")
    data_x = rng.uniform(size=(30, 2))
    data_y = (data_x[:, 1:] > data_x[:, :1]).astype(np.float64)
    script = lab.script()
    net = script.new("TLNN")
    x, truth = script.put(data_x), script.put(data_y)
    before = script.read(script.call(net, "forward", x))
    frozen = script.new("train", net, x, truth, lr=0.0, epochs=3)
    still = script.read(script.call(net, "forward", x))
    losses = script.read(script.new("train", net, x, truth, lr=0.5, epochs=300))
    after = script.read(script.call(net, "forward", x))
    script.new("train", net, x, truth, lr=0.5, epochs=5, batch_size=8)
    batched = script.read(Ref(frozen.name, "train"))
    lab.run(script)
    return [
        judged("one loss an epoch", lambda: _losses(losses, 300)),
        judged("the loss falls", lambda: _falls(_losses(losses, 300))),
        judged("the network has learned", lambda: _differs(before, after)),
        judged("the learning rate counts", lambda: _same_output(before, still, batched)),
    ]


def _losses(reply: Reply, epochs: int) -> Array:
    values = expect.array(reply.value, "train").reshape(-1)
    if values.size != epochs:
        raise Failure("loss_count", wanted=epochs, got=int(values.size))
    return values


def _falls(losses: Array) -> None:
    first, last = float(np.mean(losses[:10])), float(np.mean(losses[-10:]))
    if not last < first:
        raise Failure("loss_not_falling", first=expect.number(first), last=expect.number(last))


def _differs(before: Reply, after: Reply) -> None:
    if np.array_equal(_output(before), _output(after)):
        raise Failure("net_not_trained")


def _same_output(before: Reply, still: Reply, ran: Reply) -> None:
    _ = ran.value
    if not np.array_equal(_output(before), _output(still)):
        raise Failure("rate_not_used")


def _output(reply: Reply) -> Array:
    return expect.array(reply.value, "TLNN.forward")


@check("training.accuracy", subject="accuracy")
def accuracy(lab: Lab, rng: np.random.Generator) -> Judgement:
    """accuracy(ground_truth, y) is the share of right predictions, from 0 to 1.

    A prediction above 0.5 counts as 1. Leave the arrays that you were given as they are.
    """
    lab.require("accuracy")
    truth = rng.integers(0, 2, (40, 1)).astype(np.float64)
    y = rng.uniform(0.05, 0.95, (40, 1))
    share = float(np.mean((y > 0.5) == (truth > 0.5)))
    script = lab.script()
    t, guess = script.put(truth), script.put(y)
    replies = [script.read(script.new("accuracy", t, guess))]
    kept = [script.read(t), script.read(guess)]
    replies.append(script.read(script.new("accuracy", script.put(truth), script.put(0.1 + 0.8 * truth))))
    replies.append(script.read(script.new("accuracy", script.put(truth), script.put(0.9 - 0.8 * truth))))
    lab.run(script)
    return [
        judged("some right", lambda: _accuracy_is(replies[0], share)),
        judged("all right", lambda: _accuracy_is(replies[1], 1.0)),
        judged("all wrong", lambda: _accuracy_is(replies[2], 0.0)),
        judged("the arrays are left alone", lambda: (replies[0].value, _left_alone(kept, (truth, y)))),
    ]


def _accuracy_is(reply: Reply, wanted: float) -> None:
    got = expect.scalar(reply.value, "accuracy")
    if not abs(got - wanted) <= 1e-9:
        raise Failure("wrong_accuracy", wanted=expect.number(wanted), got=expect.number(got))


def _left_alone(kept: Sequence[Reply], given: Sequence[Array]) -> None:
    for reply, array, name in zip(kept, given, ("ground_truth", "y"), strict=True):
        if not np.array_equal(reply.value["value"], array):
            raise Failure("changed", what=name, who="accuracy")
