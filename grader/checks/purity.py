"""What every layer and loss must leave alone: its arguments, its answers, and other instances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader import expect

from grader.checks.base import Judged, judged
from grader.checks.observe import Seen, Trial, backward_args, rate_style
from grader.expect import Failure
from grader.lab import Lab, Reply, floats
from grader.numeric import Array


def unchanged(before: Array, reply: Reply, what: str, who: str) -> None:
    """Demand that an array is, bit for bit, what it was."""
    now = reply.value
    if now["kind"] != "array" or not np.array_equal(now["value"], before, equal_nan=True):
        raise Failure("changed", what=what, who=who)


def purity(lab: Lab, rng: np.random.Generator, subject: str, seen: Sequence[Seen]) -> list[Judged]:
    """Judge what the trials of a layer left alone, and then one layer used again and again."""
    again = _used_again(lab, rng, subject, seen[0].trial)
    return [
        judged("x is left alone", lambda: [_input_kept(s) for s in seen]),
        judged(
            "the upstream gradient is left alone",
            lambda: [_upstream_kept(s) for s in seen],
        ),
        judged("what forward returned is left alone", lambda: [_output_kept(s) for s in seen]),
        *again,
    ]


def _input_kept(seen: Seen) -> None:
    seen.dx_ran(0)
    unchanged(seen.x, seen.kept["x"], "x", seen.subject)


def _upstream_kept(seen: Seen) -> None:
    seen.dx_ran(0)
    unchanged(seen.upstream, seen.kept["upstream"], "prev_grad", f"{seen.subject}.backward")


def _output_kept(seen: Seen) -> None:
    seen.dx_ran(0)
    unchanged(seen.y, seen.kept["y"], "what forward returned", f"{seen.subject}.backward")


def _used_again(lab: Lab, rng: np.random.Generator, subject: str, trial: Trial) -> list[Judged]:
    """One layer: two backwards, another batch of the same shape, then one of another shape."""
    script = lab.script()
    made, fresh = (script.new(subject, *trial.args, **trial.kwargs) for _ in range(2))
    signature, held = script.signature(made, "backward"), script.arrays(made)
    lab.run(script)
    style = rate_style(signature)
    batches = [trial.draw(rng, shape) for shape in (trial.shape, trial.shape, (3, *trial.shape[1:]))]
    script = lab.script()
    replies: dict[str, Reply] = {}
    for entry in held.value:
        values = floats(rng, *entry["array"].shape)
        script.assign(made, entry["path"], values)
        script.assign(fresh, entry["path"], values)
    for k, batch in enumerate(batches):
        x = script.put(batch)
        y = script.call(made, "forward", x)
        replies[f"y{k}"] = script.read(y)
        wide = lab.rng(f"upstream {subject} {k}")
        g = script.put(floats(wide, batch.shape[0], *_out_sides(trial)))
        args, kwargs = backward_args(style, g, 0.0)
        for turn in ("", "again"):
            dx = script.call(made, "backward", *args, **kwargs)
            replies[f"dx{k}{turn}"] = script.read(dx)
        if k == 0:
            first = {"y0 later": y, "dx0 later": dx}
    for name, ref in first.items():
        replies[name] = script.read(ref)
    replies["y2 fresh"] = script.read(script.call(fresh, "forward", script.put(batches[2])))
    replies["dx2 fresh"] = script.read(script.call(fresh, "backward", *args, **kwargs))
    lab.run(script)
    return [
        judged("a second backward gives the same", lambda: _equal(replies, "dx0", "dx0again", "backward_differs", subject)),
        judged("a later batch does not overwrite an earlier result", lambda: _not_overwritten(replies, subject)),
        judged("a batch of another size", lambda: _as_fresh(replies, subject)),
    ]


def _out_sides(trial: Trial) -> tuple[int, ...]:
    return (trial.args[1],) if trial.args else trial.shape[1:]


def _value(replies: dict[str, Reply], name: str, subject: str) -> Array:
    method = "forward" if name.startswith("y") else "backward"
    return expect.array(replies[name].value, f"{subject}.{method}")


def _equal(replies: dict[str, Reply], one: str, other: str, id: str, subject: str) -> None:  # noqa: A002
    first, second = _value(replies, one, subject), _value(replies, other, subject)
    if not np.array_equal(first, second):
        raise Failure(id, who=subject)


def _as_fresh(replies: dict[str, Reply], subject: str) -> None:
    _equal(replies, "y2", "y2 fresh", "forward_stale", subject)
    _equal(replies, "dx2", "dx2 fresh", "backward_stale", subject)


def _not_overwritten(replies: dict[str, Reply], subject: str) -> None:
    # The second turn's array was kept; its values must still be those of the second turn.
    for name, method in (("y0", "forward"), ("dx0again", "backward")):
        later = "y0 later" if name == "y0" else "dx0 later"
        if not np.array_equal(_value(replies, name, subject), _value(replies, later, subject)):
            raise Failure("overwritten", who=f"{subject}.{method}")


def kept_apart(lab: Lab, rng: np.random.Generator, subject: str, args: Sequence[Any]) -> None:
    """Demand that a step of one layer leaves another layer's answers as they are."""
    script = lab.script()
    one, other = script.new(subject, *args), script.new(subject, *args)
    signature = script.signature(one, "backward")
    x, g = floats(rng, 4, args[0]), floats(rng, 4, args[1])
    before = script.read(script.call(other, "forward", script.put(x)))
    lab.run(script)
    script.check(before.index)
    style = rate_style(signature)
    second = lab.script()
    second.call(one, "forward", second.put(x))
    a, k = backward_args(style, second.put(g), 0.5)
    stepped = second.read(second.call(one, "backward", *a, **k))
    after = second.read(second.call(other, "forward", second.put(x)))
    lab.run(second)
    second.check(stepped.index)
    name = f"{subject}.forward"
    if not np.array_equal(expect.array(before.value, name), expect.array(after.value, name)):
        raise Failure("shared", who=subject)


