"""What every layer and loss must leave alone: its arguments, its answers, and other instances."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader import expect
from grader.checks.base import each, part
from grader.expect import EXACT_SINGLE
from grader.model import Failure, Part
from grader.numeric import Array
from grader.observation.layer_observation import LayerObservation, Trial
from grader.observation.layer_trials import layer_rule
from grader.observation.parameters import draw
from grader.observation.update_convention import UpdateRule, ask_methods
from grader.remote import Lab, LostReply, Ref, Reply, Script, floats

HEAVY = 4.0
"""The weight of parts whose failure keeps a network from learning at all."""


def unchanged(before: Array, reply: Reply | LostReply, what: str, who: str) -> None:
    """Demand that an array is, bit for bit, what it was."""
    now = reply.value
    if now["kind"] != "array" or not np.array_equal(now["value"], before, equal_nan=True):
        raise Failure("changed", what=what, who=who)


def is_none(reply: Reply | LostReply) -> bool:
    """Whether a method returned nothing: a missing ``return`` is counted where values are judged."""
    return bool(reply.value["kind"] == "none")


def state_parts(
    lab: Lab, rng: np.random.Generator, subject: str, trials: Sequence[LayerObservation]
) -> list[Part]:
    """Judge what the trials of a layer left alone, and then one layer used again and again."""
    trials[0].demand_backward(0)
    square = next((s.trial for s in trials if s.trial.args and len(set(s.trial.args)) == 1), None)
    reuse_parts = _parts_of_reuse(lab, rng, subject, square or trials[0].trial)
    return [
        part("x is unchanged", lambda: each(_x_unchanged, trials)),
        part("the upstream gradient is unchanged", lambda: each(_upstream_unchanged, trials)),
        part("the output of forward is unchanged", lambda: each(_output_unchanged, trials)),
        *reuse_parts,
    ]


def _x_unchanged(trial: LayerObservation) -> None:
    trial.demand_backward(0)
    unchanged(trial.x, trial.after_step["x"], "x", trial.subject)


def _upstream_unchanged(trial: LayerObservation) -> None:
    trial.demand_backward(0)
    unchanged(
        trial.upstream, trial.after_step["upstream"], "prev_grad", f"{trial.subject}.backward"
    )


def _output_unchanged(trial: LayerObservation) -> None:
    trial.demand_backward(0)
    unchanged(trial.y, trial.after_step["y"], "the output of forward", f"{trial.subject}.backward")


def _parts_of_reuse(lab: Lab, rng: np.random.Generator, subject: str, trial: Trial) -> list[Part]:
    """One layer used on three batches in turn, beside new layers that see one batch each.

    The second batch has the shape of the first, so that a memory that only a new shape
    renews is seen; all layers hold the same parameters, and the learning rate is 0.
    """
    first = lab.script()
    layers = [first.new(subject, *trial.args, **trial.kwargs) for _ in range(4)]
    methods, parameters = ask_methods(first, layers[0]), first.arrays(layers[0])
    lab.run(first)
    sides = np.ones((trial.shape[0], *_out_sides(trial)))
    rule = layer_rule(lab, methods, trial.draw(rng, trial.shape), sides)
    script = lab.script()
    single = any(entry["dtype"] == "<f4" for entry in parameters.value)
    values = [(e["path"], draw(rng, e["array"].shape, single)) for e in parameters.value]
    turns = _turns(lab, rng, subject, trial, rule)
    replies = _in_turn(script, layers, turns, lambda: _settle(script, layers, values))
    _settle(script, layers, values)
    used, fresh = (turns[1].step(script, layer) for layer in (layers[0], layers[2]))
    beside = turns[1].step(script, layers[3], lambda: turns[0].forward(script, layers[1]))
    lab.run(script)
    alike = _nearly_same if single else _same
    return [
        *_result_parts(replies, subject, alike),
        part(
            "an update after another batch",
            lambda: _same_step((used, fresh), parameters, "step_stale", subject, alike),
            HEAVY,
        ),
        part(
            "an update after another layer",
            lambda: _same_beside(beside, used, fresh, parameters, subject, alike),
            HEAVY,
        ),
    ]


def _result_parts(replies: dict[str, Reply], subject: str, alike: Alike) -> list[Part]:
    """Return the parts about what forward and backward return, whatever was asked in between."""
    return [
        part(
            "a second backward gives the same result",
            lambda: _equal(replies, "dx0", "dx0 again", "backward_differs", subject, alike),
        ),
        part(
            "a later batch does not overwrite an earlier result",
            lambda: _not_overwritten(replies, subject),
        ),
        part(
            "another batch of the same shape", lambda: _as_fresh(replies, 1, subject, alike), HEAVY
        ),
        part("a batch of another size", lambda: _as_fresh(replies, 2, subject, alike), HEAVY),
        part(
            "another layer in between",
            lambda: _equal(replies, "dx0", "dx0 between", "shared", subject, alike),
            HEAVY,
        ),
    ]


def _settle(script: Script, layers: Sequence[Ref], values: Sequence[tuple[Any, Array]]) -> None:
    for path, array in values:
        for layer in layers:
            script.assign(layer, path, array)


Alike = Callable[[Array, Array], bool]
"""Whether two arrays are the same answer."""


def _same(one: Array, other: Array) -> bool:
    return bool(np.array_equal(one, other))


def _nearly_same(one: Array, other: Array) -> bool:
    """Alike but for roundings: weights of float32 become float64 with the first step of many programs."""
    return one.shape == other.shape and bool(np.all(EXACT_SINGLE.holds(one, other)))


def _same_step(
    steps: Sequence[Reply],
    parameters: Reply,
    id: str,  # noqa: A002 - Failure's own word
    subject: str,
    alike: Alike,
) -> None:
    """Demand that what was there after construction came out of two steps alike."""
    paths = [str(entry["path"]) for entry in parameters.value]
    used, fresh = ({str(e["path"]): e["array"] for e in reply.value} for reply in steps)
    for path in paths:
        if path in used and path in fresh and not alike(used[path], fresh[path]):
            raise Failure(id, who=subject)


def _same_beside(
    beside: Reply, used: Reply, fresh: Reply, parameters: Reply, subject: str, alike: Alike
) -> None:
    """Demand that a step comes out alike after the forward of another layer.

    Where it also depends on earlier batches of its own, as with a momentum, that is to blame.
    """
    try:
        _same_step((beside, fresh), parameters, "step_shared", subject, alike)
    except Failure:
        _same_step((used, fresh), parameters, "step_stale", subject, alike)
        raise


@dataclass(frozen=True, slots=True)
class _Turn:
    """One batch: its input, its upstream gradient, and the other arguments of backward."""

    x: Array
    upstream: Array
    rule: UpdateRule

    def forward(self, script: Script, layer: Ref) -> Ref:
        return script.call(layer, "forward", script.put(self.x))

    def backward(self, script: Script, layer: Ref) -> Ref:
        return self.rule.backward(script, layer, script.put(self.upstream), rate=0.0)

    def step(
        self, script: Script, layer: Ref, between: Callable[[], object] = lambda: None
    ) -> Reply:
        self.forward(script, layer)
        between()
        self.rule.step(script, layer, script.put(self.upstream), rate=0.25)
        return script.arrays(layer)


def _turns(
    lab: Lab, rng: np.random.Generator, subject: str, trial: Trial, rule: UpdateRule
) -> list[_Turn]:
    upstreams = lab.rng(f"upstream {subject}")
    batches = [
        trial.draw(rng, shape) for shape in (trial.shape, trial.shape, (3, *trial.shape[1:]))
    ]
    # Every second entry changes its sign: what is remembered of signs is seen without luck.
    first, second = batches[0].ravel()[::2], batches[1].reshape(-1)
    second[::2] = -np.copysign(second[::2], first)
    batches[1] = second.reshape(trial.shape)
    return [_Turn(x, floats(upstreams, x.shape[0], *_out_sides(trial)), rule) for x in batches]


def _in_turn(
    script: Script, layers: Sequence[Ref], turns: Sequence[_Turn], settle: Callable[[], None]
) -> dict[str, Reply]:
    """Let each batch pass; ``settle`` makes all layers alike again, should one move at a rate of 0."""
    layer, other, *fresh = layers
    replies: dict[str, Reply] = {}
    refs_of_results: dict[str, Ref] = {}
    for k, turn in enumerate(turns):
        settle()
        y, dx = turn.forward(script, layer), turn.backward(script, layer)
        replies[f"y{k}"], replies[f"dx{k}"] = script.read(y), script.read(dx)
        refs_of_results.update({f"y{k} later": y, f"dx{k} later": dx})
        if k == 0:
            settle()
            replies["dx0 again"] = script.read(turn.backward(script, layer))
    for k, (turn, new) in enumerate(zip(turns[1:], fresh, strict=True), start=1):
        settle()
        replies[f"y{k} fresh"] = script.read(turn.forward(script, new))
        replies[f"dx{k} fresh"] = script.read(turn.backward(script, new))
    settle()
    turns[0].forward(script, layer)
    turns[1].forward(script, other)
    replies["dx0 between"] = script.read(turns[0].backward(script, layer))
    replies.update({name: script.read(ref) for name, ref in refs_of_results.items()})
    return replies


def _out_sides(trial: Trial) -> tuple[int, ...]:
    return (trial.args[1],) if trial.args else trial.shape[1:]


def _value(replies: dict[str, Reply], name: str, subject: str) -> Array:
    return expect.array(replies[name].value, f"{subject}.{_method(name)}")


def _method(name: str) -> str:
    return "forward" if name.startswith("y") else "backward"


def _equal(
    replies: dict[str, Reply],
    one: str,
    other: str,
    id: str,  # noqa: A002 - Failure's own word
    subject: str,
    alike: Alike,
) -> None:
    if is_none(replies[one]) and is_none(replies[other]):
        return
    if not alike(_value(replies, one, subject), _value(replies, other, subject)):
        raise Failure(id, who=subject)


def _as_fresh(replies: dict[str, Reply], k: int, subject: str, alike: Alike) -> None:
    _equal(replies, f"y{k}", f"y{k} fresh", "forward_stale", subject, alike)
    _equal(replies, f"dx{k}", f"dx{k} fresh", "backward_stale", subject, alike)


def _not_overwritten(replies: dict[str, Reply], subject: str) -> None:
    for name in ("y0", "dx0", "y1", "dx1"):
        if is_none(replies[name]):
            continue
        first, later = (_value(replies, key, subject) for key in (name, f"{name} later"))
        if not np.array_equal(first, later):
            raise Failure("overwritten", who=f"{subject}.{_method(name)}")


def kept_apart(lab: Lab, rng: np.random.Generator, subject: str, args: Sequence[Any]) -> None:
    """Demand that a step of one layer leaves another layer's answers as they are."""
    script = lab.script()
    one, other = script.new(subject, *args), script.new(subject, *args)
    methods = ask_methods(script, one)
    x, g = floats(rng, 4, args[0]), floats(rng, 4, args[1])
    before = script.read(script.call(other, "forward", script.put(x)))
    lab.run(script)
    script.check(before.index)
    rule = layer_rule(lab, methods, x, g)
    second = lab.script()
    second.call(one, "forward", second.put(x))
    parameters = second.read(rule.step(second, one, second.put(g), rate=0.5))
    after = second.read(second.call(other, "forward", second.put(x)))
    lab.run(second)
    second.check(parameters.index)
    name = f"{subject}.forward"
    if not np.array_equal(expect.array(before.value, name), expect.array(after.value, name)):
        raise Failure("shared", who=subject)
