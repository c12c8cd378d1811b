"""What the steps of the whole network show, parameter by parameter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader import expect
from grader.diagnosis.base import FIT
from grader.diagnosis.cases import net_steps
from grader.diagnosis.variants import texts, wrong_backward
from grader.model import Finding, frozen
from grader.numeric import Array
from grader.remote import Lab

Steps = Sequence[Sequence[tuple[str, Array, Array]]]
"""For each round, each parameter's name, the gradient it moved along, and its gradient."""

WHOLE = {
    "net_lr_not_passed": (
        "Every layer steps with the same learning rate, whatever lr the network was given.",
        "TLNN.backward has to hand its lr on to the backward of each layer.",
        "The whole step equals {factor} times {formula} in {fits} of {of} trials.",
    ),
    "net_layer_not_updated": (
        "Some layers are never updated.",
        "backward goes through all layers, from the last to the very first, and hands each of them "
        "the learning rate.",
        "{names} stayed as they were in {fits} of {of} steps.",
    ),
    "net_only_last_layer_learns": (
        "Only the last layer is updated.",
        "The gradient that a layer's backward returns goes into the layer before it, down to the "
        "first.",
        "{names} stayed as they were in {fits} of {of} steps.",
    ),
    "net_lr_scaled_per_layer": (
        "The layers step with different learning rates.",
        "Hand the same lr to every layer, and do not change it on the way.",
        "In {fits} of {of} steps these moved by a multiple of the right step: {names}.",
    ),
    **dict(texts()),
}
"""Slug -> explanation, advice, template of the evidence."""

SUBJECT = "TLNN"


def whole(lab: Lab, findings: Sequence[Finding]) -> list[Finding]:
    """Replace findings that explain nothing by what single layers show, if they show something."""
    if findings and findings[0].bug != "unexplained":
        return list(findings)
    rounds = net_steps(lab)
    shown = (_not_updated(rounds), _scaled(rounds), wrong_backward(lab))
    told = [finding for finding in shown if finding][:1]
    return told or [_by_parameter(finding, rounds) for finding in findings]


def _not_updated(rounds: Steps) -> Finding | None:
    """The parameters that never moved although the loss depends on them."""
    names = [
        steps[0][0]
        for steps in zip(*rounds, strict=True)
        if all(not np.any(taken) and np.any(numeric) for _, taken, numeric in steps)
    ]
    last = bool(rounds) and [name for name, _, _ in rounds[0][-1:]]
    alone = len(names) > 1 and len(names) == len(rounds[0]) - 1 and names[-1:] != last
    bug = "net_only_last_layer_learns" if alone else "net_layer_not_updated"
    return _finding(bug, ", ".join(names), rounds) if names else None


def _scaled(rounds: Steps) -> Finding | None:
    """Parameters that each moved by the same multiple of the right step in every round."""
    multiples: dict[str, float] = {}
    for steps in zip(*rounds, strict=True):
        ratios = [_ratio(taken, numeric) for _, taken, numeric in steps]
        first = ratios[0]
        if not first or any(r is None or abs(r - first) > 1e-5 * abs(first) for r in ratios):
            return None
        multiples[steps[0][0]] = first
    values = list(multiples.values())
    if not values or np.ptp(values) <= 1e-5 * abs(values[0]):
        return None
    names = ", ".join(f"{name} {value:.6g}" for name, value in multiples.items())
    return _finding("net_lr_scaled_per_layer", names, rounds)


def _by_parameter(finding: Finding, rounds: Steps) -> Finding:
    """Tell of a step that nothing explains the worst entry of the worst parameter."""
    errors = [
        (float(np.max(np.abs(taken - numeric))), name, taken, numeric)
        for steps in rounds
        for name, taken, numeric in steps
    ]
    if not errors:
        return finding
    _, name, taken, numeric = max(errors, key=lambda error: error[0])
    at = np.unravel_index(int(np.argmax(np.abs(taken - numeric))), numeric.shape)
    right = [
        steps[0][0]
        for steps in zip(*rounds, strict=True)
        if all(_ratio(t, n) is not None and np.allclose(t, n, rtol=1e-5) for _, t, n in steps)
    ]
    but = f"{finding.values['but']}; right for: {', '.join(right)}" if right else ""
    values = {**finding.values, **entry_of(taken, numeric, [int(index) for index in at])}
    values |= {"name": f"step of {name}", "but": but or finding.values["but"]}
    return Finding(finding.bug, finding.subject, frozen(**values))


def entry_of(given: Array, wanted: Array, at: Sequence[int]) -> dict[str, str]:
    """What a reader is told of one entry: where it is, what it is, and what it should be."""
    got, right = float(given[tuple(at)]), float(wanted[tuple(at)])
    wanted_text, got_text = expect.pair(right, got)
    return {
        "where": expect.text_of_shape(at),
        "shape": expect.text_of_shape(wanted.shape),
        "got": got_text,
        "wanted": wanted_text,
        "ratio": f"{expect.pair(1.0, got / right)[1]} times as much" if right else "nothing at all",
    }


def _ratio(taken: Array, numeric: Array) -> float | None:
    size = float(np.sum(numeric * numeric))
    ratio = float(np.sum(numeric * taken)) / size if size else 0.0
    bound = 10 * FIT * float(np.max(np.abs(taken), initial=0.0))
    return ratio if np.all(np.abs(taken - ratio * numeric) <= bound) else None


def _finding(bug: str, names: str, rounds: Steps) -> Finding:
    values = frozen(array="net", names=names, fits=len(rounds), of=len(rounds))
    return Finding(bug, SUBJECT, values)
