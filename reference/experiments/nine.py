"""Number nine told as an experiment: floating point, the edge of stability, or neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from . import figures
from .batch import Array, Plan
from .edge import (
    KIND,
    LEARNED,
    OTHERS,
    SIZE,
    Parting,
    around,
    crossings,
    falls,
    held,
    narrow,
    outcome,
    part,
)
from .result import Bench, Result, describe

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLAN = Plan(KIND, lr=0.001490625, epochs=50_000, size=SIZE)
OWN = (0.001490625, 0.001490626)
"""The write-up's two rates; times SIZE, if it summed where we take the mean."""


@dataclass(frozen=True)
class Scan:
    """Final losses (seeds, rates)."""

    rates: Array
    losses: Array

    def ends(self) -> list[tuple[int, float, float]]:
        """Return seed, rate and next rate of the falls at the lowest and at the highest rate."""
        found = sorted((i, seed) for seed, losses in enumerate(self.losses) for i in falls(losses))
        picked = dict.fromkeys(found[:1] + found[-1:])  # one, where there is only one
        return [(seed, float(self.rates[i]), float(self.rates[i + 1])) for i, seed in picked]


@dataclass(frozen=True)
class Found:
    """One crossing, narrowed down, and how the runs on its two sides part."""

    seed: int
    rates: Array
    losses: Array
    parting: Parting
    kept: Mapping[str, float]  # how near to the crossing another arithmetic agrees

    @property
    def before(self) -> float:
        """Rate times sharpness up to the parting, at its largest."""
        early = self.parting.steps <= max(self.parting.bend, 0)
        return float(self.parting.curved[early].max())

    def told(self) -> str:
        """Return the crossing in words."""
        low, high = self.rates
        near = "the next float" if np.nextafter(low, high) == high else f"{high:.17g}"
        kept, lost = self.losses
        p = self.parting
        kinds = ", ".join(f"{nearest:.0e} ({name})" for name, nearest in self.kept.items())
        return (
            f"seed {self.seed} ends with a loss of {kept:.2g} at lr {low:.17g} and of {lost:.2g} "
            f"at {near}; weights {p.leap[0]:.0e} apart before step {p.bend}, where a ReLU lets a "
            f"point through in one run only, are {p.leap[1]:.0e} apart after it, and lr times "
            f"sharpness has been at most {self.before:.2g} by then; other arithmetic agrees on "
            f"the outcome down to a relative distance of {kinds}"
        )


def edge_of_stability(bench: Bench) -> Result:
    """Find two neighbouring rates, one that learns and one that does not; ask what parts them."""
    epochs = bench.limit(PLAN.epochs // bench.haste)
    scan, own = _scan(bench, epochs)
    found = [_find(bench, fall, epochs) for fall in scan.ends()]
    return Result(
        9,
        "The edge of stability",
        describe(PLAN, "XOR", f"0.001490625 and 0.001490626, and {_span(scan.rates)}")
        + (f" (here {epochs:,})" if epochs < PLAN.epochs else ""),
        "0.001490625 converges, 0.001490626 does not; it guesses at floating point",
        ". ".join([_counted(scan, own), *(one.told() for one in found)]),
        None,
        "Two close rates with different ends are there, and there are many of them. It is not the "
        "precision of floats: billions of them lie between the write-up's two rates, and longer "
        "or reordered arithmetic finds the crossing in the same place. Nor is it the edge of "
        "stability, lr times sharpness = 2: over all 50,000 steps there are crossings of the same "
        "kind a hundred times below it. The slope of a ReLU network jumps where a point crosses "
        "the bend of a unit, and so the weights after a step are no continuous function of the "
        "rate: on one side of some rate a unit gets one point's push, on the other it does not, "
        "and from there the runs go to different ends. Rounding only decides which float is the "
        "last on its side.",
        bench.save(_figure(scan, found), "9_edge.png"),
    )


def _span(rates: Array) -> str:
    return f"{len(rates)} from {rates[0]:g} to {rates[-1]:g}"


def _scan(bench: Bench, epochs: int) -> tuple[Scan, Array]:
    """Try rates on every seed, and the write-up's own two, as a mean and summed."""
    quick = bench.haste > 1
    rates = np.geomspace(0.02 if quick else 0.001, 3, 40 if quick else 120)
    own = np.concatenate([OWN, SIZE * np.array(OWN)])
    both = np.concatenate([rates, own])
    losses = [outcome(bench, seed, epochs)(both) for seed in range(min(bench.seeds, 6))]
    every = np.array(losses)
    return Scan(rates, every[:, : len(rates)]), every[:, len(rates) :]


def _find(bench: Bench, fall: tuple[int, float, float], epochs: int) -> Found:
    seed, low, high = fall
    final = outcome(bench, seed, epochs)
    rates = narrow(final, low, high)
    ours = around(final, rates[0])
    kept = {
        name: held(ours, around(outcome(bench, seed, epochs, arithmetic=other), rates[0]))
        for name, other in OTHERS.items()
    }
    return Found(seed, rates, final(rates), part(seed, rates, epochs), kept)


def _counted(scan: Scan, own: Array) -> str:
    each = [crossings(losses) for losses in scan.losses]
    learned = own < LEARNED
    split = int((learned[:, ::2] != learned[:, 1::2]).sum())
    return (
        f"{sum(each)} crossings among {scan.rates.size} rates of {len(each)} seeds, up to "
        f"{max(each)} in one; the write-up's own two rates end alike on all seeds"
        + (f" but {split}" if split else "")
    )


def _figure(scan: Scan, found: Sequence[Found]) -> Figure:
    """Draw the scan, and how the runs on either side of the first crossing part."""
    titles = ("Learned (dark), by seed", "Two neighbours drawing apart", "lr times sharpness")
    figure, (left, middle, right) = figures.panels(titles, wide=3.6)
    left.pcolormesh(scan.rates, np.arange(len(scan.losses)), scan.losses < LEARNED, cmap="Blues")
    left.grid(visible=False)
    left.set(xscale="log", xlabel="learning rate", ylabel="seed")
    middle.set(xscale="log", yscale="log", xlabel="step", ylabel="largest difference of a weight")
    right.set(xscale="log", yscale="log", xlabel="step")
    right.axhline(2, color="0.5", linestyle="--")
    for p in (one.parting for one in found[:1]):
        middle.plot(p.steps[1:], np.maximum(p.distances[1:], 1e-18), color=figures.COLOURS[0])
        middle.axvline(max(p.bend, 1), color=figures.COLOURS[1], linestyle=":")
        for colour, line in zip(figures.COLOURS, p.curved.T, strict=False):
            right.plot(p.steps[1:], np.maximum(line[1:], 1e-5), color=colour)
        right.legend(["2", "learns", "fails"], frameon=False, fontsize=8)
    return figure
