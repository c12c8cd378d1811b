"""Checks of the student's own ``train`` and ``accuracy``: do they do what they say."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from grader import expect
from grader.checks.base import check, part
from grader.checks.purity import unchanged
from grader.expect import EXACT, EXACT_SINGLE, Tolerance, same
from grader.model import Failure, Part
from grader.numeric import Array
from grader.observation import convergent_starts
from grader.observation.convergent_starts import Task
from grader.observation.layer_observation import Listed
from grader.observation.network_trials import network_rule
from grader.observation.set_weights import construct_network, demand_time, limit_weights
from grader.observation.training_runs import (
    BATCHED_EPOCHS,
    BATCHED_TRIES,
    EPOCHS,
    LEAST_STEPS,
    MIN_CLASS_DISTANCE,
    ROWS_EPOCHS,
    STEP,
    STEPS,
    STEPS_SINGLE,
    Like,
    matching_variant,
    output_of,
    run_train,
    set_arrays,
    steps_by_hand,
)
from grader.observation.update_convention import UpdateRule, ask_methods
from grader.remote import Lab, Ref, Reply


@check("training.train", subject="train", needs=["network.forward"], stage="dependent")
def train(lab: Lab) -> list[Part]:
    """train(net, x, y, lr, epochs, batch_size) trains the network and returns its losses.

    It returns one loss per epoch, as a list of floats. Without batch_size, every epoch is one
    step on the whole batch: forward, cal_loss, backward(lr). With batch_size, each step uses
    that many samples.
    """
    lab.require("train")
    lab.require("TLNN")
    demand_time(lab, "xor", LEAST_STEPS)
    x = lab.rng().uniform(size=(30, 2))
    data = x, (x[:, 1:] > x[:, :1]).astype(np.float64)
    nets, arrays, rule = _networks(lab, 5)
    script = lab.script()
    for net in nets:
        set_arrays(script, net, arrays)
    by_hand = steps_by_hand(script, nets[0], data, rule, STEP, EPOCHS)
    at_rest = steps_by_hand(script, nets[4], data, rule, 0.0, 3)
    training = run_train(script, nets[1], data, lr=STEP, epochs=EPOCHS)
    at_rate_0 = run_train(script, nets[2], data, lr=0.0, epochs=3)
    in_batches = run_train(script, nets[3], data, lr=STEP, epochs=EPOCHS, batch_size=8)
    lab.run(script)
    if np.array_equal(output_of(by_hand[3]), output_of(by_hand[2])):
        raise Failure("net_never_moves", usable=False)

    like = partial(matching_variant, lab, arrays, data, rule)
    stays = partial(_stays, at_rest[2], at_rate_0, like)
    return [
        part("one loss per epoch", lambda: _losses(training[0], EPOCHS), beside=[MOVES]),
        part("the network changes", lambda: _moves(by_hand, training)),
        part("the steps of plain gradient descent", lambda: _same_steps(by_hand, training, like)),
        part("the losses of these steps", lambda: _same_losses(by_hand, training[0])),
        part("the learning rate has an effect", stays, beside=[MOVES]),
        part("the batch size has an effect", lambda: _smaller_batches(training, in_batches)),
        part("the data are unchanged", lambda: _data_unchanged(training, data), beside=[MOVES]),
        part("every row", lambda: _every_row(lab, arrays, *data)),
        part("learning with batches", lambda: _learns_in_batches(lab), beside=[MOVES]),
    ]


def _networks(lab: Lab, count: int) -> tuple[list[Ref], list[Listed], UpdateRule]:
    """Construct networks; return them, weights to set them to, and how they take a step."""
    script = lab.script()
    nets = [script.new("TLNN") for _ in range(count)]
    reply, methods = script.arrays(nets[0]), ask_methods(script, nets[0])
    lab.run(script)
    rule = network_rule(lab, methods)
    return nets, [{**e, "array": limit_weights(e["array"])} for e in reply.value], rule


def _losses(reply: Reply, epochs: int) -> Array:
    values = expect.array(reply.value, "train").reshape(-1)
    if values.size != epochs:
        raise Failure("loss_count", wanted=epochs, got=int(values.size))
    return values


MOVES = "the network changes"
"""What trains nothing returns a list of the right length, and leaves everything alone."""


def _moves(by_hand: Sequence[Reply], training: Sequence[Reply]) -> None:
    _ = training[0].value
    if np.array_equal(output_of(by_hand[3]), output_of(training[1])):
        raise Failure("net_not_trained")


def _same_steps(by_hand: Sequence[Reply], training: Sequence[Reply], like: Like) -> None:
    _moves(by_hand, training)
    expected, actual = output_of(by_hand[2]), output_of(training[1])
    tolerance = _tolerance(by_hand[2], training[1])
    if expected.shape != actual.shape:
        raise expect.wrong_shape("TLNN.forward", expected.shape, actual.shape)
    if np.all(tolerance.holds(expected, actual)):
        return
    same(expected, actual, tolerance, "train_differs", epochs=EPOCHS, like=like(training))


def _tolerance(*replies: Reply) -> Tolerance:
    """How far two trainings may be apart: further where one of them shows float32."""
    return STEPS_SINGLE if any(expect.is_single(r.value) for r in replies) else STEPS


def _same_losses(by_hand: Sequence[Reply], losses_reply: Reply) -> None:
    """The loss of an epoch may be taken before its step or after it."""
    actual = _losses(losses_reply, EPOCHS)
    parts = [expect.array(reply.value, "TLNN.cal_loss") for reply in by_hand[:2]]
    for shape in (parts[0].shape[1:], parts[1].shape):
        if np.prod(shape) != 1:
            raise expect.wrong_shape("TLNN.cal_loss", (), shape)
    expected, tolerance = (
        np.concatenate([part.reshape(-1) for part in parts]),
        _tolerance(losses_reply, *by_hand[:2]),
    )
    choices = (expected[:-1], expected[1:])
    if any(np.all(tolerance.holds(choice, actual)) for choice in choices):
        return
    holds = tolerance.holds(choices[0], actual)
    epoch = int(np.argmax(np.where(holds, -1.0, np.abs(choices[0] - actual))))
    raise expect.mismatch(choices[0], actual, holds, "losses_differ", epoch=epoch)


def _stays(before: Reply, training: Sequence[Reply], like: Like) -> None:
    _ = training[0].value
    if not np.array_equal(output_of(before), output_of(training[1])):
        raise Failure("rate_not_used", like=like(training))


def _smaller_batches(training: Sequence[Reply], in_batches: Sequence[Reply]) -> None:
    _losses(in_batches[0], EPOCHS)
    if np.array_equal(output_of(training[1]), output_of(in_batches[1])):
        raise Failure("batch_size_not_used")


def _data_unchanged(training: Sequence[Reply], data: Sequence[Array]) -> None:
    _ = training[0].value
    for reply, array, name in zip(training[2:], data, ("x", "y"), strict=True):
        unchanged(array, reply, name, "train")


MIDDLE = slice(10, 20)


def _every_row(lab: Lab, arrays: Sequence[Listed], x: Array, y: Array) -> None:
    """Demand that batches reach the middle of the data: that it matters what stands there.

    The same training twice, from one start and one seed, with other rows in the middle.
    """
    other_x, other_y = x.copy(), y.copy()
    other_x[MIDDLE], other_y[MIDDLE] = 1 - x[MIDDLE], 1 - y[MIDDLE]
    script = lab.script()
    points = script.put(x)
    replies = []
    for data_x, data_y in ((x, y), (other_x, other_y)):
        net = script.new("TLNN")
        for entry in arrays:
            script.assign(net, entry["path"], entry["array"])
        script.seed(lab.child_seed("train on other rows"))
        how = {"lr": STEP, "epochs": ROWS_EPOCHS, "batch_size": 8}
        losses = script.new("train", net, script.put(data_x), script.put(data_y), **how)
        replies += [script.read(losses), script.read(script.call(net, "forward", points))]
    lab.run(script)
    for reply in replies:
        _ = reply.value
    if np.array_equal(output_of(replies[1]), output_of(replies[3])):
        raise Failure(
            "rows_not_used", epochs=ROWS_EPOCHS, first=MIDDLE.start, last=MIDDLE.stop - 1, of=len(x)
        )


def _learns_in_batches(lab: Lab) -> None:
    """Samples and labels must stay together when batches are drawn."""
    task = convergent_starts.task("linear", lab.seed)
    distance = -1.0
    for k in range(BATCHED_TRIES):
        distance = max(
            distance, _distance_in_batches(lab, task, lab.child_seed(f"train in batches {k}"))
        )
        if distance >= MIN_CLASS_DISTANCE:
            return
    net = construct_network(lab, task)
    script = lab.script()
    data = (task.x, task.y)
    by_hand = steps_by_hand(script, net.net, data, net.rule, task.rate, 2 * BATCHED_EPOCHS)
    lab.run(script)
    if not _class_distance(by_hand[2], task) >= MIN_CLASS_DISTANCE:
        return  # the network itself does not learn: no fault of train's
    raise Failure("batches_not_learned", epochs=BATCHED_EPOCHS, apart=f"{distance:.2f}")


def _distance_in_batches(lab: Lab, task: Task, seed: int) -> float:
    """Let train draw batches of half the data; return how far apart it tells the classes then."""
    net = construct_network(lab, task)
    script = lab.script()
    script.seed(seed)
    how = {"lr": task.rate, "epochs": BATCHED_EPOCHS, "batch_size": 50}
    training = run_train(script, net.net, (task.x, task.y), **how)
    lab.run(script)
    _ = training[0].value
    return _class_distance(training[1], task)


def _class_distance(reply: Reply, task: Task) -> float:
    """How far apart the mean outputs for the two classes are."""
    y = output_of(reply)
    if y.shape != task.y.shape:
        raise expect.wrong_shape("TLNN.forward", task.y.shape, y.shape)
    ones = task.y > 0.5
    return float(y[ones].mean() - y[~ones].mean())


RIGHT, WRONG = "all correct", "all wrong"
"""A constant is one of the two."""


@check("training.accuracy", subject="accuracy")
def accuracy(lab: Lab) -> list[Part]:
    """accuracy(ground_truth, y) returns the fraction of correct predictions, from 0 to 1.

    A prediction above 0.5 counts as 1. Do not change the input arrays.
    """
    rng = lab.rng()
    lab.require("accuracy")
    # Predictions lean to 0, and wrong ones are far from 0.5: any other threshold finds fewer right;
    # no share of 41 has few decimals.
    y = rng.uniform(0.05, 0.95, (41, 1)) ** 2
    wrong = (np.abs(y - 0.5) > 0.25) & (rng.random((41, 1)) < 0.4)
    truth = ((y > 0.5) ^ wrong).astype(np.float64)
    share = float(np.mean((y > 0.5) == (truth > 0.5)))
    script = lab.script()
    t, guess = script.put(truth), script.put(y)
    replies = [script.read(script.new("accuracy", t, guess))]
    after = [script.read(t), script.read(guess)]
    replies.append(
        script.read(script.new("accuracy", script.put(truth), script.put(0.1 + 0.8 * truth)))
    )
    replies.append(
        script.read(script.new("accuracy", script.put(truth), script.put(0.9 - 0.8 * truth)))
    )
    lab.run(script)

    def arrays_kept() -> None:
        script.check(replies[0].index)
        _arrays_unchanged(after, (truth, y))

    return [
        part("some correct", lambda: _accuracy_is(replies[0], share)),
        part("all correct", lambda: _accuracy_is(replies[1], 1.0), beside=[WRONG]),
        part("all wrong", lambda: _accuracy_is(replies[2], 0.0), beside=[RIGHT]),
        part("the arrays are unchanged", arrays_kept, beside=[RIGHT, WRONG]),
    ]


def _accuracy_is(reply: Reply, expected: float) -> None:
    actual = expect.scalar(reply.value, "accuracy")
    tolerance = EXACT_SINGLE if expect.is_single(reply.value) else EXACT
    if not tolerance.holds(np.array(expected), np.array(actual)):
        one, other = expect.pair(expected, actual)
        raise Failure("wrong_accuracy", wanted=one, got=other)


def _arrays_unchanged(replies: Sequence[Reply], arrays: Sequence[Array]) -> None:
    for reply, array, name in zip(replies, arrays, ("ground_truth", "y"), strict=True):
        if not np.array_equal(reply.value.get("value"), array):
            raise Failure("changed", what=name, who="accuracy")
