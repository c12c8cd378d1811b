"""From a failed check to findings: gather the cases, try what may explain them, say what fits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from grader import expect
from grader.diagnosis.base import Case, Hypothesis, fits, telling
from grader.diagnosis.cases import cases
from grader.diagnosis.catalogue import HYPOTHESES
from grader.diagnosis.factors import Scale, scales
from grader.diagnosis.symptoms import NAMES
from grader.lab import Lab
from grader.model import Finding, Message, frozen

ARRAYS = {
    "backward.input": "dx",
    "backward.weights": "dw",
    "backward.bias": "db",
    "forward": "value",
}
WHAT_FAILED = ("wrong_value", "wrong_loss", "wrong_gradient", "wrong_step", "moved_at_zero")
"""The messages that say that numbers came and were wrong; nothing else is tried against formulas."""

MOST = 3


def explain(
    lab: Lab,
    check: str,
    subject: str,
    failures: Sequence[Message],
    known: Sequence[Hypothesis] = HYPOTHESES,
) -> tuple[Finding, ...]:
    """Return what explains the failures of a check, the most certain first.

    Parameters
    ----------
    lab
        The lab in which the check ran; what it observed is used, nothing is run.
    check, subject
        The check's id, and the class that it examines.
    failures
        The messages of its parts that failed.
    known
        The hypotheses to try.
    """
    # Only the first: an array changed in place also looks overwritten and stale later on.
    named = [NAMES[message.id] for message in failures if message.id in NAMES]
    findings = [Finding(bug, subject) for bug in named[:1]]
    if any(message.id in WHAT_FAILED for message in failures):
        array = array_of(check)
        findings += formulas(cases(lab, subject, array), subject, array, known)
    return tuple(findings)


def array_of(check: str) -> str:
    """The array that a check is about: ``linear.backward.weights`` -> ``dw``, ``mse.backward`` -> ``dy``."""
    subject, _, rest = check.partition(".")
    if rest == "backward":
        return "dy" if subject in ("mse", "bce", "cross_entropy") else "dx"
    return ARRAYS.get(rest, "value")


def formulas(
    found: Sequence[Case], subject: str, array: str, known: Iterable[Hypothesis]
) -> list[Finding]:
    """Name the formula that fits all cases; list equal fits; else say that nothing does."""
    if not telling(found):
        return []
    own = [h for h in known if subject in h.subjects and h.array == array]
    right = scales(lambda case: case.right, found)
    if right:
        return [_scaled(array, scale, subject, len(found)) for scale in right[:MOST]]
    plain = [h for h in own if fits(h.compute, found)]
    if plain:
        return [_plain(h, array, subject, len(found)) for h in plain[:MOST]]
    both = [(h, scale) for h in own for scale in scales(h.compute, found)]
    if both:
        return [_plain(h, array, subject, len(found), scale) for h, scale in both[:MOST]]
    return [_unexplained(found, subject, array)]


def _slug(scale: Scale) -> str:
    return scale.parts[0].slug


def _scaled(array: str, scale: Scale, subject: str, of: int) -> Finding:
    values = frozen(array=array, factor=scale.text, formula="the right one", fits=of, of=of)
    return Finding(f"{array}_{_slug(scale)}", subject, values)


def _plain(h: Hypothesis, array: str, subject: str, of: int, scale: Scale | None = None) -> Finding:
    values = {"array": array, "formula": h.formula, "fits": of, "of": of}
    if scale is None:
        return Finding(h.bug, subject, frozen(**values))
    return Finding(f"{h.bug}+{_slug(scale)}", subject, frozen(**values, factor=scale.text))


def _unexplained(found: Sequence[Case], subject: str, array: str) -> Finding:
    """Tell the worst entry of all cases whose shape is right."""
    worst, size = None, -1.0
    for case in found:
        if case.given is None or case.given.shape != case.right.shape:
            continue
        with np.errstate(invalid="ignore"):
            errors = np.nan_to_num(np.abs(case.given - case.right), nan=np.inf)
        if errors.size and float(errors.max()) > size:
            worst, size = (
                (case, np.unravel_index(int(errors.argmax()), errors.shape)),
                float(errors.max()),
            )
    values = {"array": array, "where": "", "shape": "", "got": "", "wanted": "", "ratio": ""}
    if worst is not None:
        case, at = worst
        values.update(_numbers(case, [int(index) for index in at]))
    return Finding("unexplained", subject, frozen(**values))


def _numbers(case: Case, at: Sequence[int]) -> dict[str, str]:
    got, wanted = float(case.given[tuple(at)]), float(case.right[tuple(at)])  # type: ignore[index]
    return {
        "where": expect.text_of_shape(at),
        "shape": expect.text_of_shape(case.right.shape),
        "got": expect.number(got),
        "wanted": expect.number(wanted),
        "ratio": expect.number(got / wanted) if wanted else "infinitely many",
    }
