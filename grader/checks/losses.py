"""Checks of the losses: ``MSE``, ``BinaryCrossEntropy``, and the optional ``CrossEntropy``.

Two verdicts that must not be mixed: whether ``backward`` is the derivative of the
loss's own ``forward``, and whether ``forward`` is the loss that the lab asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from grader import expect
from grader.checks.base import check, each, holds, part
from grader.checks.purity import is_none, unchanged
from grader.contract import binary_cross_entropy
from grader.expect import same
from grader.model import Failure, Outcome, Part
from grader.numeric import Array
from grader.observation.forward_time import slow_remarks
from grader.observation.gradient_match import (
    FLAT,
    demand_one_oracle,
    given_and_right,
    is_aligned,
    is_smooth,
    of_wrong_forward,
    shows,
    varies,
    without_echo,
)
from grader.observation.loss_trials import (
    BINARY,
    CATEGORICAL,
    LOGARITHM,
    MEAN_SQUARED,
    LossTrials,
    Seen,
    observed,
)
from grader.remote import Lab, Reply


def _forward(lab: Lab, kind: LossTrials) -> Outcome:
    trials = observed(lab, kind)
    parts = [part(s.name, partial(_value, s)) for s in trials]
    return lab.outcome(parts, informative=_informs(trials))


def _informs(trials: Sequence[Seen]) -> bool:
    """Whether the loss follows y, otherwise than by chance, and not by one slope throughout.

    One that is rounded may be flat around each y, and follows it from trial to trial. Where there are
    no differences, one that is right does.
    """
    if trials[0].lost is not None:
        return any(map(_holds, trials))
    losses, slopes, smooth = [], [], []
    for seen in trials:
        try:
            who = f"{seen.kind.name}.forward"
            loss = expect.array(seen.loss.value, who)  # one a sample follows y as well
            swept = expect.swept(seen.swept.value, who, seen.y.size)
            smooth.append(is_smooth(swept, loss))
            slopes.append(seen.numeric)
            losses.append(float(loss.sum()))
        except Failure:
            continue
    if not any(map(shows, slopes)):
        return bool(losses) and bool(np.ptp(losses) > FLAT)
    return any(map(varies, slopes)) and all(smooth)


def _value(seen: Seen) -> None:
    wanted = np.array(seen.kind.formula(seen.y, seen.truth))
    same(
        wanted,
        np.array(seen.value),
        seen.exact,
        "wrong_loss",
        who=f"{seen.kind.name}.forward",
        trial=seen.name,
    )


def _backward(lab: Lab, kind: LossTrials) -> Outcome:
    trials = observed(lab, kind)
    right = [s for s in trials if s.lost is None and _holds(s) and not s.single]
    demand_one_oracle(f"{kind.name}.forward", ((_right(s), s.numeric) for s in right))
    parts = [part(s.name, partial(_gradient, s)) for s in trials]
    return lab.outcome(
        parts,
        remarks=slow_remarks(trials[0].lost),
        informative=is_aligned(given_and_right(trials, _own_gradient, _right)),
    )


def _own_gradient(seen: Seen) -> Array:
    """The gradient as backward returned it; zeros where that is a multiple of y or of the truth."""
    return without_echo(seen.gradient, seen.y, seen.truth)


def _right(seen: Seen) -> Array:
    return seen.kind.gradient(seen.y, seen.truth)


def _holds(seen: Seen) -> bool:
    return holds(partial(_value, seen))


def gradient(seen: Seen) -> Array:
    """The gradient by differences; where they are lost and forward is right, the closed form.

    Raises ``ChildGone`` where neither is known.
    """
    return _right(seen) if seen.lost is not None and _holds(seen) else seen.numeric


def _gradient(seen: Seen) -> Failure | None:
    """Demand the derivative of the loss's own forward; the lab's is as good, whatever forward is.

    The differences of a right forward that rounds its value carry that rounding divided by their step.

    Returns the failure that counts where forward is wrong and its mistake has no name.
    """
    given, right, holds = seen.gradient, _right(seen), _holds(seen)
    if np.all(seen.exact.holds(right, given)):
        return None
    name, numeric = seen.kind.name, gradient(seen)
    same(
        numeric, given, seen.tolerance, "wrong_gradient",
        who=f"{name}.backward", array="dy", trial=seen.name,
    )  # fmt: skip
    if holds:
        return None
    return of_wrong_forward(f"{name}.backward", f"{name}.forward", numeric)


def _state(lab: Lab, kind: LossTrials) -> list[Part]:
    trials = observed(lab, kind)
    return [
        part("y is unchanged", lambda: each(lambda s: _kept(s, 0, "y"), trials)),
        part(
            "the ground truth is unchanged",
            lambda: each(lambda s: _kept(s, 1, "ground_truth"), trials),
        ),
        part("a second backward gives the same result", lambda: each(_again, trials)),
        part("predictions of exactly 0 and 1 are unchanged", lambda: _ends_kept(lab, kind)),
        *_used_again(lab, kind),
    ]


def _used_again(lab: Lab, kind: LossTrials) -> list[Part]:
    """One loss used on three pairs in turn, two of one shape, beside new ones that see one each."""
    rng, script = lab.rng(f"again {kind.name}"), lab.script()
    pairs = [kind.draw(rng, shape) for shape in (kind.shapes[-1], kind.shapes[-1], kind.shapes[1])]
    while np.array_equal(pairs[0][1], pairs[1][1]):  # one-hot rows may be drawn alike
        pairs[1] = kind.draw(rng, kind.shapes[-1])
    made, other = script.new(kind.name), script.new(kind.name)
    used, fresh = [], []
    for pair in pairs:
        script.call(made, "forward", *(script.put(part) for part in pair))
        used.append(script.read(script.call(made, "backward")))
        new = script.new(kind.name)
        script.call(new, "forward", *(script.put(part) for part in pair))
        fresh.append(script.read(script.call(new, "backward")))
    script.call(made, "forward", *(script.put(part) for part in pairs[0]))
    script.call(other, "forward", *(script.put(part) for part in pairs[1]))
    between = script.read(script.call(made, "backward"))
    lab.run(script)

    def equal(one: Reply, two: Reply, id_: str) -> None:
        if is_none(one) and is_none(two):
            return
        first, second = (expect.array(reply.value, f"{kind.name}.backward") for reply in (one, two))
        if not np.array_equal(first, second):
            raise Failure(id_, who=kind.name)

    return [
        part("another pair of the same shape", lambda: equal(used[1], fresh[1], "backward_stale")),
        part("a pair of another shape", lambda: equal(used[2], fresh[2], "backward_stale")),
        part("another loss in between", lambda: equal(between, fresh[0], "shared")),
    ]


def _kept(seen: Seen, which: int, what: str) -> None:
    _ = seen.dy.value
    unchanged((seen.y, seen.truth)[which], seen.kept[which], what, seen.kind.name)


def _ends_kept(lab: Lab, kind: LossTrials) -> None:
    """Demand that a guard of the logarithm works on a copy."""
    values = np.eye(kind.shapes[0][1])
    script = lab.script()
    made, y = script.new(kind.name), script.put(values)
    script.call(made, "forward", y, script.put(values))
    script.call(made, "backward")
    kept = script.read(y)
    lab.run(script)
    unchanged(values, kept, "y", kind.name)


def _again(seen: Seen) -> None:
    who = f"{seen.kind.name}.backward"
    if is_none(seen.dy):
        return
    first = seen.gradient
    if not np.array_equal(first, expect.array(seen.dy_again.value, who)):
        raise Failure("backward_differs", who=seen.kind.name)
    if not np.array_equal(first, expect.array(seen.kept[2].value, who)):
        raise Failure("overwritten", who=who)


@check("mse.forward", subject="MSE")
def mse_forward(lab: Lab) -> Outcome:
    """MSE.forward(y, ground_truth) returns the mean squared error.

    One float: the mean of the squared difference over all entries, that is, over rows and
    columns.
    """
    return _forward(lab, MEAN_SQUARED)


@check("mse.backward", subject="MSE", needs=["mse.forward"])
def mse_backward(lab: Lab) -> Outcome:
    """MSE.backward() returns dL/dy, the gradient of the loss.

    It has the shape of y. Differentiate exactly what forward computes: a factor in forward also
    belongs in backward.
    """
    return _backward(lab, MEAN_SQUARED)


@check(
    "mse.state",
    subject="MSE",
    needs=["mse.forward"],
    earns_beside=["mse.forward"],
)
def mse_state(lab: Lab) -> list[Part]:
    """MSE changes neither its input arrays nor the arrays that it has returned."""
    return _state(lab, MEAN_SQUARED)


@check("bce.forward", subject="BinaryCrossEntropy")
def bce_forward(lab: Lab) -> Outcome:
    """BinaryCrossEntropy.forward(y, ground_truth) returns the mean cross-entropy.

    One float: the mean of -(t log y + (1 - t) log(1 - y)) over all entries, with the natural
    logarithm.
    """
    lab.require("BinaryCrossEntropy")
    near = np.array([[0.001, 0.999], [0.01, 0.99]])
    truth = np.array([[0.0, 1.0], [1.0, 0.0]])
    script = lab.script()
    reply = script.read(
        script.call(
            script.new("BinaryCrossEntropy"), "forward", script.put(near), script.put(truth)
        )
    )
    lab.run(script)

    def demand() -> None:
        given = np.array(expect.scalar(reply.value, "BinaryCrossEntropy.forward"))
        wanted = np.array(binary_cross_entropy(near, truth))
        same(
            wanted,
            given,
            LOGARITHM,
            "wrong_loss",
            who="BinaryCrossEntropy.forward",
            trial="y from 0.001 to 0.999",
        )

    usual = _forward(lab, BINARY)
    return replace(usual, parts=(*usual.parts, part("y from 0.001 to 0.999", demand)))


@check(
    "bce.ends",
    subject="BinaryCrossEntropy",
    needs=["bce.forward"],
    earns_beside=["bce.forward"],
)
def bce_ends(lab: Lab) -> list[Part]:
    """BinaryCrossEntropy stays finite where y is exactly 0 or 1.

    Avoid log(0) with a small constant (1e-7, for instance), in forward and in backward, at both
    ends; a large constant would change the loss.
    """
    return _ends(
        lab, BINARY, np.array([[1.0, 0.0, 1.0, 0.0]]), np.array([[0.0, 1.0, 1.0, 0.0]]), 4.0
    )


def _ends(lab: Lab, kind: LossTrials, y: Array, truth: Array, least: float) -> list[Part]:
    """Judge a loss at 0 and 1: ``least`` is the smallest mean loss that still counts as large."""
    lab.require(kind.name)
    name = kind.name
    script = lab.script()
    replies = []
    for given in (y, truth, 0.25 + 0.5 * truth):
        made = script.new(name)
        loss = script.read(script.call(made, "forward", script.put(given), script.put(truth)))
        replies.append((loss, script.read(script.call(made, "backward"))))
    lab.run(script)

    def large() -> None:
        loss = expect.scalar(replies[0][0].value, f"{name}.forward")
        if not abs(loss) >= least:  # a wrong sign is forward's mistake, and counted there
            wanted, got = expect.pair(least, loss)
            raise Failure("ends_too_small", who=name, got=got, wanted=wanted)

    def small() -> None:
        loss = expect.scalar(replies[1][0].value, f"{name}.forward")
        if not abs(loss) <= 1e-3:
            raise Failure("ends_too_large", who=name, got=expect.number(loss))

    def finite() -> None:
        *_, inside = [expect.array(g.value, f"{name}.backward", y.shape) for _, g in replies]
        if not np.any(inside):  # zeros are finite everywhere
            raise Failure("no_gradient", who=f"{name}.backward")

    return [
        part("the loss where y is wrong", large),
        part("the loss where y is right", small),
        part("the gradient", finite),
    ]


@check("bce.backward", subject="BinaryCrossEntropy", needs=["bce.forward"])
def bce_backward(lab: Lab) -> Outcome:
    """BinaryCrossEntropy.backward() returns dL/dy, the gradient of the loss.

    It has the shape of y. Check the sign of the second term, and the mean.
    """
    return _backward(lab, BINARY)


@check(
    "bce.state",
    subject="BinaryCrossEntropy",
    needs=["bce.forward"],
    earns_beside=["bce.forward"],
)
def bce_state(lab: Lab) -> list[Part]:
    """BinaryCrossEntropy changes neither its input arrays nor the arrays that it has returned."""
    return _state(lab, BINARY)


@check("cross_entropy.forward", subject="CrossEntropy")
def cross_entropy_forward(lab: Lab) -> Outcome:
    """CrossEntropy.forward(y, ground_truth) returns the mean cross-entropy of the rows.

    One float: the mean over the rows of -sum(t log y), with the natural logarithm.
    """
    return _forward(lab, CATEGORICAL)


@check(
    "cross_entropy.ends",
    subject="CrossEntropy",
    needs=["cross_entropy.forward"],
    earns_beside=["cross_entropy.forward"],
)
def cross_entropy_ends(lab: Lab) -> list[Part]:
    """CrossEntropy stays finite where y is exactly 0 or 1."""
    return _ends(
        lab,
        CATEGORICAL,
        np.array([[1.0, 0.0], [0.0, 1.0]]),
        np.array([[0.0, 1.0], [1.0, 0.0]]),
        8.0,
    )


@check("cross_entropy.backward", subject="CrossEntropy", needs=["cross_entropy.forward"])
def cross_entropy_backward(lab: Lab) -> Outcome:
    """CrossEntropy.backward() returns dL/dy, the gradient of the loss."""
    return _backward(lab, CATEGORICAL)


@check(
    "cross_entropy.state",
    subject="CrossEntropy",
    needs=["cross_entropy.forward"],
    earns_beside=["cross_entropy.forward"],
)
def cross_entropy_state(lab: Lab) -> list[Part]:
    """CrossEntropy changes neither its input arrays nor the arrays that it has returned."""
    return _state(lab, CATEGORICAL)
