"""What looks like several mistakes, and is one way of dividing the work between layers and loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.model import Finding, Message, Outcome, Visibility, frozen

MEAN_IN_LAYERS = "mean_in_layers"
CONVENTIONS = {
    MEAN_IN_LAYERS: (
        "The layers take the mean over the batch, and the loss does not: the two cancel, so a step "
        "of the whole network is right.",
        "This is one convention, not several mistakes. The lab asks for the other one: the loss "
        "takes the mean, once, and the layers only sum.",
        "It shows in {names}.",
    ),
}
"""Slug -> explanation, advice, template of the evidence."""

LAYERS = {"linear.backward.weights": "dw_over_n", "linear.backward.bias": "db_over_n"}
LOSSES = dict.fromkeys(("mse.backward", "bce.backward", "cross_entropy.backward"), "dy_times_n")
"""What each check finds where the mean stands in the layers: 1/N too often there, N too often here."""


def told_once(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """Tell of a mean that stands in the layers once, at the first check that it fails.

    Points and verdicts stay as they are. Outcomes that not everybody may read are told apart from
    the others: nothing about those may show in these.
    """
    told = list(outcomes)
    for visibility in Visibility:
        layers, losses = (
            [
                k
                for k, outcome in enumerate(outcomes)
                if outcome.item.visibility is visibility
                and outcome.item.check in found
                and [f.bug for f in outcome.findings] == [found[outcome.item.check]]
            ]
            for found in (LAYERS, LOSSES)
        )
        if len(layers) == len(LAYERS) and losses:
            _tell(told, sorted(layers + losses))
    return tuple(told)


def _tell(told: list[Outcome], places: Sequence[int]) -> None:
    """Name the convention at the first of the places, and point to it from the others."""
    first, *others = places
    checks = [told[k].item.check for k in places]
    finding = Finding(MEAN_IN_LAYERS, "Linear", frozen(names=", ".join(checks)))
    told[first] = replace(told[first], findings=(finding,))
    remark = Message("same_convention", frozen(check=checks[0]))
    for k in others:
        told[k] = replace(told[k], findings=(), remarks=(*told[k].remarks, remark))
