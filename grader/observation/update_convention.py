"""How a student's object takes its step: rates by any name, and updates apart from ``backward``."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.remote import Lab, Ref, Reply, Script

RATE_NAMES = ("lr", "learning_rate", "eta", "alpha", "rate", "step_size", "learn_rate")
UPDATES = re.compile(r"update|step|apply|optimi[sz]e|descend|descent|learn", re.IGNORECASE)
"""What methods are called that take the step where ``backward`` only stores gradients."""

STEPS = re.compile(r"_*(update|step)", re.IGNORECASE)
"""Names that say it without a doubt: such a method must take the step."""


@dataclass(frozen=True, slots=True)
class UpdateRule:
    """How gradients become steps.

    Parameters
    ----------
    rate
        How ``backward`` takes its learning rate: a keyword, ``""`` for the next place,
        None for not at all.
    update
        The method that takes the step, or None where ``backward`` itself does.
    update_rate
        How that method takes the learning rate.
    idle
        There is a method to take the step with, it can be called, and it moves nothing.
    """

    rate: str | None = ""
    update: str | None = None
    update_rate: str | None = ""
    idle: bool = False

    @property
    def takes_steps(self) -> bool:
        """Whether a method beside ``backward`` is there to take the step, and only that counts."""
        return self.update is not None or self.idle

    def backward(self, script: Script, target: Ref, *upstream: Ref, rate: float) -> Ref:
        """Call ``backward``."""
        args, kwargs = _with_rate(self.rate, upstream, rate)
        return script.call(target, "backward", *args, **kwargs)

    def step(self, script: Script, target: Ref, *upstream: Ref, rate: float) -> Ref:
        """Call ``backward`` and whatever takes the step after it; return what ``backward`` gave."""
        result = self.backward(script, target, *upstream, rate=rate)
        if self.update is not None:
            args, kwargs = _with_rate(self.update_rate, (), rate)
            script.call(target, self.update, *args, **kwargs)
        return result

    def body(self, script: Script, target: Ref, rate: float) -> list[list[Any]]:
        """The instructions of one step without an upstream gradient, for a loop's body."""
        args, kwargs = _with_rate(self.rate, (), rate)
        lines = [
            script.call_line(
                script.reserve(f"{target.label}.backward"), target, "backward", *args, **kwargs
            )
        ]
        if self.update is not None:
            args, kwargs = _with_rate(self.update_rate, (), rate)
            result = script.reserve(f"{target.label}.{self.update}")
            lines.append(script.call_line(result, target, self.update, *args, **kwargs))
        return lines


def _with_rate(
    keyword: str | None, args: Sequence[Ref], rate: float
) -> tuple[tuple[Any, ...], dict[str, float]]:
    if keyword is None:
        return tuple(args), {}
    return ((*args, rate), {}) if keyword == "" else (tuple(args), {keyword: rate})


@dataclass(frozen=True, slots=True)
class MethodReplies:
    """What an object says of its own methods, once the script has run."""

    target: Ref
    backward: Reply
    others: Reply


def ask_methods(script: Script, target: Ref) -> MethodReplies:
    """Ask an object for the parameters of ``backward`` and of its other methods."""
    return MethodReplies(target, script.signature(target, "backward"), script.methods(target))


def find_rule(
    lab: Lab, methods: MethodReplies, upstreams: int, run: Callable[[Script, UpdateRule], None]
) -> UpdateRule:
    """Find out how an object takes its step.

    Parameters
    ----------
    lab
        Where it lives.
    methods
        What it says of its methods.
    upstreams
        How many arguments ``backward`` takes before the rate: 1 of a layer, 0 of a network.
    run
        Writes a forward and a step by a given rule; called only where the object has a
        method that might take the step, to see whether ``backward`` does so itself.
    """
    rule = UpdateRule(
        _rate_of(methods.backward.value, upstreams) if not methods.backward.error else ""
    )
    updates = (
        [] if methods.others.error else [m for m in methods.others.value if UPDATES.search(m[0])]
    )
    if not updates or _moves(lab, methods.target, rule, run):
        return rule
    for name, parameters in updates:
        candidate = replace(rule, update=name, update_rate=_rate_of(parameters, 0))
        if _moves(lab, methods.target, candidate, run):
            return candidate
        rule = replace(
            rule, idle=rule.idle or _idles(lab, methods.target, name, candidate.update_rate)
        )
    return rule


def _idles(lab: Lab, target: Ref, name: str, rate: str | None) -> bool:
    """Whether a method is named as what takes the step, and can be called."""
    if not STEPS.match(name):
        return False
    script = lab.script()
    args, kwargs = _with_rate(rate, (), 0.5)
    result = script.call(target, name, *args, **kwargs)
    lab.run(script)
    return not script.has_failed(result)


def _rate_of(parameters: Sequence[Sequence[Any]], before: int) -> str | None:
    """Return how a method takes its rate, see ``UpdateRule``; ``before`` other arguments come first."""
    names = [str(name) for name, _, _ in parameters]
    named = next((name for name in names if name in RATE_NAMES), None)
    if named is not None:
        return named
    if "*args" in names or sum(bool(positional) for _, positional, _ in parameters) > before:
        return ""
    return RATE_NAMES[0] if "**kwargs" in names else None


def _moves(
    lab: Lab, target: Ref, rule: UpdateRule, run: Callable[[Script, UpdateRule], None]
) -> bool:
    """Whether a forward and a step change any array that was there before."""
    script = lab.script()
    before = script.arrays(target)
    run(script, rule)
    after = script.arrays(target)
    lab.run(script)
    if before.error or after.error:
        return False
    then = {str(entry["path"]): entry["array"] for entry in before.value}
    return any(
        str(entry["path"]) in then
        and then[str(entry["path"])].shape == entry["array"].shape
        and not np.array_equal(then[str(entry["path"])], entry["array"], equal_nan=True)
        for entry in _params_only(after.value, then)
    )


def _params_only(listed: Sequence[Any], then: Any) -> list[Any]:
    """Leave out what stores gradients: an array that was all zeros, or not there, before."""
    return [e for e in listed if str(e["path"]) in then and np.any(then[str(e["path"])])]
