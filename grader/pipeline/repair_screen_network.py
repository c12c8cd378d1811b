"""A quick look at edits of the network, and of the function that trains it (see ``repair_screen``)."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from grader.contract import mse, sigmoid
from grader.numeric import Array
from grader.pipeline.repair_batches import RATE
from grader.pipeline.repair_screen import Features, agree
from grader.remote import Ref, Script

WIDTHS = (3, 7)
"""No two parameters of a network of these widths have the same shape, as batches of six have none of them."""
SHAPES = ((2, 3), (3,), (3, 7), (7,), (7, 1))
PARTS = {
    "value": ("structure", "value"), "step": ("loss", "kept", *(f"step {k}" for k in range(len(SHAPES)))),
    "default": ("default",), "again": ("again",),
}  # fmt: skip
"""What must be right of a network, by the instructions that show it."""
SOUND = "correct_version"
BATCH = 6


class NetworkScreen:
    """The frame in which edits of a network's methods are looked at.

    A new network is listed, runs forward, is trained one step, and is listed again. What it should have
    computed follows from the parameters that it had.
    """

    def __init__(self, prefix: str, rng: np.random.Generator) -> None:
        self._x, self._other = rng.standard_normal((BATCH, 2)), rng.standard_normal((1, 2))
        self._truth = rng.integers(0, 2, (BATCH, 1)).astype(np.float64)
        self._prefix = prefix
        self.conventions: Features = frozenset()
        self.write(PARTS)

    def write(self, parts: Collection[str]) -> None:
        """Write the instructions that show some parts of what must be right."""
        script, self._places = Script(self._prefix), dict[str, int]()
        if "default" in parts:
            self._ask(script, "default", script.arrays, script.new("TLNN"))
        net = script.new("TLNN", *WIDTHS)
        self._ask(script, "before", script.arrays, net)
        x, truth = script.put(self._x), script.put(self._truth)
        y = script.call(net, "forward", x)
        self._ask(script, "value", script.read, y)
        if "step" in parts:
            self._ask(script, "loss", script.read, script.call(net, "cal_loss", y, truth))
            script.call(net, "backward", RATE)
            self._ask(script, "after", script.arrays, net)
            self._ask(script, "kept", script.read, x)
        if "again" in parts:
            other = script.call(net, "forward", script.put(self._other))
            self._ask(script, "again", script.read, other)
        self.lines, self.reads = script.lines, list(self._places.values())
        self.whole: Features = frozenset((0, name) for part in parts for name in PARTS[part])

    def _ask(self, script: Script, name: str, ask: Any, ref: Ref) -> None:
        self._places[name] = len(script.lines)
        ask(ref)

    def wanted(self, check: str, base: Features) -> Features:
        """Return what must be right so that a check can hold."""
        if check == "network.structure":
            return frozenset(f for f in self.whole if f[1] in ("structure", "default"))
        if check == "network.forward":
            return frozenset(f for f in self.whole if f[1] in ("value", "loss"))
        if {(0, "value"), (0, "loss")} <= base:
            return self.whole
        return frozenset()

    def narrowed(self, base: Features) -> NetworkScreen | None:
        """Return the frame that shows as much as is needed to see that something is wrong."""
        wrong = {name for _, name in self.whole - base}
        parts = ["value"] if wrong & {*PARTS["value"]} else ["value", "step"]
        if not wrong & {name for part in parts for name in PARTS[part]}:
            return None
        screen = copy.copy(self)
        screen.write(parts)
        return screen

    def right(self, values: Sequence[Any]) -> Features:
        """Return what is right by the arrays that were read."""
        arrays = dict(zip(self._places, values, strict=True))
        right = {"kept"} if agree(self._x, arrays.get("kept")) else set()
        default = _weights(arrays.get("default"))
        if sum(entry["array"].size for entry in default) == 2 * 4 + 4 * 4 + 4:
            right.add("default")
        before, after = _parameters(arrays["before"]), _parameters(arrays.get("after"))
        if before is None:
            return frozenset((0, name) for name in right) & self.whole
        if not any(entry["array"].size == 1 for entry in arrays["before"]):
            right.add("structure")
        expected = _passed(before, self._x)
        right |= {"value"} if agree(expected[-1], arrays["value"]) else set()
        loss = np.asarray(mse(expected[-1], self._truth))
        right |= {"loss"} if agree(loss.reshape(()), scalar_of(arrays.get("loss"))) else set()
        stepped = _stepped(before, expected, self._x, self._truth)
        for number, (one, other) in enumerate(zip(stepped, after or (), strict=False)):
            right |= {f"step {number}"} if agree(one, other) else set()
        again = _passed(after or before, self._other)[-1]
        right |= {"again"} if agree(again, arrays.get("again")) else set()
        return frozenset((0, name) for name in right) & self.whole


def scalar_of(value: Any) -> Any:
    """Return a number, or an array of one entry, as an array without axes; anything else as it is."""
    return (
        np.asarray(value, np.float64)
        if isinstance(value, (int, float))
        else (value.reshape(()) if isinstance(value, np.ndarray) and value.size == 1 else value)
    )


def _weights(entries: Any) -> list[Mapping[str, Any]]:
    """Return the matrices of a network among its arrays; those of sound layers where there are some."""
    matrices = [e for e in entries or () if e["array"].ndim == 2 and min(e["array"].shape) >= 1]
    sound = [entry for entry in matrices if SOUND in str(entry["path"])]
    return [entry for entry in sound or matrices if entry["array"].shape[0] > 1]


def _parameters(entries: Any) -> list[Array] | None:
    """Return the five parameters of a network; None where it has not one of each shape."""
    arrays = []
    for shape in SHAPES:
        alike = [
            entry
            for entry in entries or ()
            if entry["array"].shape in (shape, (1, *shape) if len(shape) == 1 else shape)
        ]
        first = [entry for entry in alike if SOUND in str(entry["path"])] or alike
        if not first:
            return None
        arrays.append(np.reshape(first[0]["array"], shape))
    return arrays


def _passed(parameters: Sequence[Array], x: Array) -> list[Array]:
    """Return what each layer with its activation gives."""
    w1, b1, w2, b2, w3 = parameters
    with np.errstate(all="ignore"):
        first = sigmoid(x @ w1 + b1)
        second = sigmoid(first @ w2 + b2)
        return [first, second, sigmoid(second @ w3)]


def _stepped(
    parameters: Sequence[Array], outputs: Sequence[Array], x: Array, truth: Array
) -> list[Array]:
    """Return the parameters after one step of gradient descent."""
    w1, b1, w2, b2, w3 = parameters
    first, second, y = outputs
    with np.errstate(all="ignore"):
        third_grad = 2 * (y - truth) / y.size * y * (1 - y)
        second_grad = third_grad @ w3.T * second * (1 - second)
        first_grad = second_grad @ w2.T * first * (1 - first)
        return [
            w1 - RATE * x.T @ first_grad,
            b1 - RATE * first_grad.sum(axis=0),
            w2 - RATE * first.T @ second_grad,
            b2 - RATE * second_grad.sum(axis=0),
            w3 - RATE * second.T @ third_grad,
        ]
