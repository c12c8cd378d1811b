"""What a loss must leave alone, and forget."""

from __future__ import annotations

import numpy as np

from grader import expect
from grader.checks.base import each, part
from grader.checks.purity import is_none, unchanged
from grader.model import Failure, Part
from grader.observation.loss_trials import LossObservation, LossTrials, observed
from grader.remote import Lab, Reply


def state(lab: Lab, kind: LossTrials) -> list[Part]:
    """Return the parts of a loss's state: its arguments, its memory, other objects of the class."""
    trials = observed(lab, kind)
    return [
        part("y is unchanged", lambda: each(lambda s: _argument_unchanged(s, 0, "y"), trials)),
        part(
            "the ground truth is unchanged",
            lambda: each(lambda s: _argument_unchanged(s, 1, "ground_truth"), trials),
        ),
        part("a second backward gives the same result", lambda: each(_same_again, trials)),
        part("predictions of exactly 0 and 1 are unchanged", lambda: _ends_kept(lab, kind)),
        *_used_again(lab, kind),
    ]


def _used_again(lab: Lab, kind: LossTrials) -> list[Part]:
    """One loss used on three pairs in turn, two of one shape, beside new ones that see one each."""
    rng, script = lab.rng(f"again {kind.name}"), lab.script()
    pairs = [kind.draw(rng, shape) for shape in (kind.shapes[-1], kind.shapes[-1], kind.shapes[1])]
    while np.array_equal(pairs[0][1], pairs[1][1]):  # one-hot rows may be drawn alike
        pairs[1] = kind.draw(rng, kind.shapes[-1])
    loss, other = script.new(kind.name), script.new(kind.name)
    used, fresh = [], []
    for pair in pairs:
        script.call(loss, "forward", *(script.put(part) for part in pair))
        used.append(script.read(script.call(loss, "backward")))
        new = script.new(kind.name)
        script.call(new, "forward", *(script.put(part) for part in pair))
        fresh.append(script.read(script.call(new, "backward")))
    script.call(loss, "forward", *(script.put(part) for part in pairs[0]))
    script.call(other, "forward", *(script.put(part) for part in pairs[1]))
    between = script.read(script.call(loss, "backward"))
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


def _argument_unchanged(trial: LossObservation, which: int, what: str) -> None:
    _ = trial.dy.value
    unchanged((trial.y, trial.truth)[which], trial.after_step[which], what, trial.kind.name)


def _ends_kept(lab: Lab, kind: LossTrials) -> None:
    """Demand that a guard of the logarithm works on a copy."""
    values = np.eye(kind.shapes[0][1])
    script = lab.script()
    loss, y = script.new(kind.name), script.put(values)
    script.call(loss, "forward", y, script.put(values))
    script.call(loss, "backward")
    after_step = script.read(y)
    lab.run(script)
    unchanged(values, after_step, "y", kind.name)


def _same_again(trial: LossObservation) -> None:
    who = f"{trial.kind.name}.backward"
    if is_none(trial.dy):
        return
    first = trial.gradient
    if not np.array_equal(first, expect.array(trial.dy_again.value, who)):
        raise Failure("backward_differs", who=trial.kind.name)
    if not np.array_equal(first, expect.array(trial.after_step[2].value, who)):
        raise Failure("overwritten", who=who)
