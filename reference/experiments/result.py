"""What an experiment is given, and what it hands back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..data import generate_linear, generate_XOR_easy
from .batch import Array, Curves, Kind, Params, Plan, follow, starts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Watch = Callable[[int, int], None]
"""Told how many steps of a training are done, and of how many."""

LINEAR = Plan(Kind(), lr=0.1, epochs=30_000)
EXCLUSIVE_OR = Plan(Kind(), lr=0.025, epochs=500_000, size=20)
SOLVED = 0.05
"""A mean squared error below which a run counts as over."""


@dataclass(frozen=True)
class Result:
    """What the write-up says and what was measured; agrees is None where neither is clear."""

    number: int
    title: str
    setting: str
    claim: str
    measured: str
    agrees: bool | None
    reason: str
    figure: str


@dataclass(frozen=True)
class Bench:
    """Where figures go, how many seeds are run, and how much of the way is walked.

    A hasty bench takes steps up to `haste` times as long and as many times fewer, so that
    the way lr * epochs stays the same; the cap is for tests, and spoils the results. Several
    experiments share a training; it is done once.
    """

    folder: Path
    seeds: int
    haste: int = 1
    cap: int | None = None
    watch: Watch = lambda *_: None
    seen: dict[tuple[Plan, str, bool], Curves] = field(default_factory=dict, compare=False)

    def limit(self, epochs: int) -> int:
        """Return as many epochs, or as the cap allows."""
        return epochs if self.cap is None else min(epochs, self.cap)

    def hurry(self, plan: Plan) -> int:
        """Return by how much a plan's steps can be lengthened: to a rate of 1 at most."""
        return max(1, min(self.haste, int(1.0 / np.max(plan.lr))))

    def run(self, plan: Plan, data: str, *, exact: bool = False) -> Curves:
        """Train one network a seed, or remember; epochs are told as the plan counts them.

        Exact: with the plan's own steps, where the learning rate itself is in question.
        """
        if (plan, data, exact) not in self.seen:
            self.seen[plan, data, exact] = self._run(plan, data, exact=exact)
        return self.seen[plan, data, exact]

    def _run(self, plan: Plan, data: str, *, exact: bool) -> Curves:
        rngs = [np.random.default_rng(seed) for seed in range(self.seeds)]
        points = [
            generate_linear(rng=rng) if data == "linear" else generate_XOR_easy() for rng in rngs
        ]
        x, t = (np.stack(column) for column in zip(*points, strict=True))
        return self.train(starts(plan.kind, rngs), plan, (x, t), rngs, exact=exact)

    def train(
        self,
        params: Params,
        plan: Plan,
        data: tuple[Array, Array],
        rngs: Sequence[np.random.Generator],
        *,
        exact: bool = True,
    ) -> Curves:
        """Train these networks on this data."""
        by = 1 if exact else self.hurry(plan)
        epochs = self.limit(plan.epochs // by)
        walked = 0

        def tick(steps: int) -> None:
            nonlocal walked
            walked += steps
            self.watch(walked, epochs)

        hasty = replace(plan, lr=plan.lr * by, epochs=epochs)
        curves = follow(params, hasty, data, rngs, tick)
        return replace(curves, epochs=curves.epochs * by)

    def save(self, figure: Figure, name: str) -> str:
        """Write a figure into the folder, and return the name of its file."""
        figure.savefig(self.folder / name, dpi=80)
        return name


def count(n: float) -> str:
    """Return a number of epochs, rounded to two digits, or `never`."""
    if not np.isfinite(n):
        return "never"
    digits = max(0, int(np.floor(np.log10(max(n, 1)))) - 1)
    return f"{round(float(n) / 10**digits) * 10**digits:,}"


def share(which: Array) -> str:
    """Return how many of the seeds, as `7 of 20 seeds`."""
    return f"{int(which.sum())} of {which.size} seeds"


def both(held: Sequence[bool]) -> bool | None:
    """Return whether all parts of a claim hold, or None where only some do."""
    return all(held) if len({bool(one) for one in held}) == 1 else None


def middle(values: Array) -> float:
    """Return the median, which is infinite where half of the runs never arrive."""
    return float(np.quantile(values, 0.5, method="higher"))


def describe(plan: Plan, data: str, lr: str = "") -> str:
    """Return a plan in words; lr is told as it is given, where there are several."""
    kind = plan.kind
    units = f"{kind.units[0]}-{kind.units[1]} units"
    batch = "full batch" if plan.size is None else f"batch of {plan.size} drawn with replacement"
    hidden = "no hidden activation" if kind.hidden == "none" else f"hidden {kind.hidden}"
    words = [f"{data} data", units, hidden, kind.loss.upper(), batch]
    return ", ".join([*words, f"lr {lr or format(plan.lr, 'g')}", f"{plan.epochs:,} epochs"])
