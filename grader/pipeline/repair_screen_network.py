"""A quick look at edits of the network, and of the function that trains it (see ``repair_screen``)."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from grader.contract import mse, sigmoid
from grader.numeric import Array
from grader.pipeline.repair_screen import RATE, Features, agree
from grader.remote import Ref, Script
from grader.sandbox.host import Answer

WIDTHS = (3, 7)
"""No two parameters of a network of these widths have the same shape, as batches of six have none of them."""
SHAPES = ((2, 3), (3,), (3, 7), (7,), (7, 1))
SOUND = "correct_version"
BATCH = 6
EPOCHS = 3
CHILD_SEED = 11
RUNS: Mapping[str, Mapping[str, float]] = {
    "whole": {"lr": RATE, "epochs": EPOCHS},
    "still": {"lr": 0.0, "epochs": 2},
    "batch": {"lr": RATE, "epochs": EPOCHS, "batch_size": 4},
    "rows": {"lr": RATE, "epochs": EPOCHS, "batch_size": 4},
    "other": {"lr": RATE, "epochs": EPOCHS, "batch_size": 4},
    "slow": {"lr": 0.0, "epochs": 2, "batch_size": 4},
}
"""Trainings and their arguments; ``rows`` has other rows in the middle, ``other`` another random seed."""
FEATURES = {
    "count": frozenset({"whole"}), "losses": frozenset({"whole"}), "steps": frozenset({"whole"}),
    "still": frozenset({"still"}), "batch_count": frozenset({"batch"}), "batch_moves": frozenset({"batch"}),
    "kept": frozenset({"batch"}), "batch_rows": frozenset({"batch", "rows"}), "batch_losses": frozenset({"slow"}),
    "shuffled": frozenset({"batch", "other"}),
}  # fmt: skip
"""What is right, and the trainings that show it."""
LOSSES, SHUFFLED = (0, "batch_losses"), (0, "shuffled")
"""What a right program may do otherwise; no edit takes it away."""


class NetworkScreen:
    """The frame in which edits of a network's methods are looked at.

    A new network is listed, runs forward, is trained one step, and is listed again. What it should have
    computed follows from the parameters that it had.
    """

    def __init__(self, prefix: str, rng: np.random.Generator) -> None:
        self._x, self._other = rng.standard_normal((BATCH, 2)), rng.standard_normal((1, 2))
        self._truth = rng.integers(0, 2, (BATCH, 1)).astype(np.float64)
        script, self._places = Script(prefix), dict[str, int]()
        default = script.new("TLNN")
        self._ask(script, "default", script.arrays, default)
        net = script.new("TLNN", *WIDTHS)
        self._ask(script, "before", script.arrays, net)
        x, truth = script.put(self._x), script.put(self._truth)
        y = script.call(net, "forward", x)
        self._ask(script, "value", script.read, y)
        self._ask(script, "loss", script.read, script.call(net, "cal_loss", y, truth))
        script.call(net, "backward", RATE)
        self._ask(script, "after", script.arrays, net)
        self._ask(script, "kept", script.read, x)
        other = script.call(net, "forward", script.put(self._other))
        self._ask(script, "again", script.read, other)
        self.lines = script.lines
        self.conventions: Features = frozenset()
        steps = (f"step {number}" for number in range(len(SHAPES)))
        names = ("default", "structure", "value", "loss", "kept", "again", *steps)
        self.whole: Features = frozenset((0, name) for name in names)

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

    def narrowed(self, base: Features) -> None:
        """Return no smaller frame: everything follows from one step."""

    def right(self, answers: Sequence[Answer]) -> Features:
        """Return what is right by the answers."""
        values = values_of(answers, self._places)
        right = {"kept"} if agree(self._x, values["kept"]) else set()
        if sum(entry["array"].size for entry in _weights(values["default"])) == 2 * 4 + 4 * 4 + 4:
            right.add("default")
        before, after = _parameters(values["before"]), _parameters(values["after"])
        if before is None:
            return frozenset((0, name) for name in right)
        if not any(entry["array"].size == 1 for entry in values["before"]):
            right.add("structure")
        expected = _passed(before, self._x)
        right |= {"value"} if agree(expected[-1], values["value"]) else set()
        loss = np.asarray(mse(expected[-1], self._truth))
        right |= {"loss"} if agree(loss.reshape(()), _scalar(values["loss"])) else set()
        stepped = _stepped(before, expected, self._x, self._truth)
        for number, (one, other) in enumerate(zip(stepped, after or (), strict=False)):
            right |= {f"step {number}"} if agree(one, other) else set()
        again = _passed(after or before, self._other)[-1]
        right |= {"again"} if agree(again, values["again"]) else set()
        return frozenset((0, name) for name in right)


def _scalar(value: Any) -> Any:
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


class TrainScreen:
    """The frame in which edits of ``train`` are looked at, beside the same steps taken by hand.

    ``by_hand`` are the instructions of these, which are run once, with nothing edited.
    """

    def __init__(self, prefix: str, rng: np.random.Generator) -> None:
        self._x = rng.standard_normal((12, 2))
        self._y = rng.integers(0, 2, (12, 1)).astype(np.float64)
        self._other = self._x.copy()
        self._other[4:8] *= -1
        self.by_hand, self._hand_reads = self._write_by_hand(f"{prefix}h")
        self.losses = self.start = self.end = np.zeros(0)
        self._prefix = prefix
        self.conventions: Features = frozenset({LOSSES})
        self.write(RUNS)

    def write(self, names: Iterable[str]) -> None:
        """Write the instructions of some trainings, and name what is right where they are."""
        script, self._places = Script(self._prefix), dict[str, int]()
        self.runs = frozenset(names)
        for name in [name for name in RUNS if name in self.runs]:
            script.seed(CHILD_SEED)
            net = script.new("TLNN", *WIDTHS)
            script.seed(CHILD_SEED + (name == "other"))
            self._train(script, name, net)
        self.lines = script.lines
        self.whole: Features = frozenset(
            (0, feature) for feature, runs in FEATURES.items() if runs <= self.runs
        )

    def narrowed(self, base: Features) -> TrainScreen | None:
        """Return the frame with those trainings alone that show something which is wrong."""
        missing = self.whole - base
        for name, runs in FEATURES.items():
            if (0, name) in missing and runs != self.runs:
                screen = copy.copy(self)
                screen.write(runs)
                return screen
        return None

    def _write_by_hand(self, prefix: str) -> tuple[list[list[Any]], dict[str, int]]:
        script, places = Script(prefix), dict[str, int]()
        script.seed(CHILD_SEED)
        net = script.new("TLNN", *WIDTHS)
        for epoch in range(EPOCHS + 1):
            x, truth = script.put(self._x), script.put(self._y)
            y = script.call(net, "forward", x)
            places[f"y {epoch}"] = len(script.lines)
            script.read(y)
            loss = script.call(net, "cal_loss", y, truth)
            places[f"loss {epoch}"] = len(script.lines)
            script.read(loss)
            script.call(net, "backward", RATE)
        return script.lines, places

    def take(self, answers: Sequence[Answer]) -> bool:
        """Keep what came of the steps by hand; return whether they can be compared with."""
        values = values_of(answers, self._hand_reads)
        losses = [_scalar(values[f"loss {epoch}"]) for epoch in range(EPOCHS + 1)]
        outputs = [values[f"y {epoch}"] for epoch in (0, EPOCHS)]
        arrays = [*losses, *outputs]
        if not all(isinstance(one, np.ndarray) and one.dtype.kind == "f" for one in arrays):
            return False
        self.losses = np.array([float(loss) for loss in losses if loss.size == 1])
        self.start, self.end = outputs
        return len(self.losses) == EPOCHS + 1 and not np.array_equal(self.start, self.end)

    def _train(self, script: Script, name: str, net: Ref) -> None:
        x, y = script.put(self._other if name == "rows" else self._x), script.put(self._y)
        losses = script.new("train", net, x, y, **RUNS[name])
        output = script.call(net, "forward", script.put(self._x))
        for part, ref in {"losses": losses, "output": output, "x": x, "y": y}.items():
            self._places[f"{name} {part}"] = len(script.lines)
            script.read(ref)

    def wanted(self, check: str, base: Features) -> Features:
        """Return what must be right so that the check can hold: all but what is a convention."""
        del check, base
        return self.whole - {LOSSES, SHUFFLED}

    def right(self, answers: Sequence[Answer]) -> Features:
        """Return what is right by the answers."""
        values = values_of(answers, self._places)
        losses = {name: _numbers(values.get(f"{name} losses")) for name in RUNS}
        outputs: dict[str, Any] = {name: values.get(f"{name} output") for name in RUNS}
        known = {name: isinstance(value, np.ndarray) for name, value in outputs.items()}
        kept = {"x": self._x, "y": self._y}
        facts = {
            "count": losses["whole"].size == EPOCHS,
            "losses": any(agree(c, losses["whole"]) for c in (self.losses[:-1], self.losses[1:])),
            "steps": agree(self.end, outputs["whole"]),
            "still": agree(self.start, outputs["still"]),
            "kept": all(agree(kept[name], values.get(f"batch {name}")) for name in kept),
            "batch_count": losses["batch"].size == EPOCHS,
            "batch_moves": known["batch"] and not agree(self.end, outputs["batch"]),
            "batch_rows": known["batch"]
            and known["rows"]
            and not np.array_equal(outputs["batch"], outputs["rows"]),
            "shuffled": known["other"]
            and known["batch"]
            and not np.array_equal(outputs["batch"], outputs["other"]),
            "batch_losses": agree(np.full(2, self.losses[0]), losses["slow"]),
        }
        return frozenset((0, name) for name, holds in facts.items() if holds) & self.whole


def values_of(answers: Sequence[Answer], places: Mapping[str, int]) -> dict[str, Any]:
    """Return what came back at some places; None where nothing did."""
    values = {name: (answers[place] or {}).get("value") for name, place in places.items()}
    return {n: v.get("value") if isinstance(v, dict) else v for n, v in values.items()}


def _numbers(value: Any) -> Array:
    """Return a list of losses as an array; an empty one where it is none."""
    try:
        return np.asarray(value, np.float64).reshape(-1)
    except (TypeError, ValueError):
        return np.zeros(0)
