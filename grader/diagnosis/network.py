"""Mistakes of the whole network: how it answers, and how its parameters move.

A network with a known mistake is computed beside the student's at the same parameters; the
mistake is named only where all of it agrees.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.diagnosis.case import FIT, Case
from grader.diagnosis.formula import Formula
from grader.diagnosis.mistakes.network import (
    BACKWARDS,
    FORWARDS,
    SIGMOIDS,
    Activations,
    WrongBackward,
)
from grader.diagnosis.observation import Move, Network, NetworkStep
from grader.diagnosis.search import UNEXPLAINED, entry_of
from grader.model import Finding, frozen
from grader.numeric import Array

SUBJECT = "TLNN"
CLOSE = 1e-7
"""The largest difference, beside the largest entry, of two computations of one formula."""

SAME = 1e-5
"""How near the multiples by which parameters moved are to each other, for one learning rate."""

Steps = Sequence[NetworkStep]


def wrong_forward(network: Network | None) -> Finding | None:
    """Name the mistake that makes the network's prediction what it is, if one does."""
    if network is None or network.y is None or not network.weights:
        return None
    x, y, weights = network.x, network.y, network.weights
    if _agree(outputs(weights, x)[-1], y):
        return None
    fitting = [one for one in FORWARDS if _agree(outputs(weights, x, one.activations)[-1], y)]
    # ReLU at the output looks like none where all outputs are positive
    if not fitting or [one.slug for one in fitting[1:]] not in ([], ["net_relu_at_output"]):
        return None
    return Finding(fitting[0].slug, SUBJECT, frozen(formula=fitting[0].formula))


def wrong_steps(steps: Steps, findings: Sequence[Finding]) -> list[Finding]:
    """Replace findings that explain nothing by what single layers show, if they show something."""
    if findings and findings[0].slug != UNEXPLAINED:
        return list(findings)
    explanation = _not_updated(steps) or _scaled(steps) or _wrong_backward(steps)
    return [explanation] if explanation else [_by_parameter(finding, steps) for finding in findings]


def outputs(weights: Sequence[Array], x: Array, activations: Activations = SIGMOIDS) -> list[Array]:
    """The input of a network, and what comes out of each of its three activations."""
    w1, b1, w2, b2, w3 = weights
    out = [x]
    for w, b, activation in zip((w1, w2, w3), (b1, b2, 0.0), activations, strict=True):
        with np.errstate(all="ignore"):
            z = out[-1] @ w + b
            out.append(Formula(activation)(Case(None, z, x=z)))
    return out


def _wrong_backward(steps: Steps) -> Finding | None:
    """Name the mistake that makes all steps of the network what they are, if one alone does."""
    if not steps or not all(step.weights and step.roles for step in steps):
        return None
    fitting = [one for one in BACKWARDS if _explains(one, steps)]
    return (
        _finding(fitting[0].slug, steps, formula=fitting[0].formula) if len(fitting) == 1 else None
    )


def _explains(wrong: WrongBackward, steps: Steps) -> bool:
    """Whether every parameter, in every step, moved as in a network with this mistake, and wrongly."""
    pairs = [
        (expected, move)
        for step in steps
        for expected, move in zip(_expected_moves(wrong, step), step.roles, strict=True)
    ]
    has_moved_so = all(_agree(expected, move.actual) for expected, move in pairs)
    return has_moved_so and not all(_agree(move.numeric, expected) for expected, move in pairs)


def _expected_moves(wrong: WrongBackward, step: NetworkStep) -> list[Array]:
    """How far each parameter moves, divided by the learning rate; activations stay those of forward."""
    now = [array.copy() for array in step.weights]
    out = outputs(step.weights, step.x)
    start = Formula(wrong.start)(Case(None, out[3], y=out[3], t=step.truth))
    for _ in range(wrong.times):
        grad, moves = start, list[Array]()
        for k in (2, 1, 0):
            grad = grad * (out[k + 1] * (1 - out[k + 1])) if wrong.derivatives[k] else grad
            moves = [out[k].T @ grad, *([grad.sum(axis=0)] if k < 2 else []), *moves]
            grad = grad @ now[2 * k].T
        now = [array - step.rate * move for array, move in zip(now, moves, strict=True)]
    return [(before - after) / step.rate for before, after in zip(step.weights, now, strict=True)]


def _agree(one: Array, other: Array) -> bool:
    if one.shape != other.shape or not np.all(np.isfinite(other)):
        return False
    bound = CLOSE * float(np.max(np.abs(one), initial=0.0)) + 1e-12
    return bool(np.all(np.abs(one - other) <= bound))


def _by_name(steps: Steps) -> list[tuple[Move, ...]]:
    """The moves of each parameter in all steps."""
    return list(zip(*(step.moves for step in steps), strict=True))


def _not_updated(steps: Steps) -> Finding | None:
    """The parameters that never moved although the loss depends on them."""
    names = [
        moves[0].name
        for moves in _by_name(steps)
        if all(not np.any(move.actual) and np.any(move.numeric) for move in moves)
    ]
    if not names:
        return None
    all_names = [move.name for move in steps[0].moves]
    alone = len(names) > 1 and len(names) == len(all_names) - 1 and names[-1] != all_names[-1]
    slug = "net_only_last_layer_learns" if alone else "net_layer_not_updated"
    return _finding(slug, steps, names=tuple(names))


def _scaled(steps: Steps) -> Finding | None:
    """Parameters that each moved by the same multiple of the right step in every round."""
    multiples: dict[str, float] = {}
    for moves in _by_name(steps):
        ratios = [_ratio(move) for move in moves]
        first = ratios[0]
        if not first or any(r is None or abs(r - first) > SAME * abs(first) for r in ratios):
            return None
        multiples[moves[0].name] = first
    values = list(multiples.values())
    if not values or np.ptp(values) <= SAME * abs(values[0]):
        return None
    names = tuple(f"{name} {value:.6g}" for name, value in multiples.items())
    return _finding("net_lr_scaled_per_layer", steps, names=names)


def _ratio(move: Move) -> float | None:
    """By which multiple of its gradient a parameter moved; None where it moved elsewhere."""
    size = float(np.sum(move.numeric * move.numeric))
    ratio = float(np.sum(move.numeric * move.actual)) / size if size else 0.0
    bound = 10 * FIT * float(np.max(np.abs(move.actual), initial=0.0))
    return ratio if np.all(np.abs(move.actual - ratio * move.numeric) <= bound) else None


def _by_parameter(finding: Finding, steps: Steps) -> Finding:
    """Tell of a step that nothing explains the worst entry of the worst parameter."""
    moves = [move for step in steps for move in step.moves]
    if not moves:
        return finding
    worst = max(moves, key=lambda move: float(np.max(np.abs(move.actual - move.numeric))))
    error = np.abs(worst.actual - worst.numeric)
    at = [int(index) for index in np.unravel_index(int(np.argmax(error)), error.shape)]
    right = [
        moves[0].name
        for moves in _by_name(steps)
        if all(_ratio(m) is not None and np.allclose(m.actual, m.numeric, rtol=SAME) for m in moves)
    ]
    but = finding.values["but"] + ("; right for: {parameters}" if right else "")
    values = {**finding.values, **entry_of(worst.actual, worst.numeric, at), "but": but}
    values |= {"name": "step of {parameter}", "parameter": worst.name, "parameters": tuple(right)}
    return Finding(finding.slug, finding.subject, frozen(**values))


def _finding(slug: str, steps: Steps, **values: str | tuple[str, ...]) -> Finding:
    facts = frozen(array="net", fits=len(steps), of=len(steps), **values)
    return Finding(slug, SUBJECT, facts)
