"""What looks like several mistakes, and is one way of dividing the work between layers and loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.diagnosis import MEAN_IN_LAYERS
from grader.model import Finding, Message, Outcome, Visibility, frozen

LAYERS = {"linear.backward.weights": "dw_over_n", "linear.backward.bias": "db_over_n"}
LOSSES = dict.fromkeys(("mse.backward", "bce.backward", "cross_entropy.backward"), "dy_times_n")
"""What each check finds where the mean stands in the layers: 1/N too often there, N too often here."""


def merge_conventions(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """Name a mean that stands in the layers once, at the first check that it fails.

    Points and verdicts stay as they are. Outcomes that not everybody may read are told apart from
    the others: nothing about those may show in these.
    """
    merged = list(outcomes)
    for visibility in Visibility:
        layers, losses = (
            [
                k
                for k, outcome in enumerate(outcomes)
                if outcome.item.visibility is visibility
                and outcome.item.check in shown
                and [f.slug for f in outcome.findings] == [shown[outcome.item.check]]
            ]
            for shown in (LAYERS, LOSSES)
        )
        if len(layers) == len(LAYERS) and losses:
            _merge(merged, sorted(layers + losses))
    return tuple(merged)


def _merge(merged: list[Outcome], places: Sequence[int]) -> None:
    """Name the convention at the first of the places, and point to it from the others."""
    first, *others = places
    checks = [merged[k].item.check for k in places]
    finding = Finding(MEAN_IN_LAYERS, "Linear", frozen(names=tuple(checks)))
    merged[first] = replace(merged[first], findings=(finding,))
    remark = Message("same_convention", frozen(check=checks[0]))
    for k in others:
        merged[k] = replace(merged[k], findings=(), remarks=(*merged[k].remarks, remark))
