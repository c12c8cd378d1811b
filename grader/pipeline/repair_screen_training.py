"""A quick look at edits of the function that trains a network (see ``repair_screen``)."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from grader.numeric import Array
from grader.pipeline.repair_batches import RATE
from grader.pipeline.repair_screen import Features, agree
from grader.pipeline.repair_screen_network import WIDTHS, scalar_of
from grader.remote import Ref, Script
from grader.sandbox.host import Answer

EPOCHS = 2
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
        self.lines, self.reads = script.lines, list(self._places.values())
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
        values = _values_of(answers, self._hand_reads)
        losses = [scalar_of(values[f"loss {epoch}"]) for epoch in range(EPOCHS + 1)]
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

    def right(self, values: Sequence[Any]) -> Features:
        """Return what is right by the arrays that were read."""
        arrays = dict(zip(self._places, values, strict=True))
        losses = {name: _numbers(arrays.get(f"{name} losses")) for name in RUNS}
        outputs: dict[str, Any] = {name: arrays.get(f"{name} output") for name in RUNS}
        known = {name: isinstance(value, np.ndarray) for name, value in outputs.items()}
        kept = {"x": self._x, "y": self._y}
        facts = {
            "count": losses["whole"].size == EPOCHS,
            "losses": any(agree(c, losses["whole"]) for c in (self.losses[:-1], self.losses[1:])),
            "steps": agree(self.end, outputs["whole"]),
            "still": agree(self.start, outputs["still"]),
            "kept": all(agree(kept[name], arrays.get(f"batch {name}")) for name in kept),
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


def _numbers(value: Any) -> Array:
    """Return a list of losses as an array; an empty one where it is none, or none of real numbers."""
    is_real = isinstance(value, np.ndarray) and value.dtype.kind in "fiub"
    return value.astype(np.float64).reshape(-1) if is_real else np.zeros(0)


def _values_of(answers: Sequence[Answer], places: Mapping[str, int]) -> dict[str, Any]:
    """Return what came back at some places; None where nothing did."""
    values = {name: (answers[place] or {}).get("value") for name, place in places.items()}
    return {n: v.get("value") if isinstance(v, dict) else v for n, v in values.items()}
