"""Settles a layer's plan: weights made late, a memory of earlier steps, and steps that follow no gradient."""

from __future__ import annotations

import ast
from dataclasses import replace

import numpy as np

from grader.numeric import Array
from grader.recognition.frame import Arrays, Ask, Frame
from grader.recognition.movements import kept_paths
from grader.recognition.plans import Plan

SIZES = (3, 2)
X = np.array([[0.3, -0.7, 1.1], [0.9, 0.2, -0.4], [-0.6, 0.8, 0.5], [1.3, -0.1, 0.7]])
OTHER = np.array([[-0.2, 0.4, 0.6], [0.1, 1.2, -0.9], [0.7, -0.5, 0.3], [-1.1, 0.6, 0.2]])
GRAD = np.array([[0.5, -0.3], [0.2, 0.7], [-0.4, 0.1], [0.6, -0.8]])
RATE = 0.5
CLOSE = 1e-6
ALIKE = 1e-3
"""Steps that are so near to the rate itself in every entry follow the sign of the gradient alone."""


def settled(ask: Ask, plan: Plan) -> Plan | None:
    """Return a plan whose layer takes the same step for the same gradient, each time.

    The gradient of a linear layer does not depend on its weights, so that two steps with one input
    are equal; where they are not, what the layer remembers of earlier ones is set to zero before
    each. None where the steps are no multiples of the gradient, as those of Adam: the layer may be
    right, and nothing that is asked of it would hold.
    """
    parameters, lists = _observed(ask, plan)
    if not parameters:
        warm = replace(plan, warm=True)
        parameters, lists = _observed(ask, warm)
        plan = warm if parameters else plan
    if not _is_steady(lists):
        memory = tuple(ast.literal_eval(key) for key in _memory(lists, parameters))
        steady = replace(plan, zero=(*plan.zero, *memory))
        _, again = _observed(ask, steady)
        if _is_steady(again):
            plan, lists = steady, again
    return None if _follows_signs(lists) else plan


def _observed(ask: Ask, plan: Plan) -> tuple[set[str], list[Arrays]]:
    """The paths of the parameters, and all arrays after a forward and after each of two steps."""
    frame = Frame(ask)
    x, grad = frame.put(X), frame.put(GRAD)
    layer = frame.adapted(plan, *SIZES)
    parameters = frame.parameters(layer, x)
    frame.call(layer, "forward", x)
    numbers = [frame.arrays(layer)]
    for _ in range(2):
        frame.call(layer, "forward", x)
        frame.call(layer, "backward", grad, RATE)
        numbers.append(frame.arrays(layer))
    frame.run()
    lists = [frame.listed(number) for number in numbers]
    paths = frame.parameter_paths(parameters)
    return paths, [{} if arrays is None else arrays for arrays in lists]


def _steps(lists: list[Arrays]) -> list[tuple[Array, Array]]:
    """The first and the second step of each array that moved in the first."""
    before, once, twice = lists
    return [
        (once[key] - before[key], twice[key] - once[key])
        for key in kept_paths(before)
        if key in once
        and key in twice
        and before[key].shape == once[key].shape == twice[key].shape
        and not np.array_equal(before[key], once[key])
    ]


def _is_steady(lists: list[Arrays]) -> bool:
    return all(
        np.allclose(one, two, rtol=0, atol=CLOSE * max(1.0, float(np.max(np.abs(one)))))
        for one, two in _steps(lists)
    )


def _memory(lists: list[Arrays], parameters: set[str]) -> list[str]:
    """The paths of arrays of a parameter's shape that began as zeros, or later, and changed in the second step."""
    before, once, twice = lists
    shapes = {before[key].shape for key in parameters if key in before}
    known = {*kept_paths(before), *parameters}
    return [
        key
        for key, array in twice.items()
        if key not in known
        and array.shape in shapes
        and key in once
        and once[key].shape == array.shape
        and not np.array_equal(once[key], array)
    ]


def _follows_signs(lists: list[Arrays]) -> bool:
    steps = [one for one, _ in _steps(lists)]
    return bool(steps) and all(bool(np.all(np.abs(np.abs(s) - RATE) < ALIKE)) for s in steps)
