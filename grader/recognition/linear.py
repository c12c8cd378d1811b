"""Finds the class that is a linear layer, and how it is called."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from grader.numeric import Array
from grader.recognition import names
from grader.recognition.constructors import Way, ways
from grader.recognition.frame import Ask, Frame
from grader.recognition.inventory import Definition, Inventory
from grader.recognition.movements import grown, keeps_shapes, kept_paths, moves, stores
from grader.recognition.plans import Call, Plan, Role, var
from grader.recognition.settled import GRAD, OTHER, SIZES, X, settled
from grader.recognition.steps import Backward, backwards
from grader.recognition.undecided import Undecided

LAYOUTS = ("rows", "columns", "row", "column", "vector")
MAX_CANDIDATES = 6
MAX_WAYS = 4
"""So many ways to construct a layer are tried for each layout."""
MAX_BACKWARDS = 90


def candidates(inventory: Inventory, bound: Definition | None) -> list[Definition]:
    """The classes that may be a linear layer, the most likely first: by name, then by methods."""

    def rank(definition: Definition) -> int:
        if bound is not None and definition.place == bound.place:
            return 0
        if names.LINEAR.search(definition.name):
            return 1
        return 2 if names.LAYER.search(definition.name) else 3

    classes = [d for d in inventory.definitions if d.is_class and _may_be_linear(d)]
    return sorted(classes, key=lambda d: (rank(d), -inventory.uses_of(d)))[:MAX_CANDIDATES]


def _may_be_linear(definition: Definition) -> bool:
    if names.OTHERS.search(definition.name) and not names.LINEAR.search(definition.name):
        return False
    has_forward = any(names.FORWARD.search(name) for name in definition.methods)
    has_backward = any(names.BACKWARD.search(name) for name in definition.methods)
    return has_forward and has_backward and bool(definition.parameters)


def recognise(inventory: Inventory, ask: Ask, bound: Definition | None) -> Role | Undecided | None:
    """Find the linear layer of a submission.

    Parameters
    ----------
    inventory
        What it defines.
    ask
        Sends programs to a child that has it imported.
    bound
        The class that has the lab's name, in a manner of its own; or None.
    """
    fitting = []
    for definition in candidates(inventory, bound):
        plans = _forward_plans(definition, inventory, ask)
        if plans:
            fitting.append((definition, plans))
        if bound is not None and definition.place == bound.place and plans:
            break
    if not fitting:
        return None
    chosen = _most_used(inventory, fitting)
    if isinstance(chosen, Undecided):
        return chosen
    return _with_backward(chosen[0], chosen[1], inventory, ask)


Fitting = tuple[Definition, list[tuple[Way, Plan]]]


def _most_used(inventory: Inventory, fitting: Sequence[Fitting]) -> Fitting | Undecided:
    """Of several candidates, take the one that is called linear, or that alone is used."""
    for pattern in (names.LINEAR, names.LAYER):
        called = [one for one in fitting if pattern.search(one[0].name)]
        if len(called) == 1:
            return called[0]
        fitting = called or fitting
    used = [one for one in fitting if inventory.uses_of(one[0])]
    remaining = used or fitting
    if len(remaining) == 1:
        return remaining[0]
    return Undecided("Linear", tuple(definition for definition, _ in remaining), "several")


def _forward_plans(
    definition: Definition, inventory: Inventory, ask: Ask
) -> list[tuple[Way, Plan]]:
    """The ways to construct a class and to call its forward by which it is affine in x."""
    forwards = sorted(filter(names.FORWARD.search, definition.methods), key=_by_likelihood)
    tries: list[tuple[Way, Plan]] = []
    for way, method in itertools.product(ways(definition, inventory), forwards):
        arguments = names.required(definition.methods[method])
        if any(not names.TRAINING.search(p.name) for p in arguments[1:]):
            continue
        args = (var("x"), *(True for _ in arguments[1:]))
        calls = (Call("out", var("layer"), method, args),)
        plan = Plan("linear", make=way.calls, forward=calls, warm=way.sizes == 1)
        tries += [(way, replace(plan, layout=layout)) for layout in LAYOUTS]
    if not tries:
        return []
    results = _outputs(ask, [plan for _, plan in tries])
    return [one for one, outputs in zip(tries, results, strict=True) if _is_affine(outputs)]


def _by_likelihood(method: str) -> tuple[bool, bool, str]:
    return method != "forward", method == "predict", method


def _outputs(ask: Ask, plans: Sequence[Plan]) -> list[list[Array | None]]:
    """What each plan makes of x, of another x, of their sum and of zeros."""
    frame = Frame(ask)
    inputs = [frame.put(x) for x in (X, OTHER, X + OTHER, np.zeros_like(X))]
    numbers = []
    for plan in plans:
        layer = frame.adapted(plan, *SIZES)
        numbers.append([frame.read(frame.call(layer, "forward", x)) for x in inputs])
    frame.run()
    return [[frame.array(number) for number in row] for row in numbers]


def _is_affine(outputs: Sequence[Array | None]) -> bool:
    arrays = [y for y in outputs if y is not None and y.shape == (len(X), SIZES[1])]
    if len(arrays) < len(outputs):
        return False
    one, other, both, rest = arrays
    if np.allclose(one, rest, rtol=0, atol=1e-12):
        return False
    largest = max(float(np.max(np.abs(y))) for y in arrays)
    return bool(np.allclose(one + other, both + rest, rtol=0, atol=1e-4 * largest))


class _Trial(NamedTuple):
    """A way to call backward, and what it did."""

    way: Way
    plan: Plan
    backward: Backward
    runs: bool
    score: int
    steers: bool
    accumulates: tuple[Any, ...]


def _with_backward(
    definition: Definition, plans: list[tuple[Way, Plan]], inventory: Inventory, ask: Ask
) -> Role | Undecided | None:
    """Find out how backward is called, and what takes the step."""
    tries = [
        (way, replace(plan, backward=backward.calls), backward)
        for way, plan in _without_repeats(plans)
        for backward in itertools.islice(backwards(definition, inventory), MAX_BACKWARDS)
    ]
    trials = [trial for trial in _tried(ask, tries) if trial.runs]
    if not trials:  # whether that is its mistake or ours, nobody can tell
        return None
    best = max(trial.score for trial in trials)
    if not best:
        return None
    chosen = next(trial for trial in trials if trial.score == best)
    if not chosen.steers:
        return Undecided("Linear", (definition,), "rate")
    plan = settled(ask, replace(chosen.plan, zero=chosen.accumulates))
    if plan is None:
        return Undecided("Linear", (definition,), "step")
    forward = plan.forward[0].method
    return Role("Linear", definition, plan, forward, chosen.backward.text, chosen.way.has_bias)


def _without_repeats(plans: list[tuple[Way, Plan]]) -> list[tuple[Way, Plan]]:
    """The first ways to construct a layer for each layout."""
    by_layout: dict[str, list[tuple[Way, Plan]]] = {}
    for way, plan in plans:
        by_layout.setdefault(plan.layout, []).append((way, plan))
    return [one for layout in LAYOUTS for one in by_layout.get(layout, [])[:MAX_WAYS]]


def _tried(ask: Ask, tries: Sequence[tuple[Way, Plan, Backward]]) -> Iterator[_Trial]:
    """Call backward by each plan at a rate of zero and at another, and see what moves."""
    frame = Frame(ask)
    x, grad = frame.put(X), frame.put(GRAD)
    numbers = []
    for _, plan, _ in tries:
        layer = frame.adapted(plan, *SIZES)
        frame.call(layer, "forward", x)
        rows = [frame.arrays(layer)]
        for rate in (0.0, 0.5):
            frame.call(layer, "forward", x)
            rows += [frame.read(frame.call(layer, "backward", grad, rate)), frame.arrays(layer)]
        numbers.append(rows)
    frame.run()
    for (way, plan, backward), (first, dx_idle, idle, dx, after) in zip(
        tries, numbers, strict=True
    ):
        before, then, later = (frame.listed(number) for number in (first, idle, after))
        if before is None or then is None or later is None:
            continue
        returned = frame.array(dx)
        is_whole = returned is not None and returned.shape == X.shape
        runs = frame.succeeded(dx) and frame.succeeded(dx_idle) and keeps_shapes(before, later)
        kept = kept_paths(before)
        moves_idle, moves_on = moves(kept, before, then), moves(kept, then, later)
        steers = backward.takes_rate or not moves_idle
        added = grown(before, then, later)
        # What does nothing that can be seen is no backward, or is called otherwise.
        shows = is_whole or moves_on or moves_idle or stores(before, later)
        score = shows * (1 + steers + 2 * (moves_on and not moves_idle) + 4 * is_whole)
        yield _Trial(way, plan, backward, runs, score, steers, added)
